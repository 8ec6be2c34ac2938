"""Documents issued in the small county: records, orders, opinions, answers, letters; some served, one refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from anlan.demo.plan import Visit
from anlan.demo.play import Stage, officer_of
from anlan.demo.words import words
from anlan.inspection import queries
from anlan.platform.documents import services as documents
from anlan.platform.scope import Scope

__all__ = ["papers"]

Act = tuple[datetime, Callable[[datetime], Any]]
_VISITS = 5


def papers(stage: Stage, first: dict[tuple[int, str], datetime]) -> Iterator[Act]:
    """For the last inspections with orders: record and order, served or refused; later what acts have led to."""
    visits = [v for v in stage.plan.visits if v.inspected and any((h.index, "order") in first for h in v.hazards)]
    for n, visit in enumerate(visits[-_VISITS - 1 : -1]):
        at = min(first[h.index, "order"] for h in visit.hazards if (h.index, "order") in first)
        yield at + timedelta(minutes=25), _of_visit(stage, visit, refused=n == 1)
    yield stage.plan.end - timedelta(hours=20), lambda at: _of_acts(stage, at)


def _of_visit(stage: Stage, visit: Visit, *, refused: bool) -> Callable[[datetime], Any]:
    texts = words()["acts"]

    def issue(at: datetime) -> None:
        scope, subject = officer_of(stage, visit), f"inspection.inspection/{stage.inspections[visit.index]}"
        documents.document_issue(scope=scope, template="inspection.record", subject=subject, now=at)
        key = documents.document_issue(scope=scope, template="inspection.order", subject=subject, now=at)
        soon = at + timedelta(minutes=10)
        if refused:
            first, second = texts["witnesses"]
            documents.document_refuse(
                scope=scope, document_id=key, reason=texts["refusal"], witnesses=(first, second), base=None, now=soon
            )
        else:
            documents.document_serve(
                scope=scope, document_id=key, way="direct", receiver=texts["receiver"], base=None, now=soon
            )

    return issue


def _of_acts(stage: Stage, at: datetime) -> None:
    """延期批复, 移送函 and 复查意见书 of what happened to single hazards."""
    scope: Scope = stage.cast.officer("squad", 0)
    rows = queries.hazard_list(scope, real=True)
    chosen = (
        ("inspection.extension", rows.filter(extended_count__gte=1)[:3]),
        ("inspection.transfer", rows.filter(transferred=1)[:2]),
        ("inspection.review", rows.filter(state="closed")[:3]),
    )
    for template, hazards in chosen:
        for hazard in hazards:
            subject = f"inspection.hazard/{hazard.id}"
            documents.document_issue(scope=scope, template=template, subject=subject, now=at)
