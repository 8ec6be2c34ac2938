"""Self-checks: start, answer, report (which files the hazards found, in the same transaction), correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import SelfCheck
from anlan.inspection.queries import self_checks as views
from anlan.inspection.queries.gone import gone_reasons
from anlan.inspection.rules.self_check import (
    SELF_CHECK_LOOP,
    AnswerFacts,
    SelfStartFacts,
    check_answer,
    check_dropped,
    check_once,
    check_report_of,
    check_self_start,
)
from anlan.inspection.services.drafting import fixed_id, key_for, numbers_for, said
from anlan.inspection.services.self_answers import SelfAnswer, answer_entry, copied_answers
from anlan.inspection.services.self_hazards import hazard_key, self_hazard_drafts
from anlan.inspection.services.self_judging import report_data
from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import Conflict, NotAllowed, Violation
from anlan.platform import attachments
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.record import NEW, record, record_many
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["SelfAnswer", "self_check_items_set", "self_check_report", "self_check_start"]

_SUBJECT = SelfCheck.SUBJECT
_START, _REPORT = SELF_CHECK_LOOP.action("start"), SELF_CHECK_LOOP.action("report")


def _require_own(scope: Scope, enterprise_id: str) -> None:
    """Only the enterprise's own officer; whoever sees every enterprise does not report for one.

    Raises:
        NotAllowed: "platform.not_allowed", "inspection.self_check.enterprise_only".
    """
    scope.require(_REPORT.right)
    if scope.subjects is None or str(enterprise_id) not in scope.subjects:
        raise NotAllowed("inspection.self_check.enterprise_only")


def self_check_start(
    *,
    scope: Scope,
    enterprise_id: str,
    now: datetime,
    checklist_id: str = "",
    corrects: str = "",
    once: str | None = None,
) -> str:
    """Begin a self-check and return its id; a repeated `once` of the same person returns the first one's id.

    Args:
        corrects: id of a report of this enterprise that the new one shall correct; it begins with that one's answers.
    Raises:
        NotAllowed: "platform.not_allowed", "inspection.self_check.enterprise_only".
        NotFound: "registry.enterprise.not_found", ChecklistNotFound, "inspection.self_check.not_found".
        StepRefused: "inspection.self_check.start.refused" with every reason.
    Source: 安全生产法(2021) 第四十一条第二款.
    """
    scope.require(_START.right)
    key = key_for(scope, _SUBJECT, once, now)
    enterprise = registry.enterprise_get(scope, enterprise_id)
    _require_own(scope, enterprise_id)
    with writing():
        # Two presses at the same moment: the second finds what the first one began.
        hold_keys(_SUBJECT, [str(enterprise.id)])
        if not (once and queries.versions_of([f"{_SUBJECT}/{key}"])):
            draft = _started(scope, enterprise, checklist_id, corrects, f"{_SUBJECT}/{key}", now)
            record(replace(draft, once=once), scope=scope, now=now, base=NEW)
    return key


def _started(scope: Scope, enterprise: Any, checklist_id: str, corrects: str, subject: str, now: datetime) -> Draft:
    """The entry that begins a self-check, judged; call it in the transaction that records it."""
    old = views.self_check_get(scope, corrects) if corrects else None
    checklist = queries.checklist_get(scope, str(old.checklist_id) if old else checklist_id)
    if problems := check_self_start(_start_facts(scope, enterprise, checklist, old)):
        raise StepRefused("inspection.self_check.start.refused", problems, enterprise=enterprise.name)
    data: dict[str, Any] = {
        "enterprise_id": str(enterprise.id), "office_id": str(enterprise.office_id) if enterprise.office_id else None,
        "checklist_id": str(checklist.id), "checklist_version": old.checklist_version if old else checklist.version,
        "number": numbers_for("ZC", [now])[0],
    }  # fmt: skip
    text: dict[str, Any] = {}
    if old:
        answers, text = copied_answers(old)
        data |= {"corrects_id": str(old.id), "items": answers}
    if photos := text.get("photos"):
        attachments.link(photos, subject, scope=scope)
    return Draft(
        kind=_START.kind, subject=subject, region=enterprise.region, data=data, text=text,
        step=Step("", _START.to), drill=bool(enterprise.drill),
    )  # fmt: skip


def _start_facts(scope: Scope, enterprise: Any, checklist: Any, old: SelfCheck | None) -> SelfStartFacts:
    draft = views.self_check_drafts(scope, str(enterprise.id)).first()
    facts = SelfStartFacts(
        gone=bool(enterprise.merged_into_id or enterprise.retired_at), checklist=checklist.name,
        checklist_retired=checklist.retired_at is not None,
        fits=old is not None or str(checklist.id) in dict(views.self_checklists(enterprise)),
        draft=draft.number if draft else "",
    )  # fmt: skip
    if old is None:
        return facts
    correctable = str(old.enterprise_id) == str(enterprise.id) and old.state == "reported"
    return replace(facts, corrects=old.number, correctable=correctable, corrected=bool(old.corrected_as_id))


def _editable(scope: Scope, self_check_id: str) -> tuple[SelfCheck, int]:
    """The self-check of one's own enterprise and its version, read so that a step in between shows as a stale version."""
    subject = f"{_SUBJECT}/{views.self_check_get(scope, self_check_id).id}"
    version = queries.versions_of([subject])[subject]
    held = views.self_check_get(scope, self_check_id)
    _require_own(scope, str(held.enterprise_id))
    return held, version


