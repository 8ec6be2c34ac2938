"""What the acts beside the loop need to know of a hazard: extensions, its last entry, what it is linked with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from anlan.accounts import queries as accounts
from anlan.inspection.models import Hazard, HazardExtension, Inspection, InspectionOfficer, Listing
from anlan.inspection.queries.co_reviews import co_review_facts
from anlan.inspection.queries.hazards import ActionView, hazard_rows, hazards_get_seen, step_facts
from anlan.inspection.queries.officers import firms_of_officer
from anlan.inspection.queries.scoped import as_uuid, visible
from anlan.inspection.rules.acts import ACTS, act_of, check_act
from anlan.inspection.rules.co_review import check_co_confirm
from anlan.inspection.rules.ending import MergeFacts
from anlan.inspection.rules.extension import (
    LISTED_ANSWER,
    ExtendFacts,
    ExtensionLimit,
    check_answerer,
    check_extend_open,
    extension_limit_on,
)
from anlan.inspection.rules.hazard import StepFacts, check_entry
from anlan.inspection.rules.major import Criterion, criteria_for, criteria_of
from anlan.inspection.rules.withdrawal import BORNE_BY, WithdrawFacts, check_withdraw, restoration
from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Entry
from anlan.kernel.errors import Violation
from anlan.platform import reading
from anlan.platform.documents.queries import documents_in_force
from anlan.platform.journal.fold import fold_in_order
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.refold import entries_of, entry_of
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = [
    "ExtensionView",
    "LastEntry",
    "criteria_offered",
    "criteria_ticked",
    "extend_facts",
    "extension_limit",
    "extension_views",
    "extensions_answered",
    "extensions_pending",
    "hazard_acts",
    "hazard_finders",
    "hazard_links",
    "last_entry",
    "merge_choices",
    "merge_facts",
    "OrderLine",
    "order_plan",
    "row_before",
    "row_unmerged",
    "withdraw_facts",
]


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """One application for more time as the page shows it, with the names of who asked and who answered."""

    key: str
    state: str
    state_label: str
    days: int
    reason: str
    applied_at: datetime
    applicant: str
    decided_at: datetime | None
    decider: str
    answer: str
    due_before: datetime | None
    due_after: datetime | None


@dataclass(frozen=True, slots=True)
class LastEntry:
    """The last entry of a hazard or listing: what, by whom, when recorded; `settled`: nothing awaits a decision."""

    id: str
    sid: int
    kind: str
    actor: str
    recorded_at: datetime
    version: int
    settled: bool


def criteria_offered(enterprise: Any) -> tuple[Criterion, ...]:
    """The criteria that this enterprise's classes and risk tags call for; empty where no standard fits."""
    return criteria_for([c.key for c in enterprise.classes.all()], [t.key for t in enterprise.tags.all()])


def criteria_ticked(hazard: Hazard) -> tuple[Criterion, ...]:
    """The criteria that were ticked for this hazard."""
    return criteria_of(hazard.major_criteria.split())


def hazard_finders(hazard: Hazard) -> frozenset[str]:
    """Person ids of whoever found it: who filed it or one that was merged into it, and the officers of the inspections."""
    found, visits, into, seen = {hazard.found_by}, {hazard.inspection_id}, [hazard.id], {hazard.id}
    while into:  # one merged into this may have had another merged into it before
        merged = list(Hazard._default_manager.filter(merged_into_id__in=into))
        found |= {h.found_by for h in merged}
        visits |= {h.inspection_id for h in merged}
        into = [h.id for h in merged if h.id not in seen]  # two nodes may have merged two of them each into the other
        seen.update(into)
    officers = InspectionOfficer._default_manager.filter(parent_id__in=visits - {None})
    return frozenset({*found, *(o.key for o in officers)}) - {""}


def extend_facts(
    hazard: Hazard, step: StepFacts, days: int | None = None, reason: str = ""
) -> tuple[ExtendFacts, HazardExtension | None, int]:
    """(what the rules need, the application that waits, how many applications there were)."""
    held = list(HazardExtension._default_manager.filter(parent_id=hazard.id))
    waiting = next((e for e in held if e.state == "applied"), None)
    facts = ExtendFacts(
        step, hazard.grade, hazard.due_at, hazard.ordered_at, hazard.extended_count, waiting is not None, days, reason
    )
    return facts, waiting, len(held)


def extension_views(hazard: Hazard) -> list[ExtensionView]:
    """The applications for more time, oldest first, with names."""
    held = sorted(HazardExtension._default_manager.filter(parent_id=hazard.id), key=lambda e: int(e.key))
    names = accounts.person_names({e.applied_by for e in held} | {e.decided_by for e in held}) if held else {}
    return [
        ExtensionView(
            e.key, e.state, e.get_state_display(), e.days, e.reason, e.applied_at, names.get(e.applied_by, ""),
            e.decided_at, names.get(e.decided_by, ""), e.answer, e.due_before, e.due_after,
        )
        for e in held
    ]  # fmt: skip


