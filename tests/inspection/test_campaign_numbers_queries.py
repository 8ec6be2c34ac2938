"""The numbers of a campaign agree with each other: the inspected are of the targets, others are shown beside them."""

from __future__ import annotations

import pytest

from anlan.inspection import queries
from anlan.inspection.services.inspections import inspection_start
from inspection.factories import NOW, REGISTRAR, World
from inspection.test_blanket_services import visit
from registry.factories import make_enterprise

pytestmark = pytest.mark.django_db


def test_who_is_no_target_is_not_among_the_inspected(world: World) -> None:
    target = make_enterprise(REGISTRAR, 40, name="大型机械厂", region="331003001001", scale="大型")
    make_enterprise(REGISTRAR, 41, name="大型化工厂", region="331003001001", scale="大型")
    campaign = world.campaign("大型企业检查", target_scale="large")
    for firm in (target, world.enterprise):
        visit(world, campaign, firm)
    scope = world.scope["town"]
    held = queries.campaign_get(scope, campaign)
    got = queries.campaign_progress(scope, held, NOW)
    assert (got.targets, got.inspected, got.others, got.inspections) == (2, 1, 1, 2)
    rows = queries.campaign_towns(scope, held, NOW)
    assert [(r.town, r.targets, r.inspected, r.rate_ratio) for r in rows] == [("331003001", 2, 1, 0.5)]
    page = world.client("town").get(f"/inspection/campaigns/{campaign}").content.decode()
    assert "检查完成2次，另检查对象以外企业1家" in page
    assert len(queries.campaign_waiting(scope, held)) == 1


@pytest.mark.parametrize("blanket", ["", "是"], ids=["targets", "grid"])
def test_a_visit_begun_and_not_finished_counts_nowhere(world: World, blanket: str) -> None:
    campaign = world.campaign("夏季整治", blanket=blanket)
    scope, held = world.scope["town"], queries.campaign_get(world.scope["town"], campaign)
    inspection_start(
        scope=scope, enterprise_id=world.enterprise, checklist_id=world.checklist(), campaigns=[campaign],
        officers=(world.county.person["town_second"],), now=NOW,
    )  # fmt: skip
    got = queries.campaign_progress(scope, held, NOW)
    assert (got.targets, got.inspected, got.inspections, got.going_on) == (1, 0, 0, 1)
    assert [r.inspected for r in queries.campaign_towns(scope, held, NOW)] == [0]
    assert queries.campaign_waiting(scope, held) == []
    page = world.client("town").get(f"/inspection/campaigns/{campaign}").content.decode()
    assert "检查完成0次，检查中1次" in page
    assert "“已检查”只计检查已完成的企业" in page
    visit(world, campaign, world.enterprise)
    got = queries.campaign_progress(scope, held, NOW)
    assert (got.inspected, got.inspections, got.going_on) == (1, 1, 0)
    if blanket:
        grid = world.client("town").get(f"/inspection/campaigns/{campaign}/grid").content.decode()
        assert "只计检查已完成的企业" in grid
