"""The pages of inspection's documents, from what the records say. Officers' certificates are not on file: left blank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from anlan.accounts import queries as accounts
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.queries.acts import extension_views
from anlan.inspection.queries.hazards import hazard_get, hazard_list, hazards_get
from anlan.inspection.queries.inspections import inspection_get, inspection_officers, inspection_sheet
from anlan.inspection.rules import document as rules
from anlan.inspection.rules.ending import ENDED
from anlan.inspection.rules.hazard import GRADES
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import NotFound, Violation
from anlan.kernel.messages import render
from anlan.platform import regions
from anlan.platform.documents import queries as documents
from anlan.platform.documents.declare import Issuer
from anlan.platform.scope import Scope

VISIT, HAZARD = "inspection.inspection", "inspection.hazard"
RECEIPT = "inspection.receipt"
ORDER = "inspection.order"


def _require(problems: list[Violation]) -> None:
    if problems:
        raise StepRefused("inspection.document.refused", problems)


def _named(text: str, code: str, region: str) -> str:
    """A body's name made from the county's name."""
    return render(f"inspection.document.{code}", {"place": text or region})


def issuer_of(scope: Scope, region: str) -> str:
    """Whose seal the document bears: the body the person's post belongs to; for a section (科室) the bureau above it."""
    body = _body_of(scope)
    return body.name if body else _named(regions.name(region[:6].ljust(12, "0")), "bureau", region)


def _body_of(scope: Scope) -> Any:
    """The organisation that issues: the post's own, for a section (科室) the one above it; None for the county's bureau."""
    try:
        body = accounts.post_get(scope, scope.post).organisation if scope.post else None
    except NotFound:
        return None
    if body is not None and body.kind == "office":
        body = body.parent
    return None if body is None or body.kind == "expert_group" else body


def numbered_as(scope: Scope) -> Issuer:
    """Whose numbers a document bears that this person issues: a town's its town's, a department's its department's.

    Source: 党政机关公文处理工作条例 第九条第五项 (发文字号 begins with the issuing body's word).
    """
    body = _body_of(scope)
    if body is None:
        return Issuer()
    if body.kind == "bureau":
        return Issuer(word=body.number_word)
    place_alone = body.kind in {"town", "village"}
    return Issuer(body.number_word, body.region, "" if place_alone else str(body))


def _page(scope: Scope, row: Any, officers: Iterable[str]) -> dict[str, Any]:
    """The fields of every page; two officers at least, blank where unknown."""
    enterprise, county = row.enterprise, regions.name(row.region[:6].ljust(12, "0"))
    names = [n for n in dict.fromkeys(officers) if n]
    return {
        "issuer": issuer_of(scope, row.region),
        "party": enterprise.name,
        "uscc": enterprise.uscc,
        "address": enterprise.address,
        "officers": tuple(rules.Officer(name=n) for n in (*names, "", "")[: max(2, len(names))]),
        "government": _named(county, "government", row.region),
        "court": _named(county, "court", row.region),
    }


def _line(hazard: Hazard, position: int = 1) -> rules.HazardLine:
    passed = hazard.state == "closed"
    reviewed_at = hazard.closed_at if passed else hazard.returned_at
    return rules.HazardLine(
        position=position,
        number=hazard.number,
        description=hazard.description,
        place=hazard.place,
        basis=hazard.basis,
        grade=hazard.get_grade_display(),
        major=hazard.grade == "major",
        requirement=hazard.requirement,
        found_on=local_date(hazard.found_at),
        due_on=local_date(hazard.due_at) if hazard.due_at else None,
        reviewed_on=local_date(reviewed_at) if reviewed_at else None,
        passed=passed,
        note=hazard.review_note if passed else hazard.return_reason,
    )


def _as_ordered(hazard: Hazard, position: int) -> rules.HazardLine:
    """The hazard with the deadline that the order, or the return that set another one, was given with.

    What was extended since stands in the letter of its own (延期批复); an order printed late still says what was ordered.
    """
    moved = [
        e.due_before
        for e in extension_views(hazard)
        if e.state == "granted" and e.decided_at and hazard.due_from and e.decided_at >= hazard.due_from
    ]
    line = _line(hazard, position)
    return replace(line, due_on=local_date(moved[0])) if moved and moved[0] else line


def _as_found(hazard: Hazard, position: int, graded: Mapping[str, str]) -> rules.HazardLine:
    """The hazard as the visit's sheet judged it, whatever it was judged later; `graded`: the sheet's grades by item."""
    line, grade = _line(hazard, position), graded.get(hazard.item_key, hazard.grade)
    return replace(line, grade=dict(GRADES)[grade], major=grade == "major")


def _lines(hazards: Iterable[Hazard]) -> tuple[rules.HazardLine, ...]:
    return tuple(_line(h, n) for n, h in enumerate(hazards, 1))


