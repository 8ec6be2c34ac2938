"""Whose key is whose: statements of nodes about nodes, and how far each one counts (rules.exchange.has_a_say)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import orjson

from anlan.kernel.nodes import stem
from anlan.platform.exchange.keys import public_key
from anlan.platform.exchange.models import Peer
from anlan.platform.journal import node
from anlan.platform.rules.exchange import has_a_say

__all__ = ["Keys", "keys_of", "revoked_keys", "statement_id", "statements"]


def statement_id(author: str, key: str) -> str:
    """Id of what a node (its stem) says of a key: one statement each, so nobody can speak in another's name."""
    return str(uuid.uuid5(uuid.UUID(int=0), f"{author}:{key}"))


class Keys:
    """The keys that sign for one node: `without_end`, and those revoked with the last number that counts still."""

    def __init__(self) -> None:
        self.without_end: set[str] = set()
        self.ended: dict[str, int] = {}

    def signs(self, key: str, seq: int) -> bool:
        """Whether a key signs for the node's chain up to `seq`."""
        return key in self.without_end or seq <= self.ended.get(key, 0)


def statements(stems: Iterable[str] | None = None) -> list[Peer]:
    """The statements that this server believes, of nodes with these stems or of all."""
    mine = stem(node.own().id)
    rows = Peer._default_manager.order_by("enrolled_at", "id")
    if stems is not None:
        rows = rows.filter(stem__in=list(stems))
    return [row for row in rows if has_a_say(row.author, row.stem, mine)]


def revoked_keys() -> set[tuple[str, str]]:
    """Every key that was revoked with the region prefix whose key it was: of another region its revocation does not count."""
    return {(row.stem, row.key) for row in statements() if row.state == "revoked"}


def keys_of(node_id: str) -> Keys:
    """Who signs for a node. One statement that a key is revoked outweighs every one that it is not."""
    found = Keys()
    if stem(node_id) == stem(node.own().id):
        found.without_end.add(public_key())
    for row in statements([stem(node_id)]):
        if row.state == "revoked":
            last = _limit(row.limits, node_id)
            found.ended[row.key] = min(last, found.ended.get(row.key, last))
        else:
            found.without_end.add(row.key)
    found.without_end -= found.ended.keys()
    return found


def _limit(limits: str | None, node_id: str) -> int:
    """Up to which number a revocation lets a node's chain count; 0 where it names none, or nothing that is a number."""
    said = orjson.loads(limits or "{}")
    last = said.get(node_id) if isinstance(said, dict) else None
    return last if type(last) is int else 0
