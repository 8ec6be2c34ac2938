"""A decoded message, and what there is to complain about in its header.

Source: HJ 212-2017, clause 6.3.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.errors import Violation
from anlan.protocols.hj212.messages import messages
from anlan.protocols.hj212.readings import Reading
from anlan.protocols.hj212.section import Section, decode_section
from anlan.protocols.hj212.times import read_time

__all__ = ["Message", "complaints"]


@dataclass(slots=True)
class Message:
    """What a data section says.

    `device` is MN, `message` CN, both "" when missing; `at` the first DataTime, else QN, as aware UTC, None without either;
    `reply` the data section of the acknowledgement that is owed, None when none is (see `encode.acknowledge`). `payload`
    are the bytes it was read from.
    """

    payload: bytes
    device: str
    message: str
    at: datetime | None
    reply: bytes | None
    readings: list[Reading]
    warnings: list[Violation]

    @property
    def section(self) -> Section:
        """All fields as received; split anew each time."""
        return decode_section(self.payload)


def complaints(section: Section) -> list[Violation]:
    """What is odd about a header.

    Returns:
        "hj212.section.no_device", "hj212.message.unknown", "hj212.section.flag", "hj212.section.parts",
        "hj212.section.qn".
    Source:
        HJ 212-2017, clauses 6.3.2 and 6.6.
    """
    head, found = section.head, []
    if not section.device:
        found.append(Violation("hj212.section.no_device"))
    if section.message not in messages():
        found.append(Violation("hj212.message.unknown", {"message": section.message[:40]}))
    if "Flag" in head and section.flag is None:
        found.append(Violation("hj212.section.flag", {"value": head["Flag"][:40]}))
    if (section.is_split or "PNUM" in head) and section.parts is None:
        found.append(Violation("hj212.section.parts"))
    if "QN" in head and read_time(head["QN"].strip()) is None:
        found.append(Violation("hj212.section.qn", {"value": head["QN"][:40]}))
    return found
