"""The named second officer hears at once, once; what the ledger and the leaders' page say of his answer; odd cases."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from anlan.accounts.services.accounts import account_disable
from anlan.accounts.services.posts import post_end
from anlan.calling.models import Notice
from anlan.calling.services.reminders import reminders_run
from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.ledgers import HAZARDS
from anlan.inspection.models import Hazard
from anlan.inspection.queries.co_reviews import co_reviews_unconfirmed
from anlan.inspection.services.co_reviews import hazard_co_confirm, hazard_dispute
from anlan.inspection.services.dismissals import MergeInput, hazard_merge
from anlan.inspection.services.doubts import ConfirmInput, RejectInput, hazard_confirm, hazard_reject
from anlan.inspection.services.hazards import StepInput, SubmitInput, hazard_close, hazard_submit
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.inspection.todos import TODOS
from anlan.kernel.deadlines import local_date
from anlan.platform import clock
from anlan.platform.journal import corrections
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.ledger.filters import read_ask
from anlan.platform.ledger.workbook.export import export_csv, export_xlsx
from anlan.platform.scope import Scope
from inspection.factories import NOW, World
from inspection.listing_samples import applied

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CLOSED = NOW + 2 * DAY
REASON = "当日未到现场，不了解整改情况"
Commits = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def second(world: World) -> Scope:
    return world.scope["town_second"]


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Commits:
    """Within it, what follows a commit is done, as on a server."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def standing(key: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(subject=f"inspection.hazard/{key}", topic="inspection.co_review", withdrawn_at=None)
    return [(str(n.post_id), n.step.partition("@")[0]) for n in rows]


def close(world: World, key: str, now: Any = CLOSED, role: str = "town") -> None:
    with clock.frozen(now):
        hazard_close(scope=world.scope[role], item=world.closing(key, role), now=now)


def todo(scope: Scope, now: Any) -> int:
    return int(next(t for t in TODOS if t.id == "inspection.to_co_confirm").items(scope, now, 5)[1])


def test_the_notice_is_there_when_the_closing_is_and_is_not_made_twice(
    world: World, second: Scope, commits: Commits
) -> None:
    key = world.submitted()
    with clock.frozen(CLOSED), commits():
        close(world, key)
    assert standing(key) == [(second.post, "named")]
    (notice,) = Notice.objects.filter(subject=f"inspection.hazard/{key}", topic="inspection.co_review")
    assert (notice.form, notice.made_at) == ("single", CLOSED)
    reminders_run(now=CLOSED + MINUTE)
    assert rebuild(check=True, shuffle=5).differences == 0
    reminders_run(now=CLOSED + 10 * MINUTE)
    held = Notice.objects.filter(subject=f"inspection.hazard/{key}", topic="inspection.co_review")
    assert [(n.pk, n.withdrawn_at) for n in held] == [(notice.pk, None)]


def test_a_closing_taken_back_withdraws_the_notice_and_the_next_one_tells_anew(
    world: World, second: Scope, commits: Commits
) -> None:
    key = world.submitted()
    with clock.frozen(CLOSED), commits():
        close(world, key)
    with clock.frozen(CLOSED + MINUTE), commits():
        hazard_withdraw(scope=world.scope["town"], item=StepInput(hazard_id=key), now=CLOSED + MINUTE)
    assert standing(key) == []
    with clock.frozen(CLOSED + 2 * MINUTE), commits():
        close(world, key, CLOSED + 2 * MINUTE)
    assert standing(key) == [(second.post, "named")]


def test_a_confirmation_taken_back_asks_again_at_once(world: World, second: Scope, commits: Commits) -> None:
    key = world.submitted()
    with clock.frozen(CLOSED), commits():
        close(world, key)
    with clock.frozen(CLOSED + MINUTE), commits():
        hazard_co_confirm(scope=second, item=StepInput(hazard_id=key), now=CLOSED + MINUTE)
    assert (standing(key), Hazard.objects.get(pk=key).co_review) == ([], "confirmed")
    with clock.frozen(CLOSED + 2 * MINUTE), commits():
        hazard_withdraw(scope=second, item=StepInput(hazard_id=key), now=CLOSED + 2 * MINUTE)
    assert (standing(key), Hazard.objects.get(pk=key).co_review) == ([(second.post, "named")], "waiting")


