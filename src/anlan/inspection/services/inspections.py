"""Inspections: start, answer items, finish (which files the hazards found, in the same transaction)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Checklist, Inspection
from anlan.inspection.queries.gone import gone_reasons
from anlan.inspection.rules.hazard import check_recusal
from anlan.inspection.rules.inspection import (
    INSPECTION_LOOP,
    FinishFacts,
    ItemFacts,
    StartFacts,
    check_finish,
    check_item,
    check_start,
)
from anlan.inspection.rules.major import check_ticked, cited
from anlan.inspection.services.drafting import (
    fixed_id,
    key_for,
    numbers_for,
    photo_facts,
    photo_text,
    require_plausible,
    said,
)
from anlan.inspection.services.hazards import (
    HazardInput,
    allowed_sources,
    default_source,
    hazard_drafts,
    judged,
    require_taggable,
)
from anlan.inspection.services.tasking import Begun, finish_drafts, task_begun
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import Conflict, NotAllowed, Violation
from anlan.kernel.stated import settled
from anlan.platform import attachments
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.record import NEW, record, record_many
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

_SUBJECT = Inspection.SUBJECT
_START, _FINISH = INSPECTION_LOOP.action("start"), INSPECTION_LOOP.action("finish")
_CHEMICAL_CLASSES = frozenset({"hazchem_production", "hazchem_trade", "hazchem_storage", "hazchem_use", "gas_station"})


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """The answer to one item: result "pass", "na" or "hazard"; the rest for a hazard only. `photos` replace those before.

    `major_criteria`: ids of the criteria ticked, which make it major; `major_basis`: in words, "" cites what was ticked.
    `general_reason`: why what fails a criterion of major hazards is a general hazard.
    """

    key: str
    result: str
    note: str = ""
    place: str = ""
    grade: str = "general"
    major_basis: str = ""
    photos: tuple[str, ...] = ()
    major_criteria: tuple[str, ...] = ()
    general_reason: str = ""


def inspection_start(
    *,
    scope: Scope,
    enterprise_id: str,
    checklist_id: str,
    now: datetime,
    kind: str = "routine",
    source: str = "",
    officers: Sequence[str] = (),
    campaigns: Sequence[str] = (),
    at: datetime | None = None,
    task_id: str = "",
    participants: str = "",
    once: str | None = None,
) -> str:
    """Begin an inspection and return its id; a repeated `once` of the same person returns the first one's id.

    Without a key, the same visit begun within ten minutes and not finished yet is answered with that one's id.
    Args:
        officers: person ids of the colleagues; the person acting is always the first officer.
        source: rules.hazard.SOURCES; "" takes the one that fits the person's region.
        at: when the visit began, if not now (aware).
        task_id: the task this visit is for; kind, source and campaign are then the task's.
        participants: others who take part, with their bodies; not officers.
    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "registry.enterprise.not_found", ChecklistNotFound, CampaignNotFound,
        TaskNotFound. StalePage: "inspection.stale" when somebody begins the same task at the same moment.
        StepRefused: "inspection.start.refused" with every reason.
    Source: 安全生产法(2021) 第六十七条; 行政处罚法(2021) 第四十二条.
    """
    scope.require(_START.right)
    at = settled(at, now)
    require_plausible(at)
    key = key_for(scope, _SUBJECT, once, now)
    if once and queries.versions_of([f"{_SUBJECT}/{key}"]):
        return key
    enterprise = registry.enterprise_get(scope, enterprise_id)
    checklist = queries.checklist_get(scope, checklist_id)
    begun = task_begun(scope, task_id, enterprise_id)
    sources: frozenset[str] | None = allowed_sources(scope)
    if begun is not None:
        # Whoever gave the task out has settled these, and was allowed to name the source.
        kind, source, sources = begun.task.kind, begun.task.source, None
        campaigns = [*campaigns, *([str(begun.task.campaign_id)] if begun.task.campaign_id else [])]
    tags = sorted({str(queries.campaign_get(scope, c).id) for c in campaigns})
    team = list(dict.fromkeys([scope.person, *(o for o in officers if o)]))
    chemicals = bool(_CHEMICAL_CLASSES & {c.key for c in enterprise.classes.all()})
    source, experts = source or default_source(scope), queries.experts_among(team, _START.right, now)
    for campaign_id in tags:
        require_taggable(scope, campaign_id, [enterprise.region])
    facts = StartFacts(kind, source, frozenset(team), at or now, now, chemicals, sources, experts, participants)
    problems = gone_reasons(enterprise) + _against(scope, facts, checklist, enterprise) + (begun.problems if begun else [])
    if problems:
        raise StepRefused("inspection.start.refused", problems, enterprise=enterprise.name)
    data = _start_data(facts, enterprise, checklist, begun) | {"officers": team, "campaigns": tags}
    draft = Draft(
        kind=_START.kind, subject=f"{_SUBJECT}/{key}", region=enterprise.region, data=data, at=at,
        text=said(participants=participants), step=Step("", _START.to), once=once, drill=bool(enterprise.drill),
    )  # fmt: skip
    return _record_start(scope, draft, begun, now)


def _start_data(facts: StartFacts, enterprise: Any, checklist: Checklist, begun: Begun | None) -> dict[str, Any]:
    return {
        "enterprise_id": str(enterprise.id), "office_id": str(enterprise.office_id) if enterprise.office_id else None,
        "checklist_id": str(checklist.id), "checklist_version": checklist.version, "kind": facts.kind, "source": facts.source,
    } | ({"task_id": str(begun.task.pk)} if begun else {})  # fmt: skip


def _against(scope: Scope, facts: StartFacts, checklist: Checklist, enterprise: Any) -> list[Violation]:
    """What stands against beginning: the rules, colleagues who may not be named, a checklist out of use."""
    problems = check_start(facts)
    known = queries.officers_known(scope, facts.officers, _START.right, facts.now, enterprise)
    if facts.officers - known:
        problems.append(Violation("inspection.start.officer_unknown", {}, "officers"))
    of_firm = queries.firm_people(enterprise.pk, known, facts.now)
    problems += check_recusal(facts.officers, of_firm, "inspection.start.own_firm", "officers")
    if checklist.retired_at is not None:
        problems.append(Violation("inspection.start.checklist_retired", {"name": checklist.name}, "checklist"))
    return problems


def _record_start(scope: Scope, draft: Draft, begun: Begun | None, now: datetime) -> str:
    """Record the beginning; the inspection's id, or that of the same visit begun just now by a request without a key."""
    key = draft.subject.rpartition("/")[2]
    drafts = begun.drafts(key) if begun else []
    try:
        with writing():
            hold_keys(_SUBJECT, [f"{draft.data['enterprise_id']}\0{scope.person}"])
            whole = {**draft.data, "participants": draft.text.get("participants", "")}
            if begun is None and not draft.once and (twin := queries.draft_twin(scope, whole, draft.at or now)):
                return twin
            number = numbers_for("JC", [draft.at or now])[0]
            numbered = replace(draft, data={**draft.data, "number": number})
            record_many([(numbered, NEW), *drafts], scope=scope, now=now)
            return key
    except Conflict as error:
        if begun is None:
            raise
        raise StalePage(begun.task.number, begun.task.get_state_display()) from error


