"""Rounds are opened, closed and opened again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anlan.kernel.codes import region_pad, region_prefix
from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.periods import Period, read_period
from anlan.platform import regions
from anlan.platform.database import hold_keys, writing
from anlan.platform.indicator.ask import indicator_find
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import NEW, record_many, version_of
from anlan.platform.scope import Scope
from anlan.reporting import queries
from anlan.reporting.errors import RoundRefused
from anlan.reporting.models import Filing, Round
from anlan.reporting.rules.round import FILING_LOOP, ROUND_LOOP, TO_FILE, check_note, check_round
from anlan.reporting.rules.round_item import TOTALS, Item, OpenFacts, check_open, default_total
from anlan.reporting.services.round_steps import Outcome, Pressed, said, step_take

__all__ = ["AskedItem", "OpenInput", "items_typed", "round_close", "round_open", "round_reopen"]

_IDS = uuid.UUID("7a5b7e34-2d0e-5c0b-8f0a-5d1f0a6f2b31")
_COUNTY_DIGITS = 6
_COMMA = re.compile(r"[，,、\t]")
_SUMMED = {label: word for word, label in TOTALS}


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One line to be asked: an indicator by id or name, or a name with its unit; `total` "" for what fits."""

    name: str = ""
    unit: str = ""
    indicator: str = ""
    total: str = ""


@dataclass(frozen=True, slots=True)
class OpenInput:
    """A round to be opened.

    Attributes:
        period: as people write it. due_at: aware. region: of the county, "" for the person's own.
        towns: codes of the towns asked, of 9 or 12 digits; none: all.
    """

    title: str
    kind: str
    period: str
    due_at: datetime
    items: Sequence[AskedItem]
    region: str = ""
    towns: Collection[str] = ()
    note: str = ""


def round_open(*, scope: Scope, item: OpenInput, now: datetime, once: str | None = None) -> str:
    """Open a round and hand every town its form; the round's id. A repeated key returns what the first request made.

    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside". BadInput: "kernel.period.*",
            "platform.indicator.unknown", "reporting.round.county".
        RoundRefused: "reporting.round.refused" with the reasons of `check_open`.
    Source: house rule (ADR 0032).
    """
    action = ROUND_LOOP.action("open")
    scope.require(action.right)
    region = region_pad(item.region or scope.region or "")
    scope.require_region(region)
    if len(region_prefix(region)) != _COUNTY_DIGITS:
        raise BadInput("reporting.round.county", region=regions.name(region))
    key = str(uuid.uuid5(_IDS, f"{scope.person}\0{once}")) if once else new_id(now)
    if once and version_of(f"{Round.SUBJECT}/{key}"):
        return key
    period, items = read_period(item.period), [_item(scope, str(n), i) for n, i in enumerate(item.items, start=1)]
    known = [code for code, _ in regions.choices(region_prefix(region), "town")]
    towns = sorted({region_pad(code) for code in item.towns}) or known
    title = " ".join(item.title.split())
    with writing():
        # Two clerks who open the same round at once: the later one is told.
        hold_keys(Round.SUBJECT, [f"{region} {period.first} {period.last}"])
        facts = OpenFacts(
            title, item.kind, period, item.due_at, items, towns, known, local_date(now), now, item.note,
            queries.indicator_words_known(), _elsewhere(region, period, items), queries.round_twin(region, title, period),
        )  # fmt: skip
        if problems := check_open(facts):
            raise RoundRefused(action.label, problems)
        _record(scope, key, region, facts, now, once)
    return key


def _record(scope: Scope, key: str, region: str, facts: OpenFacts, now: datetime, once: str | None) -> None:
    period, due = facts.period, facts.due_at.astimezone(UTC).isoformat()
    data: dict[str, Any] = {
        "title": facts.title, "kind": facts.kind, "period": period.label, "first_on": period.first.isoformat(),
        "last_on": period.last.isoformat(), "span": period.kind, "due_at": due,
        "items": [{"name": i.name, "unit": i.unit, "indicator": i.indicator, "total": i.total} for i in facts.items],
    }  # fmt: skip
    ask = FILING_LOOP.action("ask")
    drafts = [
        Draft(
            ROUND_LOOP.action("open").kind, f"{Round.SUBJECT}/{key}", region, data, said(note=facts.note),
            step=Step("", "open"), once=once,
        )
    ]  # fmt: skip
    drafts += [
        Draft(
            ask.kind, f"{Filing.SUBJECT}/{uuid.uuid5(_IDS, f'{key} {town}')}", town, {"round": key, "due_at": due},
            step=Step("", ask.to),
        )
        for town in facts.towns
    ]  # fmt: skip
    record_many([(draft, NEW) for draft in drafts], scope=scope, now=now)


def items_typed(lines: Iterable[str]) -> list[AskedItem]:
    """The questions of a round as clerks type them, each a line 名称，单位[，不加总|加总]; empty ones are left out.

    Raises:
        BadInput: "reporting.round.items_unread" with "reporting.round.item_line" for every line that names no unit.
    """
    found, wrong = [], []
    for n, line in enumerate(lines, start=1):
        parts = [part.strip() for part in _COMMA.split(line.strip())]
        if parts == [""]:
            continue
        if not 2 <= len(parts) <= 3 or not all(parts) or (len(parts) == 3 and parts[2] not in _SUMMED):
            wrong.append(Violation("reporting.round.item_line", {"line": n}, "items"))
            continue
        found.append(AskedItem(name=parts[0], unit=parts[1], total=_SUMMED[parts[2]] if len(parts) == 3 else ""))
    if wrong:
        raise BadInput("reporting.round.items_unread", wrong)
    return found


def _item(scope: Scope, key: str, asked: AskedItem) -> Item:
    if not asked.indicator:
        name, unit = " ".join(asked.name.split()), asked.unit.strip()
        return Item(key, name, unit, "", asked.total or default_total(name, unit))
    indicator = indicator_find(asked.indicator)
    scope.require(indicator.facts.right)
    return Item(key, indicator.label, indicator.unit, indicator.id, "none" if indicator.unit == "%" else "sum")


def _elsewhere(region: str, period: Period, items: Sequence[Item]) -> Mapping[str, str]:
    return queries.asked_elsewhere(region, period, [item.name for item in items if not item.indicator])


def round_close(*, scope: Scope, round_id: str, pressed: Pressed, now: datetime) -> str:
    """Close a round; the towns that have not filed are named in it and stay missing in its sums. Raises as `step_take`."""
    action = ROUND_LOOP.action("close")

    def judge(row: Round) -> Outcome:
        owed = [filing.region for filing in queries.filings_of(scope, row) if filing.state in TO_FILE]
        return Outcome(check_round("close", row.state), {"missing": owed}, {})

    return step_take(
        action, scope=scope, get=lambda: queries.round_get(scope, round_id), region=_own, pressed=pressed, now=now, judge=judge
    )


def round_reopen(*, scope: Scope, round_id: str, note: str, pressed: Pressed, now: datetime) -> str:
    """Let a closed round take forms again; `note`: why. Raises as `step_take`."""

    def judge(row: Round) -> Outcome:
        return Outcome(check_round("reopen", row.state) + check_note(note, needed=True), {}, said(note=note))

    return step_take(
        ROUND_LOOP.action("reopen"), scope=scope, get=lambda: queries.round_get(scope, round_id), region=_own,
        pressed=pressed, now=now, judge=judge,
    )  # fmt: skip


def _own(row: Round) -> str:
    return row.region
