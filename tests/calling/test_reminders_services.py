"""The reminder run: who is told, once; what is withdrawn; restarts, sleeps, extensions, hand-overs, clocks that jump."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from anlan.accounts.services.deputies import deputy_set
from anlan.accounts.services.posts import post_end
from anlan.calling import queries
from anlan.calling.models import Notice
from anlan.calling.services.notices import KEPT, notices_read, notices_read_all, notices_tidy
from anlan.calling.services.reminders import RunResult, matter_refresh
from anlan.kernel.errors import NotFound
from anlan.platform.journal.models import JournalEntry, Node
from anlan.platform.scheduler import Runner
from calling.factories import DUE, close, extend, local, order, run, submit, told
from inspection.factories import World

pytestmark = pytest.mark.django_db
ITEM, ALONE = "item", "single"


def listed(world: World, role: str, unread: bool = True) -> list[tuple[str, str, str]]:
    page = queries.notice_list(world.scope[role], unread=unread)
    return [(view.form, view.title, view.text) for view in page.items]


def test_a_hazard_far_from_its_deadline_is_nobodys_reminder(world: World) -> None:
    order(world)
    assert run(local(12)) == RunResult(sent=0, withdrawn=0, digests=0, unreached=0)


def test_the_life_of_a_deadline_reaches_higher_and_higher(world: World) -> None:
    key = order(world)
    seen = {}
    for day in (13, 19, 20, 21, 23, 27):
        run(local(day))
        seen[day] = {r: [s for s, _ in told(world, r, key)] for r in ("enterprise", "town", "supervision", "leader")}
    nobody: list[str] = []
    assert seen == {
        13: {"enterprise": ["before_7"], "town": nobody, "supervision": nobody, "leader": nobody},
        19: {"enterprise": ["before_1"], "town": ["before_1"], "supervision": nobody, "leader": nobody},
        20: {"enterprise": ["last_day"], "town": ["last_day"], "supervision": nobody, "leader": nobody},
        21: {"enterprise": ["over_1"], "town": ["over_1"], "supervision": ["over_1"], "leader": nobody},
        23: {"enterprise": ["over_3"], "town": ["over_3"], "supervision": ["over_3"], "leader": nobody},
        27: {"enterprise": ["over_7"], "town": ["over_7"], "supervision": ["over_7"], "leader": ["over_7"]},
    }


def test_nobody_outside_the_matter_is_told(world: World) -> None:
    order(world)
    run(local(27))
    outside = ("other_town", "other_office", "other_enterprise", "enforcement", "expert", "auditor", "admin", "grid")
    assert {role: told(world, role) for role in outside} == {role: [] for role in outside}


def test_a_second_run_says_and_changes_nothing(world: World) -> None:
    order(world)
    first = run(local(21))
    before = list(Notice.objects.order_by("pk").values())
    assert (first.sent, first.digests) == (4, 4)  # the enterprise, two officers of the town, the office
    assert run(local(21, 9, 10)) == RunResult(0, 0, 0, 0)
    assert list(Notice.objects.order_by("pk").values()) == before


def test_an_overdue_major_reaches_leader_and_office_at_midnight_by_itself(world: World) -> None:
    key = order(world, major=True)
    run(local(20, 23, 55))
    run(local(21, 0, 5))
    assert told(world, "leader", key) == [("major_overdue", ALONE)]
    assert told(world, "supervision", key) == [("major_overdue", ALONE)]
    assert listed(world, "leader") == [
        ("single", "测试甲机械有限公司：车间安全出口堆放杂物", "已逾期1天（期限2026-03-20），请立即办理。")
    ]


def test_after_a_sleep_of_ten_days_each_hears_once_of_how_it_stands(world: World) -> None:
    key = order(world)
    run(local(12))
    result = run(local(30))
    assert told(world, "enterprise") == [("over_7", ITEM)]
    assert told(world, "leader", key) == [("over_7", ITEM)]
    assert (result.sent, result.withdrawn) == (5, 0)
    assert Notice.objects.exclude(form="digest").count() == 5


def test_an_extension_takes_back_what_was_said_and_begins_anew(world: World) -> None:
    key = order(world)
    run(local(19))
    extend(key, date(2026, 4, 10), local(19, 12))
    result = run(local(19, 12, 10))
    assert (result.sent, result.withdrawn) == (0, 3)
    assert listed(world, "enterprise") == []
    assert [v.why for v in queries.notice_list(world.scope["enterprise"]).items] == ["事项已办"]
    run(local(20))
    assert told(world, "enterprise") == []
    run(local(3, month=4))
    assert told(world, "enterprise") == [("before_7", ITEM)]


def test_a_deadline_that_moves_and_moves_back_puts_the_same_notice_back(world: World) -> None:
    key = order(world)
    run(local(21))
    extend(key, date(2026, 4, 10), local(21, 12))
    run(local(21, 12, 10))
    extend(key, DUE, local(21, 13))
    run(local(21, 13, 10))
    rows = Notice.objects.filter(post_id=world.county.post["enterprise"]).exclude(form="digest")
    assert [(n.step.partition("@")[0], n.withdrawn_at) for n in rows] == [("over_1", None)]


def test_nothing_is_said_after_closing_and_what_was_said_is_taken_back(world: World) -> None:
    key = order(world)
    run(local(21))
    close(world, key, local(22))
    assert matter_refresh(subject=f"inspection.hazard/{key}", now=local(22, 9, 1)) == 4
    assert listed(world, "town") == []
    assert run(local(30)) == RunResult(0, 0, 0, 0)
    assert {role: told(world, role) for role in ("enterprise", "town", "supervision", "leader")} == {
        "enterprise": [], "town": [], "supervision": [], "leader": [],
    }  # fmt: skip


def test_the_journal_withdraws_as_soon_as_the_closing_is_committed(
    world: World, django_capture_on_commit_callbacks
) -> None:
    key = order(world)
    run(local(21))
    with django_capture_on_commit_callbacks(execute=True):
        submit(world, key, local(21, 10))
    assert told(world, "enterprise") == []


def test_what_the_enterprise_has_handed_in_waits_for_the_officers_and_is_not_its_delay(world: World) -> None:
    key = order(world)
    submit(world, key, local(18))
    assert run(local(27)) == RunResult(0, 0, 0, 0)


def test_until_the_withdrawal_a_closed_matter_is_shown_as_settled(world: World) -> None:
    key = order(world, major=True)
    run(local(21, 0, 5))
    close(world, key, local(21, 1))
    view = queries.notice_list(world.scope["leader"]).items[0]
    assert (view.state, view.why) == ("withdrawn", "事项已办")


def test_one_digest_a_day_with_the_sums_of_its_items(world: World) -> None:
    order(world)
    order(world, due=date(2026, 3, 21))
    run(local(21))
    order(world, due=date(2026, 3, 28), now=local(20))
    run(local(21, 15))
    assert listed(world, "enterprise") == [("digest", "2026-03-21提醒：2件事项", "逾期1件，今天到期1件，临近期限0件。")]
    run(local(22))
    assert [title for _, title, _ in listed(world, "enterprise")] == [
        "2026-03-22提醒：2件事项",
        "2026-03-21提醒：1件事项",
    ]


def test_a_digest_of_which_nothing_is_left_is_withdrawn(world: World) -> None:
    key = order(world)
    run(local(13))
    assert queries.unread_count(world.scope["enterprise"]) == 1
    submit(world, key, local(14))
    matter_refresh(subject=f"inspection.hazard/{key}", now=local(14))
    assert queries.unread_count(world.scope["enterprise"]) == 0


def test_a_clock_that_jumped_ahead_is_put_right_without_saying_anything_twice(world: World) -> None:
    key = order(world)
    run(local(13))
    run(local(30, month=6))
    assert [s for s, _ in told(world, "leader", key)] == ["over_7+13"]
    run(local(13, 9, 20))
    assert told(world, "leader") == []
    assert told(world, "enterprise") == [("before_7", ITEM)]
    run(local(27))
    rows = Notice.objects.filter(post_id=world.county.post["leader"]).exclude(form="digest").order_by("pk")
    assert [(n.step.partition("@")[0], n.withdrawn_why) for n in rows] == [("over_7+13", "moved"), ("over_7", "")]


def test_whoever_takes_over_a_post_takes_over_its_reminders(world: World) -> None:
    order(world)
    run(local(21))
    county = world.county
    taken = county.add("heir", role="supervision", organisation="安全生产基础科", name="继任", now=local(21, 10))
    post_end(
        scope=county.scope["admin"], id=county.post["supervision"], reason="调任", successor_id=county.post["heir"],
        now=local(21, 11), base=None,
    )  # fmt: skip
    run(local(22))
    assert taken.office == county.office
    assert (told(world, "supervision"), told(world, "heir")) == ([], [("over_1", ITEM)])


def test_a_deputy_reads_the_inbox_of_the_post_and_stands_there_as_reader(world: World) -> None:
    county = world.county
    order(world, major=True)
    run(local(21, 0, 5))
    values = {
        "post_id": county.post["leader"], "person_id": county.person["enforcement"], "starts_on": "2026-03-21",
        "until_on": "2026-03-25", "reason": "出差",
    }  # fmt: skip
    deputy_set(scope=county.scope["admin"], values=values, now=local(21, 0, 10))
    acting = replace(
        county.scope["leader"], person=county.person["enforcement"], on_behalf_of=county.person["leader"]
    )  # fmt: skip
    view = queries.notice_list(acting, unread=True).items[0]
    assert notices_read(scope=acting, notice_ids=[view.id], now=local(21, 8)) == 1
    seen = queries.notice_list(county.scope["leader"]).items[0]
    assert (seen.state, seen.read_by) == ("read", county.person["enforcement"])


def test_an_enterprise_without_an_officer_is_its_towns_matter(world: World) -> None:
    county = world.county
    order(world)
    post_end(
        scope=county.scope["admin"], id=county.post["enterprise"], reason="离职", successor_id=county.post["town"],
        now=local(3), base=None,
    )  # fmt: skip
    run(local(13))
    assert told(world, "town") == [("before_7", ITEM)]


def test_a_digest_is_read_with_all_its_items(world: World) -> None:
    order(world)
    run(local(21))
    view = queries.notice_list(world.scope["town"]).items[0]
    assert notices_read(scope=world.scope["town"], notice_ids=[view.id], now=local(21, 10)) == 1
    assert notices_read(scope=world.scope["town"], notice_ids=[view.id], now=local(21, 11)) == 0
    rows = Notice.objects.filter(post_id=world.county.post["town"])
    assert {(n.form, n.read_at, n.read_by) for n in rows} == {
        (form, local(21, 10), world.county.person["town"]) for form in ("item", "digest")
    }


def test_nobody_reads_or_marks_anothers_notice(world: World) -> None:
    order(world)
    run(local(21))
    view = queries.notice_list(world.scope["town"]).items[0]
    for role in ("leader", "admin", "other_town", "town_second", "enterprise"):
        scope = world.scope[role]
        with pytest.raises(NotFound, match="calling.notice.not_found"):
            notices_read(scope=scope, notice_ids=[view.id], now=local(21, 10))
        with pytest.raises(NotFound, match="calling.notice.not_found"):
            queries.notice_get(scope, view.id)
        assert notices_read_all(scope=replace(scope, post=""), until=view.id, now=local(21, 10)) == 0
    assert Notice.objects.filter(read_at__isnull=False).count() == 0


def test_one_foreign_notice_among_ones_own_marks_none(world: World) -> None:
    order(world)
    run(local(21))
    mine = queries.notice_list(world.scope["town"]).items[0]
    theirs = queries.notice_list(world.scope["supervision"]).items[0]
    with pytest.raises(NotFound):
        notices_read(scope=world.scope["town"], notice_ids=[mine.id, theirs.id], now=local(21, 10))
    assert queries.unread_count(world.scope["town"]) == 1


def test_a_matter_that_left_the_readers_scope_is_shown_without_name_or_page(world: World) -> None:
    order(world, major=True)
    run(local(21, 0, 5))
    elsewhere = replace(world.scope["leader"], region="331004")
    view = queries.notice_list(elsewhere).items[0]
    assert (view.title, view.url, view.due_at) == ("", "", None)
    assert view.text == "该事项已不在您的管辖范围内，内容不再显示。"


def test_marking_all_stops_at_the_newest_that_was_shown(world: World) -> None:
    order(world, major=True)
    run(local(21, 0, 5))
    shown = queries.notice_list(world.scope["leader"]).items[0].id
    order(world, due=date(2026, 3, 22), major=True)
    run(local(23, 0, 5))
    assert notices_read_all(scope=world.scope["leader"], until=shown, now=local(23, 1)) == 1
    assert queries.unread_count(world.scope["leader"]) == 1


def test_pages_of_the_inbox_follow_each_other_without_gap(world: World) -> None:
    for _ in range(3):
        order(world, major=True)
    run(local(21, 0, 5))
    first = queries.notice_list(world.scope["leader"], limit=2)
    second = queries.notice_list(world.scope["leader"], limit=2, after=first.after)
    numbers = [view.id for view in (*first.items, *second.items)]
    assert (len(numbers), numbers, second.after) == (3, sorted(numbers, reverse=True), None)


def test_a_town_server_below_takes_its_own_reminders(world: World) -> None:
    order(world)
    Node.objects.create(id="331003001a", own=0, region="331003001000")
    assert run(local(21)) == RunResult(0, 0, 0, 0)


def test_reminders_are_no_entries(world: World) -> None:
    order(world)
    before = JournalEntry.objects.count()
    run(local(27))
    assert JournalEntry.objects.count() == before


def test_the_job_says_what_it_did(world: World) -> None:
    from anlan.platform.catalogue import CATALOGUE

    order(world)
    runner = Runner({"calling.reminders": CATALOGUE.jobs["calling.reminders"]}, now=lambda: local(21))
    runner.turn()
    from anlan.platform.scheduler.models import JobRun

    assert JobRun.objects.get(job="calling.reminders").result == "发出提醒4条，撤回0条，每日汇总4份；无人接收0处。"


def test_old_withdrawn_notices_are_forgotten_and_standing_ones_kept(world: World) -> None:
    key = order(world)
    run(local(13))
    run(local(21))
    assert notices_tidy(now=local(21) + KEPT + timedelta(minutes=1)) == 2  # the item and its digest
    assert told(world, "enterprise", key) == [("over_1", ITEM)]
