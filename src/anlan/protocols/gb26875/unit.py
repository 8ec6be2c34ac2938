"""The application data unit: type, number of objects, objects by the layouts of types.csv; both ways.

Source: GB/T 26875.3-2011, clauses 7 and 8.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from anlan.kernel.errors import ProtocolError, Violation
from anlan.protocols.gb26875.tables import types

__all__ = ["TEXT", "Unit", "decode_text", "encode_unit", "read_unit"]

# Bytes of a text of fixed length and of a time label.
TEXT, LABEL = 31, 6
_FORMS = {"T": f"{LABEL}s", "S": f"{TEXT}s"}


@dataclass(slots=True)
class Unit:
    """A data unit as read: each object is its fields by name, time labels and texts as bytes; `trailing` are bytes that
    belong to no object.
    """

    type: int
    count: int
    objects: list[dict[str, Any]] = field(default_factory=list)
    trailing: bytes = b""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Names and forms of the fields; `timed` and `bare` are the structures with and without the time label, None for a
    text of variable length, whose fields before it `timed` holds then."""

    names: tuple[str, ...]
    forms: tuple[str, ...]
    timed: struct.Struct
    bare: struct.Struct | None
    variable: bool


@cache
def _layout(kind: int) -> _Layout:
    fields = [part.split(":") for part in types()[kind].layout.split()]
    names, forms = tuple(name for name, _ in fields), tuple(form for _, form in fields)
    if forms[-1] == "L":
        return _Layout(names, forms, struct.Struct("<" + "".join(forms[:-1]) + "B"), None, True)
    packed = [_FORMS.get(form, form) for form in forms]
    bare = struct.Struct("<" + "".join(packed[:-1])) if forms[-1] == "T" and len(forms) > 1 else None
    return _Layout(names, forms, struct.Struct("<" + "".join(packed)), bare, False)


def decode_text(raw: bytes) -> tuple[str, bool]:
    """A text up to its first zero byte, without blanks at its end, and whether all of it was GB 18030.

    Source: GB/T 26875.3-2011, clause 8.2.1.2 (GB 18030-2005).
    """
    raw = raw.partition(b"\0")[0]
    try:
        return raw.decode("gb18030").rstrip(), True
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace").rstrip(), False


def read_unit(data: bytes, warnings: list[Violation]) -> Unit | None:
    """Read a data unit; never fails.

    Args:
        data: of a checked packet. warnings: what is odd is added here: "gb26875.unit.short", "gb26875.unit.unknown",
            "gb26875.unit.trailing", "gb26875.time.missing".
    Returns:
        None for an empty unit, as heartbeats and confirmations have.
    Source:
        GB/T 26875.3-2011, clauses 7 and 8.
    """
    if len(data) < 2:
        if data:
            warnings.append(Violation("gb26875.unit.short", {"size": len(data)}))
        return None
    unit = Unit(data[0], data[1])
    body = data[2:]
    if unit.type not in types():
        warnings.append(Violation("gb26875.unit.unknown", {"type": unit.type}))
        unit.trailing = body
        return unit
    layout = _layout(unit.type)
    used = _variable(unit, layout, body) if layout.variable else _fixed(unit, layout, body, warnings)
    if len(unit.objects) < unit.count:
        warnings.append(Violation("gb26875.unit.short", {"size": len(data)}))
    unit.trailing = body[used:]
    if unit.trailing:
        warnings.append(Violation("gb26875.unit.trailing", {"value": unit.trailing[:16].hex().upper()}))
    return unit


def _fixed(unit: Unit, layout: _Layout, body: bytes, warnings: list[Violation]) -> int:
    """Objects of one size; returns the bytes used."""
    form, names, count = layout.timed, layout.names, unit.count
    if layout.bare is not None and len(body) < count * form.size and len(body) >= count * layout.bare.size:
        # Some devices leave the time of each object out.
        form, names = layout.bare, names[:-1]
        warnings.append(Violation("gb26875.time.missing"))
    elif unit.type == 90 and len(body) == 1:
        # The table of the standard has one reserved byte here, its examples the time.
        form, names = struct.Struct("<B"), ("reserved",)
    count = min(count, len(body) // form.size)
    used = count * form.size
    unit.objects = [dict(zip(names, values, strict=True)) for values in form.iter_unpack(body[:used])]
    return used


def _variable(unit: Unit, layout: _Layout, body: bytes) -> int:
    """Objects that end in a text behind its length; returns the bytes used."""
    used, form = 0, layout.timed
    for _ in range(unit.count):
        if used + form.size > len(body):
            break
        *values, length = form.unpack_from(body, used)
        end = used + form.size + length
        if end > len(body):
            break
        unit.objects.append(dict(zip(layout.names, (*values, body[end - length : end]), strict=True)))
        used = end
    return used


def encode_unit(kind: int, objects: Sequence[Mapping[str, Any]], trailing: bytes = b"") -> bytes:
    """The bytes of a data unit.

    Args:
        kind: type of types.csv. objects: fields by name; texts as str or bytes, time labels as bytes.
        trailing: bytes behind the objects.
    Raises:
        ProtocolError: "gb26875.encode.unit" when the type is unknown, a field is missing or does not fit, or there are
            more objects than the standard allows.
    Source:
        GB/T 26875.3-2011, clause 8.3.
    """
    known = types().get(kind)
    if known is None or len(objects) > known.most:
        raise ProtocolError("gb26875.encode.unit", type=kind)
    layout = _layout(kind)
    try:
        parts = [_object(layout, values) for values in objects]
    except (KeyError, TypeError, struct.error, UnicodeEncodeError):
        raise ProtocolError("gb26875.encode.unit", type=kind) from None
    if any(part is None for part in parts):
        raise ProtocolError("gb26875.encode.unit", type=kind)
    return bytes((kind, len(objects))) + b"".join(part for part in parts if part is not None) + trailing


def _object(layout: _Layout, values: Mapping[str, Any]) -> bytes | None:
    """One object; None when a text or a time label has the wrong size."""
    raw = []
    for name, form in zip(layout.names, layout.forms, strict=True):
        value = values[name]
        if form in ("S", "L"):
            value = value.encode("gb18030") if isinstance(value, str) else bytes(value)
            if len(value) > (TEXT if form == "S" else 255):
                return None
        elif form == "T" and len(value) != LABEL:
            return None
        raw.append(value)
    if layout.variable:
        return layout.timed.pack(*raw[:-1], len(raw[-1])) + bytes(raw[-1])
    return layout.timed.pack(*raw)
