"""A closing with doubtful photos goes to a further officer, who confirms or rejects it; nobody decides on his own review."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.doubting import Doubt
from anlan.inspection.services.doubts import ConfirmInput, RejectInput, hazard_confirm, hazard_reject
from anlan.inspection.services.hazards import (
    HazardInput,
    OrderInput,
    StepInput,
    SubmitInput,
    hazard_close,
    hazard_order,
    hazard_report,
    hazard_submit,
    hazards_close,
)
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.inspection.todos import TODOS
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import NotAllowed
from anlan.platform import attachments
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import NOW, World
from pictures import cropped, jpeg, scene, smaller

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
HERE = (121.2621, 28.6502)


def keep(world: World, role: str, image: Image.Image, **facts: Any) -> str:
    data = jpeg(image, **facts)
    return attachments.store(data, "p.jpg", scope=world.scope[role], now=NOW).sha256


def row(key: str) -> Hazard:
    return Hazard.objects.get(pk=key)


def findings(key: str) -> list[str]:
    """The kinds of findings of the last entry."""
    entry = queries.history_of(row(key))[1][-1]
    return [f["kind"] for f in entry.data.get("doubts") or ()]


def close(world: World, key: str, photo: str, **values: Any) -> None:
    item = world.closing(key, photos=(photo,), **values)
    hazard_close(scope=world.scope["town"], item=item, now=NOW + 2 * DAY)


def doubted(world: World) -> str:
    """A hazard that the town's two officers tried to close with the photo of another hazard, made smaller."""
    world.found(photos=(keep(world, "town", scene(1)),))
    key = world.submitted()
    close(world, key, keep(world, "town", smaller(scene(1)), quality=60))
    return key


def count(scope: Any, todo: str) -> int:
    return next(t for t in TODOS if t.id == todo).items(scope, NOW + 3 * DAY, 10)[1]


@pytest.mark.parametrize("way", [lambda i: i, smaller, cropped], ids=["re-encoded", "resized", "cropped"])
def test_a_copy_of_another_hazard_s_photo_leads_to_a_second_review(world: World, way: Any) -> None:
    other = world.found(photos=(keep(world, "town", scene(1)),))
    key = world.submitted()
    copy = keep(world, "town", way(scene(1)), quality=55)
    close(world, key, copy)
    hazard = row(key)
    assert (hazard.state, hazard.closed_at, hazard.closed_by) == ("doubted", None, "")
    assert (hazard.doubted_by, hazard.co_reviewer) == (world.county.person["town"], world.county.person["town_second"])
    assert findings(key) == ["other_look"]
    shown = queries.doubt_views(world.scope["supervision"], hazard, queries.history_of(hazard)[1])
    assert [(d.photo, d.hazard_id, d.number) for d in shown] == [(copy, other, row(other).number)]


def test_the_same_file_in_another_hazard_is_doubtful(world: World) -> None:
    photo = keep(world, "town", scene(1))
    world.found(photos=(photo,))
    key = world.submitted()
    close(world, key, photo)
    assert (row(key).state, findings(key)) == ("doubted", ["other_file"])


def test_one_photo_for_two_hazards_closed_together_is_doubtful(world: World) -> None:
    keys = [world.submitted(), world.submitted()]
    photo = keep(world, "town", scene(1))
    items = [world.closing(key, photos=(photo,)) for key in keys]
    hazards_close(scope=world.scope["town"], items=items, now=NOW + 2 * DAY)
    assert [(row(key).state, findings(key)) for key in keys] == [("doubted", ["other_file"])] * 2


@pytest.mark.parametrize("way", [lambda i: i, smaller], ids=["the same file", "resized"])
def test_one_photo_for_two_hazards_closed_at_once_is_doubtful(
    world: World, monkeypatch: pytest.MonkeyPatch, way: Any
) -> None:
    """A colleague closes another hazard with the photo after this closing was judged and before it is recorded."""
    one, two, image = world.submitted(), world.submitted(), scene(4)
    mine, theirs = keep(world, "town", way(image)), keep(world, "town", image)
    real = Doubt.holds

    def meanwhile(doubt: Doubt) -> bool:
        monkeypatch.setattr(Doubt, "holds", real)
        close(world, one, theirs)
        return real(doubt)

    monkeypatch.setattr(Doubt, "holds", meanwhile)
    close(world, two, mine)
    assert (row(one).state, row(two).state) == ("closed", "doubted")


