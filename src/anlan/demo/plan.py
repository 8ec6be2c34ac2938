"""What will happen in the demo county: visits, hazards and every step with its moment. Pure: same input, same plan.

The plan fixes the figures (so many hazards, so many of them closed) before anything is written; the services are then
called step by step in order of time, and the figures are counted from the database afterwards.
"""

from __future__ import annotations

import bisect
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anlan.demo.firms import Firm, firms
from anlan.demo.times import DAYS, work_days, work_moment
from anlan.demo.words import Fault, faults

__all__ = ["LISTING_OFFICES", "SCALES", "HazardPlan", "Plan", "Scale", "Step", "Visit", "make_plan"]

LISTING_OFFICES = ("basics", "hazchem")
"""Bodies that can propose a hazard for 挂牌督办: the bureau's own supervising sections."""
_SEED = 23_708
_STILL_OPEN_DAYS = 5.0
"""What was found in the last days is not closed yet, whatever else."""
_FADE_DAYS = 45.0
_LIFE_DAYS = {"general": (7, 10, 15, 15, 30), "major": (30, 45, 60)}
# The demo's own enterprise shows every stage at once: end, grade, days; the first is a major hazard.
_SHOWN = (("ordered", "major", 30), ("ordered", "general", 15), ("submitted", "general", 7), ("found", "general", 15))
_OPEN_STAGES = (("ordered", 62), ("submitted", 28), ("returned", 10))


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a county: enterprises, hazards, how many of those end closed, hazards of one visit.

    `inspected`: which share of visits fills in a checklist (the rest files hazards directly, as grid workers do).
    `distinct`: every hazard has pictures of its own; otherwise an officer re-uses a few.
    `silent`: towns (nine digits) from which nothing is heard, for the line that says so.
    """

    name: str
    firms: int
    hazards: int
    closed: int
    per_visit: tuple[int, int]
    inspected: float
    distinct: bool
    silent: tuple[str, ...] = ()


SCALES = {
    "small": Scale("small", 60, 120, 92, (0, 4), 0.9, True, ("331003204",)),
    # The work report of one district: 23,708 found, 19,955 mended, 679 enterprises (docs/explanation/demo.md).
    "luohu": Scale("luohu", 679, 23_708, 19_955, (8, 20), 0.15, False),
}


@dataclass(slots=True)
class HazardPlan:
    """One hazard: its fault, grade, days to mend (working days where `working`), whether photographed, and its end."""

    index: int
    visit: int
    fault: Fault
    grade: str
    days: int
    working: bool
    photo: bool
    end: str = "closed"


@dataclass(slots=True)
class Visit:
    """One visit: whom, when, by which kind of officer, with which checklist; `inspected` fills it in."""

    index: int
    firm: Firm
    at: datetime
    by: str
    officer: int
    checklist: str
    inspected: bool
    hazards: list[HazardPlan] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a service: `act` on hazards of one visit at a moment, by officer 0 or 1 of the visit's body."""

    at: datetime
    order: int
    act: str
    visit: int
    hazards: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will happen, `steps` in order of time; all of it before `end`."""

    scale: Scale
    begin: datetime
    end: datetime
    firms: list[Firm]
    visits: list[Visit]
    hazards: list[HazardPlan]
    steps: list[Step]


def make_plan(scale: Scale, end: datetime) -> Plan:
    """The plan of a county whose year ends at `end` (aware): exactly `scale.hazards` found and `scale.closed` closed."""
    dice = random.Random(_SEED)
    held = firms(scale.firms)
    begin = end - timedelta(days=DAYS)
    visits = _visits(scale, held, end, dice)
    hazards = [h for v in visits for h in v.hazards]
    _ends(scale, visits, hazards, end, dice)
    _grave(visits, hazards)
    steps: list[Step] = []
    for visit in visits:
        steps += _life(visit, end, dice)
    steps.sort(key=lambda s: (s.at, s.visit, s.order))
    return Plan(scale, begin, end, held, visits, hazards, steps)


def _visits(scale: Scale, held: Sequence[Firm], end: datetime, dice: random.Random) -> list[Visit]:
    """Visits in order of time until exactly so many hazards are found; the demo's own enterprise is visited last."""
    low, high = scale.per_visit
    counts: list[int] = []
    while sum(counts) < scale.hazards - 4:
        counts.append(min(dice.randint(low, high), scale.hazards - 4 - sum(counts)))
    moments = _spread(work_days(end), len(counts), dice)
    counts.append(4)
    open_to_visits = [f for f in held if f.town not in scale.silent]
    order = _firms_in_turn(open_to_visits, len(counts) - 1, dice)
    visits: list[Visit] = []
    made = 0
    for index, (moment, count) in enumerate(zip(moments, counts, strict=True)):
        firm = held[0] if index == len(counts) - 1 else order[index]
        visit = _visit(scale, index, firm, moment, dice, last=index == len(counts) - 1)
        visit.hazards = list(_hazards(scale, visit, made, count, dice))
        made += count
        visits.append(visit)
    return visits


