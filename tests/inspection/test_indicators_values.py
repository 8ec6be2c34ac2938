"""Every declared indicator: the number over the arrays is that of the rows behind it, whatever is asked or changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from anlan.inspection.models import Hazard
from anlan.inspection.services.dismissals import hazard_dismiss
from anlan.inspection.services.steps import StepInput
from anlan.kernel.errors import BadInput, NotAllowed
from anlan.kernel.periods import read_period
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.indicator import disk, evaluate
from anlan.platform.indicator.ask import asked_of, dimensions_of, indicator_find, indicator_rows, indicator_values
from anlan.platform.indicator.columns import TABLES
from anlan.platform.indicator.declare import Distinct, Indicator, Sum
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.scope import Scope
from inspection.factories import CRITERION, NOW, World

pytestmark = pytest.mark.django_db
TODAY, DAY = date(2026, 4, 20), timedelta(days=1)
PERIODS = ("2026", "2026-03", "2026-Q1", "2025", "..2026-03-03")


def ask(scope: Scope, name: str, period: str = "2026", region: str = "", **more: Any) -> Any:
    return asked_of(scope, indicator_find(name), region, read_period(period), TODAY, **more)


def number(scope: Scope, name: str, period: str = "2026", **more: Any) -> Fraction | None:
    return indicator_values(scope, ask(scope, name, period, **more)).total.number


def counted(indicator: Indicator, rows: Any) -> int:
    """What the database makes of the rows."""
    held = list(rows)
    assert len({row.pk for row in held}) == len(held)
    how = indicator.definitions[-1].counted
    if isinstance(how, Sum):
        return sum(getattr(row, indicator.facts.columns[how.column].path) or 0 for row in held)
    if isinstance(how, Distinct):
        return len({getattr(row, indicator.facts.columns[how.column].path) for row in held} - {None, ""})
    return len(held)


def dismissed(world: World, key: str, now: datetime) -> None:
    item = StepInput(hazard_id=key, note="现场核实不是隐患")
    hazard_dismiss(scope=world.scope["town"], item=item, now=now)


@pytest.fixture
def busy(world: World) -> World:
    """Hazards in every state, in two towns and two drives, one of them in both."""
    drive, other = world.campaign("燃气安全检查"), world.campaign("粉尘涉爆整治")
    world.closed(source="public", campaigns=(drive, other))
    world.closed(now=NOW + 2 * DAY)
    world.submitted(now=NOW + 5 * DAY, campaigns=(drive,))
    world.ordered(now=NOW + 7 * DAY, days=3, major_criteria=(CRITERION,))
    dismissed(world, world.found(now=NOW + 8 * DAY, campaigns=(other,)), NOW + 8 * DAY)
    world.found(role="other_town", enterprise_id=world.other_enterprise, now=NOW + 31 * DAY)
    return world


@pytest.mark.parametrize("role", ["leader", "town", "other_town", "enterprise", "supervision"])
def test_every_number_is_that_of_its_rows(busy: World, role: str) -> None:
    scope, seen = busy.scope[role], Counter[str]()
    for indicator in CATALOGUE.indicators.values():
        if indicator.percent or not scope.may(indicator.facts.right):
            continue
        for period in PERIODS:
            for by in ((), *((name,) for name in dimensions_of(indicator)), ("town", "month")):
                if set(by) - set(dimensions_of(indicator)):
                    continue
                asked = ask(scope, indicator.id, period, by=by)
                found = indicator_values(scope, asked)
                assert found.total.number in (None, counted(indicator, indicator_rows(scope, asked))), (asked, found.total)
                for key, value in found.lines.items():
                    rows = indicator_rows(scope, asked, dict(zip(by, key, strict=True)))
                    assert (value.number, value.rows) == (counted(indicator, rows), rows.count()), (asked, key)
                    seen[indicator.facts.id] += value.rows
    if role == "leader":
        assert set(seen) >= {"inspection.hazard", "registry.enterprise"}
        assert all(seen[each] for each in ("inspection.hazard", "registry.enterprise"))


def test_the_numbers_of_a_year(busy: World) -> None:
    scope = busy.scope["leader"]
    names = ("隐患.排查", "隐患.整改", "隐患.销号", "隐患.重大", "隐患.逾期", "隐患.提交", "隐患.整改率", "隐患.企业")
    assert [number(scope, name) for name in names] == [5, 2, 2, 1, 1, 3, 40, 2]
    assert number(scope, "隐患.排查", "2026-03-01..2026-03-05") == 2
    assert number(scope, "隐患.整改", "2026-03-01..2026-03-05") == 1  # the other was closed a day later


def test_a_hazard_of_two_drives_counts_once_in_their_union(busy: World) -> None:
    scope = busy.scope["leader"]
    by_drive = indicator_values(scope, ask(scope, "隐患.排查", by=("campaign",)))
    assert sorted(v.number for k, v in by_drive.lines.items() if k != ("",)) == [1, 2]
    assert number(scope, "隐患.排查", where={"campaign": ["燃气安全检查", "粉尘涉爆整治"]}) == 2
    assert number(scope, "隐患.排查", where={"campaign": ["粉尘涉爆整治"]}) == 1
    assert by_drive.lines[("",)].number == 3


def test_the_arrays_follow_every_entry(busy: World) -> None:
    scope = busy.scope["leader"]
    assert number(scope, "隐患.排查") == 5
    first = TABLES.get(indicator_find("隐患.排查").facts)
    assert TABLES.get(first.facts) is first  # nothing was written, nothing is read
    key = busy.found()
    assert number(scope, "隐患.排查") == 6
    table = TABLES.get(first.facts)
    assert table.base.ids is first.base.ids and table.part.size == 1  # one row was read, not all
    dismissed(busy, key, NOW)
    assert number(scope, "隐患.排查") == 5
    busy.campaign("与隐患无关的行动")
    assert TABLES.get(first.facts).version == TABLES.get(first.facts).version


def test_a_rebuild_by_another_process_is_seen(busy: World) -> None:
    """Rows that are written below the journal move no chain: the arrays are read anew nevertheless."""
    scope = busy.scope["leader"]
    assert number(scope, "隐患.排查") == 5
    Hazard.objects.filter(grade="major").delete()
    assert number(scope, "隐患.排查") == 5
    disk.forget()  # as `journal rebuild` does at its end
    assert number(scope, "隐患.排查") == 4
    rebuild(check=False)
    assert number(scope, "隐患.排查") == 5


def test_nothing_before_the_ledger_is_not_zero(busy: World) -> None:
    scope = busy.scope["leader"]
    assert number(scope, "隐患.排查", "2025") is None
    assert number(scope, "隐患.排查", "2026-03-02") == 1  # the first one
    assert number(scope, "隐患.排查", "2026-03-03") == 0  # the ledger is kept, and nothing was found
    assert indicator_values(scope, ask(scope, "隐患.排查")).begins == date(2026, 3, 2)


def test_a_rate_of_nothing_is_none(busy: World) -> None:
    scope = busy.scope["leader"]
    asked = ask(scope, "隐患.整改率", "2026-03-20", by=("town",))
    found = indicator_values(scope, asked)
    assert (found.total.number, found.total.part, found.total.whole) == (None, 0, 0)
    year = indicator_values(scope, ask(scope, "隐患.整改率", by=("town",)))
    assert (year.total.part, year.total.whole) == (2, 5)
    assert indicator_rows(scope, ask(scope, "隐患.整改率"), part=True).count() == 2


def test_what_stands_on_a_day(world: World) -> None:
    scope = world.scope["leader"]
    assert number(scope, "企业.在册") == 2
    found = indicator_values(scope, ask(scope, "企业.在册", by=("town",)))
    assert sorted(found.lines) == [("331003001",), ("331003002",)]
    with pytest.raises(BadInput) as refused:
        ask(scope, "企业.在册", by=("month",))
    assert refused.value.code == "platform.indicator.by_unknown"


def test_an_enterprise_s_class_is_looked_up_through_it(busy: World) -> None:
    scope = busy.scope["leader"]
    found = indicator_values(scope, ask(scope, "隐患.排查", by=("class",)))
    assert sum(v.rows for v in found.lines.values()) >= 5
    named = {k[0] for k in found.lines}
    assert named <= set(dict(evaluate.facts_get("registry.enterprise").columns["class"].values(scope))) | {""}  # type: ignore[union-attr,misc]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"by": ("weather",)}, "platform.indicator.by_unknown"),
        ({"by": ("town", "month", "grade", "source")}, "platform.indicator.by_many"),
        ({"where": {"weather": ["rain"]}}, "platform.indicator.where_unknown"),
        ({"where": {"campaign": ["没有的行动"]}}, "platform.indicator.value_unknown"),
        ({"where": {"grade": ["特大"]}}, "platform.indicator.value_unknown"),
        ({"period": "2027"}, "platform.indicator.future"),
    ],
)
def test_what_can_not_be_asked_is_refused(world: World, more: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        ask(world.scope["leader"], "隐患.排查", **more)
    assert refused.value.code == code


def test_unknown_ones_other_regions_and_people_without_the_right_are_refused(busy: World) -> None:
    with pytest.raises(BadInput) as refused:
        indicator_find("隐患.没有")
    assert refused.value.code == "platform.indicator.unknown"
    with pytest.raises(NotAllowed):
        ask(busy.scope["town"], "隐患.排查", region="331003002")
    with pytest.raises(NotAllowed):
        ask(replace(busy.scope["town"], rights=frozenset()), "隐患.排查")
    scope = busy.scope["leader"]
    for cell in ({"grade": "major"}, {"town": "331003"}, {"month": "2026-13"}, {"month": "2026"}):
        with pytest.raises(BadInput) as refused:
            indicator_rows(scope, ask(scope, "隐患.排查", by=("town", "month")), cell)
        assert refused.value.code == "platform.indicator.cell_unknown"
