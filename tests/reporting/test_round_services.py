"""Reporting rounds: opened, filled, sent back, filed again, chased, summed honestly, closed; and who may do what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from round_cases import ASKED, DUE, NOW, OTHER, TOWN, answers, filed, form, opened

from anlan.kernel.errors import AnlanError
from anlan.kernel.periods import read_period
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger.history import history_of
from anlan.platform.ledger.services import ledger_create
from anlan.reporting import queries
from anlan.reporting.models import Filing, ReportedValue, Round
from anlan.reporting.rules.round_item import Answer
from anlan.reporting.services.round_chasing import filing_chase
from anlan.reporting.services.round_filings import filing_approve, filing_return, filing_submit
from anlan.reporting.services.round_steps import Pressed
from anlan.reporting.services.rounds import AskedItem, round_close, round_reopen


def codes(refused: Any) -> list[str]:
    return [refused.value.code, *(v.code for v in refused.value.violations)]


@pytest.fixture
def office(scope_of: Any) -> Any:
    return scope_of("supervision")


@pytest.fixture
def town(scope_of: Any) -> Any:
    return scope_of("town")


def test_opening_hands_every_town_its_form(office: Any, town: Any) -> None:
    key = opened(office)
    row = Round.objects.get(pk=key)
    assert (row.title, row.period, row.state, row.due_at) == ("月度工作情况", "2026年2月", "open", DUE)
    items = queries.items_of(row)
    assert [(i.name, i.unit, i.indicator, i.total) for i in items][1:] == [
        ("开展宣传活动", "场", "", "sum"), ("安全培训覆盖率", "%", "", "none"), ("投入资金", "万元", "", "sum"),
    ]  # fmt: skip
    assert items[0].indicator == CATALOGUE.indicators[items[0].indicator].id
    assert Filing.objects.filter(round_id=key, state="asked").count() == 19
    assert [f.region for f in queries.filings_to_file(town)] == [TOWN]


def test_a_repeated_opening_makes_one_round_and_a_second_one_is_refused(office: Any) -> None:
    assert opened(office, once="a") == opened(office, once="a")
    with pytest.raises(AnlanError) as refused:
        opened(office)
    assert codes(refused) == [
        "reporting.round.refused", "reporting.round.open_already",
        *["reporting.round.asked_already"] * 3,
    ]  # fmt: skip


def test_a_line_that_a_ledger_answers_is_no_question(office: Any) -> None:
    with pytest.raises(AnlanError) as refused:
        opened(office, items=[AskedItem(name="隐患.排查", unit="条")])
    assert codes(refused) == ["reporting.round.refused", "reporting.round.known"]


def test_the_form_shows_what_is_known_and_asks_the_rest(office: Any, town: Any) -> None:
    key = opened(office)
    lines = queries.form_lines(town, form(town, key), NOW)
    assert [line.kind for line in lines] == ["ledger", "asked", "asked", "asked"]
    assert queries.known_keys(lines) == {"1"}
    with pytest.raises(AnlanError) as refused:
        filing_submit(
            scope=town, filing_id=str(form(town, key).pk), answers=answers() | {"1": Answer("7")}, pressed=Pressed(), now=NOW
        )
    assert codes(refused) == ["reporting.round.refused", "reporting.round.not_asked"]


def test_a_remark_stands_beside_a_ledgers_figure(office: Any, town: Any) -> None:
    key = opened(office)
    said = answers() | {"1": Answer(remark="另有2处正在核实。")}
    filing_submit(scope=town, filing_id=str(form(town, key).pk), answers=said, pressed=Pressed(), now=NOW, remark="无其他。")
    row = form(office, key)
    held = row.values.get(key="1")
    assert (row.remark, held.remark, held.kind) == ("无其他。", "另有2处正在核实。", "ledger")


def test_filed_numbers_become_reported_values_of_the_town(office: Any, town: Any) -> None:
    key = opened(office)
    filed(town, key, money="3.5")
    value = ReportedValue.objects.get(name="投入资金")
    assert (value.region, value.value, value.unit, value.amount, value.measure) == (TOWN, "3.5", "万元", "35000", "元")
    assert (value.period, value.source_title, value.source_office) == ("2026年2月", "月度工作情况报送表", "东城街道")
    assert value.indicator == ""
    stated = queries.reported_named(office, "开展宣传活动", TOWN, read_period("2026-02"))
    assert [each.text for each in stated] == ["12场"]
    assert form(office, key).state == "submitted"


def test_nothing_is_said_as_nought_and_not_left_out(office: Any, town: Any) -> None:
    key = opened(office)
    pk = str(form(town, key).pk)
    with pytest.raises(AnlanError) as refused:
        filing_submit(scope=town, filing_id=pk, answers={"2": Answer(none=True)}, pressed=Pressed(), now=NOW)
    assert codes(refused) == ["reporting.round.refused", *["reporting.round.unanswered"] * 2]
    assert not ReportedValue.objects.exists()
    said = answers() | {"2": Answer(none=True)}
    filing_submit(scope=town, filing_id=pk, answers=said, pressed=Pressed(), now=NOW)
    held = form(town, key).values.get(key="2")
    assert (held.kind, held.value) == ("none", "0")
    assert ReportedValue.objects.get(name="开展宣传活动").quote == "无此项"


def test_a_form_sent_back_is_filed_again_and_all_versions_stay(office: Any, town: Any) -> None:
    key = opened(office)
    pk = filed(town, key)
    filing_return(scope=office, filing_id=pk, note="宣传活动数偏大，请核实。", pressed=Pressed(), now=NOW)
    assert (form(office, key).state, form(office, key).reason) == ("returned", "宣传活动数偏大，请核实。")
    assert not ReportedValue.objects.filter(retired_at__isnull=True).exists()
    filed(town, key, now=NOW + timedelta(hours=1), activities="2")
    row = form(office, key)
    assert (row.state, row.turns) == ("submitted", 2)
    value = ReportedValue.objects.get(name="开展宣传活动")
    assert (value.value, value.retired_at) == ("2", None)
    kinds = [h.kind for h in history_of(f"reporting.filing/{pk}")]
    assert kinds == [f"reporting.filing.{act}" for act in ("submitted", "returned", "submitted", "asked")]
    assert [h.kind for h in history_of(f"reporting.value/{value.pk}")] == [
        f"reporting.value.{act}" for act in ("changed", "restored", "retired", "created")
    ]
    filing_approve(scope=office, filing_id=pk, pressed=Pressed(), now=NOW + timedelta(hours=2))
    assert form(office, key).state == "approved"
    with pytest.raises(AnlanError) as refused:
        filed(town, key)
    assert codes(refused) == ["reporting.round.refused", "kernel.loop.not_from_here"]


def test_sending_back_names_the_reason(office: Any, town: Any) -> None:
    pk = filed(town, opened(office))
    with pytest.raises(AnlanError) as refused:
        filing_return(scope=office, filing_id=pk, note="　", pressed=Pressed(), now=NOW)
    assert codes(refused) == ["reporting.round.refused", "reporting.round.note_missing"]


def test_of_two_clerks_the_later_one_is_told(office: Any, town: Any) -> None:
    key = opened(office)
    pk, seen = str(form(town, key).pk), queries.version_of_row(form(town, key))
    filing_submit(scope=town, filing_id=pk, answers=answers(), pressed=Pressed(seen), now=NOW)
    other = replace(town, person="p-other")
    with pytest.raises(AnlanError) as refused:
        filing_submit(scope=other, filing_id=pk, answers=answers("13"), pressed=Pressed(seen), now=NOW)
    assert codes(refused) == ["reporting.round.stale"]
    assert ReportedValue.objects.get(name="开展宣传活动").value == "12"


def test_a_repeated_press_files_once(office: Any, town: Any) -> None:
    key = opened(office)
    pk, seen = str(form(town, key).pk), queries.version_of_row(form(town, key))
    for _ in range(2):
        filing_submit(scope=town, filing_id=pk, answers=answers(), pressed=Pressed(seen, "k"), now=NOW)
    assert form(town, key).turns == 1


def test_sums_name_who_is_missing_and_count_nobody_as_nought(office: Any, town: Any, scope_of: Any) -> None:
    key = opened(office)
    filed(town, key)
    filed(scope_of("other_town"), key, OTHER, activities="5", money="0.5")
    table = queries.round_table(office, queries.round_get(office, key), NOW)
    assert (table.coverage, len(table.missing), len(table.rows)) == ("2/19个乡镇（街道）", 17, 19)
    activities, rate, money = table.sums[1:]
    assert (activities.text, activities.coverage, len(activities.missing)) == ("17", "2/19个乡镇（街道）", 17)
    assert (rate.text, rate.why) == ("", "rate")
    assert money.text == "4"
    assert table.sums[0].kind == "ledger"
    words = queries.round_table_words(table)
    assert words["sums"][1]["missing"] == [row.name for row in table.missing]


def test_who_has_not_filed_when_it_is_closed_stays_missing(office: Any, town: Any, scope_of: Any) -> None:
    key = opened(office, towns=[TOWN, OTHER])
    filed(town, key)
    round_close(scope=office, round_id=key, pressed=Pressed(), now=DUE)
    row = queries.round_get(office, key)
    assert (row.state, row.missing) == ("closed", OTHER)
    with pytest.raises(AnlanError) as refused:
        filed(scope_of("other_town"), key, OTHER)
    assert codes(refused) == ["reporting.round.refused", "reporting.round.over"]
    # Filed at a server that had not heard of the end: it arrives, and is shown, and does not count.
    Filing.objects.filter(region=OTHER).update(state="submitted")
    table = queries.round_table(office, queries.round_get(office, key), DUE)
    assert (table.coverage, [r.state for r in table.rows]) == ("1/2个乡镇（街道）", ["已报", "结束后上报，不计入汇总"])
    Filing.objects.filter(region=OTHER).update(state="asked")
    with pytest.raises(AnlanError) as refused:
        round_reopen(scope=office, round_id=key, note="", pressed=Pressed(), now=DUE)
    assert codes(refused) == ["reporting.round.refused", "reporting.round.note_missing"]
    round_reopen(scope=office, round_id=key, note="南城街道补报。", pressed=Pressed(), now=DUE)
    filed(scope_of("other_town"), key, OTHER, now=DUE + timedelta(hours=1))
    assert queries.round_table(office, queries.round_get(office, key), DUE).coverage == "2/2个乡镇（街道）"
    assert form(office, key, OTHER).late == 1
    assert form(office, key).late == 0


def test_chasing_reaches_those_who_owe_it_and_a_double_click_nobody_twice(office: Any, town: Any) -> None:
    key = opened(office)
    filed(town, key)
    chased = filing_chase(scope=office, round_id=key, now=NOW)
    assert len(chased) == 18
    assert TOWN not in chased
    assert filing_chase(scope=office, round_id=key, now=NOW + timedelta(seconds=59)) == []
    assert filing_chase(scope=office, round_id=key, towns=[OTHER], now=NOW + timedelta(seconds=60)) == [OTHER]
    row = form(office, key, OTHER)
    assert (row.chased, row.chased_at) == (2, NOW + timedelta(seconds=60))
    with pytest.raises(AnlanError) as refused:
        filing_chase(scope=office, round_id=key, towns=[TOWN], now=NOW)
    assert codes(refused) == ["reporting.round.refused", "kernel.loop.not_from_here"]
    round_close(scope=office, round_id=key, pressed=Pressed(), now=DUE)
    with pytest.raises(AnlanError) as refused:
        filing_chase(scope=office, round_id=key, now=DUE)
    assert codes(refused) == ["reporting.round.refused", "reporting.round.over"]


def test_it_is_overdue_by_the_clock(office: Any, town: Any) -> None:
    key = opened(office)
    assert not queries.overdue(form(town, key), DUE)
    assert queries.overdue(form(town, key), DUE + timedelta(seconds=1))
    filed(town, key, now=DUE + timedelta(seconds=1))
    assert not queries.overdue(form(town, key), DUE + timedelta(days=1))
    progress = queries.progress_of(office, [queries.round_get(office, key)], DUE + timedelta(seconds=1))
    held = next(iter(progress.values()))
    assert (held.label, held.filed, held.owed, held.overdue, held.returned) == ("1/19个乡镇（街道）", 1, 18, 18, 0)


def test_what_another_document_states_is_not_asked_again(office: Any, town: Any) -> None:
    values = {
        "name": "开展宣传活动", "value": "9", "unit": "场", "period": "2026年2月", "region": TOWN, "source_title": "宣传月报",
        "source_office": "宣传部",
    }  # fmt: skip
    ledger_create(scope=office, ledger="reporting.value", values=values, now=NOW)
    key = opened(office)
    line = queries.form_lines(town, form(town, key), NOW)[1]
    assert (line.kind, line.text, line.value, line.source) == ("known", "9场", "9", "宣传部《宣传月报》")
    said = {k: a for k, a in answers().items() if k != "2"}
    filing_submit(scope=town, filing_id=str(form(town, key).pk), answers=said, pressed=Pressed(), now=NOW)
    assert ReportedValue.objects.filter(name="开展宣传活动").count() == 1
    assert queries.round_table(office, queries.round_get(office, key), NOW).sums[1].text == "9"


def test_last_months_number_stands_beside(office: Any, town: Any) -> None:
    filed(town, opened(office, period="2026-01"))
    line = queries.form_lines(town, form(town, opened(office)), NOW)[1]
    assert (line.before, line.before_period) == ("12场", "2026年1月")


def test_a_town_sees_its_own_form_only(office: Any, town: Any, scope_of: Any) -> None:
    key = opened(office, towns=[TOWN])
    filed(town, key)
    other = scope_of("other_town")
    assert list(queries.round_list(other)) == []
    with pytest.raises(AnlanError) as refused:
        queries.filing_get(other, form(town, key).pk)
    assert codes(refused) == ["reporting.filing.not_found"]
    with pytest.raises(AnlanError) as refused:
        queries.round_get(other, key)
    assert codes(refused) == ["reporting.round.not_found"]
    table = queries.round_table(town, queries.round_get(town, key), NOW)
    assert ([row.code for row in table.rows], table.sums) == (["331003001"], ())


ACTS: dict[str, Any] = {
    "round_open": lambda s, key, pk: opened(s, title="另一次", items=[AskedItem(name="另一项", unit="个")]),
    "filing_submit": lambda s, key, pk: filing_submit(scope=s, filing_id=pk, answers=answers(), pressed=Pressed(), now=NOW),
    "filing_chase": lambda s, key, pk: filing_chase(scope=s, round_id=key, now=NOW),
    "filing_return": lambda s, key, pk: filing_return(scope=s, filing_id=pk, note="请核实", pressed=Pressed(), now=NOW),
    "filing_approve": lambda s, key, pk: filing_approve(scope=s, filing_id=pk, pressed=Pressed(), now=NOW),
    "round_close": lambda s, key, pk: round_close(scope=s, round_id=key, pressed=Pressed(), now=NOW),
    "round_reopen": lambda s, key, pk: round_reopen(scope=s, round_id=key, note="补报", pressed=Pressed(), now=NOW),
}
GONE, NO, ELSE = "not_found", "platform.not_allowed", "platform.region_outside"
MATRIX = {
    "leader": {"filing_submit": NO},
    "supervision": {"filing_submit": NO},
    "town": dict.fromkeys(set(ACTS) - {"filing_submit"}, NO),
    "other_town": {act: NO if act.startswith("round") or act == "filing_chase" else GONE for act in ACTS},
    **{
        role: {act: NO if act == "round_open" else GONE for act in ACTS}
        for role in ("enforcement", "department", "grid", "enterprise", "expert", "auditor", "admin")
    },
}


@pytest.mark.parametrize("role", list(MATRIX))
@pytest.mark.parametrize("act", list(ACTS))
def test_who_may_do_what(role: str, act: str, office: Any, town: Any, scope_of: Any) -> None:
    key = opened(office)
    pk = str(form(town, key).pk)
    if act in ("filing_return", "filing_approve"):
        filed(town, key)
    if act == "round_reopen":
        round_close(scope=office, round_id=key, pressed=Pressed(), now=NOW)
    before, expected = JournalEntry.objects.count(), MATRIX[role].get(act)
    if expected is None:
        assert ACTS[act](scope_of(role), key, pk)
        assert JournalEntry.objects.count() > before
        return
    with pytest.raises(AnlanError) as refused:
        ACTS[act](scope_of(role), key, pk)
    assert refused.value.code.endswith(expected)
    assert JournalEntry.objects.count() == before


def test_buttons_say_why_they_are_grey(office: Any, town: Any) -> None:
    key = opened(office)
    found = {b.id: [r.code for r in b.reasons] for b in queries.filing_buttons(town, form(town, key))}
    assert (found["submit"], found["chase"]) == ([], ["reporting.round.right_missing"])
    assert found["approve"] == ["kernel.loop.not_from_here", "reporting.round.right_missing"]
    assert [b.allowed for b in queries.round_buttons(office, queries.round_get(office, key))] == [True, False]


def test_a_leader_of_a_town_answers_for_no_county(office: Any, town: Any) -> None:
    key = opened(office)
    posing = replace(town, rights=town.rights | {"reporting.round.manage"})
    for act in ("filing_chase", "round_close"):
        with pytest.raises(AnlanError) as refused:
            ACTS[act](posing, key, "")
        assert codes(refused) == ["platform.region_outside"]
    with pytest.raises(AnlanError) as refused:
        opened(posing, title="镇里的", items=ASKED[1:2])
    assert codes(refused) == ["reporting.round.county"]
