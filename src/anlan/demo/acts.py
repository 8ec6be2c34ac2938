"""What else happens in the small county's year: extensions, transfers, dismissals, merges, look-backs, doubtful photos.

Found and closed figures stay those of the plan: two hazards end as none, and two come back as new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from anlan.demo.listings import listed_hazards
from anlan.demo.papers import papers
from anlan.demo.plan import HazardPlan, Plan, Visit
from anlan.demo.play import Stage, found_again, officer_of, picture
from anlan.demo.times import work_moment
from anlan.demo.words import words
from anlan.inspection.services import dismissals, extensions, lookbacks, transfers
from anlan.inspection.services import hazards as loop
from anlan.inspection.services.steps import StepInput

__all__ = ["acts", "judge_majors"]

Act = tuple[datetime, Callable[[datetime], Any]]
Moments = dict[tuple[int, str], datetime]
_MAJOR_DAYS = 30
_DAY = timedelta(days=1)


def judge_majors(plan: Plan) -> None:
    """Open hazards whose item names a criterion become major ones; the oldest that waits for its enterprise is late."""
    late = False
    for hazard in _others(plan):
        if hazard.fault.major and hazard.end in {"ordered", "submitted", "returned"}:
            hazard.grade, hazard.days = "major", _MAJOR_DAYS
            age = (plan.end - plan.visits[hazard.visit].at).days
            if hazard.end == "ordered" and not late:
                late, hazard.working, hazard.days = True, False, max(1, min(_MAJOR_DAYS, age - 4))


def acts(stage: Stage) -> list[Act]:
    """Everything beside the loop's steps, each with its moment; all of it before the plan's end."""
    first: Moments = {}
    for step in stage.plan.steps:
        for index in step.hazards:
            first.setdefault((index, step.act), step.at)
    listed = {h.index for h in listed_hazards(stage.plan)}
    waiting = [h for h in _others(stage.plan) if h.end == "ordered" and h.grade == "general"]
    ended = [h for h in stage.plan.hazards if h.end == "closed" and h.index not in listed]
    return [
        *_extensions(stage, first, waiting, ended),
        *_endings(stage, first, waiting),
        *_look_backs(stage, first, ended),
        *_doubts(stage, first),
        *papers(stage, first),
    ]


def _others(plan: Plan) -> list[HazardPlan]:
    return plan.hazards[: -len(plan.visits[-1].hazards)]


def _visit(stage: Stage, hazard: HazardPlan) -> Visit:
    return stage.plan.visits[hazard.visit]


def _extensions(stage: Stage, first: Moments, waiting: list[HazardPlan], ended: list[HazardPlan]) -> Iterator[Act]:
    """Some were granted in the course of the year; of the last three one is granted, one refused, one waits."""
    end, done = stage.plan.end, 0
    for hazard in ended:
        ordered, gap = first[hazard.index, "order"], first[hazard.index, "submit"] - first[hazard.index, "order"]
        if gap < 6 * _DAY or gap > hazard.days * _DAY or hazard.working or done == 3:
            continue
        done += 1
        yield from _extension(stage, hazard, ordered + gap * 0.4, ordered + gap * 0.7, "granted")
    running = [
        h for h in waiting if first[h.index, "order"] + (h.days - 1) * _DAY > end > first[h.index, "order"] + 4 * _DAY
    ]
    for hazard, answer in zip(running, ("", "granted", "refused"), strict=False):
        yield from _extension(stage, hazard, end - 3 * _DAY, end - 2 * _DAY, answer)


def _extension(stage: Stage, hazard: HazardPlan, asked: datetime, answered: datetime, answer: str) -> Iterator[Act]:
    texts, visit = words()["acts"], _visit(stage, hazard)
    firm = stage.cast.firm(visit.firm.index)

    def ask(at: datetime) -> None:
        item = extensions.ExtendInput(hazard_id=stage.hazards[hazard.index], days=10, note=texts["extend"])
        extensions.hazard_extend(scope=firm, item=item, now=at)

    def decide(at: datetime) -> None:
        scope, key = officer_of(stage, visit), stage.hazards[hazard.index]
        if answer == "granted":
            item = extensions.ExtendInput(hazard_id=key, note=texts[answer])
            extensions.hazard_grant(scope=scope, item=item, now=at)
        else:
            extensions.hazard_refuse(scope=scope, item=StepInput(hazard_id=key, note=texts[answer]), now=at)

    yield asked, ask
    if answer:
        yield answered, decide


def _endings(stage: Stage, first: Moments, waiting: list[HazardPlan]) -> Iterator[Act]:
    """Long overdue: two handed to enforcement; two were none; two were filed a second time."""
    texts, end = words()["acts"], stage.plan.end
    late = [h for h in waiting if first[h.index, "order"] + h.days * _DAY < end - 7 * _DAY]
    for n, hazard in enumerate(late[:6]):
        scope, other = officer_of(stage, _visit(stage, hazard)), officer_of(stage, _visit(stage, hazard), 1)

        def transfer(at: datetime, hazard: HazardPlan = hazard, scope: Any = scope) -> None:
            key = stage.hazards[hazard.index]
            item = transfers.TransferInput(hazard_id=key, note=texts["transfer"], violated=texts["violated"])
            transfers.hazard_transfer(scope=scope, item=item, now=at)

        def dismiss(at: datetime, hazard: HazardPlan = hazard, scope: Any = other) -> None:
            item = StepInput(hazard_id=stage.hazards[hazard.index], note=texts["dismiss"])
            dismissals.hazard_dismiss(scope=scope, item=item, now=at)

        def merge(at: datetime, hazard: HazardPlan = hazard, scope: Any = other) -> None:
            again = replace(found_again(stage, hazard, scope, at), photos=())
            key = loop.hazards_report(scope=scope, items=[again], now=at)[0]
            item = dismissals.MergeInput(hazard_id=key, into=stage.hazards[hazard.index], note=texts["merge"])
            dismissals.hazard_merge(scope=scope, item=item, now=at + timedelta(minutes=20))

        yield end - (4 - n % 2) * _DAY, (transfer, dismiss, merge)[n // 2]


def _look_backs(stage: Stage, first: Moments, ended: list[HazardPlan]) -> Iterator[Act]:
    """One in five of what was closed is seen again after two weeks; two of them had come back."""
    texts, end = words()["acts"], stage.plan.end
    old = [h for h in ended if first[h.index, "close"] < end - 20 * _DAY]
    seen = old[::5]
    for n, hazard in enumerate(seen):
        back = len(seen) - n in {2, 4}

        def look(at: datetime, hazard: HazardPlan = hazard, back: bool = back) -> None:
            visit = _visit(stage, hazard)
            scope = officer_of(stage, visit)
            shown = picture(stage, scope, "again" if back else "lookback", hazard.index, visit.firm, at)
            note, key = texts["again" if back else "fine"], stage.hazards[hazard.index]
            item = lookbacks.LookBackInput(hazard_id=key, note=note, photos=shown, again=back)
            lookbacks.hazard_look_back(scope=scope, item=item, now=at)

        yield work_moment(first[hazard.index, "close"] + 14 * _DAY, stage.dice), look


def _doubts(stage: Stage, first: Moments) -> Iterator[Act]:
    """Two closings whose review photos were taken before the order: another officer has to decide."""
    end = stage.plan.end
    due = [h for h in _others(stage.plan) if h.end == "submitted" and h.grade == "general"]
    for hazard in [h for h in due if first[h.index, "submit"] < end - 2 * _DAY][:2]:

        def close(at: datetime, hazard: HazardPlan = hazard) -> None:
            visit = _visit(stage, hazard)
            scope = officer_of(stage, visit)
            old = first[hazard.index, "order"] - 2 * _DAY
            item = loop.CloseInput(
                hazard_id=stage.hazards[hazard.index],
                note=words()["acts"]["doubted"],
                photos=picture(stage, scope, "review", hazard.index, visit.firm, old),
                co_reviewer=officer_of(stage, visit, 1).person,
            )
            loop.hazard_close(scope=scope, item=item, now=at)

        yield end - _DAY, close
