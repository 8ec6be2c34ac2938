"""Data sections and frames to send: any section, and the acknowledgements that the standard wants.

Source: HJ 212-2017, clauses 6.3 and 6.5 (requests, notices, data and their answers).
"""

from __future__ import annotations

from collections.abc import Iterable

from anlan.kernel.errors import ProtocolError
from anlan.protocols.hj212.crc import crc
from anlan.protocols.hj212.frame import LONGEST
from anlan.protocols.hj212.messages import messages
from anlan.protocols.hj212.section import Field, Section, decode_section

__all__ = [
    "acknowledge",
    "acknowledgement",
    "build",
    "encode_frame",
    "encode_section",
    "execution_result",
    "request_reply",
    "section_bytes",
]

# ST of every answer: 系统交互.
_INTERACTION = "91"


def encode_frame(payload: bytes) -> bytes:
    """A data section with start, length, checksum and end.

    Raises:
        ProtocolError: "hj212.encode.length" above 9999 bytes.
    Source:
        HJ 212-2017, clause 6.3 and annex A.
    """
    if len(payload) > LONGEST:
        raise ProtocolError("hj212.encode.length", size=len(payload), most=LONGEST)
    return b"##%04d%s%04X\r\n" % (len(payload), payload, crc(payload))


def encode_section(section: Section) -> bytes:
    """The bytes of a section: the inverse of `decode_section`.

    Raises:
        ProtocolError: "hj212.encode.unreadable" when a field would be read back differently (a separator within a value).
    Source:
        HJ 212-2017, clauses 6.3.2 to 6.3.5.
    """
    try:
        payload = section_bytes(section)
    except UnicodeEncodeError as error:
        raise ProtocolError("hj212.encode.unreadable") from error
    if decode_section(payload) != section:
        raise ProtocolError("hj212.encode.unreadable")
    return payload


def section_bytes(section: Section) -> bytes:
    """The bytes of a section without the proof that they are read back alike; for one that was received.

    Source: HJ 212-2017, clauses 6.3.2 to 6.3.5.
    """
    text = ";".join(map("".join, section.header))
    if section.groups is not None:
        body = ";".join(",".join(map("".join, group)) for group in section.groups)
        text += f"{';' if section.header else ''}CP=&&{body}"
        text += "" if section.rest is None else f"&&{section.rest}"
    return text.encode(section.charset)


def build(header: dict[str, str], groups: Iterable[dict[str, str]] = ()) -> Section:
    """A section from plain values; encoded as UTF-8 when it holds more than ASCII.

    Args:
        header: QN, ST, CN, PW, MN, Flag, in the order wanted. groups: fields of CP, a mapping for each group.
    Source:
        HJ 212-2017, clause 6.3.2.
    """
    rows = tuple(_fields(group) for group in groups) or ((("", "", ""),),)
    made = Section(_fields(header), rows)
    ascii_only = all(part.isascii() for group in (made.header, *rows) for field in group for part in field)
    return made if ascii_only else Section(made.header, rows, charset="utf-8")


def _fields(values: dict[str, str]) -> tuple[Field, ...]:
    return tuple((name, "=", value) for name, value in values.items())


def acknowledge(section: Section) -> Section | None:
    """The answer that a centre owes a device for this message: 9014 for data, 9013 for a notice.

    Returns:
        None when none is wanted (bit 0 of Flag) or the message is itself an answer.
    Source:
        HJ 212-2017, clause 6.5 and annex C (QN, PW and MN of the message, ST 91, the edition's Flag, empty CP); an unknown
        message that asks for an answer gets 9014: house rule, so that a device does not repeat it for ever.
    """
    known = messages().get(section.message)
    if not section.wants_answer or (known is not None and known.kind == "reply"):
        return None
    return _answer(section, known.answer if known is not None and known.answer else "9014", {})


def acknowledgement(section: Section) -> bytes | None:
    """The bytes of `acknowledge`, for `encode_frame`: what came as MN and PW goes back byte for byte.

    Source: HJ 212-2017, clause 6.5 and annex C.
    """
    owed = acknowledge(section)
    return None if owed is None else section_bytes(owed)


def request_reply(section: Section, result: int) -> Section:
    """9011: whether a request is accepted. `result`: QnRtn, see `messages.REQUEST`.

    Source: HJ 212-2017, clause 6.5.
    """
    return _answer(section, "9011", {"QnRtn": str(result)})


def execution_result(section: Section, result: int) -> Section:
    """9012: how a command ended. `result`: ExeRtn, see `messages.EXECUTION`.

    Source: HJ 212-2017, clause 6.5.
    """
    return _answer(section, "9012", {"ExeRtn": str(result)})


def _answer(section: Section, message: str, fields: dict[str, str]) -> Section:
    head = {name: section.head[name] for name in ("QN",) if name in section.head}
    head |= {"ST": _INTERACTION, "CN": message}
    head |= {name: section.head[name] for name in ("PW", "MN") if name in section.head}
    # Neither an answer nor a packet number is asked for; the edition is the sender's.
    head["Flag"] = str(section.version << 2)
    made = build(head, [fields] if fields else ())
    return made if made.charset == "ascii" else Section(made.header, made.groups, made.rest, section.charset)