def test_the_photo_of_the_finding_is_doubtful_at_the_review(world: World) -> None:
    before = keep(world, "town", scene(1))
    key = world.submitted(photos=(before,))
    close(world, key, before)
    assert (row(key).state, findings(key)) == ("doubted", ["before_file"])


def test_the_same_view_taken_again_closes_the_hazard(world: World) -> None:
    view = scene(1)
    key = world.submitted(photos=(keep(world, "town", view, taken_at=NOW - DAY, place=HERE),))
    mended = view.copy()
    mended.paste(scene(9).crop((0, 0, 150, 120)), (200, 150))
    close(world, key, keep(world, "town", mended, taken_at=NOW + 2 * DAY, place=HERE))
    assert (row(key).state, row(key).decided_by) == ("closed", "")


def test_a_photo_from_the_future_is_doubtful(world: World) -> None:
    key = world.submitted()
    close(world, key, keep(world, "town", scene(1), taken_at=NOW + 300 * DAY))
    assert (row(key).state, findings(key)) == ("doubted", ["after_recording"])
    assert (
        "晚于提交记录的时间"
        in queries.doubt_views(world.scope["supervision"], row(key), queries.history_of(row(key))[1])[0].text
    )


def test_capture_time_and_place_are_judged_where_the_photo_has_them(world: World) -> None:
    cases = {
        "before_order": {"taken_at": NOW - DAY},
        "far": {"taken_at": NOW + 2 * DAY, "place": (121.40, 28.65)},
    }
    for number, (kind, facts) in enumerate(cases.items(), start=20):
        key = world.submitted()
        close(world, key, keep(world, "town", scene(number), **facts))
        assert (row(key).state, findings(key)) == ("doubted", [kind])
    key = world.submitted()
    close(world, key, keep(world, "town", scene(30)))
    assert row(key).state == "closed"


def test_a_further_officer_confirms(world: World) -> None:
    key = doubted(world)
    item = ConfirmInput(hazard_id=key, note="到现场核对，照片系误传，整改属实", base=world.base(key))
    hazard_confirm(scope=world.scope["supervision"], item=item, now=NOW + 3 * DAY)
    hazard = row(key)
    assert (hazard.state, hazard.closed_at, hazard.decided_by) == (
        "closed", NOW + 3 * DAY, world.county.person["supervision"],
    )  # fmt: skip
    assert (hazard.closed_by, hazard.co_reviewer) == (world.county.person["town"], world.county.person["town_second"])
    assert hazard.decision_note == "到现场核对，照片系误传，整改属实"


def test_a_further_officer_rejects_and_the_enterprise_mends_again(world: World) -> None:
    key = doubted(world)
    item = RejectInput(hazard_id=key, note="照片为其他企业现场", days=5, base=world.base(key))
    hazard_reject(scope=world.scope["supervision"], item=item, now=NOW + 3 * DAY)
    hazard = row(key)
    assert (hazard.state, hazard.returned_count, hazard.return_reason) == ("ordered", 1, "照片为其他企业现场")
    assert (hazard.closed_at, hazard.due_unit, hazard.due_count) == (None, "days", 5)
    report = SubmitInput(hazard_id=key, note="重新整改", photos=(keep(world, "enterprise", scene(40)),))
    hazard_submit(scope=world.scope["enterprise"], item=report, now=NOW + 4 * DAY)
    item_again = world.closing(key, photos=(keep(world, "town", scene(41)),))
    hazard_close(scope=world.scope["town"], item=item_again, now=NOW + 5 * DAY)
    assert row(key).state == "closed"


