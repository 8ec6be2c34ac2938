from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.inspection.services.hazards import ReturnInput, hazard_return, hazard_tag
from anlan.inspection.services.inspections import ItemAnswer, inspection_item_set, inspection_start
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_rows_equal_the_folded_journal_in_any_order_of_arrival(world: World, seed: int | None) -> None:
    world.closed()
    key = world.submitted()
    back = ReturnInput(hazard_id=key, note="不合格", days=3, photos=(world.photo("town"),))
    hazard_return(scope=world.scope["town"], item=back, now=NOW + timedelta(days=3))
    campaign = world.campaign("春雷行动")
    hazard_tag(scope=world.scope["town"], hazard_ids=[key], campaign_id=campaign, now=NOW + timedelta(days=4))
    visit = inspection_start(
        scope=world.scope["town"],
        enterprise_id=world.enterprise,
        checklist_id=world.checklist(),
        officers=[world.mate],
        now=NOW + timedelta(days=4),
    )
    answer = ItemAnswer("ty-01", "hazard", "未明确岗位责任", photos=(world.photo("town"),))
    inspection_item_set(scope=world.scope["town"], inspection_id=visit, answer=answer, now=NOW + timedelta(days=4))
    found = rebuild(check=True, shuffle=seed)
    assert (found.differences, found.different) == (0, [])
