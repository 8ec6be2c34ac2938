"""Readings of a data section: values with unit, time and data flag.

Source: HJ 212-2017, clause 6.6 (fields of the data messages).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from anlan.kernel.errors import Violation
from anlan.protocols.hj212.factors import DATA_FLAGS, Meaning, Role, meaning
from anlan.protocols.hj212.section import Section
from anlan.protocols.hj212.times import read_time

__all__ = ["Reading", "readings_of"]


class Reading(NamedTuple):
    """One value.

    `metric` is the field's name as received, `value` None when it is no number, `at` the aware UTC time that the device
    states (None without one), `flag` the letter of -Flag ("" without one).
    """

    metric: str
    value: float | None
    unit: str
    at: datetime | None
    factor: str
    kind: str
    flag: str


def readings_of(section: Section, warnings: list[Violation]) -> tuple[datetime | None, list[Reading]]:
    """The first time stated in CP and all readings of a section, in its order.

    Each reading stands at the last DataTime before it, so several records in one message keep their own times; without
    any it stands at QN. Its flag is that of its factor in the same group.

    Args:
        section: as decoded. warnings: what is odd is added here: "hj212.value.unreadable", "hj212.value.flag_unknown",
            "hj212.field.unknown_suffix", "hj212.time.unreadable", "hj212.time.missing".
    Source:
        HJ 212-2017, clause 6.6; the time of a record without DataTime is a house rule.
    """
    system = section.head.get("ST", "").strip()
    stated = at = read_time(section.head.get("QN", "").strip())
    found: list[Reading] = []
    times: list[datetime | None] = []
    for group in section.groups or ():
        known = [(field, meaning(field[0], system)) for field in group]
        flags = {about.factor: field[2] for field, about in known if about.role == Role.FLAG}
        for (name, _, text), about in known:
            if about.role == Role.TIME:
                times.append(read_time(text.strip()))
                at = times[-1] or stated
            elif about.role in (Role.MEASURED, Role.STATE):
                value = _number(text)
                # A state may be a word or a log.
                if value is not None or about.role == Role.MEASURED:
                    flag = flags.get(about.factor, "")
                    found.append(Reading(name, value, about.unit, at, about.factor, about.kind, flag))
            warnings += _odd(name, text, about)
    if found and not times:
        warnings.append(Violation("hj212.time.missing"))
    return (times[0] if times else None), found


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    # Python reads 1_000 and the words nan and inf; no device means a number by them.
    return value if value - value == 0 and "_" not in text else None


def _odd(name: str, text: str, about: Meaning) -> list[Violation]:
    """What is odd about one field, at most one thing."""
    role = about.role
    if role == Role.MEASURED and _number(text) is None:
        return [Violation("hj212.value.unreadable", _facts(name, text))]
    if role == Role.FLAG and text not in DATA_FLAGS:
        return [Violation("hj212.value.flag_unknown", _facts(name, text))]
    if role == Role.TIME and read_time(text.strip()) is None:
        return [Violation("hj212.time.unreadable", _facts(name, text))]
    if role == Role.UNKNOWN:
        return [Violation("hj212.field.unknown_suffix", _facts(name, text))]
    return []


def _facts(name: str, text: str) -> dict[str, str]:
    return {"field": name[:40], "value": text[:40]}
