"""Self-checks of some enterprises and one blanket campaign, through the services; no hazard is added to the plan's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from anlan.demo.firms import COUNTY
from anlan.demo.play import Stage
from anlan.demo.times import opening
from anlan.demo.words import words
from anlan.inspection import queries
from anlan.inspection.queries import self_checks as views
from anlan.inspection.services import inspections
from anlan.inspection.services.campaigns import campaign_create
from anlan.inspection.services.self_checks import (
    SelfAnswer,
    self_check_items_set,
    self_check_report,
    self_check_start,
)
from anlan.kernel.deadlines import local_date

__all__ = ["self_check_extras"]

_CHECKLIST = "ty"
# Days before the end, and whether something was mended on the spot: the demo's own enterprise reports four times.
_OWN = ((100, False), (70, True), (40, False), (9, True))
_OTHERS, _VISITED = 60, 4

Extra = tuple[datetime, Callable[[datetime], Any]]


def self_check_extras(stage: Stage) -> Iterator[Extra]:
    """What happens beside the plan, each with its moment."""
    turns = [(0, days, mended) for days, mended in _OWN]
    # Four of five report; of those some mended something.
    others = [firm.index for firm in stage.plan.firms[1:_OTHERS] if firm.index % 5]
    turns += [(index, days + index % 6, index % 7 == 0) for index in others for days in (1, 33)]
    for index, days, mended in turns:
        yield opening(stage.plan.end - timedelta(days=days)), _report(stage, index, mended, days)
    yield from _blanket(stage)


def _report(stage: Stage, index: int, mended: bool, serial: int) -> Callable[[datetime], Any]:
    def act(at: datetime) -> None:
        scope, enterprise = stage.cast.firm(index), stage.enterprises[index]
        checklist = _checklist()
        key = self_check_start(scope=scope, enterprise_id=enterprise, checklist_id=checklist, now=at)
        sheet = views.self_check_sheet(views.self_check_get(scope, key))
        answers = [SelfAnswer(line.key, "pass") for line in sheet if not line.own]
        later = at + timedelta(minutes=25)
        if mended:
            firm, picture = stage.plan.firms[index], 900_000 + index * 1000 + serial
            shots = [stage.album.take(scope, s, picture, later, firm.lon, firm.lat) for s in ("before", "after")]
            note = words()["texts"]["self_mended"]
            answers[1] = SelfAnswer(answers[1].key, "mended", note, before=(shots[0],), after=(shots[1],))
        self_check_items_set(scope=scope, self_check_id=key, answers=answers, now=later)
        self_check_report(scope=scope, self_check_id=key, now=later + timedelta(minutes=2))

    return act


def _checklist() -> str:
    held = queries.checklist_by_code(_CHECKLIST)
    if held is None:
        raise LookupError(f"checklist {_CHECKLIST} is not installed")
    return str(held.id)


def _blanket(stage: Stage) -> Iterator[Extra]:
    """A campaign over the small firms of the county, begun three weeks ago; a few of them are visited."""
    made: list[str] = []
    first = stage.plan.end - timedelta(days=21)

    def begin(at: datetime) -> None:
        values = {
            "name": words()["texts"]["blanket_name"],
            "region": COUNTY.ljust(12, "0"),
            "since_on": local_date(first),
            "until_on": local_date(stage.plan.end + timedelta(days=60)),
            "target_scale": "small",
            "blanket": "1",
            "summary": words()["texts"]["blanket_summary"],
        }
        made.append(campaign_create(scope=stage.cast.officer("bureau:leader", 0), values=values, now=at))

    yield opening(first), begin
    small = [
        firm for firm in stage.plan.firms if firm.trade.scale == "small" and firm.town not in stage.plan.scale.silent
    ]
    for n, firm in enumerate(small[:_VISITED]):
        yield opening(stage.plan.end - timedelta(days=12 - n)), _visit(stage, firm.index, made)


def _visit(stage: Stage, index: int, campaign: list[str]) -> Callable[[datetime], Any]:
    def act(at: datetime) -> None:
        firm, checklist = stage.plan.firms[index], _checklist()
        scope = stage.cast.officer(f"town:{firm.town}", 0)
        key = inspections.inspection_start(
            scope=scope, enterprise_id=stage.enterprises[index], checklist_id=checklist, kind="campaign",
            campaigns=campaign, officers=(stage.cast.officer(f"town:{firm.town}", 1).person,), now=at,
        )  # fmt: skip
        items = queries.inspection_sheet(queries.inspection_get(scope, key))
        answers = [inspections.ItemAnswer(item.key, "pass") for item in items]
        inspections.inspection_items_set(
            scope=scope, inspection_id=key, answers=answers, now=at + timedelta(minutes=20)
        )
        clean = words()["texts"]["clean"]
        inspections.inspection_finish(scope=scope, inspection_id=key, conclusion=clean, now=at + timedelta(minutes=30))

    return act