def test_after_doubtful_photos_he_is_asked_when_the_closing_stands(
    world: World, second: Scope, commits: Commits
) -> None:
    before = world.photo("town")
    key = world.submitted(photos=(before,))
    with clock.frozen(CLOSED), commits():
        hazard_close(scope=world.scope["town"], item=world.closing(key, photos=(before,)), now=CLOSED)
    assert (Hazard.objects.get(pk=key).co_review, standing(key)) == ("", [])
    with clock.frozen(CLOSED + DAY), commits():
        item = ConfirmInput(hazard_id=key, note="已到现场核实")
        hazard_confirm(scope=world.scope["supervision"], item=item, now=CLOSED + DAY)
    assert (Hazard.objects.get(pk=key).co_review, standing(key)) == ("waiting", [(second.post, "named")])


def test_after_an_objection_nobody_is_asked_until_the_next_closing(
    world: World, second: Scope, commits: Commits
) -> None:
    key = world.closed()
    hazard_dispute(scope=second, item=StepInput(hazard_id=key, note=REASON), now=CLOSED + DAY)
    other = world.scope["supervision"]
    with clock.frozen(CLOSED + DAY), commits():
        hazard_confirm(scope=other, item=ConfirmInput(hazard_id=key, note="整改到位"), now=CLOSED + DAY)
    assert (Hazard.objects.get(pk=key).co_review, standing(key)) == ("disputed", [])
    again = world.closed()
    hazard_dispute(scope=second, item=StepInput(hazard_id=again, note=REASON), now=CLOSED + DAY)
    hazard_reject(scope=other, item=RejectInput(hazard_id=again, note="未整改到位"), now=CLOSED + DAY)
    done = SubmitInput(hazard_id=again, note="已重新整改", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=done, now=CLOSED + DAY)
    with clock.frozen(CLOSED + 2 * DAY), commits():
        close(world, again, CLOSED + 2 * DAY)
    assert (Hazard.objects.get(pk=again).co_review, standing(again)) == ("waiting", [(second.post, "named")])


def _four(world: World, second: Scope) -> dict[str, str]:
    """Hazard numbers by what the ledger has to say twelve days after the first closing."""
    keys = {"逾期未确认": world.closed(), "已确认": world.closed(), "有异议": world.closed()}
    keys["待确认"] = world.closed(now=NOW + 10 * DAY)
    keys[""] = world.ordered()
    hazard_co_confirm(scope=second, item=StepInput(hazard_id=keys["已确认"]), now=CLOSED + DAY)
    hazard_dispute(scope=second, item=StepInput(hazard_id=keys["有异议"], note=REASON), now=CLOSED + DAY)
    return {Hazard.objects.get(pk=key).number: label for label, key in keys.items()}


def test_the_ledger_says_what_the_second_officer_said_in_excel_and_csv(world: World, second: Scope) -> None:
    expected, now, scope = _four(world, second), CLOSED + 12 * DAY, world.scope["leader"]
    with clock.frozen(now):
        text = b"".join(export_csv(scope, HAZARDS, read_ask(HAZARDS, {}), now=now)).decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(text)))
        assert {line["隐患编号"]: line["同行复查人确认"] for line in lines} == expected
        book = openpyxl.load_workbook(io.BytesIO(b"".join(export_xlsx(scope, HAZARDS, read_ask(HAZARDS, {}), now=now))))
    head, *rows = book.active.iter_rows(values_only=True)
    number, said = head.index("隐患编号"), head.index("同行复查人确认")
    assert {row[number]: row[said] or "" for row in rows} == expected


def test_the_leaders_figure_leads_to_exactly_its_hazards_in_scope(world: World, second: Scope) -> None:
    _four(world, second)
    today = local_date(CLOSED + 12 * DAY)
    count, url = co_reviews_unconfirmed(world.scope["leader"], today - 365 * DAY)
    assert count == 2
    assert co_reviews_unconfirmed(world.scope["other_office"], today - 365 * DAY)[0] == 0
    with clock.frozen(CLOSED + 12 * DAY):
        page = world.client("leader").get("/inspection/leaders").content.decode()
        assert f'href="{url.replace("&", "&amp;")}"' in page
        for role, shown in (("leader", 2), ("other_office", 0), ("town", 2)):
            rows = world.client(role).get(url).content.decode()
            assert re.findall(r"共 (\d+) 条", rows)[:1] == [str(shown)], role
        late = world.client("leader").get(f"{url}&closed_at_to=2026-03-05").content.decode()
        assert re.findall(r"共 (\d+) 条", late)[:1] == ["1"]


