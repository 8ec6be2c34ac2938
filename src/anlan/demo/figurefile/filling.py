"""How many hazards must be there, and which of them together, for the figures of a file to be true. Pure.

Hazards of several drives of one year are parts of the county's number where that is stated: a drive as large as the whole
counts the others' hazards as well. What can't be true at once is refused with its reason and becomes a reported value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from anlan.demo.figurefile.meaning import Meaning
from anlan.demo.figurefile.reading import Line
from anlan.kernel.periods import Period

__all__ = ["Atom", "plan_hazards"]

_OPEN_SHARE = 12
"""Of so many hazards nothing else is said of, one is still open."""

Told = tuple[Line, Meaning]


@dataclass(slots=True)
class Atom:
    """Hazards that are counted by the same figures: `stems` are their drives; `closed` None: nothing is said of it.

    `levels`: level of the listing -> how many of them are listed there, of major hazards only.
    """

    place: str
    period: Period
    stems: tuple[str, ...]
    count: int
    closed: int | None = None
    levels: tuple[tuple[str, int], ...] = ()
    grade: str = "general"


class _Key(NamedTuple):
    place: str
    year: int
    stem: str


@dataclass(slots=True)
class _Figure:
    """One stem's numbers in one year: the lines that state them."""

    found: Line | None = None
    closed: Line | None = None
    listed: list[Told] = field(default_factory=list)

    @property
    def period(self) -> Period:
        line = self.found or self.closed or self.listed[0][0]
        if line.period is None:
            raise ValueError(line.row)
        return line.period

    @property
    def count(self) -> int:
        listed = sum(int(line.number or 0) for line, _ in self.listed)
        line = self.found or self.closed
        return int(line.number or 0) if line else listed

    @property
    def mended(self) -> int | None:
        if self.closed is not None:
            return int(self.closed.number or 0)
        said = f"{self.found.comparison}" if self.found else ""
        return self.count if any(word in said for word in ("整改100%", "rectified 100%", "整改率100%")) else None


def plan_hazards(told: Iterable[Told]) -> tuple[list[Atom], dict[int, str]]:
    """The hazards, and rows that can't be true beside the others with the reason."""
    refused: dict[int, str] = {}
    figures = _grouped(told, refused)
    atoms: list[Atom] = []
    for place, year in dict.fromkeys((key.place, key.year) for key in figures):
        own = {key.stem: f for key, f in figures.items() if (key.place, key.year) == (place, year)}
        whole = None if place else own.pop("", None)
        parts = [_atom(place, stem, figure) for stem, figure in own.items()]
        if whole is None:
            atoms += parts
            continue
        below = [a for a in atoms if a.place and a.period.last.year == year]
        below += [_atom(k.place, k.stem, f) for k, f in figures.items() if k.place and k.year == year and not below]
        atoms += _within(whole, parts, below, own, refused)
    for atom in atoms:
        if atom.closed is None:
            atom.closed = atom.count - atom.count // _OPEN_SHARE
    return [atom for atom in atoms if atom.count], refused


def _grouped(told: Iterable[Told], refused: dict[int, str]) -> dict[_Key, _Figure]:
    figures: dict[_Key, _Figure] = {}
    lines = sorted(told, key=lambda t: (t[0].place == "", t[0].row))  # towns first: they are parts of the county
    for line, meant in lines:
        if line.period is None:
            continue
        figure = figures.setdefault(_Key(line.place, line.period.last.year, meant.stem), _Figure())
        if meant.kind == "listed":
            figure.listed.append((line, meant))
        elif getattr(figure, meant.kind) is None:
            setattr(figure, meant.kind, line)
        else:
            refused[line.row] = "同一年度、同一活动已有另一个数"
    for figure in figures.values():
        if figure.found and figure.closed and figure.closed.number > figure.found.number:  # type: ignore[operator]
            refused[figure.closed.row] = "整改数大于发现数"
            figure.closed = None
    return figures


def _atom(place: str, stem: str, figure: _Figure) -> Atom:
    levels = tuple((meant.where["level"][0], int(line.number or 0)) for line, meant in figure.listed)
    listed = bool(levels)
    closed = figure.count if listed and figure.mended is None else figure.mended
    stems = (stem,) if stem else ()
    return Atom(place, figure.period, stems, figure.count, closed, levels, "major" if listed else "general")


def _within(
    whole: _Figure, parts: list[Atom], below: Sequence[Atom], own: dict[str, _Figure], refused: dict[int, str]
) -> list[Atom]:
    """The parts, those as large as the whole spread over the others, and what belongs to no drive."""
    total, used = whole.count, sum(a.count for a in below)
    small: list[Atom] = []
    large: list[Atom] = []
    for part in sorted(parts, key=lambda a: a.count):
        fits = used + part.count <= total
        used += part.count if fits else 0
        (small if fits else large).append(part)
    rest = Atom("", whole.period, (), total - used)
    if used > total or whole.found is None:
        row = whole.found or whole.closed
        if row is not None:
            refused[row.row] = "小于各项活动、各乡镇之和" if whole.found else "没有发现数"
        return parts
    free = [*below, *small, rest]
    for big in large:
        figure = own[big.stems[0]]
        if not _cover(big, free):
            for line in (figure.found, figure.closed):
                if line is not None:
                    refused[line.row] = "大于全部发现数，或与其他活动不相容"
    mended = whole.mended
    if mended is not None and not _close_to(free, mended) and whole.closed is not None:
        refused[whole.closed.row] = "与各项活动的整改数不相容"
    return [atom for atom in free if not any(atom is one for one in below)]


def _cover(big: Atom, free: list[Atom]) -> bool:
    """Let a drive count others' hazards as well: whole ones while they fit, the rest of what belongs to no drive."""
    rest, wanted, taken = free[-1], big.count, []
    for atom in sorted(free[:-1], key=lambda a: -a.count):
        if atom.count <= wanted:
            taken.append(atom)
            wanted -= atom.count
    if wanted > rest.count:
        return False
    share = Atom("", rest.period, big.stems, wanted)
    if big.closed is not None:
        said = sum(a.closed for a in taken if a.closed is not None)
        open_ = [a for a in taken if a.closed is None]
        if not 0 <= big.closed - said <= sum(a.count for a in open_) + wanted:
            return False
        _close_to([*taken, share], big.closed)
    for atom in taken:
        atom.stems += big.stems
    rest.count -= wanted
    free.insert(len(free) - 1, share)
    return True


def _close_to(atoms: Sequence[Atom], mended: int) -> bool:
    """Say of those of which nothing is said how many are closed, so that together they are so many; whether that can be."""
    open_ = [a for a in atoms if a.closed is None]
    missing = mended - sum(a.closed for a in atoms if a.closed is not None)
    room = sum(a.count for a in open_)
    if not 0 <= missing <= room:
        return False
    for atom in open_:
        share = min(atom.count, -(-missing * atom.count // room) if room else 0, missing)
        room, missing, atom.closed = room - atom.count, missing - share, share
    return True
