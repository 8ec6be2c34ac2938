"""Filing accidents: those reported now, and those of former years whose case was closed long ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from anlan.accident import queries
from anlan.accident.errors import StepRefused
from anlan.accident.models import Accident
from anlan.accident.rules.grade import grade_accident, investigation_due, supplement_until, upward_due
from anlan.accident.rules.loop import Action, find_action
from anlan.accident.rules.report import (
    FIRST,
    Casualties,
    PlainFacts,
    RecordFacts,
    ReportFacts,
    check_record,
    check_report,
)
from anlan.accident.services.taking import iso, key_for, said, to_minute
from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.stated import settled
from anlan.platform import attachments
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.node import next_number
from anlan.platform.journal.record import NEW, record
from anlan.platform.ledger import places
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["ReportInput", "accident_create", "accident_record", "accident_report", "deadlines_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput:
    """One accident to be filed.

    Attributes:
        region: code of the town or village, 9 or 12 digits; "" takes the enterprise's. occurred_at, received_at,
        learned_at: aware; received_at None: now. enterprise_id: "" for a unit outside the ledger, named by `unit_name`.
        files: hashes of stored attachments. once: a client's key.
        closed_on, nature, note, direct_cause, indirect_cause, liability, measures: of a case closed already
        (`accident_record`) only.
    """

    sector: str
    category: str = ""
    region: str = ""
    place: str = ""
    summary: str = ""
    occurred_at: datetime
    received_at: datetime | None = None
    learned_at: datetime | None = None
    enterprise_id: str = ""
    unit_name: str = ""
    lon: float | None = None
    lat: float | None = None
    casualties: Casualties = field(default_factory=Casualties)
    files: tuple[str, ...] = ()
    once: str | None = None
    closed_on: date | None = None
    nature: str = "production"
    note: str = ""
    direct_cause: str = ""
    indirect_cause: str = ""
    liability: str = ""
    measures: str = ""


def deadlines_of(plain: PlainFacts, extended_days: int = 0) -> dict[str, str | None]:
    """The deadlines that follow from plain facts, as entries keep them."""
    return {
        "supplement_until": iso(supplement_until(plain.occurred_at, plain.sector, plain.category)),
        "up_due_at": iso(upward_due(plain.received_at)),
        "investigation_due_at": iso(investigation_due(plain.occurred_at, extended_days)),
    }


def accident_report(*, scope: Scope, item: ReportInput, now: datetime) -> str:
    """File an accident that was reported; its id. Grade and deadlines follow from what is filed.

    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside". NotFound: "registry.enterprise.not_found".
        StepRefused: "accident.refused" with every reason. BadInput: "ledger.region.*", "platform.attachment.unknown".
    Source: 条例第三条、第十二条.
    """
    return _file("report", scope, item, now)


def accident_record(*, scope: Scope, item: ReportInput, now: datetime) -> str:
    """File an accident of former times with the day its case was closed; its id. Raises as `accident_report`.

    Source: house rule (ADR 0026): comparisons with former years need their accidents.
    """
    return _file("record", scope, item, now)


def _file(action_id: str, scope: Scope, item: ReportInput, now: datetime) -> str:
    action = find_action(action_id)
    scope.require(action.right)
    key = key_for(scope, item.once, now)
    if queries.stepped_once(scope, key, item.once, action.kind):
        return key
    firm = registry.enterprise_get(scope, item.enterprise_id) if item.enterprise_id else None
    region = places.read(item.region, scope.region) if item.region else (firm.region if firm else "")
    scope.require_region(region)
    occurred = to_minute(settled(item.occurred_at, now) or now)
    received = to_minute((settled(item.received_at, now) or now) if item.received_at else now)
    if occurred < FIRST:  # near the calendar's ends no deadline can be reckoned
        raise StepRefused(action.label, [Violation("accident.implausible", {}, "occurred_at")])
    learned = to_minute(item.learned_at) if item.learned_at else None
    plain = PlainFacts(
        category=item.category, sector=item.sector, region=region, place=item.place, summary=item.summary,
        occurred_at=occurred, received_at=received, learned_at=learned, unit_name=item.unit_name, firm=firm is not None,
        lon=item.lon, lat=item.lat,
    )  # fmt: skip
    with writing():
        # Two clerks who file the same accident at once: the second finds the first's.
        hold_keys(Accident.SUBJECT, [f"{region[:9]}\0{occurred.isoformat()}\0{item.place.strip()}"])
        if queries.stepped_once(scope, key, item.once, action.kind):
            return key
        facts = ReportFacts(queries.step_facts(scope, None, now), plain, item.casualties)
        _require(action, facts, item)
        # Asked for only when all else holds: no database takes every text and moment that people send.
        _require(action, replace(facts, twin=queries.accident_twin(region, occurred, item.place)), item)
        office = firm.office_id if firm else None
        attachments.link(item.files, f"{Accident.SUBJECT}/{key}", scope=scope)
        data = _data(item, plain, str(office) if office else None, str(firm.pk) if firm else None, now)
        record(_draft(action, key, region, item, data), scope=scope, now=now, base=NEW)
    return key


def _require(action: Action, facts: ReportFacts, item: ReportInput) -> None:
    if action.id == "record" and item.closed_on is None:
        raise StepRefused(action.label, [Violation("accident.missing", {}, "closed_on")])
    record_facts = RecordFacts(facts, item.closed_on, item.nature, item.note) if item.closed_on else None
    problems = check_record(record_facts) if action.id == "record" and record_facts else check_report(facts)
    if problems:
        raise StepRefused(action.label, problems)


def _data(item: ReportInput, plain: PlainFacts, office: str | None, firm: str | None, now: datetime) -> dict[str, Any]:
    held = item.casualties
    return {
        "number": next_number("SG", local_date(now).year)[0],
        "category": plain.category,
        "sector": plain.sector,
        "grade": grade_accident(held.deaths, held.serious_injuries, held.loss_yuan),
        "occurred_at": iso(plain.occurred_at),
        "learned_at": iso(plain.learned_at),
        "received_at": iso(plain.received_at),
        "lon": plain.lon,
        "lat": plain.lat,
        "enterprise_id": firm,
        "office_id": office,
        "deaths": held.deaths,
        "serious_injuries": held.serious_injuries,
        "minor_injuries": held.minor_injuries,
        "loss_yuan": held.loss_yuan,
        **deadlines_of(plain),
    }


def _draft(action: Action, key: str, region: str, item: ReportInput, data: dict[str, Any]) -> Draft:
    texts = {"place": item.place, "unit_name": item.unit_name, "summary": item.summary}
    if action.id == "record":
        data |= {"closed_on": item.closed_on.isoformat() if item.closed_on else None, "nature": item.nature}
        texts |= {n: getattr(item, n) for n in ("note", "direct_cause", "indirect_cause", "liability", "measures")}
    files = list(dict.fromkeys(item.files))
    return Draft(
        kind=action.kind, subject=f"{Accident.SUBJECT}/{key}", region=region, data=data,
        text=said(**texts) | ({"files": files} if files else {}), step=Step("", action.to), once=item.once,
    )  # fmt: skip


_CASUALTIES = ("deaths", "serious_injuries", "minor_injuries", "loss_yuan")
_WORDS = ("sector", "category", "region", "place", "summary", "unit_name", "nature", "direct_cause", "indirect_cause",
          "liability", "measures")  # fmt: skip


def accident_create(*, scope: Scope, values: Mapping[str, Any], now: datetime, once: str | None = None) -> str:
    """File an accident from a row of a workbook or a JSON object of the ledger; with a day of closing it is a former one.

    Args:
        values: by the ledger's column names, read already. once: as ReportInput.
    Raises:
        As `accident_report`; BadInput: "accident.occurred_missing".
    """
    occurred = values.get("occurred_at")
    if occurred is None:
        raise BadInput("accident.occurred_missing")
    numbers = {n: values[n] for n in _CASUALTIES if values.get(n) is not None}
    words = {n: str(values[n]) for n in _WORDS if values.get(n)}
    moments = {n: values.get(n) for n in ("received_at", "learned_at", "closed_on", "lon", "lat")}
    item = ReportInput(
        occurred_at=occurred, casualties=Casualties(**numbers), enterprise_id=str(values.get("enterprise") or ""),
        note=str(values.get("nature_reason") or ""), once=once, **({"sector": ""} | words), **moments,
    )  # fmt: skip
    return (accident_record if item.closed_on else accident_report)(scope=scope, item=item, now=now)
