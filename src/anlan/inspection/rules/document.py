"""What inspection's documents say: the fields of each kind's template, and the facts that other steps hand over. Pure.

A template may use the fields of its page by name (docs/howto/documents.md). Texts that are unknown are "" and stand as
a blank line on paper, to be filled in by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anlan.kernel.errors import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An officer who signs; `certificate` is the number of the enforcement certificate, "" where it is not on file."""

    name: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardLine:
    """One hazard in a document's list, numbered from 1."""

    position: int
    number: str
    description: str
    place: str
    basis: str
    grade: str
    major: bool
    requirement: str
    found_on: date | None = None
    due_on: date | None = None
    reviewed_on: date | None = None
    passed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every document names: who issues it, to whom, which officers sign, where an appeal goes."""

    issuer: str
    party: str
    uscc: str
    address: str
    officers: tuple[Officer, ...]
    government: str
    court: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage(Page):
    """现场检查记录."""

    visit: str
    kind: str
    checklist: str
    started_at: datetime
    finished_at: datetime | None
    total: int
    passed: int
    absent: int
    hazards: tuple[HazardLine, ...]
    conclusion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage(Page):
    """责令限期整改指令书."""

    inspected_on: date
    hazards: tuple[HazardLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTogether:
    """An order on several hazards of one enterprise: their ids, the one that the document is about among them."""

    hazard_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage(Page):
    """整改复查意见书; `order_number` is "" where no order was printed."""

    ordered_on: date | None
    order_number: str
    hazards: tuple[HazardLine, ...]
    all_passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFacts:
    """A major hazard put under supervision (挂牌督办): by which level, why, what must be done by when, who follows it."""

    level: str
    reason: str
    requirement: str
    due_on: date
    follower: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistingFacts:
    """The end of the supervision (摘牌): which notice it ends, and what the review found."""

    level: str
    listing_number: str
    listed_on: date
    review: str
    reviewed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionFacts:
    """The answer to a request for more time (延期)."""

    applied_on: date
    reason: str
    old_due_on: date
    new_due_on: date
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFacts:
    """A matter handed to another body (移送): to whom, what for, by which clause, with which papers."""

    receiver: str
    reason: str
    clause: str
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage(Page):
    """重大隐患挂牌督办通知书."""

    hazard: HazardLine
    facts: ListingFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistingPage(Page):
    """摘牌通知书."""

    hazard: HazardLine
    facts: UnlistingFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionPage(Page):
    """延期批复."""

    hazard: HazardLine
    facts: ExtensionFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPage(Page):
    """移送函."""

    hazard: HazardLine
    facts: TransferFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedLine:
    """One document of a receipt."""

    position: int
    label: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage(Page):
    """送达回证."""

    papers: tuple[ServedLine, ...]


def check_record(finished: bool) -> list[Violation]:
    """A record of an inspection is made when the inspection is finished. Source: house rule."""
    return [] if finished else [Violation("inspection.document.visit_open")]


def check_order_paper(ordered: int) -> list[Violation]:
    """An order names at least one hazard that was ordered to be mended. Source: house rule."""
    return [] if ordered else [Violation("inspection.document.nothing_ordered")]


def check_review_paper(reviewed: int) -> list[Violation]:
    """An opinion names at least one hazard that was reviewed. Source: house rule."""
    return [] if reviewed else [Violation("inspection.document.nothing_reviewed")]


def check_extension_paper(granted: int) -> list[Violation]:
    """Why 延期批复 can't be issued: no extension was granted. Source: house rule."""
    return [] if granted else [Violation("inspection.document.nothing_extended", {})]


def check_transfer_paper(transferred: bool) -> list[Violation]:
    """Why 移送函 can't be issued: the hazard was not handed to enforcement. Source: house rule."""
    return [] if transferred else [Violation("inspection.document.nothing_transferred", {})]


def check_receipt(papers: int) -> list[Violation]:
    """A receipt names at least one document that is not void. Source: house rule."""
    return [] if papers else [Violation("inspection.document.nothing_to_serve")]
