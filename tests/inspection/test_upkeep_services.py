from __future__ import annotations

import pytest

from anlan.inspection.models import Hazard
from anlan.registry.services.enterprises import enterprise_move, enterprise_office_assign
from inspection.factories import NOW, REGISTRAR, make_world


def row(hazard_id: str) -> Hazard:
    return Hazard.objects.get(pk=hazard_id)


@pytest.mark.django_db(transaction=True)
def test_office_and_open_region_follow_the_enterprise() -> None:
    world = make_world()
    open_, closed = world.ordered(), world.closed()
    enterprise_office_assign(
        scope=REGISTRAR, enterprise_id=world.enterprise, office_id=world.county.other_office, base=None, now=NOW
    )
    assert {str(row(k).office_id) for k in (closed, open_)} == {world.county.other_office}
    values = {"region": "331003002000", "address": "测试路9号"}
    enterprise_move(
        scope=REGISTRAR, enterprise_id=world.enterprise, values=values, reason="搬迁新厂", base=None, now=NOW
    )
    assert (row(closed).region, row(open_).region) == ("331003001001", "331003002000")
    assert row(open_).region9 == "331003002"
