"""Self-checks through the services: mended on the spot, reported as hazards, zero reports, corrections, refusals."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import SelfCheckNotFound, StalePage, StepRefused
from anlan.inspection.models import Hazard, SelfCheck
from anlan.inspection.queries import self_checks as views
from anlan.inspection.queries.self_doubts import self_doubts
from anlan.inspection.services.checklists import checklist_retire
from anlan.inspection.services.hazards import OrderInput, SubmitInput, hazard_close, hazard_order, hazard_submit
from anlan.inspection.services.self_checks import (
    SelfAnswer,
    self_check_items_set,
    self_check_report,
    self_check_start,
)
from anlan.inspection.services.upkeep import enterprise_rescope
from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.rebuild import rebuild
from anlan.registry.services.enterprises import enterprise_office_assign
from anlan.registry.services.mergers import enterprise_merge
from inspection.factories import NOW, REGISTRAR, World
from inspection.self_check_factory import PLANNED, answered, begun, hazard, mended, reported
from inspection.test_rights_services import ROLES

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def row(key: str) -> SelfCheck:
    return SelfCheck.objects.get(pk=key)


def codes(error: pytest.ExceptionInfo[StepRefused]) -> list[str]:
    return [v.code.removeprefix("inspection.self_check.") for v in error.value.violations]


def test_a_problem_mended_on_the_spot_is_no_hazard_and_a_reported_one_enters_the_loop(world: World) -> None:
    key = reported(world, mended(world), hazard(world))
    held = row(key)
    assert (held.state, held.mended, held.hazards, held.zero, held.doubts) == ("reported", 1, 1, 0, "")
    assert held.number == "ZC-331003-2026-0001" or held.number.startswith("ZC")
    found = Hazard.objects.get()
    assert (found.state, found.source, found.grade, found.description) == (
        "found",
        "enterprise",
        "general",
        "配电箱门缺失",
    )
    assert (found.planned_measure, found.planned_on, str(found.self_check_id)) == ("更换配电箱门", PLANNED, key)
    assert found.found_by == world.scope["enterprise"].person
    assert [p.stage for p in found.photos.all()] == ["before"]
    line = next(line for line in views.self_check_sheet(held) if line.key == "ty-03")
    assert line.hazard_ref == str(found.id)


def test_the_office_orders_reviews_and_closes_a_reported_hazard_and_the_enterprise_never_does(world: World) -> None:
    reported(world, hazard(world))
    key = str(Hazard.objects.get().id)
    with pytest.raises(NotAllowed):
        hazard_order(scope=world.scope["enterprise"], item=OrderInput(hazard_id=key, days=5), now=NOW + DAY)
    hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key, days=5), now=NOW + DAY)
    done = SubmitInput(hazard_id=key, note="已更换", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=done, now=NOW + DAY)
    hazard_close(scope=world.scope["town"], item=world.closing(key), now=NOW + 2 * DAY)
    assert Hazard.objects.get().state == "closed"


def test_a_zero_report_is_a_report(world: World) -> None:
    held = row(reported(world))
    assert (held.state, held.zero, held.mended, held.hazards) == ("reported", 1, 0, 0)
    assert Hazard.objects.count() == 0


def test_what_was_found_beside_the_checklist_is_kept_and_may_be_dropped_before_reporting(world: World) -> None:
    key = begun(world)
    answered(world, key, mended(world, "own-1"), hazard(world, "own-2"))
    drop = [SelfAnswer("own-1", "")]
    self_check_items_set(scope=world.scope["enterprise"], self_check_id=key, answers=drop, now=NOW)
    self_check_report(scope=world.scope["enterprise"], self_check_id=key, now=NOW + timedelta(minutes=30))
    held = row(key)
    assert (held.mended, held.hazards, held.photos.count()) == (0, 1, 1)
    assert Hazard.objects.get().item_key == "own-2"


def test_a_major_hazard_is_reported_and_never_mended_quietly(world: World) -> None:
    key = begun(world)
    items = views.self_check_sheet(row(key))
    item = next((line for line in items if line.criterion), None)
    assert item is not None
    with pytest.raises(StepRefused) as error:
        answered(world, key, mended(world, item.key))
    assert codes(error) == ["item.major_unanswered"]
    with pytest.raises(StepRefused) as error:
        answered(world, key, mended(world, item.key, major="yes"))
    assert codes(error) == ["item.major_mended"]
    assert error.value.code == "inspection.self_check.items.refused"
    answered(world, key, hazard(world, item.key, major="yes"))
    self_check_report(scope=world.scope["enterprise"], self_check_id=key, now=NOW)
    found = Hazard.objects.get()
    assert (found.grade, found.state, found.major_basis) == ("major", "found", item.criterion)


def test_a_report_can_t_be_changed_and_nothing_is_reported_unanswered(world: World) -> None:
    key, scope = begun(world), world.scope["enterprise"]
    with pytest.raises(StepRefused) as error:
        self_check_report(scope=scope, self_check_id=key, now=NOW)
    assert (error.value.code, codes(error)) == ("inspection.self_check.report.refused", ["report.items_missing"])
    answered(world, key)
    self_check_report(scope=scope, self_check_id=key, now=NOW)
    with pytest.raises(StepRefused) as error:
        answered(world, key, mended(world))
    assert codes(error) == ["items.reported"]
    with pytest.raises(StepRefused) as error:
        self_check_report(scope=scope, self_check_id=key, now=NOW)
    assert [v.code for v in error.value.violations] == ["kernel.loop.not_from_here"]


def test_a_correction_is_a_report_of_its_own_that_files_no_hazard_twice(world: World) -> None:
    scope, first = world.scope["enterprise"], reported(world, hazard(world))
    found = Hazard.objects.get()
    second = self_check_start(scope=scope, enterprise_id=world.enterprise, corrects=first, now=NOW + DAY)
    lines = {line.key: line for line in views.self_check_sheet(row(second))}
    assert (lines["ty-03"].hazard_ref, lines["ty-01"].result) == (str(found.id), "pass")
    with pytest.raises(StepRefused) as error:
        answers = [SelfAnswer("ty-03", "pass")]
        self_check_items_set(scope=scope, self_check_id=second, answers=answers, now=NOW + DAY)
    assert codes(error) == ["item.hazard_kept"]
    more = [mended(world, "ty-05")]
    self_check_items_set(scope=scope, self_check_id=second, answers=more, now=NOW + DAY)
    self_check_report(scope=scope, self_check_id=second, now=NOW + DAY)
    old, new = row(first), row(second)
    assert (str(old.corrected_as_id), old.mended, str(new.corrects_id), new.mended) == (second, 0, first, 1)
    assert (new.counts_at, new.doubts, new.hazards, Hazard.objects.count()) == (old.counts_at, "", 1, 1)
    assert [str(c.id) for c in views.self_check_list(scope, counting=True)] == [second]
    with pytest.raises(StepRefused) as error:
        self_check_start(scope=scope, enterprise_id=world.enterprise, corrects=first, now=NOW + 2 * DAY)
    assert codes(error) == ["start.corrected_already"]


def test_only_a_report_of_one_s_own_is_corrected(world: World) -> None:
    scope, draft = world.scope["enterprise"], begun(world)
    with pytest.raises(StepRefused) as error:
        self_check_start(scope=scope, enterprise_id=world.enterprise, corrects=draft, now=NOW)
    assert codes(error) == ["start.nothing_to_correct", "start.draft_open"]
    assert error.value.code == "inspection.self_check.start.refused"


def test_a_double_press_reports_once(world: World) -> None:
    scope = world.scope["enterprise"]
    key = begun(world, once="a")
    assert begun(world, once="a") == key
    answered(world, key, hazard(world), once="b")
    answered(world, key, hazard(world), once="b")
    base = world.version("inspection.self_check", key)
    assert base == 2
    filed = self_check_report(scope=scope, self_check_id=key, now=NOW, base=base, once="c")
    before = JournalEntry.objects.count()
    assert self_check_report(scope=scope, self_check_id=key, now=NOW, base=base, once="c") == filed
    assert (JournalEntry.objects.count(), Hazard.objects.count(), len(filed)) == (before, 1, 1)
    with pytest.raises(StalePage):
        self_check_report(scope=scope, self_check_id=key, now=NOW, base=base, once="d")
    with pytest.raises(Conflict, match="journal.once_reused"):
        answered(world, key, once="c")


def test_another_firm_s_officer_is_refused_and_sees_nothing(world: World) -> None:
    key, other = begun(world), world.scope["other_enterprise"]
    with pytest.raises(SelfCheckNotFound, match="inspection.self_check.not_found"):
        views.self_check_get(other, key)
    with pytest.raises(SelfCheckNotFound):
        self_check_report(scope=other, self_check_id=key, now=NOW)
    with pytest.raises(NotFound):
        begun(world, role="other_enterprise")
    assert list(views.self_check_list(other)) == []


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ["start", "items_set", "report", "correct"])
def test_every_step_by_every_role(world: World, role: str, action: str) -> None:
    scope = world.scope[role]
    if action == "start":
        act = lambda: begun(world, role=role)  # noqa: E731
    elif action == "correct":
        first = reported(world)
        act = lambda: self_check_start(scope=scope, enterprise_id=world.enterprise, corrects=first, now=NOW)  # noqa: E731
    else:
        key = begun(world)
        answered(world, key)
        answer = SelfAnswer("ty-01", "na")
        act = {
            "items_set": lambda: self_check_items_set(scope=scope, self_check_id=key, answers=[answer], now=NOW),
            "report": lambda: self_check_report(scope=scope, self_check_id=key, now=NOW),
        }[action]
    before = JournalEntry.objects.count()
    if role == "enterprise":
        act()
        assert JournalEntry.objects.count() == before + 1
        return
    with pytest.raises((NotAllowed, NotFound)):
        act()
    assert JournalEntry.objects.count() == before


def test_whoever_sees_every_enterprise_reports_for_none(world: World) -> None:
    whole = world.scope["town"]
    rights = whole.rights | {"inspection.self_check.report"}
    wide = type(whole)(whole.person, whole.post, whole.name, rights, whole.region)
    with pytest.raises(NotAllowed, match="inspection.self_check.enterprise_only"):
        self_check_start(scope=wide, enterprise_id=world.enterprise, checklist_id=world.checklist(), now=NOW)


def test_a_checklist_that_does_not_fit_or_is_retired_is_refused(world: World) -> None:
    with pytest.raises(StepRefused) as error:
        begun(world, checklist_id=world.checklist("jyz"))
    assert codes(error) == ["start.checklist_unfit"]
    listed = world.checklist()
    checklist_retire(scope=world.scope["supervision"], checklist_id=listed, reason="已废止", base=None, now=NOW)
    with pytest.raises(StepRefused) as error:
        self_check_start(scope=world.scope["enterprise"], enterprise_id=world.enterprise, checklist_id=listed, now=NOW)
    assert [v.code for v in error.value.violations] == ["inspection.start.checklist_retired"]


def test_a_file_that_is_no_photo_is_refused(world: World) -> None:
    from anlan.platform import attachments

    scope, key = world.scope["enterprise"], begun(world)
    text = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
    sha = attachments.store(text, "a.pdf", scope=scope, now=NOW).sha256
    with pytest.raises(BadInput, match="inspection.photo.not_image"):
        answered(world, key, mended(world, before=(sha,)))


def test_an_item_answered_twice_an_unknown_one_and_a_plan_for_another_age_are_refused(world: World) -> None:
    key, scope = begun(world), world.scope["enterprise"]

    def refused(*answers: SelfAnswer) -> list[str]:
        with pytest.raises(StepRefused) as error:
            self_check_items_set(scope=scope, self_check_id=key, answers=answers, now=NOW)
        return codes(error)

    assert refused(SelfAnswer("ty-01", "pass"), SelfAnswer("ty-01", "na")) == ["item.twice"]
    assert refused(SelfAnswer("nothing", "")) == ["item.unknown"]
    assert refused(hazard(world, planned_on=date(2027, 3, 4))) == ["item.planned_far"]
    assert refused(hazard(world, planned_on=date(9999, 1, 1))) == ["item.planned_far"]
    answered(world, key, hazard(world, planned_on=date(2027, 3, 3)))


def test_the_correction_drops_no_reported_hazard(world: World) -> None:
    first, scope = reported(world, hazard(world, "own-1")), world.scope["enterprise"]
    second = self_check_start(scope=scope, enterprise_id=world.enterprise, corrects=first, now=NOW + DAY)
    with pytest.raises(StepRefused) as error:
        self_check_items_set(scope=scope, self_check_id=second, answers=[SelfAnswer("own-1", "")], now=NOW + DAY)
    assert codes(error) == ["item.hazard_kept"]


def test_a_merged_enterprise_starts_no_self_check_and_its_reports_follow_the_office(world: World) -> None:
    key = reported(world)
    enterprise_merge(
        scope=REGISTRAR, enterprise_id=world.enterprise, into_id=world.other_enterprise, mode="merger",
        reason="吸收合并", base=None, now=NOW + DAY,
    )  # fmt: skip
    with pytest.raises(StepRefused) as error:
        begun(world, now=NOW + DAY)
    assert codes(error) == ["start.enterprise_gone"]
    enterprise_rescope(enterprise_id=world.enterprise, now=NOW + DAY)
    assert str(row(key).office_id) == world.county.other_office
    assert [str(c.id) for c in views.self_check_list(REGISTRAR_VIEW, enterprise_id=world.other_enterprise)] == [key]


REGISTRAR_VIEW = type(REGISTRAR)("", "", "看", frozenset({"registry.view", "inspection.view"}), "331003")


def test_a_self_check_follows_its_enterprise_to_another_office(world: World) -> None:
    key = reported(world)
    enterprise_office_assign(
        scope=REGISTRAR, enterprise_id=world.enterprise, office_id=world.county.other_office, base=None, now=NOW
    )
    enterprise_rescope(enterprise_id=world.enterprise, now=NOW)
    assert str(row(key).office_id) == world.county.other_office


def doubtful(world: World, role: str = "supervision") -> list[tuple[str, tuple[str, ...]]]:
    found = self_doubts(world.scope[role], date(2026, 1, 1), date(2026, 12, 31), NOW + 30 * DAY)
    return [(str(line.report.id), line.codes) for line in found]


def test_odd_reports_are_listed_for_the_office_and_not_for_the_enterprise(world: World) -> None:
    photo = world.photo("enterprise")
    same = {"note": "安全通道堆物", "before": (photo,)}
    first = reported(world, mended(world, **same))
    second = reported(world, mended(world, **same | {"after": (world.photo("enterprise"),)}), now=NOW + DAY)
    fast = reported(world, now=NOW + 2 * DAY, minutes=1)
    assert doubtful(world) == [(fast, ("too_fast",)), (second, ("same_photo", "same_answers"))]
    assert doubtful(world, "enterprise") == []
    assert row(first).doubts == ""


def test_zero_reports_again_and_again_while_officers_found_hazards(world: World) -> None:
    moments: list[datetime] = [NOW + n * 7 * DAY for n in range(3)]
    keys = [reported(world, now=at) for at in moments]
    assert doubtful(world) == []
    world.found(now=NOW + 8 * DAY)
    assert doubtful(world) == [(keys[2], ("zero_again",))]


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_rows_of_self_checks_equal_the_folded_journal_in_any_order(world: World, seed: int | None) -> None:
    first = reported(world, mended(world), hazard(world))
    scope = world.scope["enterprise"]
    second = self_check_start(scope=scope, enterprise_id=world.enterprise, corrects=first, now=NOW + DAY)
    self_check_report(scope=scope, self_check_id=second, now=NOW + DAY)
    found = rebuild(check=True, shuffle=seed)
    assert (found.differences, found.different) == (0, [])
    assert queries.versions_of([f"inspection.self_check/{first}"]) == {f"inspection.self_check/{first}": 4}