def test_of_merged_hazards_only_the_one_that_stays_asks(world: World, second: Scope, commits: Commits) -> None:
    stays, ends = world.submitted(), world.found()
    item = MergeInput(hazard_id=ends, into=stays, note="同一处重复登记")
    hazard_merge(scope=world.scope["town"], item=item, now=NOW + DAY)
    with clock.frozen(CLOSED), commits():
        close(world, stays)
    assert (standing(stays), standing(ends)) == ([(second.post, "named")], [])
    with pytest.raises(StepRefused):
        hazard_co_confirm(scope=second, item=StepInput(hazard_id=ends), now=CLOSED)
    hazard_co_confirm(scope=second, item=StepInput(hazard_id=stays), now=CLOSED)
    assert [Hazard.objects.get(pk=key).co_review for key in (stays, ends)] == ["confirmed", ""]


def test_a_redacted_closing_is_still_answered(world: World, second: Scope) -> None:
    key = world.closed()
    sid = Head.objects.get(subject=f"inspection.hazard/{key}").sid
    entry = str(JournalEntry.objects.get(sid=sid, kind="inspection.hazard.closed").pk)
    by = Scope("p", "q", "", frozenset({"platform.redact"}), "331003")
    corrections.redact(
        scope=by, entries=[entry], reason="照片含无关人员", basis="个人信息保护法第四十七条", now=CLOSED + DAY
    )
    held = Hazard.objects.get(pk=key)
    assert (held.review_note, held.co_reviewer, held.co_review) == ("", second.person, "waiting")
    hazard_co_confirm(scope=second, item=StepInput(hazard_id=key), now=CLOSED + DAY)
    with clock.frozen(CLOSED + DAY):
        assert "孔达（已确认 2026-03-05 10:00）" in world.client("town").get(f"/inspection/hazards/{key}").content.decode()
    assert rebuild(check=True).differences == 0


def test_a_person_who_is_not_known_here_is_said_to_be_unknown(world: World) -> None:
    key = world.closed()
    Hazard.objects.filter(pk=key).update(co_reviewer="019b7711-9680-759a-a936-00000000dead")
    with clock.frozen(CLOSED + DAY):
        page = world.client("town").get(f"/inspection/hazards/{key}").content.decode()
    assert "姓名不详（待确认）" in page


def test_of_an_officer_who_has_left_nobody_is_told_and_the_figure_says_so(
    world: World, second: Scope, commits: Commits
) -> None:
    key, early = world.submitted(), world.submitted()
    with clock.frozen(CLOSED), commits():
        close(world, early)
    assert standing(early) == [(second.post, "named")]
    admin = world.scope["admin"]
    post_end(scope=admin, id=second.post, reason="调离", successor_id=world.scope["town"].post, now=CLOSED, base=None)
    with pytest.raises(StepRefused) as error:
        close(world, key)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.close.co_reviewer_unknown"]
    reminders_run(now=CLOSED + MINUTE)
    assert standing(early) == []
    assert co_reviews_unconfirmed(world.scope["leader"], local_date(NOW))[0] == 1
    assert queries.hazard_get(world.scope["leader"], early).co_review == "waiting"


def test_whose_account_was_closed_keeps_the_notice_and_cannot_answer(
    world: World, second: Scope, commits: Commits
) -> None:
    key = world.submitted()
    with clock.frozen(CLOSED), commits():
        close(world, key)
    account = world.county.account["town_second"]
    account_disable(scope=world.scope["admin"], id=str(account.pk), reason="停用", now=CLOSED)
    assert (standing(key), todo(second, CLOSED)) == ([(second.post, "named")], 1)
    client = world.client("town")
    client.logout()
    answer = client.post("/login", {"username": account.username, "password": world.county.password})
    assert answer.status_code != 302
    assert client.get(f"/inspection/hazards/{key}").status_code == 302
    assert co_reviews_unconfirmed(world.scope["leader"], local_date(NOW))[0] == 1


def test_nobody_objects_to_a_closing_that_two_officers_have_looked_at_again(world: World) -> None:
    case = applied(world)
    hazard = case.hazard_row
    role = next(r for r, person in world.county.person.items() if person == hazard.co_reviewer)


    def offered() -> list[str]:
        found = queries.hazard_actions(world.scope[role], case.hazard_row, case.now)
        return [v.code for view in found if view.id == "dispute" for v in view.reasons]

    assert offered() == []
    case.unlist()
    assert offered() == ["inspection.hazard.co_review.unlisted"]
    with pytest.raises(StepRefused) as refused:
        item = StepInput(hazard_id=case.hazard, note="当日未到现场")
        hazard_dispute(scope=world.scope[role], item=item, now=case.now)
    assert [v.code for v in refused.value.violations] == ["inspection.hazard.co_review.unlisted"]
    assert case.hazard_row.state == "closed"
