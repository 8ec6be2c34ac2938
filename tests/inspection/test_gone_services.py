"""A merged or retired enterprise takes no new matters; the refusal names the one that does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.inspections import inspection_start
from anlan.inspection.services.self_checks import SelfAnswer, self_check_items_set, self_check_report
from anlan.kernel.errors import NotFound
from anlan.registry import queries as registry
from anlan.registry.services.enterprises import enterprise_retire
from inspection.factories import NOW, REGISTRAR, World
from inspection.self_check_factory import answered, begun
from inspection.test_merged_firm_services import LATER, merge, scope_now

pytestmark = pytest.mark.django_db
SOON = LATER + timedelta(hours=1)
MERGED = ("inspection.enterprise_merged", {"into": "测试乙机械有限公司"})


def refused(call: Any) -> list[tuple[str, dict[str, Any]]]:
    with pytest.raises(StepRefused) as error:
        call()
    return [(v.code, dict(v.facts)) for v in error.value.violations]


def test_nothing_new_is_filed_on_a_merged_enterprise(world: World) -> None:
    draft = begun(world)
    answered(world, draft)
    merge(world)
    assert refused(lambda: world.found(now=SOON)) == [MERGED]
    visit = {"scope": world.scope["town"], "checklist_id": world.checklist(), "officers": [world.mate], "now": SOON}
    assert refused(lambda: inspection_start(enterprise_id=world.enterprise, **visit)) == [MERGED]
    for role in ("enterprise", "other_enterprise"):
        own: dict[str, Any] = {"scope": scope_now(world.county, role), "self_check_id": draft, "now": SOON}
        assert refused(lambda own=own: self_check_items_set(answers=[SelfAnswer("ty-01", "na")], **own)) == [MERGED]
        assert refused(lambda own=own: self_check_report(**own)) == [MERGED]
    assert Hazard.objects.count() == 0
    assert world.found(role="other_town", enterprise_id=world.other_enterprise, now=SOON)


def test_nothing_new_is_filed_on_a_retired_enterprise(world: World) -> None:
    enterprise_retire(scope=REGISTRAR, enterprise_id=world.enterprise, reason="重复登记", base=None, now=NOW)
    assert refused(lambda: world.found(now=SOON)) == [("inspection.enterprise_retired", {})]


def test_the_absorbed_one_s_officer_still_reads_its_page_and_not_the_survivor_s(world: World) -> None:
    merge(world)
    scope = scope_now(world.county, "enterprise")
    assert registry.enterprise_get(scope, world.enterprise).name == "测试甲机械有限公司"
    assert world.client("enterprise").get(f"/registry/enterprises/{world.enterprise}").status_code == 200
    with pytest.raises(NotFound):
        registry.enterprise_get(scope, world.other_enterprise)
