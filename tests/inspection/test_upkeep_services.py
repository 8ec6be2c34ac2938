from __future__ import annotations

import pytest

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.panels import PANELS
from anlan.registry.services.enterprises import enterprise_move, enterprise_office_assign
from anlan.registry.services.mergers import enterprise_merge, enterprise_separate
from inspection.factories import NOW, REGISTRAR, make_world
from inspection.test_blanket_services import visit


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


@pytest.mark.django_db(transaction=True)
def test_what_hangs_on_a_merged_enterprise_is_the_surviving_one_s() -> None:
    world = make_world()
    gone, into = world.enterprise, world.other_enterprise
    open_, closed, campaign = world.ordered(), world.closed(), world.campaign("春雷行动")
    visit(world, campaign, gone)
    visit(world, campaign, into, "other_town", source="village")
    leader = world.scope["leader"]
    held = queries.campaign_get(leader, campaign)
    assert queries.campaign_progress(leader, held, NOW).inspected == 2

    merge = {"mode": "merger", "reason": "吸收合并", "base": None, "now": NOW}
    enterprise_merge(scope=REGISTRAR, enterprise_id=gone, into_id=into, **merge)

    office = world.scope["other_office"]
    assert {str(h.id) for h in queries.hazards_of_enterprise(office, into)} == {open_, closed}
    assert row(open_).region == "331003001001"
    page = world.client("other_office").get(f"/registry/enterprises/{into}").content.decode()
    assert f"/inspection/hazards/{open_}" in page
    more = [p.url(into) for p in PANELS if p.id == "inspection.enterprise_hazards"][0]
    assert more == f"/desk/inspection/hazard/?enterprise_id={into},{gone}"
    listed = world.client("other_office").get(more).content.decode()
    assert row(open_).number in listed
    assert row(closed).number in listed
    assert queries.campaign_progress(leader, held, NOW).inspected == 1

    enterprise_separate(scope=REGISTRAR, enterprise_id=gone, reason="合并有误", base=None, now=NOW)
    assert list(queries.hazards_of_enterprise(office, into)) == []
    assert str(row(open_).office_id) == world.county.office
