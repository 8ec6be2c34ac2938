"""A sample of what could not be read: some of each address and minute, with the number of those left out.

Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

import logging

__all__ = ["Refusals"]

logger = logging.getLogger(__name__)

_MINUTE_MS = 60_000


class Refusals:
    """Decides which refused pieces are reported. Bounded: beyond `most_peers` addresses of one minute nobody is sampled."""

    def __init__(self, per_minute: int = 3, most_peers: int = 1024) -> None:
        self._per_minute, self._most = per_minute, most_peers
        self._minute = -1
        self._counts: dict[str, int] = {}
        self._told: set[str] = set()

    def weigh(self, peer: str, code: str, now: int) -> int:
        """For how many refused pieces of this address a report is due now; 0: none.

        Args:
            peer: address. code: why it was refused. now: epoch ms.
        Returns:
            1 for the first ones of a minute; then the number since the last report, each time it has doubled.
        """
        if now // _MINUTE_MS != self._minute:
            # An address that was quiet for a whole minute is news again.
            self._told &= self._counts.keys()
            self._minute, self._counts = now // _MINUTE_MS, {}
        count = self._counts.get(peer, 0) + 1
        if count == 1 and len(self._counts) >= self._most:
            return 0
        self._counts[peer] = count
        if peer not in self._told:
            self._told.add(peer)
            logger.warning("%s sends what can't be read: %s", peer, code)
        if count <= self._per_minute:
            return 1
        last = self._per_minute
        while last * 2 < count:
            last *= 2
        return count - last if last * 2 == count else 0
