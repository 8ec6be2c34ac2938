"""Who owes a self-check, who has not reported, the rate by town and class, reminders, todos and indicators."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anlan.calling.models import Notice
from anlan.calling.services.reminders import reminders_run
from anlan.inspection.queries import self_due
from anlan.inspection.queries.self_duty import firm_rates, self_duties
from anlan.inspection.queries.self_rates import rates_by_class, rates_by_town, rates_total
from anlan.inspection.self_todos import SELF_TODOS
from anlan.inspection.services.self_checks import self_check_report, self_check_start
from anlan.kernel.errors import NotAllowed
from anlan.kernel.periods import read_period
from anlan.platform import clock
from anlan.platform.indicator.ask import asked_of, indicator_find, indicator_rows, indicator_values
from anlan.platform.ledger.services import plain_create
from anlan.registry.services.enterprises import enterprise_status_set
from anlan.registry.services.mergers import enterprise_merge
from inspection.factories import NOW, REGISTRAR, World
from inspection.self_check_factory import mended, reported

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# Both enterprises are small machinery: once a quarter; registered on 2026-03-02, they owe from April on.
JULY = datetime(2026, 7, 2, 2, 0, tzinfo=UTC)
MAY = datetime(2026, 5, 11, 2, 0, tzinfo=UTC)


def rule(world: World, role: str = "supervision", **values: Any) -> str:
    full = {"region": "331003000000", "period": "month", "since_on": "2026-01-01", "basis": "县局通知"}
    return str(
        plain_create(scope=world.scope[role], ledger="inspection.self_check_rule", values=full | values, now=NOW)
    )


def duty(world: World, role: str, now: datetime) -> list[tuple[str, str, date, bool]]:
    return [
        (line.name, line.duty.period, line.duty.due_on, line.duty.late) for line in self_duties(world.scope[role], now)
    ]


def test_every_enterprise_in_scope_owes_a_report_by_the_end_of_its_window(world: World) -> None:
    assert duty(world, "leader", NOW) == [
        ("测试乙机械有限公司", "quarter", date(2026, 6, 30), False),
        ("测试甲机械有限公司", "quarter", date(2026, 6, 30), False),
    ]  # fmt: skip
    assert duty(world, "enterprise", JULY) == [("测试甲机械有限公司", "quarter", date(2026, 6, 30), True)]
    assert [name for name, *_ in duty(world, "town", JULY)] == ["测试甲机械有限公司"]
    reported(world, now=MAY)
    assert duty(world, "enterprise", JULY) == [("测试甲机械有限公司", "quarter", date(2026, 9, 30), False)]
    assert self_duties(world.scope["enterprise"], JULY)[0].last_at == MAY + timedelta(minutes=20)


def test_the_office_changes_how_often_and_another_role_does_not(world: World) -> None:
    rule(world, target_class="machinery")
    assert duty(world, "enterprise", MAY)[0][1:] == ("month", date(2026, 4, 30), True)
    rule(world, target_tag="confined_space", period="week", since_on="2026-02-01")
    assert [line[1] for line in duty(world, "leader", MAY)] == ["week", "month"]
    for role in ("town", "enterprise", "grid", "leader", "admin"):
        with pytest.raises(NotAllowed):
            rule(world, role, target_scale="small")


def test_enterprises_that_do_not_operate_owe_nothing(world: World) -> None:
    enterprise_status_set(
        scope=REGISTRAR, enterprise_id=world.enterprise, status="suspended", reason="停产检修", base=None, now=NOW
    )
    assert duty(world, "enterprise", JULY) == []


def test_the_rate_of_a_period_by_town_and_class_is_the_sum_of_its_enterprises(world: World) -> None:
    reported(world, mended(world), now=MAY)
    rates = firm_rates(world.scope["leader"], date(2026, 4, 1), date(2026, 6, 30), JULY)
    assert [(r.name, len(r.asked), len(r.missed)) for r in rates] == [
        ("测试乙机械有限公司", 1, 1), ("测试甲机械有限公司", 1, 0),
    ]  # fmt: skip
    total = rates_total(rates)
    assert (total.firms, total.asked, total.reported, total.behind, total.rate_ratio) == (2, 2, 1, 1, 0.5)
    assert [(t.key, t.asked, t.reported) for t in rates_by_town(rates)] == [("331003001", 1, 1), ("331003002", 1, 0)]
    assert [(c.key, c.asked, c.reported, c.rate_ratio) for c in rates_by_class(rates)] == [("machinery", 2, 1, 0.5)]
    assert firm_rates(world.scope["leader"], date(2026, 4, 1), date(2026, 6, 30), MAY) == []
    assert rates_total([]).rate_ratio is None


def test_a_correction_answers_the_window_of_the_report_it_corrects(world: World) -> None:
    first, scope = reported(world, now=MAY), world.scope["enterprise"]
    second = self_check_start(scope=scope, enterprise_id=world.enterprise, corrects=first, now=JULY)
    self_check_report(scope=scope, self_check_id=second, now=JULY)
    rates = firm_rates(scope, date(2026, 4, 1), date(2026, 6, 30), JULY)
    assert [len(r.missed) for r in rates] == [0]
    assert duty(world, "enterprise", JULY)[0][2:] == (date(2026, 9, 30), False)


def test_reports_of_a_merged_enterprise_count_for_the_one_it_has_become(world: World) -> None:
    reported(world, now=MAY)
    enterprise_merge(
        scope=REGISTRAR, enterprise_id=world.enterprise, into_id=world.other_enterprise, mode="merger",
        reason="吸收合并", base=None, now=MAY + DAY,
    )  # fmt: skip
    assert duty(world, "leader", JULY) == [("测试乙机械有限公司", "quarter", date(2026, 9, 30), False)]
    rates = firm_rates(world.scope["leader"], date(2026, 4, 1), date(2026, 6, 30), JULY)
    assert [(r.name, len(r.missed)) for r in rates] == [("测试乙机械有限公司", 0)]


def todo(world: World, word: str, role: str, now: datetime) -> int:
    items = next(t for t in SELF_TODOS if t.id == f"inspection.{word}").items
    return int(items(world.scope[role], now, 5)[1])


def test_todos_of_the_firm_and_of_the_town(world: World) -> None:
    assert (todo(world, "self_to_report", "enterprise", MAY), todo(world, "self_to_urge", "town", MAY)) == (0, 0)
    assert todo(world, "self_to_report", "enterprise", datetime(2026, 6, 28, 2, tzinfo=UTC)) == 1
    assert (todo(world, "self_to_report", "enterprise", JULY), todo(world, "self_to_urge", "town", JULY)) == (1, 1)
    assert (todo(world, "self_to_urge", "supervision", JULY), todo(world, "self_to_urge", "enforcement", JULY)) == (
        1,
        0,
    )
    reported(world, now=JULY)
    assert (todo(world, "self_to_report", "enterprise", JULY), todo(world, "self_to_urge", "town", JULY)) == (0, 0)


def test_the_firm_is_reminded_before_and_after_and_never_after_reporting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def posts(now: datetime) -> set[str]:
        monkeypatch.setattr(clock, "now", lambda: now)
        reminders_run(now=now)
        rows = Notice.objects.filter(topic="inspection.self_check_due", withdrawn_at__isnull=True)
        mine = rows.filter(subject=f"inspection.self_duty/{world.enterprise}")
        return {str(post) for post in mine.values_list("post_id", flat=True)}

    firm, town = world.county.post["enterprise"], world.county.post["town"]
    assert posts(datetime(2026, 6, 20, 2, tzinfo=UTC)) == set()
    assert posts(datetime(2026, 6, 28, 2, tzinfo=UTC)) == {firm}
    assert posts(JULY) == {firm}
    later = posts(datetime(2026, 7, 4, 2, tzinfo=UTC))
    assert {firm, town} <= later
    now = datetime(2026, 7, 4, 3, tzinfo=UTC)
    reported(world, now=now)
    assert posts(now + timedelta(hours=1)) == set()


def test_what_a_reader_may_know_of_a_reminded_enterprise(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: JULY)
    subjects = [f"inspection.self_duty/{key}" for key in (world.enterprise, world.other_enterprise)]
    assert {m.subject for m in self_due.self_checks_reminded()} == set(subjects)
    lines = self_due.self_check_lines(world.scope["enterprise"], subjects)
    assert {k: (v.title, v.tone) for k, v in lines.items()} == {subjects[0]: ("测试甲机械有限公司：自查上报", "bad")}


def test_indicators_of_self_checks(world: World) -> None:
    reported(world, now=MAY)
    scope, period = world.scope["leader"], read_period("2026-Q2")
    values = {}
    for name in ("自查.上报", "自查.企业"):
        asked = asked_of(scope, indicator_find(name), "331003", period, date(2026, 7, 1))
        values[name] = (indicator_values(scope, asked).total.number, indicator_rows(scope, asked).count())
    assert values == {"自查.上报": (1, 1), "自查.企业": (1, 1)}


def test_a_scope_without_the_right_to_look_reads_nothing(world: World) -> None:
    blind = replace(world.scope["town"], rights=frozenset())
    with pytest.raises(NotAllowed):
        self_duties(blind, NOW)
