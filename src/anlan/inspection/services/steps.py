"""The steps of the hazard loop after its filing: order, submit, return, close. One service each, and a list form of it.

All forms go one way: rows within scope, right, repeated key, stale page, the rule's reasons, then one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from anlan.accounts import queries as accounts
from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.queries.scoped import same_id
from anlan.inspection.rules.acts import find_action
from anlan.inspection.rules.batch import check_once_each
from anlan.inspection.rules.hazard import (
    HAZARD_LOOP,
    CloseFacts,
    OrderFacts,
    ReturnFacts,
    StepFacts,
    SubmitFacts,
    check_close,
    check_order,
    check_recusal,
    check_return,
    check_submit,
)
from anlan.inspection.rules.major import Five, check_five, check_major_review, check_ordered
from anlan.inspection.rules.stating import is_late
from anlan.inspection.services.doubting import Doubt
from anlan.inspection.services.drafting import Term, photo_facts, photo_text, require_plausible, said, term_of
from anlan.kernel.deadlines import WorkCalendar
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import BadInput, Conflict, Violation
from anlan.kernel.loops import Action
from anlan.kernel.stated import settled
from anlan.platform import attachments
from anlan.platform.database import writing
from anlan.platform.journal.record import record_many
from anlan.platform.scope import Scope

_BATCH = 200
_SUBJECT = Hazard.SUBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput:
    """What every step names: the hazard, the version its page showed (None: any), a client's key, the stated moment."""

    hazard_id: str
    base: int | None = None
    once: str | None = None
    at: datetime | None = None
    note: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInput(StepInput):
    """An order: what to mend (`note`) and by when, named in exactly one way; 五落实 where the hazard is major."""

    due_on: date | None = None
    days: int | None = None
    working_days: int | None = None
    measures: str = ""
    responsible: str = ""
    funds_yuan: int | None = None
    plan: str = ""

    @property
    def five(self) -> Five:
        """五落实 as the rules read it."""
        return Five(self.measures, self.responsible, self.funds_yuan, self.plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitInput(StepInput):
    """The enterprise's report: what was done (`note`) and photos of it; `offline`: filed on a phone without signal."""

    offline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnInput(StepInput):
    """A failed review: the reason (`note`), and a new deadline if one is set."""

    due_on: date | None = None
    days: int | None = None
    working_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseInput(StepInput):
    """A passed review: the opinion (`note`), review photos, and the second officer's person id."""

    co_reviewer: str = ""


_Input = TypeVar("_Input", bound=StepInput)
# (hazard, input, facts) -> (reasons against, what the entry's data carries)
_Judged = tuple[list[tuple[Draft, int | None]], list[tuple[Hazard, _Input]]]
_Judge = Callable[[Hazard, _Input, StepFacts], tuple[list[Violation], dict[str, Any]]]


def take(
    action_id: str,
    scope: Scope,
    items: Sequence[_Input],
    now: datetime,
    judge: _Judge[_Input],
    words: Callable[[_Input], Mapping[str, str]] | None = None,
    beside: Callable[[Hazard, _Input], list[tuple[Draft, int | None]]] | None = None,
    instead: str = "",
    doubt: Doubt | None = None,
) -> list[str]:
    """Take one kind of step on each item's hazard, all or none; ids of the hazards in the order of `items`.

    Args:
        instead: the action recorded where `judge` puts "doubts" into the entry's data.
        words: further texts of the entry. beside: what is recorded of other subjects in the same transaction.
        doubt: what `judge` asks about photos; all is judged anew where it holds no longer when the entry is written.
    """
    action, other = find_action(action_id), find_action(instead or action_id)
    kinds, items = (action.kind, other.kind), _asked(items, now)
    ids = [item.hazard_id for item in items]
    queries.hazards_get(scope, ids)
    scope.require(action.right)
    subjects = {i: f"{_SUBJECT}/{i}" for i in ids}
    keys = [(subjects[i], item.once) for i, item in zip(ids, items, strict=True)]
    done = queries.once_recorded(scope, keys, *kinds)
    versions = queries.versions_of(subjects.values())
    hazards = queries.hazards_get(scope, ids)  # after the versions: a step in between must show as a stale version
    known = photo_facts(p for item in items for p in item.photos)

    def judged() -> _Judged[_Input]:
        drafts, taken = [], []
        for key, item in zip(ids, items, strict=True):
            hazard, subject = hazards[key], subjects[key]
            if subject in done:
                continue
            if item.base is not None and item.base != versions[subject]:
                raise StalePage(hazard.number, hazard.get_state_display())
            problems, data = judge(hazard, item, queries.step_facts(scope, hazard, item.at, now))
            if problems:
                raise StepRefused(f"inspection.hazard.{action_id}.refused", problems, number=hazard.number)
            text = said(note=item.note, **(words(item) if words else {})) | photo_text(item.photos, known)
            acted = other if data.get("doubts") else action
            drafts.append((_step_draft(acted, hazard, item, data, text), versions[subject]))
            taken.append((hazard, item))
        return drafts, taken

    def judged_now() -> _Judged[_Input]:
        try:
            return judged()
        except (StepRefused, StalePage) as error:
            _unless_recorded(error, scope, keys, kinds, versions)
            return [], []

    try:
        _record_judged(scope, judged_now, beside, doubt, now)
    except Conflict as error:
        _unless_recorded(error, scope, keys, kinds, versions)
    return ids


def _record_judged(
    scope: Scope,
    judged: Callable[[], _Judged[_Input]],
    beside: Callable[[Hazard, _Input], list[tuple[Draft, int | None]]] | None,
    doubt: Doubt | None,
    now: datetime,
) -> None:
    drafts, taken = judged()
    with writing():
        if doubt is not None and not doubt.holds():
            drafts, taken = judged()
        drafts += [draft for hazard, item in taken for draft in (beside(hazard, item) if beside else ())]
        _write(scope, taken, drafts, now)


def _unless_recorded(
    error: Conflict | StepRefused,
    scope: Scope,
    keys: Sequence[tuple[str, str | None]],
    kinds: Sequence[str],
    versions: Mapping[str, int],
) -> None:
    """Raise what stands against a step, unless the first press of a double click was recorded while it was judged."""
    subjects = [subject for subject, _ in keys]
    if not set(subjects) - queries.once_recorded(scope, keys, *kinds):
        return
    refused = isinstance(error, StepRefused) and queries.versions_of(subjects) == versions
    if refused or isinstance(error, StalePage):
        raise error
    raise _stale(scope, [subject.partition("/")[2] for subject in subjects], versions) from error


def _step_draft(action: Action, hazard: Hazard, item: StepInput, data: dict[str, Any], text: dict[str, Any]) -> Draft:
    return Draft(
        kind=action.kind, subject=f"{_SUBJECT}/{hazard.pk}", region=hazard.region, data=data, text=text, at=item.at,
        step=Step(hazard.state, action.to) if action.to else None, once=item.once, drill=bool(hazard.drill),
    )  # fmt: skip


def _write(
    scope: Scope, taken: Sequence[tuple[Hazard, _Input]], drafts: Sequence[tuple[Draft, int | None]], now: datetime
) -> None:
    for hazard, item in taken:
        if item.photos:
            attachments.link(item.photos, f"{_SUBJECT}/{hazard.pk}", scope=scope)
    for start in range(0, len(drafts), _BATCH):
        record_many(drafts[start : start + _BATCH], scope=scope, now=now)


def _stale(scope: Scope, ids: Sequence[str], versions: Mapping[str, int]) -> StalePage:
    """What is said of the first hazard that a colleague, or a double click, has moved on meanwhile."""
    held = queries.versions_of(versions)
    moved = next((i for i in ids if held.get(f"{_SUBJECT}/{i}") != versions[f"{_SUBJECT}/{i}"]), ids[0])
    hazard = queries.hazard_get(scope, moved)
    return StalePage(hazard.number, hazard.get_state_display())


def _asked(items: Sequence[_Input], now: datetime) -> list[_Input]:
    """The items with the moments that are to be recorded; no hazard stands there twice."""
    if problems := check_once_each([same_id(item.hazard_id) for item in items]):
        raise BadInput("inspection.batch.refused", problems)
    asked = [replace(item, hazard_id=same_id(item.hazard_id), at=settled(item.at, now)) for item in items]
    for item in asked:
        require_plausible(item.at)
    return asked


def _term(item: OrderInput | ReturnInput, at: datetime, calendar: WorkCalendar | None) -> Term | None:
    return term_of(at, item.due_on, item.days, item.working_days, calendar)


def hazards_order(
    *, scope: Scope, items: Sequence[OrderInput], now: datetime, calendar: WorkCalendar | None = None
) -> list[str]:
    """Order enterprises to mend hazards within a deadline, all or none; the hazards' ids.

    Args:
        calendar: the working days to count by; None: the published ones.
    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.hazard.order.refused" with every reason. BadInput: "…order.deadline_ambiguous".
    Source: 安全生产法(2021) 第六十五条第一款.
    """

    def judge(hazard: Hazard, item: OrderInput, facts: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        term = _term(item, facts.at, calendar)
        problems = check_order(OrderFacts(facts, hazard.grade, term.due_at if term else None, item.note))
        problems += check_five(hazard.grade, item.five)
        if hazard.grade == "major":
            offered = {c.id for c in queries.criteria_offered(hazard.enterprise)}
            problems += check_ordered(hazard.grade, hazard.major_criteria.split(), offered)
        data = term.data() if term else {}
        return problems, data | ({"five_funds_yuan": item.funds_yuan} if hazard.grade == "major" else {})

    def words(item: OrderInput) -> dict[str, str]:
        return {"measures": item.measures, "responsible": item.responsible, "plan": item.plan}

    return take("order", scope, items, now, judge, words)


def hazard_order(*, scope: Scope, item: OrderInput, now: datetime, calendar: WorkCalendar | None = None) -> str:
    """Order the enterprise to mend one hazard. Raises as `hazards_order`."""
    return hazards_order(scope=scope, items=[item], now=now, calendar=calendar)[0]


def hazards_submit(*, scope: Scope, items: Sequence[SubmitInput], now: datetime) -> list[str]:
    """Hand in an enterprise's reports of mending, all or none; the hazards' ids. Doubtful photos are noted, not refused.

    Raises:
        As `hazards_order`; StepRefused: "inspection.hazard.submit.refused". BadInput: "platform.attachment.unknown".
    Source: 安全生产法(2021) 第四十一条第二款.
    """

    def judge(hazard: Hazard, item: SubmitInput, facts: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        problems = check_submit(SubmitFacts(facts, item.note, len(set(item.photos))))
        if problems:
            return problems, {}
        late = {"late": True} if is_late(hazard.due_at, facts.at, now, offline=item.offline) else {}
        filed = {"offline": True} if item.offline else {}
        return [], late | filed | doubt.of(hazard, item.photos)

    doubt = Doubt(((item.hazard_id, item.photos) for item in items), now)
    return take("submit", scope, items, now, judge)


def hazard_submit(*, scope: Scope, item: SubmitInput, now: datetime) -> str:
    """Hand in the enterprise's report of mending one hazard. Raises as `hazards_submit`."""
    return hazards_submit(scope=scope, items=[item], now=now)[0]


def hazards_return(
    *, scope: Scope, items: Sequence[ReturnInput], now: datetime, calendar: WorkCalendar | None = None
) -> list[str]:
    """Send hazards back after a failed review, all or none; the hazards' ids.

    Raises:
        As `hazards_order`; StepRefused: "inspection.hazard.return.refused".
    Source: house rule; 安全生产法(2021) 第六十五条第一款.
    """

    def judge(hazard: Hazard, item: ReturnInput, facts: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        term = _term(item, facts.at, calendar)
        due = term.due_at if term else None
        given = queries.time_given(hazard)
        problems = check_return(ReturnFacts(facts, item.note, hazard.grade, given, due, term is not None, hazard.listed))
        return problems, term.data() if term else {}

    return take("return", scope, items, now, judge)


def hazard_return(*, scope: Scope, item: ReturnInput, now: datetime, calendar: WorkCalendar | None = None) -> str:
    """Send one hazard back after a failed review. Raises as `hazards_return`."""
    return hazards_return(scope=scope, items=[item], now=now, calendar=calendar)[0]


def hazards_close(*, scope: Scope, items: Sequence[CloseInput], now: datetime) -> list[str]:
    """Close hazards after a passed review, all or none; the hazards' ids.

    A hazard whose review photos are doubtful (rules.suspicion) goes into state `doubted` instead, for another officer.

    Raises:
        As `hazards_order`; StepRefused: "inspection.hazard.close.refused". BadInput: "platform.attachment.unknown".
    Source: 行政处罚法(2021) 第四十二条, applied to reviews by house rule.
    """
    right, stands = HAZARD_LOOP.action("close").right, accounts.standing_by()

    def judge(hazard: Hazard, item: CloseInput, facts: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        officers = frozenset(stands(one) for one in (scope.person, item.co_reviewer))
        photos = set(item.photos)
        reused = len(photos & {p.sha256 for p in hazard.photos.all() if p.stage != "before"})
        review = CloseFacts(facts, item.note, len(photos), officers, stands(hazard.submitted_by), reused)
        found_by = queries.hazard_finders(hazard) if hazard.grade == "major" else ()
        finders = [stands(one) for one in found_by]
        problems = check_close(review) + check_major_review(hazard.grade, officers, finders)
        problems += check_recusal([item.co_reviewer], queries.firm_people(hazard.enterprise_id, [item.co_reviewer], now))
        if item.co_reviewer and not queries.officers_known(scope, [item.co_reviewer], right, now, hazard):
            problems.append(Violation("inspection.hazard.close.co_reviewer_unknown", {}, "co_reviewer"))
        data = {"co_reviewer": item.co_reviewer}
        return problems, data if problems else data | doubt.of(hazard, item.photos, closing=True)

    doubt = Doubt(((item.hazard_id, item.photos) for item in items), now)
    return take("close", scope, items, now, judge, instead="doubt", doubt=doubt)


def hazard_close(*, scope: Scope, item: CloseInput, now: datetime) -> str:
    """Close one hazard after a passed review. Raises as `hazards_close`."""
    return hazards_close(scope=scope, items=[item], now=now)[0]
