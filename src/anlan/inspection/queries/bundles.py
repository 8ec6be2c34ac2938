"""Several hazards of the list at once: their files for printing, and the orders that would be issued for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from anlan.accounts import queries as accounts
from anlan.inspection.models import Hazard, HazardPhoto
from anlan.inspection.queries.hazards import hazards_get
from anlan.inspection.queries.history import HistoryLine, history_of
from anlan.inspection.queries.papers import ORDER
from anlan.inspection.rules.ending import ENDED
from anlan.kernel.errors import BadInput, Violation
from anlan.platform import instances
from anlan.platform.documents import queries as documents
from anlan.platform.scope import Scope

__all__ = ["MOST", "HazardFile", "OrderPaper", "hazard_files", "order_papers"]

MOST = 100


@dataclass(frozen=True, slots=True)
class HazardFile:
    """One hazard on paper: photos by stage in order, its history, and who did what (label, names)."""

    hazard: Hazard
    photos: tuple[tuple[str, tuple[HazardPhoto, ...]], ...]
    history: tuple[HistoryLine, ...]
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """One document that would be issued: the hazards of one enterprise, by number; or refused ones with their reasons."""

    enterprise: Any
    hazards: tuple[Hazard, ...]
    reasons: tuple[Violation, ...] = ()

    @property
    def subject(self) -> str:
        """What the document is about: the first of its hazards."""
        return f"{Hazard.SUBJECT}/{self.hazards[0].id}"


def chosen(scope: Scope, hazard_ids: Iterable[str]) -> list[Hazard]:
    """The hazards in the order asked, with their enterprises and offices.

    Raises:
        BadInput: "inspection.batch.nothing_chosen", "inspection.batch.too_many_chosen" beyond 100.
        HazardNotFound: "inspection.hazard.not_found" if any one is out of sight.
    """
    ids = list(dict.fromkeys(hazard_ids))
    if not ids:
        raise BadInput("inspection.batch.nothing_chosen")
    if len(ids) > MOST:
        raise BadInput("inspection.batch.too_many_chosen", most=MOST)
    found = list(hazards_get(scope, ids).values())
    instances.attach(found, "enterprise", "office")
    place = {key: n for n, key in enumerate(ids)}
    return sorted(found, key=lambda h: place[str(h.id)])


def hazard_files(scope: Scope, hazard_ids: Iterable[str]) -> list[HazardFile]:
    """The files of these hazards, for one sheet each.

    Raises:
        As `chosen`.
    """
    hazards = chosen(scope, hazard_ids)
    photos: dict[Any, list[HazardPhoto]] = {}
    for photo in HazardPhoto._default_manager.filter(parent__in=hazards).order_by("added_at", "key"):
        photos.setdefault(photo.parent_id, []).append(photo)
    acting = ("found_by", "ordered_by", "submitted_by", "closed_by", "co_reviewer", "decided_by")
    names = accounts.person_names({getattr(h, n) for h in hazards for n in acting} - {""})
    labels = dict(HazardPhoto._meta.get_field("stage").flatchoices)
    return [
        HazardFile(
            hazard,
            tuple(
                (label, taken)
                for stage, label in labels.items()
                if (taken := tuple(p for p in photos.get(hazard.id, ()) if p.stage == stage))
            ),
            tuple(history_of(hazard)[1]),
            tuple(
                (str(Hazard._meta.get_field(n).verbose_name), names.get(person, "—"))
                for n in acting
                if (person := getattr(hazard, n))
            ),
        )
        for hazard in hazards
    ]


def order_papers(scope: Scope, hazard_ids: Iterable[str]) -> tuple[list[OrderPaper], list[OrderPaper]]:
    """(what would be issued: one order for each enterprise; what can't be: one hazard each with its reasons).

    Raises:
        As `chosen`.
    """
    hazards = chosen(scope, hazard_ids)
    parties = {h.enterprise_id for h in hazards}
    held = documents.documents_naming(scope, ORDER, parties, [f"{Hazard.SUBJECT}/{h.id}" for h in hazards])
    ready: dict[Any, list[Hazard]] = {}
    refused = []
    for hazard in sorted(hazards, key=lambda h: h.number):
        reasons: list[Violation] = []
        if hazard.due_at is None or hazard.state in ENDED:
            reasons.append(Violation("inspection.document.nothing_ordered"))
        if number := held.get(f"{Hazard.SUBJECT}/{hazard.id}"):
            reasons.append(Violation("inspection.batch.order_issued", {"number": number}))
        if reasons:
            refused.append(OrderPaper(hazard.enterprise, (hazard,), tuple(reasons)))
        else:
            ready.setdefault(hazard.enterprise_id, []).append(hazard)
    return [OrderPaper(group[0].enterprise, tuple(group)) for group in ready.values()], refused
