"""What people are called for: an alarm, a warning, a task. Pure; the kinds themselves are declared by the contexts above.

Source: house rule (issue "One protocol end to end"); 三级等级 routine, urgent, critical are the house's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from anlan.kernel.entry_shape import REGION, SUBJECT
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank, check_hidden

__all__ = ["LONGEST_TEXT", "LONGEST_TITLE", "RANKS", "URGENCIES", "WORDS", "Matter", "check_matter"]

URGENCIES: tuple[tuple[str, str], ...] = (("routine", "一般"), ("urgent", "加急"), ("critical", "特急"))
RANKS = {word: rank for rank, (word, _) in enumerate(reversed(URGENCIES))}
"""critical 0, urgent 1, routine 2: the lower goes out first."""
WORDS: tuple[tuple[str, str], ...] = (
    ("on_my_way", "我已收到正在赶赴"),
    ("seen", "已知悉"),
    ("false_alarm", "误报"),
)
LONGEST_TITLE, LONGEST_TEXT = 200, 2000
_LONGEST_STAGE = 40


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing at one stage for which somebody must be reached.

    Attributes:
        subject: `sensing.alarm/<id>`. kind: the declared kind, `sensing.alarm`. stage: `raised`; a new stage is a new call.
        region: 12-digit code of where it is. title, text: what is said, without personal data. address: its page, "/…".
        urgency: a word of URGENCIES. drill: an exercise; it reaches only `participants` (ids of people).
        chain_id: the duty chain to use; None takes the one in force for region and kind.
        office_id: the office in charge; who is limited to an office sees its matters and those of none (None).
    """

    subject: str
    kind: str
    stage: str
    region: str
    title: str
    text: str
    urgency: str
    address: str
    drill: bool = False
    chain_id: str | None = None
    participants: tuple[str, ...] = ()
    office_id: str | None = None


def check_matter(matter: Matter, known: bool) -> list[Violation]:
    """Every reason why nobody can be called for this matter; empty when people can.

    Args:
        known: whether the kind is declared.
    Source: house rule; a drill without named participants would reach nobody, or everybody.
    """
    found = []
    if not known:
        found.append(Violation("calling.matter.kind_unknown", {"kind": matter.kind}, "kind"))
    if not SUBJECT.fullmatch(matter.subject) or not matter.subject.startswith(f"{matter.kind}/"):
        found.append(Violation("calling.matter.subject_malformed", {"subject": matter.subject[:90]}, "subject"))
    if blank(matter.stage) or len(matter.stage) > _LONGEST_STAGE:
        found.append(Violation("calling.matter.stage_malformed", {"most": _LONGEST_STAGE}, "stage"))
    if not REGION.fullmatch(matter.region):
        found.append(Violation("calling.matter.region_malformed", {"region": matter.region[:20]}, "region"))
    if matter.urgency not in RANKS:
        found.append(Violation("calling.matter.urgency_unknown", {"urgency": matter.urgency}, "urgency"))
    if blank(matter.title) or len(matter.title) > LONGEST_TITLE or len(matter.text) > LONGEST_TEXT:
        found.append(
            Violation("calling.matter.words_malformed", {"title": LONGEST_TITLE, "text": LONGEST_TEXT}, "title")
        )
    found += [*check_hidden(matter.title, "title"), *check_hidden(matter.text, "text")]
    if not matter.address.startswith("/") or matter.address.startswith("//"):
        found.append(Violation("calling.matter.address_malformed", {}, "address"))
    if matter.drill and not matter.participants:
        found.append(Violation("calling.matter.drill_nobody", {}, "participants"))
    return found
