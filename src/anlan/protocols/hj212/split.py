"""Joining messages that were sent in several packets (PNUM, PNO).

Source: HJ 212-2017, clause 6.3.2 (Flag bit 1, PNUM, PNO); bounds are a house rule.
"""

from __future__ import annotations

from collections import OrderedDict

from anlan.protocols.hj212.section import Field, Section

__all__ = ["Joiner"]


class Joiner:
    """Collects the packets of split messages, in any order and with repetitions.

    One joiner serves one connection or many. It holds at most `most` packets (each below 10,000 bytes); beyond that the
    message that has waited longest for its next packet is given up and counted in `dropped`.
    """

    def __init__(self, most: int = 1024) -> None:
        self.dropped = 0
        self._most = most
        self._packets = 0
        self._open: OrderedDict[tuple[str, ...], dict[int, Section]] = OrderedDict()

    def add(self, section: Section) -> Section | None:
        """The whole message when this packet completes it; a section that is not split comes back as it is.

        A packet that comes again takes the place of the first. Packets belong together when MN, ST, CN, QN and PNUM agree.

        Returns:
            The joined section: header of the first packet, groups of all in the order of PNO, a DataTime that only
            repeats the one before left out. None while packets are missing.
        Source:
            HJ 212-2017, clause 6.3.2.
        """
        parts = section.parts
        if parts is None or parts[0] == 1:
            return section
        total, number = parts
        key = (*(section.head.get(name, "") for name in ("MN", "ST", "CN", "QN")), str(total))
        held = self._open.setdefault(key, {})
        self._packets += number not in held
        held[number] = section
        self._open.move_to_end(key)
        if len(held) == total:
            del self._open[key]
            self._packets -= total
            return _joined([held[n] for n in range(1, total + 1)])
        while self._packets > self._most:
            self._packets -= len(self._open.popitem(last=False)[1])
            self.dropped += 1
        return None

    @property
    def waiting(self) -> int:
        """Messages of which packets are missing."""
        return len(self._open)


def _joined(sections: list[Section]) -> Section:
    groups: list[tuple[Field, ...]] = []
    stamp: tuple[Field, ...] | None = None
    for section in sections:
        for group in section.groups or ():
            if group and group[0][0] == "DataTime" and len(group) == 1:
                if group == stamp:
                    continue
                stamp = group
            groups.append(group)
    first = sections[0]
    warnings = tuple(w for section in sections for w in section.warnings)
    others = {section.charset for section in sections} - {"ascii"}
    charset = "utf-8" if len(others) > 1 else others.pop() if others else "ascii"
    return Section(first.header, tuple(groups), first.rest, charset, warnings)