def extension_limit(hazard: Hazard, now: datetime) -> ExtensionLimit:
    """How long and how often this hazard's deadline may be extended now. Source: rules.extension.EXTENSION_LIMITS."""
    return extension_limit_on(hazard.grade, local_date(now))


def extensions_pending(scope: Scope) -> QuerySet[Hazard]:
    """Ordered hazards in scope whose enterprise waits for this person's answer, the nearest deadline first.

    Of listed ones the leader's, of all others the officers'. Source: rules.extension.check_answerer.
    """
    waits = HazardExtension._default_manager.filter(parent=OuterRef("pk"), state="applied", decided_at__isnull=True)
    rows = hazard_rows(scope, "ordered").filter(Exists(waits))
    return rows.exclude(listed="") if scope.may(LISTED_ANSWER) else rows.filter(listed="")


def extensions_answered(scope: Scope, now: datetime) -> QuerySet[Hazard]:
    """Ordered hazards in scope whose application was answered within a week before `now`: the enterprise's notice."""
    since = now - timedelta(days=7)
    answered = HazardExtension._default_manager.filter(parent=OuterRef("pk"), decided_at__gte=since)
    return hazard_rows(scope, "ordered").filter(Exists(answered))


def last_entry(row: Hazard | Listing) -> LastEntry | None:
    """The last entry held of a hazard or listing."""
    head = Head.objects.filter(subject=f"{row.SUBJECT}/{row.id}").first()
    stored = JournalEntry.objects.filter(pk=head.last_id).first() if head and head.last_id else None
    if head is None or stored is None:
        return None
    entry = entry_of(stored)
    recorded = datetime.fromtimestamp(entry.wall / 1000, UTC)
    # A look-back that found it again filed another hazard, an extension of a listed one moved its listing's deadline:
    # they concern two, and nobody takes them back.
    two = {"reopened_as": "reopened", "listings_moved": "listings_moved"}
    kind = next((word for name, word in two.items() if name in entry.data), entry.kind.rpartition(".")[2])
    return LastEntry(entry.id, head.sid, kind, entry.actor, recorded, head.version, bool(head.settled))


def withdraw_facts(hazard: Hazard, last: LastEntry, step: StepFacts) -> WithdrawFacts:
    """What the rules need; an entry of a contested history is nobody's to withdraw."""
    papers = ()
    if templates := BORNE_BY.get(last.kind):
        visits = [f"{Inspection.SUBJECT}/{hazard.inspection_id}"] if hazard.inspection_id else []
        held = documents_in_force([f"{Hazard.SUBJECT}/{hazard.id}", *visits], templates, last.recorded_at)
        papers = tuple((d.label, d.number) for d in held)
    return WithdrawFacts(step, last.kind if last.settled else "", last.actor, last.recorded_at, papers)


def row_before(last: LastEntry) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """(state, data, text) that bring back a hazard or listing as it was before its last entry: folded without that one."""
    entries: Sequence[Entry] = entries_of(last.sid)
    before, now = fold_in_order(entries[:-1]), fold_in_order(entries)
    data, text = restoration(before or {}, now or {})
    return str((before or {}).get("state", "")), data, text


def row_unmerged(hazard: Hazard) -> tuple[Entry | None, str, dict[str, Any], dict[str, Any]]:
    """(its merging, state, data, text) that bring back a hazard as if it had not been merged; None where it is not."""
    head = Head.objects.filter(subject=f"{Hazard.SUBJECT}/{hazard.id}").first()
    entries: Sequence[Entry] = entries_of(head.sid) if head is not None and hazard.merged_into_id else []
    merging = next((e for e in reversed(entries) if e.kind == f"{Hazard.SUBJECT}.merged"), None)
    if merging is None:
        return None, "", {}, {}
    without, now = fold_in_order([e for e in entries if e.id != merging.id]), fold_in_order(entries)
    data, text = restoration(without or {}, now or {})
    return merging, str((without or {}).get("state", "")), data, text


def hazard_links(scope: Scope, hazard: Hazard) -> Mapping[str, list[Hazard]]:
    """The hazards linked with this one as far as the scope sees them: merged_into, absorbed, reopened_from, reopened_as."""
    named = {n: getattr(hazard, f"{n}_id") for n in ("merged_into", "reopened_from", "reopened_as")}
    # Two questions instead of one with OR, which would send SQLite through every hazard of the scope.
    absorbed = [key for (key,) in reading.select_in(Hazard, ("id",), "merged_into", [hazard.id])]
    rows = hazards_get_seen(scope, [*absorbed, *filter(None, named.values())])
    links = {name: [r for r in rows if r.id == key] for name, key in named.items()}
    return links | {"absorbed": [r for r in rows if r.merged_into_id == hazard.id]}