def _subject(scope: Scope, subject: str) -> tuple[Any, list[Hazard]]:
    """(the inspection or hazard, its hazards by number) that a document is about."""
    kind, _, key = subject.partition("/")
    if kind == HAZARD:
        hazard = hazard_get(scope, key)
        return hazard, [hazard]
    visit = inspection_get(scope, key)
    return visit, list(hazard_list(scope).filter(inspection_id=visit.pk).order_by("number"))


def _visitors(row: Any) -> list[str]:
    """Names of the officers of an inspection; of a hazard found outside one, of who ordered and who found it."""
    if not isinstance(row, Hazard):
        return [name for _, name in inspection_officers(row)]
    names = accounts.person_names([row.ordered_by, row.found_by])
    return [names.get(row.ordered_by, ""), names.get(row.found_by, "")]


def acting_names(scope: Scope, subject: str) -> list[str]:
    """Names of the officers of a document's matter: of the visit, or of whoever found and ordered the hazard.

    Raises:
        HazardNotFound, InspectionNotFound.
    """
    row, _ = _subject(scope, subject)
    visit = row if not isinstance(row, Hazard) else row.inspection
    officers = [name for _, name in inspection_officers(visit)] if visit is not None else []
    return [name for name in [*_visitors(row), *officers] if name]


def record_page(scope: Scope, subject: str, facts: Any, now: datetime) -> rules.RecordPage:
    """现场检查记录 of a finished inspection.

    Raises:
        InspectionNotFound. StepRefused: "inspection.document.refused" while it is not finished.
    """
    visit, hazards = _subject(scope, subject)
    _require(rules.check_record(visit.finished_at is not None))
    sheet = inspection_sheet(visit)
    results, graded = [item.result for item in sheet], {i.key: i.grade for i in sheet if i.result == "hazard"}
    return rules.RecordPage(
        **_page(scope, visit, _visitors(visit)),
        visit=visit.number,
        kind=visit.get_kind_display(),
        checklist=visit.checklist.name if visit.checklist else "",
        started_at=visit.started_at,
        finished_at=visit.finished_at,
        total=len(results),
        passed=results.count("pass"),
        absent=results.count("na"),
        hazards=tuple(_as_found(h, n, graded) for n, h in enumerate(hazards, 1)),
        conclusion=visit.conclusion,
    )


def _ordered(scope: Scope, subject: str, facts: Any) -> tuple[Any, list[Hazard]]:
    """(the inspection or hazard, the ordered hazards that its order is to cover, by number)."""
    row, hazards = _subject(scope, subject)
    if isinstance(facts, rules.OrderTogether):  # what a request carries is not believed
        named = hazards_get(scope, facts.hazard_ids).values()
        hazards = sorted((h for h in named if h.enterprise_id == row.enterprise_id), key=lambda h: h.number)
    return row, [h for h in hazards if h.due_at is not None and h.state not in ENDED]


def order_names(scope: Scope, subject: str, facts: Any) -> list[str]:
    """The hazards that an order covers, as subjects. Raises as `order_page`."""
    return [f"{HAZARD}/{h.id}" for h in _ordered(scope, subject, facts)[1]]


def order_page(scope: Scope, subject: str, facts: Any, now: datetime) -> rules.OrderPage:
    """责令限期整改指令书 for one hazard, for several of its enterprise named by the facts, or for an inspection's ordered ones.

    Raises:
        HazardNotFound, InspectionNotFound. StepRefused: "inspection.document.refused" before any order.
    Source: 安全生产法(2021) 第六十五条第一款.
    """
    row, ordered = _ordered(scope, subject, facts)
    _require(rules.check_order_paper(len(ordered)))
    began = row.found_at if isinstance(row, Hazard) else row.started_at
    lines = tuple(_as_ordered(hazard, n) for n, hazard in enumerate(ordered, 1))
    return rules.OrderPage(**_page(scope, row, _visitors(row)), inspected_on=local_date(began), hazards=lines)


def _reviewed(scope: Scope, subject: str) -> tuple[Any, list[Hazard]]:
    row, hazards = _subject(scope, subject)
    return row, [h for h in hazards if h.state == "closed" or (h.returned_at and h.state == "ordered")]


def review_names(scope: Scope, subject: str, facts: Any) -> list[str]:
    """The hazards that a review's document covers, as subjects. Raises as `review_page`."""
    return [f"{HAZARD}/{h.id}" for h in _reviewed(scope, subject)[1]]


def record_names(scope: Scope, subject: str, facts: Any) -> list[str]:
    """The hazards that an inspection's record lists, as subjects. Raises as `record_page`."""
    return [f"{HAZARD}/{h.id}" for h in _subject(scope, subject)[1]]


