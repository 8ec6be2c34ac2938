"""How far back a moment may be stated, and who is on time: by the recording, offline work by its own moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from anlan.config.templatetags.anlan import day, moment
from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.rules.stating import STATING_RULES, check_stated, is_late, stating_rule_on
from anlan.inspection.services.hazards import (
    HazardInput,
    OrderInput,
    SubmitInput,
    hazard_order,
    hazard_report,
    hazard_submit,
)
from anlan.inspection.services.inspections import inspection_start
from anlan.kernel.stated import CLOCK_SKEW
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.ledger.values import show_time
from inspection.factories import NOW, World

HOUR = timedelta(hours=1)
DUE = NOW + 48 * HOUR
BEYOND = "inspection.hazard.at_beyond_allowance"


@pytest.mark.parametrize(("hours", "refused"), [(0, []), (72, []), (73, [BEYOND])], ids=["now", "limit", "beyond"])
def test_a_moment_may_lie_72_hours_back(hours: int, refused: list[str]) -> None:
    found = check_stated(NOW, NOW + hours * HOUR)
    assert [v.code for v in found] == refused
    assert [(v.facts, v.field) for v in found] == [({"hours": 72}, "at")] * len(refused)


@pytest.mark.parametrize(
    ("at", "now", "offline", "late"),
    [
        pytest.param(DUE - HOUR, DUE, False, False, id="recorded-in-time"),
        pytest.param(DUE - HOUR, DUE + HOUR, False, True, id="stated-in-time-recorded-late"),
        pytest.param(DUE - HOUR, DUE + HOUR, True, False, id="filed-without-signal-in-time"),
        pytest.param(DUE + HOUR, DUE + 2 * HOUR, True, True, id="filed-without-signal-late"),
        pytest.param(DUE - HOUR, DUE + 90 * HOUR, True, True, id="arrived-beyond-the-allowance"),
    ],
)
def test_on_time_is_what_is_recorded_by_the_deadline(at: datetime, now: datetime, offline: bool, late: bool) -> None:
    assert is_late(DUE, at, now, offline=offline) is late
    assert is_late(None, at, now, offline=offline) is False


def test_the_rule_of_the_day_holds() -> None:
    later = replace(STATING_RULES[0], since=date(2027, 1, 1), allowance=24 * HOUR)
    assert stating_rule_on(date(2026, 12, 31), (*STATING_RULES, later)).allowance == 72 * HOUR
    assert stating_rule_on(date(2027, 1, 1), (*STATING_RULES, later)).allowance == 24 * HOUR
    with pytest.raises(LookupError):
        stating_rule_on(date(1999, 12, 31))


def hand_in(world: World, key: str, now: datetime, at: datetime | None = None, *, offline: bool = False) -> Hazard:
    item = SubmitInput(hazard_id=key, note="已整改", photos=(world.photo("enterprise"),), at=at, offline=offline)
    hazard_submit(scope=world.scope["enterprise"], item=item, now=now)
    return Hazard.objects.get(pk=key)


@pytest.mark.django_db
def test_a_report_dated_back_into_its_deadline_is_late_all_the_same(world: World) -> None:
    key = world.ordered(days=3)
    due = Hazard.objects.get(pk=key).due_at
    assert due is not None
    hazard = hand_in(world, key, due + 2 * HOUR, due - HOUR)
    assert (hazard.state, hazard.submitted_at, hazard.submitted_late) == ("submitted", due - HOUR, 1)
    last = queries.history_of(hazard)[1][-1]
    assert (last.at, last.recorded_at, last.apart, last.data["late"]) == (due - HOUR, due + 2 * HOUR, True, True)
    page = world.client("town").get(f"/inspection/hazards/{key}").content.decode()
    assert page.count("逾期提交") == 2
    assert "（2026-03-06 01:59登记）" in page
    assert rebuild(check=True).differences == 0


@pytest.mark.django_db
def test_a_report_filed_without_signal_counts_by_its_own_moment(world: World) -> None:
    key = world.ordered(days=3)
    due = Hazard.objects.get(pk=key).due_at
    assert due is not None
    assert hand_in(world, key, due + 2 * HOUR, due - HOUR, offline=True).submitted_late == 0
    page = world.client("town").get(f"/inspection/hazards/{key}").content.decode()
    assert "登记，离线办理）" in page
    assert "逾期提交" not in page


@pytest.mark.django_db
def test_nobody_dates_a_step_back_beyond_the_allowance(world: World) -> None:
    key, now = world.ordered(days=9), NOW + 100 * HOUR
    with pytest.raises(StepRefused) as error:
        hand_in(world, key, now, NOW + HOUR, offline=True)
    assert [v.code for v in error.value.violations] == [BEYOND]
    other = world.found()
    with pytest.raises(StepRefused) as ordered:
        hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=other, days=5, at=NOW), now=now)
    assert [v.code for v in ordered.value.violations] == [BEYOND]
    with pytest.raises(StepRefused) as found:
        item = HazardInput(world.enterprise, "通道堵塞", at=NOW)
        hazard_report(scope=world.scope["town"], item=item, now=now)
    assert [v.code for v in found.value.violations] == [BEYOND]
    with pytest.raises(StepRefused) as begun:
        inspection_start(
            scope=world.scope["town"], enterprise_id=world.enterprise, checklist_id=world.checklist(),
            officers=[world.county.person["town_second"]], at=NOW, now=now,
        )  # fmt: skip
    assert [v.code for v in begun.value.violations] == [BEYOND]
    assert "不能补登" in begun.value.message


def test_a_recorded_moment_without_a_local_day_is_shown_all_the_same() -> None:
    last = datetime(9999, 12, 31, 23, 0, tzinfo=UTC)
    assert (show_time(last), moment(last), day(last)) == ("9999-12-31 23:00", "9999-12-31 23:00", "9999-12-31")
    assert (show_time(NOW), moment(NOW), day(NOW)) == ("2026-03-02 10:00", "2026-03-02 10:00", "2026-03-02")


def test_a_period_to_the_ends_of_the_calendar_holds_everything(world: World) -> None:
    world.found()
    every = {"since": date(1, 1, 1), "until": date(9999, 12, 31)}
    assert queries.hazard_list(world.scope["town"], **every).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("ahead", [timedelta(seconds=1), CLOCK_SKEW])
def test_a_clock_that_runs_fast_is_recorded_by_the_server_s(world: World, ahead: timedelta) -> None:
    fast = NOW + ahead
    key = world.found(at=fast)
    assert Hazard.objects.get(pk=key).found_at == NOW
    hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key, days=10, note="限期", at=fast), now=NOW)
    assert Hazard.objects.get(pk=key).ordered_at == NOW
    visit = inspection_start(
        scope=world.scope["town"], enterprise_id=world.enterprise, checklist_id=world.checklist(),
        officers=[world.mate], at=fast, now=NOW,
    )  # fmt: skip
    assert queries.inspection_get(world.scope["town"], visit).started_at == NOW


@pytest.mark.django_db
def test_beyond_the_skew_a_moment_ahead_is_refused_at_every_door(world: World) -> None:
    ahead = NOW + CLOCK_SKEW + timedelta(seconds=1)
    with pytest.raises(StepRefused) as error:
        world.found(at=ahead)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.at_in_future"]
    item = OrderInput(hazard_id=world.found(), days=10, note="限期", at=ahead)
    with pytest.raises(StepRefused) as error:
        hazard_order(scope=world.scope["town"], item=item, now=NOW)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.at_in_future"]
    with pytest.raises(StepRefused) as error:
        inspection_start(
            scope=world.scope["town"], enterprise_id=world.enterprise, checklist_id=world.checklist(),
            officers=[world.mate], at=ahead, now=NOW,
        )  # fmt: skip
    assert [v.code for v in error.value.violations] == ["inspection.start.at_in_future"]
