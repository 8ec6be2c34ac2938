"""The quick way through a clean data section.

A device sends the same field names again and again; only the values differ. What the names mean is worked out once for
each sequence of names and separators and kept as a plan. Whatever is odd (a value that is no number, an unknown flag, a
missing time …) is left to the slow way in `decode.py`, which names it. Both give the same for what both can read; a
property test compares them.

Source: HJ 212-2017, clauses 6.3 and 6.6, as in section.py and readings.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from anlan.protocols.hj212.decoded import Message, complaints
from anlan.protocols.hj212.encode import acknowledgement
from anlan.protocols.hj212.factors import DATA_FLAGS, Role, meaning
from anlan.protocols.hj212.readings import Reading
from anlan.protocols.hj212.section import Field, Section, decode_section
from anlan.protocols.hj212.times import read_time

__all__ = ["read_clean"]

_SEPARATORS = b",;="
_OTHERS = bytes(value for value in range(256) if value not in _SEPARATORS)
_FLAGS = frozenset(DATA_FLAGS)
# Bounds of what is kept, because a hostile device may invent names without end; then everything is learnt anew.
_MOST, _MOST_HEADS = 4096, 32_768


class _Head(NamedTuple):
    device: str
    message: str
    system: str
    reply: bytes | None


_Take = Callable[[Sequence[Any]], tuple[Any, ...]]


class _Plan(NamedTuple):
    """How to read a sequence of names: each `_Take` picks its values, column by column of the readings."""

    numbers: _Take
    flags: _Take  # all that are there
    marks: _Take  # the one of each reading, "" where it has none
    times: _Take
    stamps: _Take  # the time of each reading, out of the times and QN
    stated: bool  # whether a time comes before all readings
    metrics: tuple[str, ...]
    units: tuple[str, ...]
    factors: tuple[str, ...]
    kinds: tuple[str, ...]


# None: such a header or sequence of names is for the slow way.
_UNSEEN: Any = object()
_HEADS: dict[str, _Head | None] = {}
_PLANS: dict[tuple[str, bytes, tuple[str, ...]], _Plan | None] = {}


def read_clean(payload: bytes) -> Message | None:
    """The message of a section in which nothing is odd; None for any other.

    Source: HJ 212-2017, clauses 6.3 and 6.6.
    """
    if not payload.isascii():
        return None
    front, opened, body = payload.decode("ascii").partition("CP=&&")
    if not opened or not body.endswith("&&") or "_" in body or "=//" in body:
        return None
    body = body[:-2]
    asked, rest = None, front
    if front.startswith("QN=") and front[20:21] == ";":
        rest = front[21:]
        asked = read_time(front[3:17])
        if asked is None or not front[17:20].isdigit():
            return None
    head = _HEADS.get(rest, _UNSEEN)
    if head is _UNSEEN:
        head = _learn_head(rest)
    if head is None:
        return None
    parts = body.replace(",", ";").replace("=", ";").split(";")
    key = (head.system, payload[len(front) + 5 : -2].translate(None, _OTHERS), tuple(parts[::2]))
    plan = _PLANS.get(key, _UNSEEN)
    if plan is _UNSEEN:
        plan = _learn_plan(key, payload)
    if plan is None:
        return None
    values = parts[1::2]
    try:
        numbers = list(map(float, plan.numbers(values)))
    except ValueError:
        return None
    total = sum(numbers)
    if total - total != 0 or not _FLAGS.issuperset(plan.flags(values)):
        return None
    times = [read_time(text.strip()) for text in plan.times(values)]
    if None in times:
        return None
    values.append("")  # where a reading without flag looks
    # And one before any DataTime; QN has milliseconds, which are rarely asked for.
    times.append(asked if asked is None or plan.stated else asked.replace(microsecond=int(front[17:20]) * 1000))
    # Columns put together without a loop of the interpreter, which would cost as much as all the parsing.
    columns = zip(
        plan.metrics, numbers, plan.units, plan.stamps(times), plan.factors, plan.kinds, plan.marks(values), strict=True
    )
    readings = list(map(tuple.__new__, repeat(Reading), columns))
    reply = head.reply
    if reply is not None and rest is not front:
        reply = payload[:21] + reply  # QN of the message
    return Message(payload, head.device, head.message, times[0], reply, readings, [])


def _learn_head(rest: str) -> _Head | None:
    """What a header without its QN says; None when there is anything to complain about."""
    if len(_HEADS) >= _MOST_HEADS:
        _HEADS.clear()
    section = decode_section(f"{rest}CP=&&&&".encode("ascii"))
    clean = "QN" not in section.head and not section.warnings and not complaints(section)
    system = section.head.get("ST", "").strip()
    found = _Head(section.device, section.message, system, acknowledgement(section)) if clean else None
    return _HEADS.setdefault(rest, found)


def _learn_plan(key: tuple[str, bytes, tuple[str, ...]], payload: bytes) -> _Plan | None:
    if len(_PLANS) >= _MOST:
        _PLANS.clear()
    return _PLANS.setdefault(key, _plan(decode_section(payload), key[0]))


def _plan(section: Section, system: str) -> _Plan | None:
    """What its names mean; None when a name or a separator is odd."""
    numbers, flags, times = [], [], []
    rows: list[tuple[str, str, str, str, int, int]] = []
    groups = section.groups or ()
    # Many devices end the last group with a separator too.
    if groups and groups[-1] == (("", "", ""),):
        groups = groups[:-1]
    place = 0
    for group in groups:
        marks = _marks(group, place)
        for name, equals, value in group:
            if not equals or "=" in value:
                return None
            role, factor, kind, unit = meaning(name, system)
            if role == Role.UNKNOWN:
                return None
            if role == Role.FLAG:
                flags.append(place)
            elif role == Role.TIME:
                times.append(place)
            elif role != Role.PLAIN:
                numbers.append(place)
                rows.append((name, unit, factor, kind, marks.get(factor, -1), len(times) - 1))
            place += 1
    if rows and not times:
        return None
    metrics, units, names, kinds, marks, stamps = zip(*rows, strict=True) if rows else ((),) * 6
    takes = map(_take, (numbers, flags, marks, times, stamps))
    return _Plan(*takes, bool(times) and -1 not in stamps, metrics, units, names, kinds)


def _take(places: Sequence[int]) -> _Take:
    """Picks the values at these places, as `itemgetter` does for two or more."""
    if len(places) > 1:
        return itemgetter(*places)
    return (lambda values: (values[places[0]],)) if places else (lambda values: ())


def _marks(group: tuple[Field, ...], place: int) -> dict[str, int]:
    """Factor -> place of its flag in this group; of several the last counts."""
    found = {}
    for step, (name, _, _) in enumerate(group):
        factor, dash, kind = name.rpartition("-")
        if dash and kind == "Flag":
            found[factor] = place + step
    return found
