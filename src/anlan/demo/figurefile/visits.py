"""Visits in a county of figures, each from start to finish."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from anlan.demo.figurefile.acts import Act, Span
from anlan.demo.figurefile.county import County, Host
from anlan.demo.figurefile.visiting import Visits
from anlan.demo.words import words
from anlan.inspection import queries
from anlan.inspection.services import inspections

__all__ = ["visit_acts"]

_CHECKLIST = "ty"


def visit_acts(county: County, visits: Visits, now: datetime) -> Iterator[Act]:
    """Visits one after the other, every enterprise in its turn, each from start to finish."""
    span, hosts = Span.of(visits.period, now), county.among(visits.place)
    whom = hosts[visits.start : visits.firms]
    for n in range(visits.count):
        visit = _Visit(county, visits, whom[n % len(whom)])
        at = span.at(0.04 + 0.9 * (n + 0.5) / visits.count)
        filled, done = span.after(at, timedelta(minutes=20), 0.01), span.after(at, timedelta(minutes=40), 0.02)
        yield from (Act(at, 1, visit.start), Act(filled, 1, visit.fill), Act(done, 1, visit.finish))


class _Visit:
    def __init__(self, county: County, visits: Visits, firm: Host) -> None:
        self.county, self.visits, self.firm, self.key = county, visits, firm, ""

    def start(self, at: datetime) -> None:
        stem, period = self.visits.stem, self.visits.period
        tags = (self.county.campaign(stem, period.last.year, period.first, period.last, at),) if stem else ()
        checklist = queries.checklist_by_code(_CHECKLIST)
        if checklist is None:
            raise LookupError(f"checklist {_CHECKLIST} is not installed")
        self.key = inspections.inspection_start(
            scope=self.county.officer(), enterprise_id=self.firm.id, checklist_id=str(checklist.id), now=at,
            kind="campaign" if stem else "routine", officers=(self.county.officer(1).person,), campaigns=tags,
        )  # fmt: skip

    def fill(self, at: datetime) -> None:
        held = queries.checklist_by_code(_CHECKLIST)
        items = queries.checklist_items(held.id, held.version) if held is not None else []
        answers = [inspections.ItemAnswer(item.item_key, "pass") for item in items]
        inspections.inspection_items_set(
            scope=self.county.officer(), inspection_id=self.key, answers=answers, now=at
        )

    def finish(self, at: datetime) -> None:
        inspections.inspection_finish(
            scope=self.county.officer(), inspection_id=self.key, conclusion=words()["texts"]["clean"], now=at
        )