def _component(hazard: Hazard) -> list[str]:
    return registry.enterprise_component(registry.enterprise_current(hazard.enterprise_id))


def merge_choices(scope: Scope, hazard: Hazard) -> list[tuple[str, str]]:
    """(id, number and words) of the open hazards of the same enterprise that this one may repeat; at most 100."""
    rows = visible(Hazard, scope).filter(
        enterprise_id__in=_component(hazard), closed_at__isnull=True, drill=hazard.drill
    )
    return [
        (str(h.id), f"{h.number} {h.description[:30]}") for h in rows.exclude(pk=hazard.id).order_by("-found_at")[:100]
    ]


def merge_facts(
    scope: Scope, hazard: Hazard, into: str, reason: str, step: StepFacts
) -> tuple[MergeFacts, Hazard | None]:
    """What the rules need of a hazard and the one (an id or a number) that it repeats."""
    key = as_uuid(into)
    rows = visible(Hazard, scope).filter(pk=key) if key else visible(Hazard, scope).filter(number=into.strip() or "-")
    target = rows.first()
    if target is None:
        return MergeFacts(step, reason, hazard.grade, bool(hazard.drill), "", listed=hazard.listed), None
    one = str(target.enterprise_id) in _component(hazard)
    facts = MergeFacts(
        step, reason, hazard.grade, bool(hazard.drill), target.state, target.grade, bool(target.drill),
        target.id == hazard.id, one, hazard.listed, hazard.due_at, target.due_at,
    )  # fmt: skip
    return facts, target


def hazard_acts(
    scope: Scope, hazard: Hazard, now: datetime, firms: frozenset[str] | None = None
) -> list[ActionView]:
    """The acts beside the loop for this person, each with the reasons against it; `firms` as of `step_facts`."""
    step = step_facts(scope, hazard, None, now, firms)
    views = []
    for act in ACTS:
        reasons = tuple(_reasons(scope, act.id, hazard, step))
        views.append(ActionView(act.id, act.label, not reasons, reasons, act.evidence, act.help, main=False))
    return views


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One hazard of a batch: its version, and why it can't be ordered with the others (empty: it will be)."""

    hazard: Hazard
    base: int
    reasons: tuple[Violation, ...]


def order_plan(scope: Scope, hazard_ids: Sequence[str], now: datetime) -> list[OrderLine]:
    """What would happen if these hazards were ordered together, in the given order; those out of sight are left out.

    A major hazard needs its own five settlements, so that it is ordered on its own page. Source: rules.major.check_five.
    """
    keys = [key for i in hazard_ids if (key := as_uuid(i))]
    found = {h.id: h for h in visible(Hazard, scope).filter(pk__in=keys).select_related("enterprise")}
    versions = dict(
        Head.objects.filter(subject__in=[f"{Hazard.SUBJECT}/{k}" for k in found]).values_list("subject", "version")
    )
    lines, firms = [], firms_of_officer(scope, now)
    for hazard in (found[k] for k in keys if k in found):
        reasons = check_entry("order", step_facts(scope, hazard, None, now, firms))
        if hazard.grade == "major":
            reasons.append(Violation("inspection.batch.major", {}))
        lines.append(OrderLine(hazard, versions[f"{Hazard.SUBJECT}/{hazard.id}"], tuple(reasons)))
    return lines


def _reasons(scope: Scope, act_id: str, hazard: Hazard, step: StepFacts) -> list[Violation]:
    found = check_act(act_id, step)
    act = act_of(act_id)
    if found or act is None:
        return found
    if act_id in {"extend", "grant", "refuse"}:
        facts, waiting, _ = extend_facts(hazard, step)
        if act_id == "extend":
            return check_extend_open(facts)
        missing = [] if waiting else [Violation("inspection.hazard.extension.none_pending", {})]
        return missing + check_answerer(hazard.listed, step.rights)
    if act_id == "transfer" and hazard.transferred:
        return [Violation("inspection.hazard.transfer.already", {})]
    if act_id == "look_back" and hazard.reopened_as_id:
        return [Violation("inspection.hazard.look_back.reopened_already", {})]
    if act_id == "co_confirm":
        return check_co_confirm(co_review_facts(scope, hazard, step))
    if act_id == "withdraw":
        last = last_entry(hazard)
        if last is None:
            return [Violation("inspection.hazard.withdraw.nothing", {})]
        return check_withdraw(withdraw_facts(hazard, last, step))
    return found
