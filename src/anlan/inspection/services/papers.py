"""Issuing the orders of several hazards together: one document for each enterprise, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.inspection.errors import StepRefused
from anlan.inspection.queries import bundles
from anlan.inspection.queries.papers import ORDER
from anlan.inspection.rules.document import OrderTogether
from anlan.platform.database import writing
from anlan.platform.documents.services import document_issue, document_key
from anlan.platform.journal.record import version_of
from anlan.platform.scope import Scope

__all__ = ["orders_issue"]

_RIGHT = "inspection.hazard.order"


def orders_issue(*, scope: Scope, hazard_ids: Sequence[str], now: datetime, once: str | None = None) -> list[str]:
    """Issue 责令限期整改指令书 for these ordered hazards, one for each enterprise; the documents' ids.

    A document is about the first of its hazards. A repeated `once` gives the first ones' ids.

    Raises:
        NotAllowed: "platform.not_allowed". BadInput: "inspection.batch.nothing_chosen", "inspection.batch.too_many_chosen".
        HazardNotFound: "inspection.hazard.not_found". StepRefused: "inspection.batch.issue_refused" with every reason.
    """
    scope.require(_RIGHT)
    with writing():
        if once and (done := _done(scope, hazard_ids, once)):
            return done
        papers, refused = bundles.order_papers(scope, hazard_ids)
        if refused:
            number = refused[0].hazards[0].number
            raise StepRefused("inspection.batch.issue_refused", [v for p in refused for v in p.reasons], number=number)
        return [
            document_issue(
                scope=scope,
                template=ORDER,
                subject=paper.subject,
                facts=OrderTogether(hazard_ids=tuple(str(h.id) for h in paper.hazards)),
                now=now,
                once=once,
            )
            for paper in papers
        ]


def _done(scope: Scope, hazard_ids: Sequence[str], once: str) -> list[str]:
    """What the same request has issued before."""
    keys = [document_key(scope, ORDER, f"inspection.hazard/{key}", once) for key in dict.fromkeys(hazard_ids)]
    return [key for key in keys[: bundles.MOST] if version_of(f"platform.document/{key}")]
