"""A catalogue that comes in pages: joined until all items are there that the device said there are.

Source: GB/T 28181-2016, annex A.2.6 (SumNum over pages of the same SN); bounds: house rule.
"""

from __future__ import annotations

from typing import Any

from anlan.protocols.gb28181.body import Body

__all__ = ["CatalogJoin"]

_MOST_OPEN, _MOST_ITEMS = 64, 10_000


class CatalogJoin:
    """Joins the pages of one connection's or one device's catalogues; the oldest unfinished one gives way to a 65th."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int | None], dict[str, dict[str, Any]]] = {}

    def add(self, body: Body) -> tuple[dict[str, Any], ...] | None:
        """Take one page: all items once they are there, else None. A page that comes again counts once.

        Source: GB/T 28181-2016, annex A.2.6.
        """
        if body.command != "Catalog" or body.root != "Response" or body.whole is None:
            return None
        if body.whole > _MOST_ITEMS:
            return None
        key = (body.device, body.sn)
        held = self._open.pop(key, {})
        held |= {str(item.get("DeviceID", "")): item for item in body.items}
        if len(held) >= body.whole:
            return tuple(held.values())
        self._open[key] = held
        while len(self._open) > _MOST_OPEN:
            del self._open[next(iter(self._open))]
        return None
