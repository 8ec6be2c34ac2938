"""Playing the plan: every step is one call of the service that a person of the county would use, at its moment."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from anlan.demo.album import Album
from anlan.demo.cast import Cast
from anlan.demo.firms import Firm
from anlan.demo.plan import HazardPlan, Plan, Step, Visit
from anlan.demo.words import words
from anlan.inspection import queries
from anlan.inspection.services import hazards as loop
from anlan.inspection.services import inspections
from anlan.kernel.deadlines import local_date
from anlan.platform.database import writing
from anlan.platform.scope import Scope

__all__ = ["Stage", "found_again", "officer_of", "picture", "play"]

_BATCH = 200
_KINDS = {"squad": "enforcement", "experts": "expert"}


@dataclass
class Stage:
    """What the steps need and leave behind: ids of enterprises, hazards, inspections and campaigns by their index."""

    plan: Plan
    cast: Cast
    enterprises: list[str]
    campaigns: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    hazards: dict[int, str] = field(default_factory=dict)
    inspections: dict[int, str] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(331_003))

    def __post_init__(self) -> None:
        """Pictures are kept per person while the plan is played."""
        self.album = Album(distinct=self.plan.scale.distinct)


@dataclass(frozen=True, slots=True)
class _Call:
    """Steps that one person takes at one moment: closing is done in rounds, everything else step by step."""

    at: datetime
    order: int
    act: str
    steps: tuple[Step, ...]


def play(
    stage: Stage, extras: Sequence[tuple[datetime, Callable[[datetime], Any]]], progress: Callable[[int], None]
) -> None:
    """Take every step in order of time, some 200 subjects to a transaction.

    Args:
        extras: other things that happen, each called with its moment.
        progress: called with the number of steps done.
    """
    calls: list[tuple[datetime, int, Callable[[datetime], Any], int]] = [(at, -1, act, 1) for at, act in extras]
    for call in _rounds(stage):
        size = sum(max(1, len(s.hazards)) for s in call.steps)
        calls.append((call.at, call.order, _act(stage, call), size))
    calls.sort(key=lambda c: (c[0], c[1]))
    done = 0
    while done < len(calls):
        size = 0
        with writing():
            while done < len(calls) and size < _BATCH:
                at, _, act, subjects = calls[done]
                act(at)
                size += subjects
                done += 1
        progress(done * len(stage.plan.steps) // len(calls))


def _rounds(stage: Stage) -> Iterator[_Call]:
    """The steps, with what one officer closes on one day put together at the day's last moment."""
    rounds: dict[tuple[str, int, Any], list[Step]] = {}
    for step in stage.plan.steps:
        if step.act != "close":
            yield _Call(step.at, step.order, step.act, (step,))
            continue
        visit = stage.plan.visits[step.visit]
        rounds.setdefault((_body(visit), visit.officer, local_date(step.at)), []).append(step)
    for steps in rounds.values():
        last = max(steps, key=lambda s: s.at)
        yield _Call(last.at, last.order, "close", tuple(steps))


def _act(stage: Stage, call: _Call) -> Callable[[datetime], Any]:
    act = _ACTS[call.act]
    return lambda at: act(stage, call.steps, at)


def _body(visit: Visit) -> str:
    """Who orders and reviews: the town for a town's or a grid worker's visit, else the squad or the enterprise's office."""
    if visit.by in {"town", "grid"}:
        return f"town:{visit.firm.town}"
    return "squad" if visit.by == "squad" else visit.firm.office


def _visitor(stage: Stage, visit: Visit) -> Scope:
    if visit.by == "grid":
        return stage.cast.officer(f"village:{visit.firm.region}", 0)
    return stage.cast.officer("experts" if visit.by == "experts" else _body(visit), visit.officer)


def _source(visit: Visit) -> str:
    if visit.by == "experts":
        return "expert"
    return "department" if visit.by == "office" and visit.firm.office in {"housing", "traffic"} else ""


def officer_of(stage: Stage, visit: Visit, n: int = 0) -> Scope:
    """The officer of the visit who orders and reviews (0), or the next one of the same body."""
    return stage.cast.officer(_body(visit), visit.officer + n)


def _campaigns(stage: Stage, visit: Visit) -> tuple[str, ...]:
    day, trade = local_date(visit.at), visit.firm.trade
    return tuple(
        key
        for key, c in stage.campaigns
        if c["since_on"] <= day <= c["until_on"]
        and ({*c["classes"]} & {*trade.classes} or {*c["tags"]} & {*trade.tags})
    )


