"""What a report of an accident, or a change of its plain facts, has to hold. Pure.

Source: 生产安全事故报告和调查处理条例 第十二条 (content of a report), 第十三条 (补报).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from anlan.accident.rules.codes import CATEGORIES, LIMITS, NATURES, SECTORS, group_of
from anlan.accident.rules.loop import StepFacts, check_entry
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import Violation
from anlan.kernel.geo import check_lonlat
from anlan.kernel.text import blank, check_hidden

__all__ = [
    "FIRST", "MOST_LOSS_YUAN", "MOST_PEOPLE", "Casualties", "PlainFacts", "RecordFacts", "ReportFacts", "check_casualties",
    "check_plain", "check_record", "check_report", "check_words",
]  # fmt: skip

MOST_PEOPLE, MOST_LOSS_YUAN = 100_000, 1_000_000_000_000
"""More than these is a typing mistake. Source: house rule."""
FIRST = datetime(1949, 10, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Casualties:
    """People dead, seriously and slightly injured, and the direct economic loss in yuan (None: not estimated)."""

    deaths: int = 0
    serious_injuries: int = 0
    minor_injuries: int = 0
    loss_yuan: int | None = None


@dataclass(frozen=True, slots=True)
class PlainFacts:
    """What is said of an accident beside its casualties.

    Attributes:
        category: GB 6441, "" where it does not apply. sector: line of business. region: 12-digit code.
        occurred_at, received_at: aware UTC; learned_at: when the unit's leader was told, None: not known.
        firm: whether an enterprise of the ledger is named. lon, lat: WGS-84.
    """

    category: str
    sector: str
    region: str
    place: str
    summary: str
    occurred_at: datetime
    received_at: datetime
    learned_at: datetime | None = None
    unit_name: str = ""
    firm: bool = False
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """A new report; `twin`: number of an accident entered already for the same moment and place, "" for none."""

    step: StepFacts
    plain: PlainFacts
    casualties: Casualties
    twin: str = ""


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """An accident of former times, entered when its case was closed already: by which day, what it was found to be."""

    report: ReportFacts
    closed_on: date
    nature: str = NATURES[0][0]
    note: str = ""


def check_words(texts: Mapping[str, str]) -> list[Violation]:
    """ "accident.text_too_long" for every text beyond its limit in characters, trimmed; "kernel.text.hidden".

    Source: house rule.
    """
    found = [v for name, text in texts.items() for v in check_hidden(text, name)]
    return found + [
        Violation("accident.text_too_long", {"limit": LIMITS[name], "length": len(text.strip())}, name)
        for name, text in texts.items()
        if len(text.strip()) > LIMITS[name]
    ]


def check_casualties(held: Casualties) -> list[Violation]:
    """Why these numbers can't be of one accident; empty when they can.

    Returns:
        "accident.negative", "accident.too_many" with the field.
    Source: house rule (plausibility).
    """
    people = {n: getattr(held, n) for n in ("deaths", "serious_injuries", "minor_injuries")}
    numbers = {**people, "loss_yuan": held.loss_yuan or 0}
    found = []
    for name, number in numbers.items():
        most = MOST_LOSS_YUAN if name == "loss_yuan" else MOST_PEOPLE
        if number < 0:
            found.append(Violation("accident.negative", {}, name))
        elif number > most:
            found.append(
                Violation("accident.too_many", {"most": "1万亿元" if name == "loss_yuan" else f"{most}人"}, name)
            )
    return found


def _check_times(facts: PlainFacts, now: datetime) -> list[Violation]:
    found = []
    if facts.occurred_at > now:
        found.append(Violation("accident.in_future", {}, "occurred_at"))
    if facts.occurred_at < FIRST:
        found.append(Violation("accident.implausible", {}, "occurred_at"))
    if facts.received_at > now:
        found.append(Violation("accident.in_future", {}, "received_at"))
    if facts.received_at < facts.occurred_at:
        found.append(Violation("accident.received_too_early", {}, "received_at"))
    if facts.learned_at is not None and not facts.occurred_at <= facts.learned_at <= facts.received_at:
        found.append(Violation("accident.learned_between", {}, "learned_at"))
    return found


def _check_place(facts: PlainFacts) -> list[Violation]:
    found = []
    if facts.region[6:9] == "000" or len(facts.region) != 12:
        found.append(Violation("accident.region_not_town", {}, "region"))
    if (facts.lon is None) != (facts.lat is None):
        found.append(Violation("accident.place_half", {}, "lon" if facts.lon is None else "lat"))
    elif facts.lon is not None and facts.lat is not None:
        found += [Violation(v.code, v.facts, v.field or "lon") for v in check_lonlat(facts.lon, facts.lat, china=True)]
    return found


def check_plain(facts: PlainFacts, now: datetime) -> list[Violation]:
    """Why these facts can't be filed; empty when they can.

    Returns:
        every reason, each with its field: "accident.category_missing|category_unknown|sector_unknown|missing|in_future|
        implausible|received_too_early|learned_between|region_not_town|place_half|unit_twice|text_too_long", "kernel.geo.*".
    Source: 条例第十二条; an industrial accident needs its category of GB 6441: house rule.
    """
    found = []
    if facts.category and facts.category not in dict(CATEGORIES):
        found.append(Violation("accident.category_unknown", {"value": facts.category[:20]}, "category"))
    if facts.sector not in dict(SECTORS):
        found.append(Violation("accident.sector_unknown", {"value": facts.sector[:20]}, "sector"))
    elif not facts.category and group_of(facts.sector) == "industrial":
        found.append(Violation("accident.category_missing", {}, "category"))
    texts = {name: getattr(facts, name) for name in ("place", "summary", "unit_name")}
    found += [Violation("accident.missing", {}, name) for name in ("place", "summary") if blank(texts[name])]
    if facts.firm and not blank(facts.unit_name):
        found.append(Violation("accident.unit_twice", {}, "unit_name"))
    return found + _check_times(facts, now) + _check_place(facts) + check_words(texts)


def check_report(facts: ReportFacts, action_id: str = "report") -> list[Violation]:
    """Why this accident can't be filed; empty when it can: the reasons of `check_plain`, `check_casualties`, the step's own.

    Returns:
        beside those "accident.entered_already" for the same moment, region and place.
    Source: 条例第四条 (timely, correct, complete), 第十二条.
    """
    found = check_entry(action_id, facts.step)
    found += check_plain(facts.plain, facts.step.now) + check_casualties(facts.casualties)
    if facts.twin:
        found.append(Violation("accident.entered_already", {"number": facts.twin}, "place"))
    return found


def check_record(facts: RecordFacts) -> list[Violation]:
    """Why a closed accident of former times can't be filed; empty when it can.

    Returns:
        as `check_report`, "accident.closed_too_early", "accident.in_future", "accident.nature_unknown",
        "accident.missing" (why it was found to be no production accident).
    Source: house rule (ADR 0026): comparisons with former years need their accidents.
    """
    found = check_report(facts.report, "record")
    if facts.closed_on < local_date(facts.report.plain.occurred_at):
        found.append(Violation("accident.closed_too_early", {}, "closed_on"))
    if facts.closed_on > local_date(facts.report.step.now):
        found.append(Violation("accident.in_future", {}, "closed_on"))
    if facts.nature not in dict(NATURES):
        found.append(Violation("accident.nature_unknown", {"value": facts.nature[:20]}, "nature"))
    elif facts.nature == "other" and blank(facts.note):
        found.append(Violation("accident.missing", {}, "note"))
    return found + check_words({"note": facts.note})
