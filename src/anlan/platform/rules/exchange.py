"""What travels to whom; pure. Source: house rule (docs/explanation/exchange.md), after DESIGN section 1."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from anlan.kernel.region_codes import region_prefix

__all__ = ["EVERYWHERE", "PEER", "has_a_say", "in_scope", "may_write"]

PEER = "platform.peer"
EVERYWHERE = frozenset(
    {PEER, "platform.clock", "platform.node", "platform.redaction", "platform.reference", "platform.region"}
)
"""Subjects that every node needs: keys, corrections of clocks, fences, redactions, code lists, changes of regions."""


def in_scope(subject_type: str, regions: Iterable[str], receiver: str, travels_below: Collection[str]) -> bool:
    """Whether a node receives a subject's entries whole, and not as stubs.

    Args:
        regions: 12-digit codes where the subject stands and ever stood.
        receiver: region prefix of the receiving node.
        travels_below: types of which a node also receives what belongs to the regions above it.
    """
    if subject_type in EVERYWHERE:
        return True
    held = list(regions)
    if any(code.startswith(receiver) for code in held):
        return True
    return subject_type in travels_below and any(receiver.startswith(region_prefix(code)) for code in held)


def may_write(author: str, own_region: str, subject_type: str, region: str, stood: Iterable[str]) -> bool:
    """Whether an entry lies within what its author's node may write.

    Args:
        author: region prefix the node's id begins with. own_region: prefix of its region today (codes change).
        region: 12-digit region the entry states. stood: where the subject stands and stood, as held here.
    """
    spans = (author, own_region)

    def within(code: str) -> bool:
        return any(span and code.startswith(span) for span in spans)

    if not within(region):
        return False
    held = list(stood)
    return not held or subject_type in EVERYWHERE or any(within(code) for code in held)


def has_a_say(author: str, about: str, receiver: str) -> bool:
    """Whether a node believes what another says of a third one's key (all three as region prefixes).

    A node vouches for those within its region, but not for itself: whoever took a machine would give it a spare key that
    no revocation names. What stands above, only those below it may be told by, each by its own line: the receiver
    believes itself and the nodes above it.
    """
    if about == author:
        return False
    if about.startswith(author):
        return True
    return author.startswith(about) and receiver.startswith(author)