def _editable(scope: Scope, inspection_id: str) -> Inspection:
    """The inspection, for one of its officers or whoever took over the post that began it.

    Raises:
        InspectionNotFound; NotAllowed: "platform.not_allowed", "inspection.not_officer".
    """
    inspection = queries.inspection_get(scope, inspection_id)
    scope.require(_FINISH.right)
    if not queries.inspection_mine(scope, inspection):
        raise NotAllowed("inspection.not_officer", number=inspection.number)
    return inspection


def _ticked(answer: ItemAnswer) -> ItemAnswer:
    """The answer as its ticks, or the criteria that its words cite, judge it: major, and cited."""
    if answer.result != "hazard":
        return replace(answer, major_criteria=())
    grade, ids, basis = judged(answer.grade, answer.major_criteria, answer.major_basis)
    return replace(answer, grade=grade, major_criteria=ids, major_basis=basis)


def _against_answer(answer: ItemAnswer, asked: ItemAnswer, item: Any, offered: Collection[str]) -> list[Violation]:
    """What stands against an answer, as ticked; `asked`: as sent; `item`: of the checklist, None for an unknown key."""
    criterion = item.major if item is not None else ""
    facts = ItemFacts(
        answer.key, item is not None, answer.result, answer.note, answer.grade, answer.major_basis, answer.place,
        criterion, answer.general_reason,
    )  # fmt: skip
    ticks = check_ticked(answer.grade, asked.major_criteria, answer.major_criteria, offered, also=cited(criterion))
    # The sheet shows each reason at the item that it is about.
    return check_item(facts) + [Violation(v.code, v.facts, answer.key) for v in ticks if answer.result == "hazard"]


