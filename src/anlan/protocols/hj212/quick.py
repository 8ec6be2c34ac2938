"""The quickest way through messages that a connection sends again and again: same header, same names, other values.

What a header and a sequence of names mean was worked out by `decode.read` once; then one regular expression takes the
values out of the bytes. It matches only what is clean beyond doubt: one DataTime before all else, numbers in plain
notation, known flags. Everything else is for `decode.read`; a property test compares the two.

Source: HJ 212-2017, clauses 6.3 and 6.6, as in decode.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from anlan.protocols.hj212.crc import Ending
from anlan.protocols.hj212.decoded import Message
from anlan.protocols.hj212.factors import DATA_FLAGS, Role, meaning
from anlan.protocols.hj212.times import read_time

__all__ = ["Quick", "QuickReader", "millis"]

_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_QN = 21  # bytes of `QN=`, 17 digits and the separator
_NUMBER, _FLAG, _TIME = rb"(-?\d{1,12}(?:\.\d{1,9})?)", b"([%s])" % "".join(DATA_FLAGS).encode(), rb"(\d{14})"
_FLAGS = {b"": "", **{flag.encode(): flag for flag in DATA_FLAGS}}
# Headers of one connection, and shapes of all, that are remembered; a hostile device may invent names without end.
_MOST_FRONTS, _MOST_SHAPES, _MOST_NAMES, _MOST_HEADS = 64, 1024, 200, 256


class Quick(NamedTuple):
    """A clean message: device, message number, instant of all readings (epoch ms UTC), the frame of the acknowledgement
    that is owed (b"" when none is), names and flags of the readings (the same object for messages alike), their values."""

    device: str
    message: str
    at: int
    reply: bytes
    head: Head
    values: tuple[float, ...]


Head = tuple[tuple[str, ...], tuple[str, ...]]
"""(metrics, flags), of one length."""


class _Shape(NamedTuple):
    matches: Callable[..., re.Match[bytes] | None]
    metrics: tuple[str, ...]
    numbers: Callable[[Sequence[bytes]], tuple[bytes, ...]]
    flags: Callable[[Sequence[bytes]], tuple[bytes, ...]]
    heads: dict[tuple[bytes, ...], Head]


class _Front(NamedTuple):
    device: str
    message: str
    reply: Ending | None  # without its QN
    shape: _Shape


_SHAPES: dict[tuple[str, bytes], _Shape | None] = {}


def millis(at: datetime) -> int:
    """An aware instant as whole epoch milliseconds.

    Source: house rule.
    """
    return (at - _EPOCH) // _MILLISECOND


@lru_cache(4096)
def _instant(digits: bytes) -> int | None:
    at = read_time(digits.decode("ascii"))
    return None if at is None else millis(at)


class QuickReader:
    """One connection's memory of what its messages look like."""

    __slots__ = ("_fronts",)

    def __init__(self) -> None:
        self._fronts: dict[bytes, _Front] = {}

    def read(self, payload: bytes) -> Quick | None:
        """The message of a section whose like was learnt and in which nothing is odd; None for any other.

        Source: HJ 212-2017, clauses 6.3 and 6.6.
        """
        opened = payload.find(b"CP=&&", _QN)
        front = self._fronts.get(payload[_QN:opened])
        if front is None or not payload.startswith(b"QN=") or payload[20:_QN] != b";":
            return None
        shape = front.shape
        found = shape.matches(payload, opened)
        if found is None or not payload[17:20].isdigit() or _instant(payload[3:17]) is None:
            return None
        values = found.groups(b"")
        at = _instant(values[0])
        if at is None:
            return None
        values += (b"",)  # where a reading without flag looks
        reply = b"" if front.reply is None else _frame(payload[:_QN], front.reply)
        head = _head(shape, shape.flags(values))
        return Quick(front.device, front.message, at, reply, head, tuple(map(float, shape.numbers(values))))

    def learn(self, payload: bytes, message: Message) -> None:
        """Remember what a message that `decode.read` found nothing odd in looks like.

        Source: HJ 212-2017, clauses 6.3 and 6.6.
        """
        opened = payload.find(b"CP=&&", _QN)
        if message.warnings or not message.readings or not payload.isascii() or opened < 0 or payload[20:_QN] != b";":
            return
        front = payload[_QN:opened]
        if b";QN=" in b";" + front or b"PNUM" in front:
            return
        system = next((part[3:] for part in front.split(b";") if part.startswith(b"ST=")), b"")
        shape = _learn_shape(system.decode("ascii").strip(), payload[opened:])
        if shape is None:
            return
        if len(self._fronts) >= _MOST_FRONTS:
            self._fronts.clear()
        reply = None if message.reply is None else Ending(message.reply[_QN:])
        self._fronts[front] = _Front(message.device, message.message, reply, shape)


def _frame(number: bytes, rest: Ending) -> bytes:
    """As `encode.encode_frame`, for a section that begins with its QN."""
    section = number + rest.ending
    return b"##%04d%s%04X\r\n" % (len(section), section, rest.crc(number))


def _head(shape: _Shape, flags: tuple[bytes, ...]) -> Head:
    found = shape.heads.get(flags)
    if found is None:
        if len(shape.heads) >= _MOST_HEADS:
            shape.heads.clear()
        found = shape.heads[flags] = (shape.metrics, tuple(map(_FLAGS.__getitem__, flags)))
    return found


def _learn_shape(system: str, body: bytes) -> _Shape | None:
    names = re.sub(rb"=[^,;=&]*", b"=", body)
    key = (system, names)
    if key not in _SHAPES:
        if len(_SHAPES) >= _MOST_SHAPES:
            _SHAPES.clear()
        _SHAPES[key] = _shape(system, body)
    return _SHAPES[key]


def _shape(system: str, body: bytes) -> _Shape | None:
    """How to take such a body apart; None when it is not for this way."""
    fields = re.findall(rb"([^,;=&]+)=([^,;=&]*)([,;]|&&\Z)", body[5:])
    plain = b"".join(name + b"=" + value + end for name, value, end in fields) == body[5:]
    if not plain or not 2 <= len(fields) <= _MOST_NAMES or fields[0][0] != b"DataTime":
        return None
    pattern, numbers, marks = rb"CP=&&", [], {}
    group = 0
    for place, (name, _, end) in enumerate(fields):
        role, factor, _, _ = meaning(name.decode("ascii"), system)
        kind = {Role.TIME: _TIME, Role.MEASURED: _NUMBER, Role.STATE: _NUMBER, Role.FLAG: _FLAG}.get(role)
        if kind is None or (role == Role.TIME) != (place == 0):
            return None
        if role == Role.FLAG:
            # As in readings.py: the flag of a factor within its group, of several the last.
            marks[group, factor] = place
        elif place:
            numbers.append((place, name.decode("ascii"), (group, factor)))
        group += end == b";"
        pattern += re.escape(name) + b"=" + kind + re.escape(end)
    if not numbers:
        return None
    places = [place for place, _, _ in numbers]
    flags = [marks.get(key, len(fields)) for _, _, key in numbers]
    metrics = tuple(name for _, name, _ in numbers)
    return _Shape(re.compile(pattern).fullmatch, metrics, _take(places), _take(flags), {})


def _take(places: list[int]) -> Callable[[Sequence[bytes]], tuple[bytes, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: (values[places[0]],)