def _spread(days: Sequence[datetime], count: int, dice: random.Random) -> list[datetime]:
    """`count` moments over the year, evenly but more and more of them, and one on the last day but one."""
    reach = list(itertools.accumulate(1.0 + n / len(days) for n in range(len(days) - 2)))
    moments = []
    for n in range(count):
        day = days[bisect.bisect_left(reach, reach[-1] * (n + dice.random()) / count)]
        moments.append(day + timedelta(minutes=dice.randint(0, 420)))
    return [*sorted(moments), days[-2] + timedelta(minutes=90)]


def _firms_in_turn(held: Sequence[Firm], count: int, dice: random.Random) -> list[Firm]:
    """Enterprises to visit: each about as often as the others, in random order within a round."""
    order: list[Firm] = []
    while len(order) < count:
        turn = list(held)
        dice.shuffle(turn)
        order += turn
    return order[:count]


def _visit(scale: Scale, index: int, firm: Firm, at: datetime, dice: random.Random, *, last: bool) -> Visit:
    if firm.trade.office == "town":
        by = dice.choices(("town", "grid"), (75, 25))[0]
    elif firm.trade.office in {"housing", "traffic"}:
        by = dice.choices(("office", "town"), (70, 30))[0]
    else:
        by = dice.choices(("town", "office", "squad", "experts"), (45, 38, 11, 6))[0]
    by = "office" if last else by
    checklist = firm.trade.checklists[0] if last else dice.choice(firm.trade.checklists)
    inspected = last or dice.random() < scale.inspected
    return Visit(index, firm, at, by, dice.randint(0, 1), checklist, inspected)


def _hazards(scale: Scale, visit: Visit, first: int, count: int, dice: random.Random) -> Iterator[HazardPlan]:
    known = faults()[visit.checklist]
    if visit.inspected:
        # One item of a checklist is one hazard at most.
        chosen = dice.sample(known, min(count, len(known)))
        chosen += [f for f in faults()["ty"] if f not in chosen][: count - len(chosen)]
    else:
        chosen = dice.choices(known, k=count)
    for n, fault in enumerate(chosen):
        major = fault.major and dice.random() < 0.12
        days = dice.choice(_LIFE_DAYS["major" if major else "general"])
        photo = scale.distinct or dice.random() < 0.15
        grade = "major" if major else "general"
        yield HazardPlan(first + n, visit.index, fault, grade, days, dice.random() < 0.25, photo)


def _ends(
    scale: Scale, visits: Sequence[Visit], hazards: Sequence[HazardPlan], end: datetime, dice: random.Random
) -> None:
    """Choose exactly which hazards are not closed: all of the last days, and older ones the likelier the newer."""
    wanted = scale.hazards - scale.closed
    shown = visits[-1].hazards
    ages = [(end - visits[h.visit].at) / timedelta(days=1) for h in hazards]
    others = [(h, age) for h, age in zip(hazards, ages, strict=True) if h.visit != visits[-1].index]
    forced = [h for h, age in others if age < _STILL_OPEN_DAYS]
    rest = [(math.log(dice.random()) * math.exp(age / _FADE_DAYS), h) for h, age in others if age >= _STILL_OPEN_DAYS]
    rest.sort(key=lambda pair: (-pair[0], pair[1].index))
    for hazard in [*shown, *forced, *(h for _, h in rest)][:wanted]:
        age = ages[hazard.index]
        stages, weights = zip(*_OPEN_STAGES, strict=True)
        hazard.end = dice.choices(stages, weights)[0]
        if age < 1 or (age < _STILL_OPEN_DAYS and dice.random() < 0.25):
            hazard.end = "found"
    # Only three items of that checklist name no criterion of a major hazard, so one of four does.
    for hazard, shows in zip(sorted(shown, key=lambda h: not h.fault.major), _SHOWN, strict=True):
        hazard.end, hazard.grade, hazard.days = shows