def review_page(scope: Scope, subject: str, facts: Any, now: datetime) -> rules.ReviewPage:
    """整改复查意见书 for one hazard, or for all of an inspection that were reviewed.

    Raises:
        HazardNotFound, InspectionNotFound. StepRefused: "inspection.document.refused" before any review.
    """
    row, reviewed = _reviewed(scope, subject)
    _require(rules.check_review_paper(len(reviewed)))
    ids = [i for h in reviewed for i in (h.closed_by, h.co_reviewer)]
    names = accounts.person_names(ids)
    orders = [d for d in documents.documents_of(scope, subject) if d.template == ORDER and d.state != "void"]
    moments = [h.ordered_at for h in reviewed if h.ordered_at]
    return rules.ReviewPage(
        **_page(scope, row, [names.get(i, "") for i in ids]),
        ordered_on=local_date(min(moments)) if moments else None,
        order_number=orders[0].number if orders else "",
        hazards=_lines(reviewed),
        all_passed=all(h.state == "closed" for h in reviewed),
    )


def _served(scope: Scope, subject: str, facts: Any) -> list[Any]:
    """The documents that a receipt lists, oldest first."""
    named = facts.get("document", "") if isinstance(facts, Mapping) else ""
    return [
        d
        for d in reversed(documents.documents_of(scope, subject))
        if d.template != RECEIPT and d.state != "void" and (not named or str(d.pk) == str(named))
    ]


def receipt_names(scope: Scope, subject: str, facts: Any) -> list[str]:
    """The subjects that the documents of a receipt deal with. Raises as `receipt_page`."""
    held = _served(scope, subject, facts)
    return [about for d in held for about in (d.about, *documents.documents_named(d))]


def receipt_page(scope: Scope, subject: str, facts: Any, now: datetime) -> rules.ReceiptPage:
    """送达回证 for the document named by `facts["document"]`, or for all about the subject that are neither void nor receipts.

    Raises:
        HazardNotFound, InspectionNotFound. StepRefused: "inspection.document.refused" where there is nothing to serve.
    """
    row, _ = _subject(scope, subject)
    held = _served(scope, subject, facts)
    _require(rules.check_receipt(len(held)))
    lines = (rules.ServedLine(position=n, label=d.label, number=d.number) for n, d in enumerate(held, 1))
    return rules.ReceiptPage(**_page(scope, row, _visitors(row)), papers=tuple(lines))


def extension_page(scope: Scope, subject: str, facts: Any, now: datetime) -> rules.ExtensionPage:
    """延期批复: the answer named by the facts, else the last extension of the hazard that was granted.

    Raises:
        HazardNotFound. StepRefused: "inspection.document.refused" where none was granted.
    """
    hazard = hazard_get(scope, subject.partition("/")[2])
    granted = [e for e in extension_views(hazard) if e.due_after is not None and e.due_before is not None]
    if not isinstance(facts, rules.ExtensionFacts):  # what a request carries is not believed
        _require(rules.check_extension_paper(len(granted)))
        last = granted[-1]
        facts = rules.ExtensionFacts(
            applied_on=local_date(last.applied_at),
            reason=last.reason,
            old_due_on=local_date(last.due_before),
            new_due_on=local_date(last.due_after),
            condition=last.answer,
        )
    return rules.ExtensionPage(**_page(scope, hazard, _visitors(hazard)), hazard=_line(hazard), facts=facts)


def transfer_page(scope: Scope, subject: str, facts: Any, now: datetime) -> rules.TransferPage:
    """移送函: the facts given, else what the hazard's transfer says; the receiving body is filled in by hand.

    Raises:
        HazardNotFound. StepRefused: "inspection.document.refused" before the transfer.
    """
    hazard = hazard_get(scope, subject.partition("/")[2])
    if not isinstance(facts, rules.TransferFacts):  # what a request carries is not believed
        _require(rules.check_transfer_paper(hazard.transferred_at is not None))
        facts = rules.TransferFacts(receiver="", reason=hazard.transfer_reason, clause=hazard.transfer_violated)
    return rules.TransferPage(**_page(scope, hazard, _visitors(hazard)), hazard=_line(hazard), facts=facts)


def hazard_page(shape: type, facts_type: type) -> Any:
    """A builder for a document about one hazard whose facts come from the step that issues it.

    The builder raises TypeError for facts of another type: a defect of the calling service, never shown to a user.
    """

    def build(scope: Scope, subject: str, facts: Any, now: datetime) -> Any:
        if not isinstance(facts, facts_type):
            raise TypeError(f"{shape.__name__} needs {facts_type.__name__}, got {type(facts).__name__}")
        hazard = hazard_get(scope, subject.partition("/")[2])
        return shape(**_page(scope, hazard, _visitors(hazard)), hazard=_line(hazard), facts=facts)

    return build