def _items(stage: Stage, checklist: str) -> dict[str, Any]:
    """The items of a packaged checklist by key; each knows its clause and its criterion of a major hazard."""
    if checklist not in stage.items:
        held = queries.checklist_by_code(checklist)
        if held is None:
            raise LookupError(f"checklist {checklist} is not installed")
        stage.items[checklist] = {i.item_key: i for i in queries.checklist_items(held.id, held.version)}
    return stage.items[checklist]


def picture(stage: Stage, scope: Scope, kind: str, hazard: int, firm: Firm, at: datetime) -> tuple[str, ...]:
    """A stored picture of this hazard, taken five minutes before `at`; `kind`: before, after or review."""
    return (stage.album.take(scope, kind, hazard, at - timedelta(minutes=5), firm.lon, firm.lat),)


def found_again(stage: Stage, hazard: HazardPlan, scope: Scope, at: datetime) -> loop.HazardInput:
    """What a second report of a planned hazard by `scope` says."""
    return _found(stage, stage.plan.visits[hazard.visit], hazard, scope, at)


def _found(stage: Stage, visit: Visit, hazard: HazardPlan, scope: Scope, at: datetime) -> loop.HazardInput:
    fault, firm = hazard.fault, visit.firm
    item = _items(stage, fault.key.partition("-")[0])[fault.key]
    return loop.HazardInput(
        enterprise_id=stage.enterprises[firm.index],
        description=fault.text,
        place=fault.place,
        basis=item.basis,
        grade=hazard.grade,
        major_basis=item.major if hazard.grade == "major" else "",
        item_criterion=item.major if hazard.grade == "major" else "",
        source=_source(visit),
        photos=picture(stage, scope, "before", hazard.index, firm, at) if hazard.photo else (),
        campaigns=_campaigns(stage, visit),
        inspection_id=stage.inspections.get(visit.index),
    )


def _report(stage: Stage, steps: Sequence[Step], at: datetime) -> None:
    visit = stage.plan.visits[steps[0].visit]
    _file(stage, visit, visit.hazards, at)


def _file(stage: Stage, visit: Visit, hazards: Sequence[HazardPlan], at: datetime) -> None:
    if not hazards:
        return
    scope = _visitor(stage, visit)
    ids = loop.hazards_report(scope=scope, items=[_found(stage, visit, h, scope, at) for h in hazards], now=at)
    stage.hazards.update(zip((h.index for h in hazards), ids, strict=True))


def _start(stage: Stage, steps: Sequence[Step], at: datetime) -> None:
    visit = stage.plan.visits[steps[0].visit]
    scope, campaigns = _visitor(stage, visit), _campaigns(stage, visit)
    alone = visit.by in {"grid", "experts"}
    checklist = queries.checklist_by_code(visit.checklist)
    if checklist is None:
        raise LookupError(f"checklist {visit.checklist} is not installed")
    stage.inspections[visit.index] = inspections.inspection_start(
        scope=scope,
        enterprise_id=stage.enterprises[visit.firm.index],
        checklist_id=str(checklist.id),
        now=at,
        kind=_KINDS.get(visit.by, "campaign" if campaigns else "routine"),
        source=_source(visit),
        officers=() if alone else (officer_of(stage, visit, 1).person,),
        campaigns=campaigns,
    )


def _sheet(stage: Stage, visit: Visit) -> tuple[list[HazardPlan], list[HazardPlan]]:
    """The visit's hazards that are items of its checklist, in the sheet's order, and the others."""
    order = list(_items(stage, visit.checklist))
    listed = sorted((h for h in visit.hazards if h.fault.key in order), key=lambda h: order.index(h.fault.key))
    return listed, [h for h in visit.hazards if h.fault.key not in order]


def _fill(stage: Stage, steps: Sequence[Step], at: datetime) -> None:
    visit = stage.plan.visits[steps[0].visit]
    scope = _visitor(stage, visit)
    found = {h.fault.key: h for h in _sheet(stage, visit)[0]}
    answers = []
    for key, item in _items(stage, visit.checklist).items():
        hazard = found.get(key)
        if hazard is None:
            answers.append(inspections.ItemAnswer(key, "na" if stage.dice.random() < 0.15 else "pass"))
            continue
        photos = picture(stage, scope, "before", hazard.index, visit.firm, at) if hazard.photo else ()
        major = item.major if hazard.grade == "major" else ""
        answers.append(
            inspections.ItemAnswer(
                key, "hazard", hazard.fault.text, hazard.fault.place, hazard.grade, major, photos,
                general_reason=words()["texts"]["not_major"] if item.major and not major else "",
            )  # fmt: skip
        )
    inspections.inspection_items_set(scope=scope, inspection_id=stage.inspections[visit.index], answers=answers, now=at)


