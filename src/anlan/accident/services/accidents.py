"""The steps and acts on an accident after its report, one service each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from anlan.accident import queries
from anlan.accident.errors import AccidentNotFound
from anlan.accident.models import Accident
from anlan.accident.rules.grade import grade_accident, investigation_due
from anlan.accident.rules.loop import StepFacts
from anlan.accident.rules.report import FIRST, Casualties, PlainFacts
from anlan.accident.rules.steps import (
    AmendFacts,
    CloseFacts,
    CorrectFacts,
    ExtendFacts,
    JudgeFacts,
    RevokeFacts,
    check_amend,
    check_close,
    check_correct,
    check_extend,
    check_investigate,
    check_judge,
    check_report_up,
    check_revoke,
)
from anlan.accident.services.reports import deadlines_of
from anlan.accident.services.taking import Outcome, Pressed, iso, said, step_take, to_minute
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.stated import settled
from anlan.platform.ledger import places
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = [
    "Pressed", "accident_amend", "accident_change", "accident_close", "accident_correct", "accident_extend",
    "accident_investigate", "accident_judge", "accident_report_up", "accident_revoke",
]  # fmt: skip

_TEXTS = ("place", "unit_name", "summary")
_MOMENTS = ("occurred_at", "received_at", "learned_at")
_PLAIN = ("category", "sector", "region", "lon", "lat", "enterprise_id", *_TEXTS, *_MOMENTS)
_NUMBERS = ("deaths", "serious_injuries", "minor_injuries", "loss_yuan")


def accident_investigate(*, scope: Scope, accident_id: str, pressed: Pressed, now: datetime, team: str = "") -> str:
    """Begin the investigation (已接报 -> 调查中); `team`: who investigates. Raises as `step_take`. Source: 条例第二十二条."""

    def judge(row: Accident, facts: StepFacts) -> Outcome:
        return Outcome(check_investigate(facts, team), {}, said(team=team))

    return step_take("investigate", scope=scope, accident_id=accident_id, pressed=pressed, now=now, judge=judge)


def accident_report_up(
    *, scope: Scope, accident_id: str, pressed: Pressed, now: datetime, at: datetime | None = None, note: str = ""
) -> str:
    """Record that the level above was told, at `at` (None: now); `note`: whom. Raises as `step_take`. Source: 条例第十一条."""
    moment = settled(at, now) or now

    def judge(row: Accident, facts: StepFacts) -> Outcome:
        if problems := check_report_up(facts, row.received_at, moment, note):
            return Outcome(problems, {}, {})
        first = min(moment, row.reported_up_at or moment)
        data = {"at": iso(moment), "first": iso(first), "late": first > row.up_due_at}
        return Outcome([], data, said(note=note))

    return step_take("report_up", scope=scope, accident_id=accident_id, pressed=pressed, now=now, judge=judge)


def accident_correct(
    *,
    scope: Scope,
    accident_id: str,
    pressed: Pressed,
    now: datetime,
    numbers: Mapping[str, int | None],
    kind: str,
    note: str = "",
) -> str:
    """Correct casualties and loss; the entry keeps the numbers before and after, the grade follows. Raises as `step_take`.

    Args:
        numbers: deaths, serious_injuries, minor_injuries, loss_yuan; what is not named or None stays.
        kind: rules.codes.CORRECTIONS. note: needed after the period of 补报.
    Source: 条例第十三条第二款.
    """  # fmt: skip
    named = {name: numbers[name] for name in _NUMBERS if numbers.get(name) is not None}

    def judge(row: Accident, facts: StepFacts) -> Outcome:
        old = queries.casualties_of(row)
        new: Casualties = replace(old, **named)
        asked = CorrectFacts(facts, old, new, kind, note, row.supplement_until)
        grade = grade_accident(new.deaths, new.serious_injuries, new.loss_yuan)
        data = {"old": asdict(old), "new": asdict(new), "grade": grade, "kind": kind, "late": asked.late}
        return Outcome(check_correct(asked), data, said(note=note))

    return step_take("correct", scope=scope, accident_id=accident_id, pressed=pressed, now=now, judge=judge)


def accident_amend(
    *, scope: Scope, accident_id: str, pressed: Pressed, now: datetime, values: Mapping[str, Any]
) -> str:
    """Change plain facts; deadlines follow. Raises as `step_take`; NotFound: "registry.enterprise.not_found".

    Args:
        values: any of category, sector, region, place, summary, unit_name, occurred_at, received_at, learned_at, lon, lat,
            enterprise_id ("" or None: none); what is not named stays.
    Source: 条例第十三条第一款.
    """

    def judge(row: Accident, facts: StepFacts) -> Outcome:
        given = _given(scope, row, values, now)
        changed = {name: value for name, value in given.items() if value != _held(row, name)}
        moved, firm = "enterprise_id" in changed, changed.pop("enterprise_id", _held(row, "enterprise_id"))
        plain: PlainFacts = replace(queries.plain_of(row), **changed, firm=firm is not None)
        if plain.occurred_at < FIRST:
            return Outcome([Violation("accident.implausible", {}, "occurred_at")], {}, {})
        asked = AmendFacts(facts, plain, bool(changed) or moved)
        # Asked for only when all else holds: no database takes every text and moment that people send.
        if problems := check_amend(asked) or check_amend(replace(asked, twin=_twin(row, plain))):
            return Outcome(problems, {}, {})
        texts = {name: changed[name] for name in _TEXTS if name in changed}
        data = {n: iso(v) if n in _MOMENTS else v for n, v in changed.items() if n not in (*_TEXTS, "region")}
        data |= _firm(scope, firm) if moved else {}
        data |= deadlines_of(plain, row.extended_days)
        return Outcome([], {"set": data, "said": sorted(texts)}, said(**texts), region=plain.region)

    return step_take("amend", scope=scope, accident_id=accident_id, pressed=pressed, now=now, judge=judge)


def _twin(row: Accident, plain: PlainFacts) -> str:
    return queries.accident_twin(plain.region, plain.occurred_at, plain.place, row.pk)


def _given(scope: Scope, row: Accident, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    given = {name: values[name] for name in _PLAIN if name in values}
    for name in ("category", "sector", *_TEXTS):
        if name in given:
            given[name] = str(given[name] or "").strip()
    for name in ("occurred_at", "received_at"):
        if name in given:
            given[name] = settled(given[name], now) or now if given[name] else getattr(row, name)
    given |= {name: to_minute(given[name]) for name in _MOMENTS if given.get(name)}
    if "region" in given:
        given["region"] = places.read(str(given["region"] or ""), scope.region)
        scope.require_region(given["region"])
    if "enterprise_id" in given:
        key = given["enterprise_id"]
        given["enterprise_id"] = str(registry.enterprise_get(scope, key).pk) if key else None
    return given


def _held(row: Accident, name: str) -> Any:
    value = getattr(row, name)
    return str(value) if name == "enterprise_id" and value else value


def _firm(scope: Scope, firm: str | None) -> dict[str, Any]:
    """The enterprise of an accident and the office that follows from it."""
    office = registry.enterprise_get(scope, firm).office_id if firm else None
    return {"enterprise_id": firm, "office_id": str(office) if office else None}


def accident_judge(
    *, scope: Scope, accident_id: str, pressed: Pressed, now: datetime, nature: str, note: str = ""
) -> str:
    """Find that it is no production accident (it stays, and is counted no more), or that it is one after all.

    Raises as `step_take`. Source: 条例第二十五条第二项.
    """

    def judge(row: Accident, facts: StepFacts) -> Outcome:
        return Outcome(check_judge(JudgeFacts(facts, row.nature, nature, note)), {"nature": nature}, said(note=note))

    return step_take("judge", scope=scope, accident_id=accident_id, pressed=pressed, now=now, judge=judge)


def accident_extend(
    *, scope: Scope, accident_id: str, pressed: Pressed, now: datetime, days: int, note: str = ""
) -> str:
    """Give the investigation `days` more; `note`: who approved it and why. Raises as `step_take`. Source: 条例第二十九条."""

    def judge(row: Accident, facts: StepFacts) -> Outcome:
        problems = check_extend(ExtendFacts(facts, row.extended_days, days, note))
        whole = row.extended_days + days
        due = iso(investigation_due(row.occurred_at, whole)) if not problems else None
        return Outcome(problems, {"extended_days": whole, "investigation_due_at": due}, said(note=note))

    return step_take("extend", scope=scope, accident_id=accident_id, pressed=pressed, now=now, judge=judge)


def accident_close(
    *,
    scope: Scope,
    accident_id: str,
    pressed: Pressed,
    now: datetime,
    files: tuple[str, ...] = (),
    direct_cause: str = "",
    indirect_cause: str = "",
    liability: str = "",
    measures: str = "",
    nature: str = "production",
    note: str = "",
) -> str:
    """Close the case with its investigation report (调查中 -> 已结案). Raises as `step_take`.

    Args:
        files: hashes of the report's stored pages. note: why it is no production accident, where `nature` is "other".
    Source: 条例第三十条、第三十二条.
    """  # fmt: skip
    texts = {
        "direct_cause": direct_cause, "indirect_cause": indirect_cause, "liability": liability, "measures": measures,
        "note": note,
    }  # fmt: skip

    def judge(row: Accident, facts: StepFacts) -> Outcome:
        problems = check_close(CloseFacts(facts, len(set(files)), nature=nature, **texts))
        data = {"nature": nature, "closed_on": local_date(now).isoformat()}
        return Outcome(problems, data, said(**texts), files)

    return step_take("close", scope=scope, accident_id=accident_id, pressed=pressed, now=now, judge=judge)


def accident_revoke(
    *,
    scope: Scope,
    accident_id: str,
    pressed: Pressed,
    now: datetime,
    kind: str,
    note: str = "",
    duplicate_of: str = "",
) -> str:
    """Take an entry out of the figures that was no accident, or stands twice; it is kept. Raises as `step_take`.

    Args:
        kind: "false" or "duplicate". duplicate_of: id of the accident that stays, for a duplicate.
    Source: 条例第四条; house rule (ADR 0026).
    """
    named = kind == "duplicate" and duplicate_of

    def judge(row: Accident, facts: StepFacts) -> Outcome:
        other = _other(scope, duplicate_of) if named else None
        stands = other is not None and other.pk != row.pk and other.state != "revoked"
        problems = check_revoke(RevokeFacts(facts, kind, note, stands))
        data = {"kind": kind} | ({"duplicate_of": str(other.pk)} if other is not None else {})
        return Outcome(problems, data, said(note=note))

    return step_take("revoke", scope=scope, accident_id=accident_id, pressed=pressed, now=now, judge=judge)


def _other(scope: Scope, accident_id: str) -> Accident | None:
    try:
        return queries.accident_get(scope, accident_id)
    except AccidentNotFound:
        return None


def accident_change(
    *, scope: Scope, id: str, values: Mapping[str, Any], base: int | None, now: datetime, once: str | None = None
) -> str:
    """Change plain facts by a row of a workbook; casualties and findings are steps of their own and refused here.

    Raises:
        As `accident_amend`; BadInput: "accident.steps_only" with the columns that are no plain facts.
    """
    plain = {("enterprise_id" if name == "enterprise" else name): value for name, value in values.items()}
    if steps := sorted(plain.keys() - set(_PLAIN)):
        raise BadInput("accident.steps_only", [Violation("accident.step_needed", {}, name) for name in steps])
    return accident_amend(scope=scope, accident_id=id, pressed=Pressed(base, once), now=now, values=plain)