def _grave(visits: Sequence[Visit], hazards: Sequence[HazardPlan]) -> None:
    """So many of the latest are major that every state of 挂牌督办 can be shown (demo.listings)."""
    known = [h for h in hazards if h.fault.major and visits[h.visit].firm.office in LISTING_OFFICES]
    for ends, count in ((("closed",), 3), (("ordered", "submitted"), 4)):
        for hazard in [h for h in known if h.end in ends and h.visit != visits[-1].index][-count:]:
            hazard.grade, hazard.days, hazard.working = "major", 45, False


def _life(visit: Visit, end: datetime, dice: random.Random) -> Iterator[Step]:
    """The steps of one visit's hazards, every moment later than the one before and earlier than `end`."""
    if visit.inspected:
        yield Step(visit.at, 0, "start", visit.index)
        yield Step(visit.at + timedelta(minutes=18), 1, "fill", visit.index)
        yield Step(visit.at + timedelta(minutes=35), 2, "finish", visit.index)
    else:
        yield Step(visit.at, 2, "report", visit.index)
    ordered = [h for h in visit.hazards if h.end != "found"]
    if not ordered:
        return
    order_at = visit.at + timedelta(minutes=dice.randint(50, 160))
    if visit.by in {"grid", "experts"} and (end - order_at) > timedelta(days=2):
        order_at = work_moment(order_at + timedelta(days=1), dice)
    yield Step(order_at, 3, "order", visit.index, _ids(ordered))
    closed = [h for h in ordered if h.end == "closed"]
    # Mostly an enterprise mends everything at one go, in time or late; sometimes a part of it is left for later.
    parted, behind = dice.random() < 0.2, dice.random() < 0.2
    late = [h for h in closed if (dice.random() < 0.3 if parted else behind)]
    prompt = [h for h in closed if h not in late]
    for group, chance in ((prompt, 0.05), (late, 0.4)):
        back = dice.random() < chance
        if group:
            yield from _closing(visit, group, order_at, end, dice, back=back)
    for stage in ("submitted", "returned"):
        if group := [h for h in ordered if h.end == stage]:
            yield from _waiting(visit, group, stage, order_at, end, dice)


def _ids(hazards: Sequence[HazardPlan]) -> tuple[int, ...]:
    return tuple(h.index for h in hazards)


def _closing(
    visit: Visit, group: Sequence[HazardPlan], start: datetime, end: datetime, dice: random.Random, *, back: bool
) -> Iterator[Step]:
    due = min(h.days for h in group)
    lags = [due * (dice.uniform(0.2, 0.95) if dice.random() < 0.8 else dice.uniform(1.1, 2.2)), dice.uniform(1, 6)]
    acts = ["submit", "close"]
    if back:
        lags = [*lags, dice.uniform(1, 5), dice.uniform(1, 4)]
        acts = ["submit", "return", "submit", "close"]
    yield from _moments(visit, group, acts, lags, start, end, dice)


def _waiting(
    visit: Visit, group: Sequence[HazardPlan], stage: str, start: datetime, end: datetime, dice: random.Random
) -> Iterator[Step]:
    lags = [min(h.days for h in group) * dice.uniform(0.3, 1.3), dice.uniform(1, 4)]
    acts = ["submit", "return"]
    if stage == "submitted":
        acts, lags = acts[:1], lags[:1]
    yield from _moments(visit, group, acts, lags, start, end, dice)


def _moments(
    visit: Visit,
    group: Sequence[HazardPlan],
    acts: Sequence[str],
    lags: Sequence[float],
    start: datetime,
    end: datetime,
    dice: random.Random,
) -> Iterator[Step]:
    """The acts one after the other; lags in days, squeezed where the year ends too soon."""
    room = (end - start) / timedelta(days=1) * 0.95
    squeeze = min(1.0, room / sum(lags))
    exact = before = start
    for order, (act, lag) in enumerate(zip(acts, lags, strict=True), start=4):
        exact += timedelta(days=lag * squeeze)
        at = work_moment(exact, dice)
        # Office hours where they fit; in the last days what is left of the time decides.
        at = at if before < at < end - (end - exact) * 0.5 else max(exact, before + timedelta(seconds=30))
        yield Step(at, order, act, visit.index, _ids(group))
        before = at