def inspection_items_set(
    *, scope: Scope, inspection_id: str, answers: Sequence[ItemAnswer], now: datetime, once: str | None = None
) -> None:
    """Answer items of an inspection in one entry; an item answered again is replaced.

    Two officers may fill in one sheet: no version is compared, the later answer to the same item holds.

    Raises:
        InspectionNotFound; NotAllowed: "platform.not_allowed", "inspection.not_officer".
        StepRefused: "inspection.items.refused" with every reason. BadInput: "platform.attachment.unknown".
    Source: 安全生产法(2021) 第六十八条.
    """
    inspection = _editable(scope, inspection_id)
    subject = f"{_SUBJECT}/{inspection.id}"
    if not answers or subject in queries.once_recorded(scope, [(subject, once)], f"{_SUBJECT}.items_set"):
        return
    version = queries.versions_of([subject])[subject]
    inspection = _editable(scope, inspection_id)  # after the version: a finish in between must show as a stale version
    items = queries.checklist_items(inspection.checklist_id, inspection.checklist_version)
    known = {i.item_key: i for i in items}
    asked, answers = answers, [_ticked(answer) for answer in answers]
    major = any(answer.grade == "major" for answer in answers)
    offered = {c.id for c in queries.criteria_offered(inspection.enterprise)} if major else set()
    pairs = zip(answers, asked, strict=True)
    problems = [reason for a, sent in pairs for reason in _against_answer(a, sent, known.get(a.key), offered)]
    if inspection.state != "draft":
        problems.append(Violation("inspection.items.finished", {"number": inspection.number}))
    if problems:
        raise StepRefused("inspection.items.refused", problems, number=inspection.number)
    data: dict[str, Any] = {}
    words: dict[str, Any] = {}
    for answer in answers:
        found = answer.result == "hazard"
        data[answer.key] = {"result": answer.result} | ({"grade": answer.grade} if found else {})
        if answer.major_criteria:
            data[answer.key]["major_criteria"] = " ".join(answer.major_criteria)
        more = {"place": answer.place, "major_basis": answer.major_basis} if found else {}
        if found and answer.grade == "general":
            more["general_reason"] = answer.general_reason
        texts = said(note=answer.note, **more)
        words[answer.key] = texts | ({"photos": list(dict.fromkeys(answer.photos))} if answer.photos else {})
    photos = list(dict.fromkeys(p for a in answers for p in a.photos))
    text = {"items": {k: w for k, w in words.items() if w}} | ({"photos": photos} if photos else {})
    draft = Draft(
        kind=f"{_SUBJECT}.items_set", subject=subject, region=inspection.region, data={"items": data},
        text=text if text["items"] else {}, once=once, drill=bool(inspection.drill),
    )  # fmt: skip
    with writing():
        if photos:
            attachments.link(photos, subject, scope=scope)
        record(draft, scope=scope, now=now, base=version)


