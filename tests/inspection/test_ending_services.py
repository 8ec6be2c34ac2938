"""Hazards that were none, hazards filed twice, hazards handed to enforcement, hazards that came back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.dismissals import MergeInput, hazard_dismiss, hazard_merge
from anlan.inspection.services.hazards import StepInput, hazard_tag
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.inspection.services.transfers import TransferInput, hazard_transfer
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.kernel.errors import Conflict
from anlan.kernel.periods import read_period
from anlan.platform.indicator.ask import asked_of, indicator_find, indicator_values
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import CRITERION, NOW, World

pytestmark = pytest.mark.django_db
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
REASON = "现场核实并非隐患"


def codes(error: Any) -> list[str]:
    return [v.code.removeprefix("inspection.hazard.") for v in error.value.violations]


def row(hazard_id: str) -> Hazard:
    return Hazard.objects.get(pk=hazard_id)


def dismiss(world: World, key: str, role: str = "town", note: str = REASON, **values: Any) -> None:
    hazard_dismiss(scope=world.scope[role], item=StepInput(hazard_id=key, note=note, **values), now=NOW)


def merge(world: World, key: str, into: str, role: str = "town", note: str = REASON, **values: Any) -> None:
    item = MergeInput(hazard_id=key, into=into, note=note, **values)
    hazard_merge(scope=world.scope[role], item=item, now=NOW)


def test_a_dismissed_hazard_counts_nowhere_and_stands_in_no_open_list(world: World) -> None:
    key = world.found()
    world.found()
    dismiss(world, key)
    hazard = row(key)
    assert (hazard.state, hazard.dismiss_reason, hazard.dismissed_at) == ("dismissed", REASON, NOW)
    assert hazard.dismissed_by == world.county.person["town"]
    scope = world.scope["leader"]
    counts = queries.hazard_counts(scope, "", *YEAR, now=NOW)
    assert (counts.total.found, counts.total.closed, counts.overdue) == (1, 0, 0)
    asked = asked_of(scope, indicator_find("隐患.排查"), "331003", read_period("2026"), YEAR[1])
    assert indicator_values(scope, asked).total.number == 1
    assert queries.hazard_list(scope, open_only=True).count() == 1
    assert [s.label for s in queries.hazard_steps(hazard)] == ["已发现", "误报"]


@pytest.mark.parametrize("note", ["", "不是隐患", "  不是隐患 "])
def test_a_dismissal_has_a_reason_of_five_characters(world: World, note: str) -> None:
    key = world.found()
    with pytest.raises(StepRefused) as error:
        dismiss(world, key, note=note)
    assert (error.value.code, codes(error)) == ("inspection.hazard.dismiss.refused", ["reason_short"])


def test_the_finder_does_not_alone_dismiss_what_is_major_or_ordered(world: World) -> None:
    for key in (world.ordered(), world.found(major_criteria=(CRITERION,)), world.submitted()):
        with pytest.raises(StepRefused) as error:
            dismiss(world, key)
        assert codes(error) == ["dismiss.finder_alone"]
        dismiss(world, key, role="enforcement")
        assert row(key).state == "dismissed"


def test_a_closed_or_ended_hazard_is_not_dismissed(world: World) -> None:
    key = world.found()
    dismiss(world, key, once="d1", base=1)
    dismiss(world, key, once="d1", base=1)
    assert world.base(key) == 2
    for ended in (key, world.closed()):
        with pytest.raises(StepRefused) as error:
            dismiss(world, ended, role="enforcement")
        assert [v.code for v in error.value.violations] == ["kernel.loop.not_from_here"]


def test_a_merged_hazard_and_the_one_that_stays_name_each_other(world: World) -> None:
    stays, goes = world.ordered(), world.found()
    spring, autumn = world.campaign("春雷行动"), world.campaign("秋风行动")
    hazard_tag(scope=world.scope["town"], hazard_ids=[stays, goes], campaign_id=spring, now=NOW)
    hazard_tag(scope=world.scope["town"], hazard_ids=[goes], campaign_id=autumn, now=NOW)
    merge(world, goes, row(stays).number, once="m1")
    merge(world, goes, row(stays).number, once="m1")
    gone, kept = row(goes), row(stays)
    assert (gone.state, str(gone.merged_into_id), kept.state) == ("merged", stays, "ordered")
    assert {t.key for t in kept.tags.all()} == {spring, autumn}
    scope = world.scope["town"]
    assert queries.hazard_links(scope, gone)["merged_into"] == [kept]
    assert queries.hazard_links(scope, kept)["absorbed"] == [gone]
    assert [line.kind for line in queries.hazard_history(scope, stays)][-1] == "absorbed"
    counts = queries.hazard_counts(world.scope["leader"], "", *YEAR, now=NOW, campaigns=[spring, autumn])
    assert counts.total.found == 1
    assert rebuild(check=True, shuffle=3).differences == 0


def test_what_a_hazard_is_merged_into(world: World) -> None:
    goes = world.found()
    other = world.found(role="supervision", enterprise_id=world.enterprise)
    stranger = world.found(role="enforcement", enterprise_id=world.other_enterprise, source="county")
    for into, role, expected in (
        ("", "town", "merge.target_missing"),
        ("YH-331003a-2026-999999", "town", "merge.target_missing"),
        (stranger, "town", "merge.target_missing"),
        (goes, "town", "merge.target_self"),
        (stranger, "enforcement", "merge.other_enterprise"),
        (world.closed(), "town", "merge.target_ended"),
    ):
        with pytest.raises(StepRefused) as error:
            merge(world, goes, into, role=role)
        assert (error.value.code, codes(error)) == ("inspection.hazard.merge.refused", [expected])
    major = world.found(major_criteria=(CRITERION,))
    with pytest.raises(StepRefused) as error:
        merge(world, major, other)
    assert codes(error) == ["merge.major_into_general"]
    merge(world, other, major)
    with pytest.raises(StepRefused) as error:
        merge(world, major, other)
    assert codes(error) == ["merge.target_ended", "merge.major_into_general"]
    assert [c[0] for c in queries.merge_choices(world.scope["town"], row(goes))] == [major]


def test_a_refused_merger_leaves_nothing_of_either(world: World) -> None:
    stays, goes = world.found(), world.found()
    before = JournalEntry.objects.count()
    with pytest.raises(Conflict):
        merge(world, goes, stays, base=9)
    assert JournalEntry.objects.count() == before
    assert {row(stays).state, row(goes).state} == {"found"}


def test_a_transfer_marks_the_hazard_and_leaves_its_state(world: World) -> None:
    key = world.ordered()
    item = TransferInput(hazard_id=key, violated="安全生产法第三十六条第二款", note="拒不停用", base=2, once="t1")
    hazard_transfer(scope=world.scope["town"], item=item, now=NOW)
    hazard_transfer(scope=world.scope["town"], item=item, now=NOW)
    hazard = row(key)
    assert (hazard.state, hazard.transferred, hazard.transferred_at) == ("ordered", 1, NOW)
    assert (hazard.transfer_violated, hazard.transfer_reason) == ("安全生产法第三十六条第二款", "拒不停用")
    with pytest.raises(StepRefused) as error:
        hazard_transfer(scope=world.scope["town"], item=TransferInput(hazard_id=key), now=NOW)
    expected = ["transfer.already", "transfer.violated_missing", "transfer.reason_missing"]
    assert (error.value.code, codes(error)) == ("inspection.hazard.transfer.refused", expected)


def test_a_found_hazard_is_not_transferred(world: World) -> None:
    item = TransferInput(hazard_id=world.found(), violated="消防法第二十八条", note="拒不整改")
    with pytest.raises(StepRefused) as error:
        hazard_transfer(scope=world.scope["town"], item=item, now=NOW)
    assert [v.code for v in error.value.violations] == ["kernel.loop.not_from_here"]


def look(world: World, key: str, role: str = "town", **values: Any) -> None:
    full = {"note": "现场无反弹", "photos": (world.photo(role),)} | values
    item = LookBackInput(hazard_id=key, **full)
    hazard_look_back(scope=world.scope[role], item=item, now=NOW + timedelta(days=30))


def test_a_look_back_is_kept_with_its_photo_and_may_be_repeated(world: World) -> None:
    key = world.closed()
    look(world, key)
    look(world, key, note="再次回访正常")
    hazard = row(key)
    assert (hazard.state, hazard.look_back_result, hazard.look_back_note) == ("closed", "fine", "再次回访正常")
    assert [(p.stage, p.round) for p in hazard.photos.all() if p.stage == "lookback"] == [
        ("lookback", 1),
        ("lookback", 2),
    ]
    assert len(queries.hazard_photos(hazard)["lookback"]) == 2
    with pytest.raises(StepRefused) as error:
        look(world, key, note="", photos=())
    expected = ["look_back.note_missing", "look_back.photo_missing"]
    assert (error.value.code, codes(error)) == ("inspection.hazard.look_back.refused", expected)


def test_a_hazard_found_again_is_a_new_one_linked_with_the_old(world: World) -> None:
    campaign = world.campaign("春雷行动")
    key = world.closed(campaigns=(campaign,), major_criteria=(CRITERION,), place="一号车间")
    look(world, key, again=True, note="通道再次堵塞", once="l1")
    look(world, key, again=True, note="通道再次堵塞", once="l1")
    old = row(key)
    new = row(str(old.reopened_as_id))
    assert (old.state, old.look_back_result, str(new.reopened_from_id)) == ("closed", "again", key)
    assert (new.state, new.description, new.place, new.grade) == ("found", "通道再次堵塞", "一号车间", "major")
    assert (new.major_criteria, [t.key for t in new.tags.all()]) == (CRITERION, [campaign])
    assert [(p.stage, p.round) for p in new.photos.all()] == [("before", 0)]
    assert Hazard.objects.count() == 2
    scope = world.scope["town"]
    assert queries.hazard_links(scope, old)["reopened_as"] == [new]
    assert queries.hazard_links(scope, new)["reopened_from"] == [old]
    with pytest.raises(StepRefused) as error:
        look(world, key)
    assert codes(error) == ["look_back.reopened_already"]
    assert rebuild(check=True, shuffle=5).differences == 0


def test_look_backs_are_counted_by_town(world: World) -> None:
    for act in ("none", "fine", "again"):
        key = world.closed()
        if act != "none":
            look(world, key, again=act == "again")
    world.found()
    rows, total = queries.look_back_rates(world.scope["leader"], "", *YEAR)
    assert [(r.key, r.closed, r.looked_back, r.again) for r in rows] == [("331003001", 3, 2, 1)]
    assert (total.closed, total.rate_ratio) == (3, 2 / 3)
    none, empty = queries.look_back_rates(world.scope["leader"], "", date(2025, 1, 1), date(2025, 12, 31))
    assert (none, empty.rate_ratio) == ((), None)


def test_an_ordered_hazard_is_not_merged_into_one_without_an_order(world: World) -> None:
    ordered, fresh = world.ordered(), world.found()
    with pytest.raises(StepRefused) as error:
        merge(world, ordered, fresh)
    assert codes(error) == ["merge.target_not_ordered"]
    assert row(ordered).state == "ordered"
    merge(world, fresh, ordered)
    assert (row(fresh).state, row(ordered).due_at is not None) == ("merged", True)


def test_a_merger_puts_no_deadline_off(world: World) -> None:
    """Who files the matter anew with a longer period and merges the old one into it would extend it without limit."""
    early, late = world.ordered(days=5), world.ordered(days=60)
    with pytest.raises(StepRefused) as error:
        merge(world, early, late)
    assert codes(error) == ["merge.later_due"]
    merge(world, late, early)
    assert (row(late).state, row(early).state) == ("merged", "ordered")
    same, mended = world.ordered(days=5), world.submitted()
    merge(world, same, early)
    merge(world, early, mended)
    graver = world.ordered(days=30, major_criteria=(CRITERION,))
    merge(world, world.ordered(days=5), graver)
    assert row(graver).state == "ordered"


def test_a_look_back_that_found_it_again_is_not_taken_back(world: World) -> None:
    key = world.closed()
    later = NOW + timedelta(days=30)
    town = world.scope["town"]
    item = LookBackInput(hazard_id=key, note="又堆放杂物", photos=(world.photo("town"),), again=True)
    hazard_look_back(scope=town, item=item, now=later)
    with pytest.raises(StepRefused) as error:
        hazard_withdraw(scope=town, item=StepInput(hazard_id=key), now=later)
    assert codes(error) == ["withdraw.nothing"]
    assert row(key).reopened_as_id is not None
