"""The small language in which `bodies.py` says what the bodies of messages look like; one description reads and writes.

Source: JT/T 808-2013, clause 4.2 (data types: big-endian numbers, BCD, GBK texts padded with zeros).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from anlan.kernel.errors import ProtocolError, Violation

__all__ = ["Digits", "Each", "Field", "Hex", "Number", "Reader", "Short", "Text", "read_fields", "write_fields"]


class Short(Exception):
    """A body ends before a field does."""


class Reader:
    """A body and how far it was read; `warnings` collects what is odd."""

    def __init__(self, data: bytes, warnings: list[Violation]) -> None:
        self.data, self.position, self.warnings = data, 0, warnings

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self.data) - self.position

    def take(self, size: int | None = None) -> bytes:
        """The next bytes, all that are left without a size.

        Raises:
            Short: when fewer are left.
        """
        size = self.left if size is None else size
        if size > self.left:
            raise Short
        self.position += size
        return self.data[self.position - size : self.position]

    def number(self, size: int) -> int:
        """The next bytes as a number, high byte first."""
        return int.from_bytes(self.take(size))

    def text(self, raw: bytes) -> str:
        """GBK text without the zeros that pad it; what is no GBK is taken byte by byte, with a warning."""
        raw = raw.strip(b"\0")
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError:
            if all(known.code != "jt808.text.charset" for known in self.warnings):
                self.warnings.append(Violation("jt808.text.charset"))
            return raw.decode("latin-1")


class Kind(Protocol):
    """How the value of a field stands in a body."""

    def read(self, reader: Reader) -> Any: ...

    def write(self, value: Any) -> bytes: ...


class Number(NamedTuple):
    """An unsigned number of so many bytes."""

    size: int

    def read(self, reader: Reader) -> int:
        return reader.number(self.size)

    def write(self, value: Any) -> bytes:
        return int(value).to_bytes(self.size)


class Digits(NamedTuple):
    """BCD of so many bytes as a text of digits."""

    size: int

    def read(self, reader: Reader) -> str:
        return reader.take(self.size).hex()

    def write(self, value: Any) -> bytes:
        return _exact(bytes.fromhex(value), self.size)


class Text(NamedTuple):
    """GBK: `size` bytes padded with zeros, or with its length in `prefix` bytes before it, or all that is left."""

    size: int | None = None
    prefix: int = 0

    def read(self, reader: Reader) -> str:
        return reader.text(reader.take(reader.number(self.prefix) if self.prefix else self.size))

    def write(self, value: Any) -> bytes:
        raw = str(value).encode("gb18030")
        if self.prefix:
            return len(raw).to_bytes(self.prefix) + raw
        return raw if self.size is None else _exact(raw.ljust(self.size, b"\0"), self.size)


class Hex(NamedTuple):
    """Bytes kept as they are, written in hexadecimal: `size` bytes, or all that is left."""

    size: int | None = None

    def read(self, reader: Reader) -> str:
        return reader.take(self.size).hex()

    def write(self, value: Any) -> bytes:
        raw = bytes.fromhex(value)
        return raw if self.size is None else _exact(raw, self.size)


class Field(NamedTuple):
    """A named field. `optional`: the body may end before it. `bit`: it is there only when this bit of the layout's field
    `attributes` is set; -1 for always.
    """

    name: str
    kind: Kind
    optional: bool = False
    bit: int = -1

    def is_there(self, values: dict[str, Any]) -> bool:
        """Whether the attributes read or given so far announce it."""
        return self.bit < 0 or bool(int(values.get("attributes", 0)) >> self.bit & 1)


class Each(NamedTuple):
    """A list: its count in `count` bytes (0: as many as there are), then the items, objects or single values."""

    count: int
    item: Kind | Sequence[Field]

    def read(self, reader: Reader) -> list[Any]:
        times = reader.number(self.count) if self.count else -1
        found: list[Any] = []
        while reader.left and len(found) != times:
            before = reader.position
            try:
                found.append(self._one(reader))
            except Short:
                reader.position = before
                break
        if times > len(found):
            reader.warnings.append(Violation("jt808.body.count", {"declared": times, "actual": len(found)}))
        return found

    def write(self, value: Any) -> bytes:
        raw = b"".join(
            write_fields(self.item, one) if _is_layout(self.item) else self.item.write(one)  # type: ignore
            for one in value
        )
        return (len(value).to_bytes(self.count) if self.count else b"") + raw

    def _one(self, reader: Reader) -> Any:
        if _is_layout(self.item):
            return read_fields(self.item, reader)  # type: ignore
        return self.item.read(reader)  # type: ignore


def _is_layout(item: object) -> bool:
    return type(item) is tuple


def _exact(raw: bytes, size: int) -> bytes:
    if len(raw) != size:
        raise ValueError(f"{len(raw)} bytes where {size} are wanted")
    return raw


def read_fields(layout: Sequence[Field], reader: Reader, into: dict[str, Any] | None = None) -> dict[str, Any]:
    """The fields of a layout in their order.

    Args:
        into: is filled and returned, so that what was read is there when the body turns out short.
    Raises:
        Short: when the body ends within a field, or before one that is not optional.
    Source:
        JT/T 808-2013, clause 4.2.
    """
    values = {} if into is None else into
    for field in layout:
        if field.optional and not reader.left:
            break
        if not field.is_there(values):
            continue
        before = reader.position
        try:
            values[field.name] = field.kind.read(reader)
        except Short:
            reader.position = before
            raise
    return values


def write_fields(layout: Sequence[Field], values: dict[str, Any]) -> bytes:
    """The inverse of `read_fields`; a field that is optional and not given ends the body.

    Raises:
        ProtocolError: "jt808.encode.field" when a value is missing or does not fit its field.
    Source:
        JT/T 808-2013, clause 4.2.
    """
    raw = bytearray()
    for field in layout:
        if field.optional and field.name not in values:
            break
        try:
            if field.is_there(values):
                raw += field.kind.write(values[field.name])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ProtocolError("jt808.encode.field", field=field.name) from error
    return bytes(raw)
