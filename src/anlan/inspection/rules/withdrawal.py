"""Taking back a step that was a mistake, within minutes and before anything followed. Pure.

Source: house rule (a slip of the finger is mended openly: the step and its withdrawal both stay in the history).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anlan.inspection.rules.acts import check_act
from anlan.inspection.rules.hazard import StepFacts
from anlan.inspection.rules.listing_checks import ListingStep, check_listing
from anlan.kernel.errors import Violation

__all__ = [
    "BORNE_BY", "LISTING_ENDS", "LISTING_OPENS", "LISTING_WITHDRAWABLE", "LONGEST", "ListingWithdrawFacts", "WITHDRAWABLE",
    "WithdrawFacts", "check_listing_withdraw", "check_withdraw", "restoration",
]  # fmt: skip

LONGEST = timedelta(minutes=10)
# Not among them: a filing (a mistaken one is dismissed), what concerns two hazards, and what the system records.
WITHDRAWABLE = frozenset({
    "judged", "ordered", "submitted", "returned", "closed", "doubted", "dismissed", "transferred", "looked_back",
    "extension_applied", "extension_granted", "extension_refused", "co_confirmed",
})  # fmt: skip
# Of a listing (挂牌督办). One that was begun by mistake is not unmade but cancelled; an end also concerns the hazard, which
# must not have moved on since. A notice issued is the last entry after what it says, so that this stands.
LISTING_OPENS = frozenset({"proposed", "received"})
LISTING_ENDS = frozenset({"declined", "unlisted", "upper_unlisted", "cancelled"})
LISTING_WITHDRAWABLE = (
    LISTING_OPENS
    | LISTING_ENDS
    | {"signed", "followed", "reassigned", "unlisting_applied", "unlisting_refused"}
)
# The documents that a step bears: while one is in force, the step stands.
BORNE_BY: Mapping[str, tuple[str, ...]] = {
    "ordered": ("inspection.order", "inspection.receipt"),
    "returned": ("inspection.review", "inspection.order", "inspection.receipt"),
    "closed": ("inspection.review", "inspection.receipt"),
    "extension_granted": ("inspection.extension", "inspection.receipt"),
    "transferred": ("inspection.transfer", "inspection.receipt"),
}
# Free text may be redacted, so what is restored of it travels in the entry's text.
_WORDS = frozenset({
    "requirement", "rectification", "return_reason", "review_note", "dismiss_reason", "transfer_reason",
    "look_back_note", "dispute_reason", "five_measures", "five_responsible", "five_plan", "description",
    "place", "major_basis", "general_reason",
    "reason", "sign_note", "apply_note", "end_note",
})  # fmt: skip
_CHILDREN = ("photos", "extensions", "tags", "follow_ups")
_ENVELOPE = frozenset({"id", "region", "region6", "region9", "drill", "created_at", "changed_at", "contested"})


@dataclass(frozen=True, slots=True)
class WithdrawFacts:
    """A withdrawal: the last entry's kind (last word), who made it and when it was recorded (aware UTC).

    `papers`: (label, number) of the documents that say what is to be withdrawn and are not void.
    """

    step: StepFacts
    kind: str
    actor: str
    recorded_at: datetime
    papers: tuple[tuple[str, str], ...] = ()


def check_withdraw(facts: WithdrawFacts) -> list[Violation]:
    """Why the last entry can't be withdrawn; empty when it can. Source: house rule."""
    if facts.kind not in WITHDRAWABLE:
        return [Violation("inspection.hazard.withdraw.nothing", {})]
    found = check_act("withdraw", facts.step) + _own_and_soon(facts.actor, facts.recorded_at, facts.step)
    for label, number in facts.papers:
        found.append(Violation("inspection.hazard.withdraw.paper_in_force", {"label": label, "number": number}))
    return found


def _own_and_soon(actor: str, recorded_at: datetime, step: StepFacts | ListingStep) -> list[Violation]:
    found = []
    if actor != step.person:
        found.append(Violation("inspection.hazard.withdraw.not_yours", {}))
    if step.now - recorded_at > LONGEST:
        found.append(Violation("inspection.hazard.withdraw.too_late", {"minutes": LONGEST.seconds // 60}))
    return found


@dataclass(frozen=True, slots=True)
class ListingWithdrawFacts:
    """A withdrawal of a listing's last entry; `moved_on`: the hazard has an entry after the one that the end left there."""

    step: ListingStep
    kind: str
    actor: str
    recorded_at: datetime
    moved_on: bool = False


def check_listing_withdraw(facts: ListingWithdrawFacts) -> list[Violation]:
    """Why the last entry of a listing can't be withdrawn; empty when it can. Source: house rule, as for hazards."""
    if facts.kind not in LISTING_WITHDRAWABLE:
        return [Violation("inspection.listing.withdraw.nothing", {})]
    found = check_listing("withdraw", facts.step) + _own_and_soon(facts.actor, facts.recorded_at, facts.step)
    if facts.kind in LISTING_ENDS and facts.moved_on:
        found.append(Violation("inspection.listing.withdraw.hazard_moved", {}))
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def restoration(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data, text) of the entry that turns the folded row `now` back into `before`; JSON values only.

    Data: `columns` to set, `unset` to leave out again, `dropped` and `children` by the child's name. Text: `restored`.
    """
    names = (now.keys() | before.keys()) - _ENVELOPE - set(_CHILDREN)
    changed = {n for n in names if n in before and (n not in now or before[n] != now[n])}
    data: dict[str, Any] = {
        "columns": {n: _plain(before[n]) for n in sorted(changed - _WORDS)},
        "words": sorted(changed & _WORDS),
        "unset": sorted(now.keys() - before.keys() - _ENVELOPE - set(_CHILDREN)),
    }
    words = {n: before[n] for n in sorted(changed & _WORDS) if before[n]}
    for name in _CHILDREN:
        held, was = now.get(name) or {}, before.get(name) or {}
        dropped = sorted(held.keys() - was.keys())
        differing = {
            key: {
                "set": {c: _plain(v) for c, v in was[key].items() if held.get(key, {}).get(c) != v},
                "unset": sorted(held.get(key, {}).keys() - was[key].keys()),
            }
            for key in was
            if was[key] != held.get(key)
        }
        if dropped:
            data.setdefault("dropped", {})[name] = dropped
        if differing:
            data.setdefault("children", {})[name] = differing
    return data, {"restored": words} if words else {}