def test_whoever_reviewed_or_mended_does_not_decide(world: World) -> None:
    key = doubted(world)
    second = replace(world.scope["town"], person=world.county.person["town_second"])
    deputy = replace(world.scope["supervision"], on_behalf_of=world.county.person["town"])
    before = JournalEntry.objects.count()
    for scope in (world.scope["town"], second, deputy):
        for act, item in (
            (hazard_confirm, ConfirmInput(hazard_id=key, note="属实")),
            (hazard_reject, RejectInput(hazard_id=key, note="不实")),
        ):
            with pytest.raises(StepRefused) as error:
                act(scope=scope, item=item, now=NOW + 3 * DAY)  # type: ignore[operator]
            assert [v.code for v in error.value.violations] == ["inspection.hazard.doubt.own_review"]
    for role in ("enterprise", "grid", "expert", "leader", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            item_ = ConfirmInput(hazard_id=key, note="属实")
            hazard_confirm(scope=world.scope[role], item=item_, now=NOW + 3 * DAY)
    assert JournalEntry.objects.count() == before


def test_a_decision_needs_words_a_fresh_page_and_a_doubt(world: World) -> None:
    key, plain = doubted(world), world.submitted()
    scope, later = world.scope["supervision"], NOW + 3 * DAY
    for act, item, code in (
        (hazard_confirm, ConfirmInput(hazard_id=key, note=" "), "inspection.hazard.confirm.note_missing"),
        (hazard_reject, RejectInput(hazard_id=key, note=" "), "inspection.hazard.reject.reason_missing"),
        (hazard_confirm, ConfirmInput(hazard_id=plain, note="属实"), "kernel.loop.not_from_here"),
    ):
        with pytest.raises(StepRefused) as error:
            act(scope=scope, item=item, now=later)  # type: ignore[operator]
        assert [v.code for v in error.value.violations] == [code]
    with pytest.raises(StalePage):
        hazard_confirm(scope=scope, item=ConfirmInput(hazard_id=key, note="属实", base=1), now=later)


def test_a_closing_sent_twice_is_one_doubt(world: World) -> None:
    photo = keep(world, "town", scene(1))
    world.found(photos=(photo,))
    key = world.submitted()
    for _ in range(2):
        close(world, key, photo, once="phone-7")
    assert (row(key).state, world.base(key)) == ("doubted", 4)
    for _ in range(2):
        item = ConfirmInput(hazard_id=key, note="属实", once="desk-1")
        hazard_confirm(scope=world.scope["supervision"], item=item, now=NOW + 3 * DAY)
    assert (row(key).state, world.base(key)) == ("closed", 5)


def test_doubtful_photos_of_the_mending_are_told_to_reviewers_only(world: World) -> None:
    photo = keep(world, "enterprise", scene(1), taken_at=NOW - DAY)
    key = world.ordered()
    item = SubmitInput(hazard_id=key, note="已整改", photos=(photo,))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW + DAY)
    assert (row(key).state, findings(key)) == ("submitted", ["before_order"])
    lines = queries.history_of(row(key))[1]
    assert [d.kind for d in queries.doubt_views(world.scope["town"], row(key), lines)] == ["before_order"]
    for role in ("enterprise", "grid", "leader"):
        assert queries.doubt_views(world.scope[role], row(key), lines) == []
    close(world, key, keep(world, "town", scene(2)))
    assert row(key).state == "closed"


def test_a_hazard_elsewhere_is_not_named(world: World) -> None:
    photo = keep(world, "other_town", scene(1))
    item = HazardInput(world.other_enterprise, "通道堵塞", photos=(photo,))
    hazard_report(scope=world.scope["other_town"], item=item, now=NOW)
    key = world.submitted()
    close(world, key, keep(world, "town", smaller(scene(1))))
    assert row(key).state == "doubted"
    lines = queries.history_of(row(key))[1]
    second = replace(world.scope["town"], person="other")
    shown = queries.doubt_views(second, row(key), lines)
    assert [(d.text[:16], d.other, d.hazard_id, d.number) for d in shown] == [
        ("这张照片与另一条隐患的照片是同一", "", "", "")
    ]


def test_a_doubted_hazard_is_open_and_waits_for_those_who_may_decide(world: World) -> None:
    key = doubted(world)
    scope = world.scope["supervision"]
    assert queries.hazard_list(scope, open_only=True, state="doubted").count() == 1
    today = local_date(NOW)
    counts = queries.hazard_counts(scope, "331003", today, today, now=NOW + 60 * DAY)
    assert (counts.total.found, counts.total.closed, counts.total.open, counts.overdue) == (2, 0, 2, 0)
    assert count(scope, "inspection.to_decide") == 1
    assert count(world.scope["town"], "inspection.to_decide") == 0
    assert count(world.scope["enterprise"], "inspection.to_decide") == 0
    steps = [s.label for s in queries.hazard_steps(row(key))]
    assert steps == ["已发现", "责令整改", "已提交", "存疑复核", "已销号"]
    views = {a.id: a.allowed for a in queries.hazard_actions(scope, row(key), NOW + 3 * DAY)}
    assert views == {
        "order": False, "submit": False, "return": False, "close": False, "confirm": True, "reject": True,
        "dismiss": False, "merge": False,
    }  # fmt: skip