def _finish(stage: Stage, steps: Sequence[Step], at: datetime) -> None:
    visit = stage.plan.visits[steps[0].visit]
    texts, count = words()["texts"], len(visit.hazards)
    listed, others = _sheet(stage, visit)
    ids = inspections.inspection_finish(
        scope=_visitor(stage, visit),
        inspection_id=stage.inspections[visit.index],
        conclusion=texts["found"].format(count=count) if count else texts["clean"],
        now=at,
    )
    stage.hazards.update(zip((h.index for h in listed), ids, strict=True))
    _file(stage, visit, others, at)


def _five(hazard: HazardPlan) -> dict[str, Any]:
    """五落实 of an order on a major hazard."""
    texts = words()["texts"]
    funds = 5000 * (1 + hazard.index % 20)
    return {
        "measures": hazard.fault.mend,
        "responsible": texts["responsible"],
        "funds_yuan": funds,
        "plan": texts["plan"],
    }


def _order(stage: Stage, steps: Sequence[Step], at: datetime) -> None:
    visit = stage.plan.visits[steps[0].visit]
    hazards = [stage.plan.hazards[i] for i in steps[0].hazards]
    items = [
        loop.OrderInput(
            hazard_id=stage.hazards[h.index],
            note=words()["texts"]["order"].format(mend=h.fault.mend),
            days=None if h.working else h.days,
            working_days=h.days if h.working else None,
            **(_five(h) if h.grade == "major" else {}),
        )
        for h in hazards
    ]
    loop.hazards_order(scope=officer_of(stage, visit), items=items, now=at)


def _submit(stage: Stage, steps: Sequence[Step], at: datetime) -> None:
    visit = stage.plan.visits[steps[0].visit]
    scope = stage.cast.firm(visit.firm.index)
    note = stage.dice.choice(words()["texts"]["submit"])
    items = [
        loop.SubmitInput(
            hazard_id=stage.hazards[i],
            note=note.format(mend=stage.plan.hazards[i].fault.mend),
            photos=picture(stage, scope, "after", i, visit.firm, at),
        )
        for i in steps[0].hazards
    ]
    loop.hazards_submit(scope=scope, items=items, now=at)


def _return(stage: Stage, steps: Sequence[Step], at: datetime) -> None:
    visit = stage.plan.visits[steps[0].visit]
    reason = stage.dice.choice(words()["texts"]["returned"])
    items = [loop.ReturnInput(hazard_id=stage.hazards[i], note=reason, days=7) for i in steps[0].hazards]
    loop.hazards_return(scope=officer_of(stage, visit), items=items, now=at)


def _close(stage: Stage, steps: Sequence[Step], at: datetime) -> None:
    for major in (False, True):
        _close_of(stage, steps, at, major)


def _close_of(stage: Stage, steps: Sequence[Step], at: datetime, major: bool) -> None:
    first = stage.plan.visits[steps[0].visit]
    scope, other = officer_of(stage, first), officer_of(stage, first, 1)
    if major:  # reviewed by the squad, one of whom was not at the visit
        scope, other = (stage.cast.officer("squad", first.officer + n) for n in (2, 0))
    items = []
    for step in steps:
        firm = stage.plan.visits[step.visit].firm
        note = stage.dice.choice(words()["texts"]["close"])
        items += [
            loop.CloseInput(
                hazard_id=stage.hazards[i],
                note=note,
                photos=picture(stage, scope, "review", i, firm, at),
                co_reviewer=other.person,
            )
            for i in step.hazards
            if (stage.plan.hazards[i].grade == "major") == major
        ]
    loop.hazards_close(scope=scope, items=items, now=at)


_ACTS: dict[str, Callable[[Stage, Sequence[Step], datetime], None]] = {
    "report": _report,
    "start": _start,
    "fill": _fill,
    "finish": _finish,
    "order": _order,
    "submit": _submit,
    "return": _return,
    "close": _close,
}
