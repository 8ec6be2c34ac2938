"""Who is told of a listing, and when: 我的待办, reminders of follow-ups and deadlines, and the enterprise's move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from anlan.inspection.models import Listing
from anlan.inspection.panels import PANELS
from anlan.inspection.queries import listing_due
from anlan.inspection.reminders import REMINDERS
from anlan.inspection.rules.reminder import FOLLOW_REMINDERS, LISTING_REMINDERS
from anlan.inspection.services.upkeep import enterprise_rescope
from anlan.inspection.todos import TODOS
from anlan.platform.journal.rebuild import rebuild
from anlan.registry.services.enterprises import enterprise_office_assign
from inspection.factories import REGISTRAR, World
from inspection.listing_samples import Listed, applied, listed, major

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def todo(case: Listed, role: str, word: str, now: datetime | None = None) -> list[tuple[str, bool]]:
    items = next(t for t in TODOS if t.id == f"inspection.listing_{word}").items
    found, total = items(case.world.scope[role], now or case.now, 5)
    assert len(found) == total
    return [(item.url, item.overdue) for item in found]


def test_each_step_waits_for_its_person(world: World) -> None:
    case = major(world)
    case.propose()
    url = f"/inspection/listings/{case.key}"
    assert (todo(case, "leader", "to_sign"), todo(case, "supervision", "to_sign")) == ([(url, False)], [])
    case.sign()
    assert todo(case, "leader", "to_sign") == []
    assert todo(case, "town", "to_visit") == []
    assert todo(case, "town", "to_visit", case.now + 13 * DAY) == [(url, False)]
    assert todo(case, "town", "to_visit", case.now + 16 * DAY) == [(url, True)]
    assert todo(case, "enforcement", "to_visit", case.now + 16 * DAY) == []
    case.close()
    assert [todo(case, role, "to_apply") for role in ("enterprise", "town", "leader")] == [[(url, False)]] * 2 + [[]]
    case.apply()
    assert todo(case, "enterprise", "to_apply") == []
    assert (todo(case, "supervision", "to_judge"), todo(case, "town", "to_judge")) == ([(url, False)], [])
    case.unlist()
    assert todo(case, "supervision", "to_judge") == []


def test_a_missed_follow_up_and_the_deadline_are_reminded_of_until_the_closing(world: World) -> None:
    case = listed(world)
    follow, due = f"inspection.listing/{case.key}", f"inspection.hazard/{case.hazard}"
    assert [(m.subject, m.due_at, m.major) for m in listing_due.listings_following()] == [
        (follow, datetime(2026, 3, 17, 15, 59, 59, tzinfo=UTC), True)
    ]
    assert [(m.subject, m.due_at) for m in listing_due.listings_due([due])] == [
        (due, datetime(2026, 3, 20, 15, 59, 59, tzinfo=UTC))
    ]
    lines = listing_due.follow_lines(world.scope["town"], [follow])
    assert (lines[follow].url, lines[follow].title) == (
        f"/inspection/listings/{case.key}",
        "测试甲机械有限公司：车间安全出口堆放杂物",
    )
    assert listing_due.follow_lines(world.scope["other_town"], [follow]) == {}
    assert listing_due.due_lines(world.scope["leader"], [due])[due].due_at == case.row.due_at
    case.close()
    assert list(listing_due.listings_due()) == []
    assert listing_due.due_lines(world.scope["leader"], [due])[due].due_at is None
    case.apply()
    assert list(listing_due.listings_following()) == []
    assert listing_due.follow_lines(world.scope["town"], [follow])[follow].due_at is None


def test_the_leader_hears_of_an_overdue_listing_at_once_and_of_a_missed_visit_on_the_third_day() -> None:
    leader = [(s.id, s.days, s.urgent) for s in LISTING_REMINDERS[0].steps if "leader" in s.to]
    assert leader == [("last_day", 0, False), ("overdue", None, True), ("over_3", 3, False)]
    assert [(s.id, s.days) for s in FOLLOW_REMINDERS[0].steps if "leader" in s.to] == [("over_3", 3)]
    assert {r.id: r.subject for r in REMINDERS if "listing" in r.id} == {
        "inspection.listing_follow": "inspection.listing",
        "inspection.listing_due": "inspection.hazard",
    }


def test_the_enterprise_s_page_shows_its_listings(world: World) -> None:
    case = applied(world)
    panel = next(p for p in PANELS if p.id == "inspection.enterprise_listings")
    rows, total = panel.rows(world.scope["town"], world.enterprise, 5)
    assert [(r.url, r.state, r.tone) for r in rows] == [(f"/inspection/listings/{case.key}", "申请摘牌", "warn")]
    assert (total, panel.rows(world.scope["other_town"], world.enterprise, 5)) == (1, ([], 0))


def test_a_listing_follows_its_enterprise_to_another_office(world: World) -> None:
    case = listed(world)
    enterprise_office_assign(
        scope=REGISTRAR, enterprise_id=world.enterprise, office_id=world.county.other_office, base=None, now=case.now
    )
    enterprise_rescope(enterprise_id=world.enterprise, now=case.now)
    assert str(Listing.objects.get().office_id) == world.county.other_office
    assert rebuild(check=True).differences == 0
