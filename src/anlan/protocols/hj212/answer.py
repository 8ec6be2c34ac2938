"""HJ 212 for `anlan decode`: one frame in, one answer out."""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError
from anlan.protocols.hj212.decode import read
from anlan.protocols.hj212.frame import END, actual_payload, read_frame
from anlan.protocols.hj212.section import Field, Section, decode_section
from anlan.protocols.lines import Answer, time_text

__all__ = ["answer"]


def answer(raw: bytes) -> Answer:
    """What a frame says; never fails.

    Args:
        raw: one frame.
    Returns:
        `device` is MN, `message` CN; `fields` are those of the header and, as "CP", the groups, each as received (a name
        that is repeated within its group has a list of values).
    Source:
        HJ 212-2017, clauses 6.3 and 6.6; shape: house rule (docs/howto/decode.md).
    """
    try:
        payload = read_frame(raw)
    except ProtocolError as error:
        section = decode_section(actual_payload(raw))
        return _about(section, Answer(False, "hj212", error.code))
    message = read(payload)
    said = _about(decode_section(payload), Answer(True, "hj212"))
    said.at = message.at
    said.readings = [
        {"metric": r.metric, "value": r.value, "unit": r.unit, "at": time_text(r.at)} for r in message.readings
    ]
    said.warnings = list(dict.fromkeys(warning.code for warning in message.warnings))
    if len(raw) - len(raw.rstrip(b"\r\n")) < END:
        said.warnings.append("hj212.frame.no_end")
    return said


def _about(section: Section, said: Answer) -> Answer:
    said.device = section.device or None
    said.message = section.message or None
    said.fields = _values(section.header)
    if section.groups is not None:
        groups = (_values(group) for group in section.groups)
        said.fields["CP"] = [group for group in groups if group]
    return said


def _values(fields: tuple[Field, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, equals, value in fields:
        if not name and not equals:
            continue
        if name not in values:
            values[name] = value
        elif isinstance(values[name], list):
            values[name].append(value)
        else:
            values[name] = [values[name], value]
    return values
