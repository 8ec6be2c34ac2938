"""The numbers of a campaign agree with each other: the inspected are of the targets, others are shown beside them."""

from __future__ import annotations

import pytest

from anlan.inspection import queries
from anlan.inspection.services.inspections import inspection_start
from inspection.factories import NOW, REGISTRAR, World
from registry.factories import make_enterprise

pytestmark = pytest.mark.django_db


def test_who_is_no_target_is_not_among_the_inspected(world: World) -> None:
    target = make_enterprise(REGISTRAR, 40, name="大型机械厂", region="331003001001", scale="大型")
    make_enterprise(REGISTRAR, 41, name="大型化工厂", region="331003001001", scale="大型")
    campaign = world.campaign("大型企业检查", target_scale="large")
    for firm in (target, world.enterprise):
        inspection_start(
            scope=world.scope["town"], enterprise_id=firm, checklist_id=world.checklist(), campaigns=[campaign],
            officers=(world.mate,), now=NOW,
        )  # fmt: skip
    scope = world.scope["town"]
    held = queries.campaign_get(scope, campaign)
    got = queries.campaign_progress(scope, held, NOW)
    assert (got.targets, got.inspected, got.others, got.inspections) == (2, 1, 1, 2)
    rows = queries.campaign_towns(scope, held, NOW)
    assert [(r.town, r.targets, r.inspected, r.rate_ratio) for r in rows] == [("331003001", 2, 1, 0.5)]
    page = world.client("town").get(f"/inspection/campaigns/{campaign}").content.decode()
    assert "检查2次，另检查对象以外企业1家" in page
    assert len(queries.campaign_waiting(scope, held)) == 1