@pytest.mark.parametrize("seed", [None, 1])
def test_rows_equal_the_folded_journal(world: World, seed: int | None) -> None:
    key = doubted(world)
    reject = RejectInput(hazard_id=key, note="不实")
    hazard_reject(scope=world.scope["supervision"], item=reject, now=NOW + 3 * DAY)
    other = world.found()
    hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=other, days=3), now=NOW)
    found = rebuild(check=True, shuffle=seed)
    assert (found.differences, found.different) == (0, [])


def test_whoever_closed_with_the_wrong_photo_takes_it_back_at_once_and_what_was_found_stays(world: World) -> None:
    key = doubted(world)
    before = StepInput(hazard_id=key)
    with pytest.raises(StepRefused) as error:
        hazard_withdraw(scope=world.scope["town_second"], item=before, now=NOW + 2 * DAY + timedelta(minutes=9))
    assert [v.code for v in error.value.violations] == ["inspection.hazard.withdraw.not_yours"]
    with pytest.raises(StepRefused) as error:
        hazard_withdraw(scope=world.scope["town"], item=before, now=NOW + 2 * DAY + timedelta(minutes=11))
    assert [v.code for v in error.value.violations] == ["inspection.hazard.withdraw.too_late"]
    hazard_withdraw(scope=world.scope["town"], item=before, now=NOW + 2 * DAY + timedelta(minutes=9))
    hazard = row(key)
    assert (hazard.state, hazard.doubted_by, hazard.doubted_at) == ("submitted", "", None)
    _, lines = queries.history_of(hazard)
    shown = queries.with_doubts(world.scope["supervision"], lines)
    assert [(line.kind, [d.kind for d in line.doubts]) for line in shown if line.doubts] == [
        ("doubted", ["other_look"])
    ]
    assert not [line for line in queries.with_doubts(world.scope["enterprise"], lines) if line.doubts]
    item = world.closing(key)
    hazard_close(scope=world.scope["town"], item=item, now=NOW + 2 * DAY + timedelta(minutes=10))
    assert row(key).state == "closed"


def test_who_tries_photo_after_photo_is_looked_at_by_somebody_else(world: World) -> None:
    world.found(photos=(keep(world, "town", scene(1)),))
    key, then = world.submitted(), NOW + 2 * DAY
    for quality in (60, 61):
        hazard_close(
            scope=world.scope["town"],
            item=world.closing(key, photos=(keep(world, "town", smaller(scene(1)), quality=quality),)),
            now=then,
        )
        hazard_withdraw(scope=world.scope["town"], item=StepInput(hazard_id=key), now=then)
    hazard_close(scope=world.scope["town"], item=world.closing(key), now=then)
    assert (row(key).state, findings(key)) == ("doubted", ["retried"])
    shown = queries.doubt_views(world.scope["supervision"], row(key), queries.history_of(row(key))[1])
    assert [d.text for d in shown] == ["本次整改存疑的销号已撤回2次，又换照片销号，请到现场核实。"]
    hazard_reject(scope=world.scope["supervision"], item=RejectInput(hazard_id=key, note="未整改"), now=then + DAY)
    report = SubmitInput(hazard_id=key, note="重新整改", photos=(keep(world, "enterprise", scene(40)),))
    hazard_submit(scope=world.scope["enterprise"], item=report, now=then + 2 * DAY)
    hazard_close(scope=world.scope["town"], item=world.closing(key), now=then + 3 * DAY)
    assert row(key).state == "closed"


def test_a_closing_that_was_judged_before_the_filing_is_judged_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key, photo, real = world.submitted(), keep(world, "town", scene(4)), Doubt.holds

    def meanwhile(doubt: Doubt) -> bool:
        monkeypatch.setattr(Doubt, "holds", real)
        world.found(now=NOW + 2 * DAY, description="配电箱未接地", photos=(keep(world, "town", smaller(scene(4))),))
        return real(doubt)

    monkeypatch.setattr(Doubt, "holds", meanwhile)
    hazard_close(scope=world.scope["town"], item=world.closing(key, photos=(photo,)), now=NOW + 2 * DAY)
    assert row(key).state == "doubted"