def self_check_items_set(
    *, scope: Scope, self_check_id: str, answers: Sequence[SelfAnswer], now: datetime, once: str | None = None
) -> None:
    """Answer items of a self-check in one entry; an item answered again is replaced, one of the own items may be dropped.

    Raises:
        NotFound: "inspection.self_check.not_found"; NotAllowed: as `self_check_start`.
        StepRefused: "inspection.self_check.items.refused" with every reason. BadInput: "platform.attachment.unknown".
    Source: 安全生产法(2021) 第四十一条第二款.
    """
    held, version = _editable(scope, self_check_id)
    subject = f"{_SUBJECT}/{held.id}"
    if not answers or subject in queries.once_recorded(scope, [(subject, once)], f"{_SUBJECT}.items_set"):
        return
    lines = {line.key: line for line in views.self_check_sheet(held)}
    problems = gone_reasons(held.enterprise) + _answer_problems(answers, lines, local_date(now))
    if held.state != "draft":
        problems.append(Violation("inspection.self_check.items.reported", {"number": held.number}))
    if problems:
        raise StepRefused("inspection.self_check.items.refused", problems, number=held.number)
    data, text = answer_entry(answers, {key: line.hazard_ref for key, line in lines.items()})
    draft = Draft(
        kind=f"{_SUBJECT}.items_set", subject=subject, region=held.region, data=data, text=text, once=once,
        drill=bool(held.drill),
    )  # fmt: skip
    with writing():
        if photos := text.get("photos"):
            attachments.link(photos, subject, scope=scope)
        record(draft, scope=scope, now=now, base=version)


def _answer_problems(answers: Sequence[SelfAnswer], lines: dict[str, views.SelfLine], today: date) -> list[Violation]:
    found = check_once([a.key for a in answers])
    for answer in answers:
        facts = _facts(answer, lines.get(answer.key))
        found += check_answer(facts, today) if answer.result else check_dropped(facts)
    return found


def _facts(answer: SelfAnswer, line: views.SelfLine | None) -> AnswerFacts:
    return AnswerFacts(
        key=answer.key, known=line is not None, result=answer.result, note=answer.note, place=answer.place,
        measure=answer.measure, criterion=line.criterion if line else "", major=answer.major,
        before=len(answer.before), after=len(answer.after), planned_on=answer.planned_on,
        held=bool(line and line.hazard_ref),
    )  # fmt: skip


def self_check_report(
    *, scope: Scope, self_check_id: str, now: datetime, note: str = "", base: int | None = None, once: str | None = None
) -> list[str]:
    """Hand a self-check in; the hazards it found are filed in the same transaction. The ids of those it names.

    A correction files no hazard a second time; the report that it corrects stays as it was, linked with it.

    Raises:
        NotFound: "inspection.self_check.not_found"; NotAllowed: as `self_check_start`. StalePage: "inspection.stale".
        StepRefused: "inspection.self_check.report.refused" with every reason.
    Source: 安全生产法(2021) 第四十一条第二款、第三款.
    """
    held, version = _editable(scope, self_check_id)
    subject, sheet = f"{_SUBJECT}/{held.id}", views.self_check_sheet(held)
    if subject in queries.once_recorded(scope, [(subject, once)], _REPORT.kind):
        return [line.hazard_ref for line in sheet if line.hazard_ref]
    if base is not None and base != version:
        raise StalePage(held.number, held.get_state_display())
    results = {line.key: line.result for line in sheet if line.result}
    keys = frozenset(line.key for line in sheet if not line.own)
    if problems := gone_reasons(held.enterprise) + check_report_of(held.state, keys, results, note):
        raise StepRefused("inspection.self_check.report.refused", problems, number=held.number)
    found = [line for line in sheet if line.result == "hazard"]
    filed = {line.key: line.hazard_ref or hazard_key(held, line.key) for line in found}
    data = report_data(scope, held, sheet, now) | {"filed": filed}
    draft = Draft(
        kind=_REPORT.kind, subject=subject, region=held.region, data=data, text=said(note=note),
        step=Step(held.state, _REPORT.to), once=once, drill=bool(held.drill),
    )  # fmt: skip
    try:
        with writing():
            fresh = [line for line in found if not line.hazard_ref]
            drafts = [*self_hazard_drafts(scope, held, fresh, now), (draft, version), *_corrected(held)]
            record_many(drafts, scope=scope, now=now)
    except Conflict as error:
        if subject in queries.once_recorded(scope, [(subject, once)], _REPORT.kind):
            return list(filed.values())
        moved = views.self_check_get(scope, self_check_id)
        raise StalePage(moved.number, moved.get_state_display()) from error
    return list(filed.values())


def _corrected(held: SelfCheck) -> list[tuple[Draft, int | None]]:
    """The entry on the report that this one corrects; two corrections at once: the first counts."""
    if not held.corrects_id:
        return []
    subject = f"{_SUBJECT}/{held.corrects_id}"
    once = fixed_id("corrected", str(held.corrects_id))
    draft = Draft(
        kind=f"{_SUBJECT}.corrected", subject=subject, region=held.region, data={"by": str(held.id)}, once=once,
        drill=bool(held.drill),
    )  # fmt: skip
    return [(draft, None)]