def inspection_item_set(
    *, scope: Scope, inspection_id: str, answer: ItemAnswer, now: datetime, once: str | None = None
) -> None:
    """Answer one item. Raises as `inspection_items_set`."""
    inspection_items_set(scope=scope, inspection_id=inspection_id, answers=[answer], now=now, once=once)


def inspection_finish(
    *,
    scope: Scope,
    inspection_id: str,
    conclusion: str,
    now: datetime,
    base: int | None = None,
    once: str | None = None,
    signatures: Sequence[str] = (),
) -> list[str]:
    """Finish an inspection; its hazards are filed in the same transaction. The hazards' ids, in the sheet's order.

    Args:
        signatures: hashes of stored pictures of the signatures given on the phone's screen.
    Raises:
        InspectionNotFound; NotAllowed: "platform.not_allowed", "inspection.not_officer".
        StalePage: "inspection.stale", also when somebody finishes it at the same moment.
        StepRefused: "inspection.finish.refused" with every reason, or "inspection.hazard.report.refused".
        BadInput: "platform.attachment.unknown", "inspection.photo.not_image" for a signature.
    Source: 安全生产法(2021) 第六十八条.
    """
    inspection = _editable(scope, inspection_id)
    subject = f"{_SUBJECT}/{inspection.id}"
    version = queries.versions_of([subject])[subject]
    inspection = _editable(scope, inspection_id)
    sheet = queries.inspection_sheet(inspection)
    if subject in queries.once_recorded(scope, [(subject, once)], _FINISH.kind):
        return [item.hazard_id for item in sheet if item.hazard_id]
    if base is not None and base != version:
        raise StalePage(inspection.number, inspection.get_state_display())
    answered = {item.key: item.result for item in sheet if item.result}
    keys = frozenset(item.key for item in sheet)
    if problems := check_finish(FinishFacts(inspection.state, answered, keys, conclusion)):
        raise StepRefused("inspection.finish.refused", problems, number=inspection.number)
    campaigns = tuple(sorted(tag.key for tag in inspection.tags.all()))
    found = [_hazard_of(inspection, item, campaigns) for item in sheet if item.result == "hazard"]
    ids = [fixed_id(subject, item.item_key) for item in found]
    draft = Draft(
        kind=_FINISH.kind, subject=subject, region=inspection.region, data={"hazards": ids},
        text=said(note=conclusion) | photo_text(signatures, photo_facts(signatures)),
        step=Step(inspection.state, _FINISH.to), once=once, drill=bool(inspection.drill),
    )  # fmt: skip
    try:
        with writing():
            if signatures:
                attachments.link(signatures, subject, scope=scope)
            drafts = hazard_drafts(scope, found, ids, now, inherited=campaigns) if found else []
            record_many([*drafts, (draft, version), *finish_drafts(scope, inspection)], scope=scope, now=now)
    except Conflict as error:
        # Somebody finished it since it was read above: its hazards are there already, or it has moved on itself.
        if subject in queries.once_recorded(scope, [(subject, once)], _FINISH.kind):
            return ids
        held = queries.inspection_get(scope, inspection_id)
        raise StalePage(held.number, held.get_state_display()) from error
    return ids


def _hazard_of(inspection: Inspection, item: queries.ItemView, campaigns: tuple[str, ...]) -> HazardInput:
    return HazardInput(
        enterprise_id=str(inspection.enterprise_id),
        description=item.note,
        place=item.place,
        basis=item.basis,
        grade=item.grade,
        major_basis=item.major_basis,
        major_criteria=item.major_criteria,
        source=inspection.source,
        photos=item.photos,
        campaigns=campaigns,
        inspection_id=str(inspection.id),
        item_key=item.key,
        item_criterion=item.major,
        general_reason=item.general_reason,
    )
