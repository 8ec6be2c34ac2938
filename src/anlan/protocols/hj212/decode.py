"""From a checked data section to what it says: device, message, time, readings, and what is odd about it.

Source: HJ 212-2017, clauses 6.3 and 6.6.
"""

from __future__ import annotations

from collections.abc import Iterable

from anlan.protocols.hj212.decoded import Message, complaints
from anlan.protocols.hj212.encode import acknowledgement, section_bytes
from anlan.protocols.hj212.frame import read_frame
from anlan.protocols.hj212.plan import read_clean
from anlan.protocols.hj212.readings import readings_of
from anlan.protocols.hj212.section import Section, decode_section
from anlan.protocols.hj212.times import read_time

__all__ = ["decode", "decode_many", "read", "read_any", "read_section"]


def decode(raw: bytes) -> Message:
    """Decode one whole frame.

    Raises:
        ProtocolError: as `read_frame`: "hj212.frame.malformed", "hj212.frame.length", "hj212.frame.crc".
    Source:
        HJ 212-2017, clause 6.3.
    """
    return read(read_frame(raw))


def decode_many(payloads: Iterable[bytes]) -> list[Message]:
    """Decode the sections of many checked frames, as a gateway's batch.

    Source: HJ 212-2017, clause 6.3.
    """
    return [read_clean(payload) or read_any(payload) for payload in payloads]


def read(payload: bytes) -> Message:
    """Decode the data section of a checked frame; never fails.

    Source: HJ 212-2017, clauses 6.3 and 6.6.
    """
    return read_clean(payload) or read_any(payload)


def read_any(payload: bytes) -> Message:
    """Decode a data section the slow way, which copes with everything and names what is odd.

    Source: HJ 212-2017, clauses 6.3 and 6.6.
    """
    return read_section(decode_section(payload), payload)


def read_section(section: Section, payload: bytes = b"") -> Message:
    """What a section says; also for one that was joined from several packets, each of which was acknowledged by itself.

    Returns:
        The message; its warnings are those of the section, of `complaints` and of `readings_of`.
    Source:
        HJ 212-2017, clauses 6.3 and 6.6.
    """
    warnings = [*section.warnings, *complaints(section)]
    asked = read_time(section.head.get("QN", "").strip())
    first, readings = readings_of(section, warnings)
    payload = payload or section_bytes(section)
    return Message(
        payload, section.device, section.message, first or asked, acknowledgement(section), readings, warnings
    )
