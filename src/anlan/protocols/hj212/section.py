"""The data section of a frame: header fields, then groups of fields between `CP=&&` and `&&`.

Reading never fails: devices send much that the standard does not know, and what is odd is kept and named as a warning.

Source: HJ 212-2017, clauses 6.3.2 to 6.3.5 (structure of the data section).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from anlan.kernel.errors import Violation

__all__ = ["Field", "Section", "decode_section"]

# Name, "=" (or "" where it was missing), value: as received.
Field = tuple[str, str, str]
_CHARSETS = ("utf-8", "gb18030", "latin-1")


@dataclass(frozen=True)
class Section:
    """One data section as received: nothing dropped, nothing re-ordered, repeated groups and fields kept.

    `groups` is None without CP. `rest` is what stood behind the closing `&&`, None when that was missing.
    """

    header: tuple[Field, ...]
    groups: tuple[tuple[Field, ...], ...] | None
    rest: str | None = ""
    charset: str = "ascii"
    warnings: tuple[Violation, ...] = field(default=(), compare=False)

    @cached_property
    def head(self) -> dict[str, str]:
        """Header fields by name; of a repeated one the first counts."""
        return {name: value for name, _, value in reversed(self.header)}

    @property
    def device(self) -> str:
        """MN, the device's identity; "" without one."""
        return self.head.get("MN", "").strip()

    @property
    def message(self) -> str:
        """CN, the number of the command; "" without one."""
        return self.head.get("CN", "").strip()

    @cached_property
    def flag(self) -> int | None:
        """Flag as a number 0..255; None where it is missing or none."""
        return _number(self.head.get("Flag"), 255)

    @property
    def wants_answer(self) -> bool:
        """Bit 0 of Flag: the sender waits for an acknowledgement."""
        return bool((self.flag or 0) & 1)

    @property
    def is_split(self) -> bool:
        """Bit 1 of Flag: PNUM and PNO are there."""
        return bool((self.flag or 0) & 2)

    @property
    def version(self) -> int:
        """Bits 2 to 7 of Flag: 0 for the edition of 2005, 1 for 2017, more for later ones."""
        return (self.flag or 0) >> 2

    @property
    def parts(self) -> tuple[int, int] | None:
        """(PNUM, PNO): number of packets and number of this one, from 1; None when it stands alone or makes no sense."""
        total, number = _number(self.head.get("PNUM"), 9999), _number(self.head.get("PNO"), 9999)
        return (total, number) if total and number and number <= total else None


def _number(text: str | None, most: int) -> int | None:
    digits = "" if text is None else text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 and int(digits) <= most else None


def decode_section(payload: bytes) -> Section:
    """Split one data section into its fields.

    Args:
        payload: bytes between the length field and the checksum; already checked.
    Returns:
        Fields as received; `warnings` name what is odd: "hj212.section.charset", "hj212.section.no_cp",
        "hj212.section.unclosed", "hj212.section.rest", "hj212.section.malformed" (a part without `=`).
    Source:
        HJ 212-2017, clauses 6.3.2 to 6.3.5; other charsets than ASCII are a house rule (README).
    """
    warnings: list[Violation] = []
    charset = "ascii"
    try:
        text = payload.decode("ascii")
    except UnicodeDecodeError:
        text, charset = _decoded(payload)
        warnings.append(Violation("hj212.section.charset", {"charset": charset}))
    front, opened, body = text.partition("CP=&&")
    header = tuple([part.partition("=") for part in front.removesuffix(";").split(";")] if front else ())
    groups, rest = None, ""
    if not opened:
        warnings.append(Violation("hj212.section.no_cp"))
    else:
        groups, rest = _body(body, warnings)
    bare = [name for name, equals, _ in header if not equals]
    bare += [name for group in groups or () for name, equals, _ in group if name and not equals]
    warnings += [Violation("hj212.section.malformed", {"part": name[:40]}) for name in bare]
    return Section(header, groups, rest, charset, tuple(warnings))


def _body(body: str, warnings: list[Violation]) -> tuple[tuple[tuple[Field, ...], ...], str | None]:
    """Groups between the two `&&`, and what stands behind them."""
    rest: str | None = ""
    if body.endswith("&&"):
        body = body[:-2]
    else:
        inner, closed, behind = body.rpartition("&&")
        body, rest = (inner, behind) if closed else (body, None)
        warnings.append(Violation("hj212.section.rest" if closed else "hj212.section.unclosed"))
    if "=//" in body:
        return tuple(tuple(f.partition("=") for f in _split(g, ",")) for g in _split(body, ";")), rest
    return tuple([tuple([f.partition("=") for f in g.split(",")]) for g in body.split(";")]), rest


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark, but not within a log text, which stands between `=//` and `//`."""
    pieces, begin, position = [""], 0, 0
    while (opened := text.find("=//", position)) >= 0 and (closed := text.find("//", opened + 3)) >= 0:
        position = closed + 2
        _extend(pieces, text[begin:opened].split(mark))
        pieces[-1] += text[opened:position]
        begin = position
    _extend(pieces, text[begin:].split(mark))
    return pieces


def _extend(pieces: list[str], more: list[str]) -> None:
    pieces[-1] += more[0]
    pieces += more[1:]


def _decoded(payload: bytes) -> tuple[str, str]:
    """Text in the first charset that gives the same bytes back."""
    for charset in _CHARSETS[:-1]:
        try:
            text = payload.decode(charset)
        except UnicodeDecodeError:
            continue
        if text.encode(charset) == payload:
            return text, charset
    return payload.decode(_CHARSETS[-1]), _CHARSETS[-1]
