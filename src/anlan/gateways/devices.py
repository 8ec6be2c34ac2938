"""Who is connected: the first and the last connection of each identity, and two at once under one identity.

Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

__all__ = ["TWICE", "UP", "Devices"]

logger = logging.getLogger(__name__)

UP, TWICE = "up", "twice"


@dataclass(slots=True)
class _Present:
    """Connections of one identity; `owner` is the one heard last."""

    owner: object
    others: set[object] = field(default_factory=set)
    told: bool = False


class Devices:
    """Connections are told apart by identity only; any object will do."""

    def __init__(self) -> None:
        self._present: dict[str, _Present] = {}

    def __len__(self) -> int:
        return len(self._present)

    def heard(self, identity: str, connection: object) -> str:
        """A message came.

        Returns:
            `UP` for the first one of an identity that had no connection; `TWICE` once when two connections send under one
            identity in turns (a device that dials in anew takes over quietly); "" else.
        """
        present = self._present.get(identity)
        if present is None:
            self._present[identity] = _Present(connection)
            return UP
        if present.owner is connection:
            return ""
        again = connection in present.others
        present.others.discard(connection)
        present.others.add(present.owner)
        present.owner = connection
        if again and not present.told:
            present.told = True
            logger.warning("two connections send as %s", identity)
            return TWICE
        return ""

    def gone(self, identity: str, connection: object) -> bool:
        """A connection has ended; True when it was the last one of this identity."""
        present = self._present.get(identity)
        if present is None:
            return False
        present.others.discard(connection)
        if present.owner is not connection:
            return False
        if present.others:
            present.owner = present.others.pop()
            return False
        del self._present[identity]
        return True
