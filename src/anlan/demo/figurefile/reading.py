"""Reading a file of figures (columns of seed_figures.csv): each line with its number, unit and period. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from anlan.kernel.amounts import MEASURE_WORDS
from anlan.kernel.errors import BadInput
from anlan.kernel.periods import Period, read_period

__all__ = ["COLUMNS", "Line", "read_figures", "read_lines"]

COLUMNS = ("seed_file", "context", "figure_name_zh", "value", "unit", "period", "comparison", "quote")
_MOST_BYTES, _MOST_LINES = 5_000_000, 20_000
_APPROXIMATE = {"余": "over", "多": "over", "超": "over", "以上": "over", "近": "under", "少于": "under", "约": "about"}
_TOWN = re.compile(r"[镇乡]|街道|某场")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_SPANS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"截?至(\d{1,2})月(\d{1,2})日"), "{y}-1-1..{y}-{0}-{1}"),
    (re.compile(r"(\d{1,2})月?[-—－~～至](\d{1,2})月"), "{y}-{0}..{y}-{1}"),
    (re.compile(r"截?至(\d{1,2})月"), "{y}-1..{y}-{0}"),
    (re.compile(r"(\d{1,2})月[^\d]*至今"), "{y}-{0}..{y}-12"),
    (re.compile(r"上半年()"), "{y}-H1"),
    (re.compile(r"下半年()"), "{y}-H2"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the file.

    Attributes:
        row: the line in the file, the heading being 1. number: None where the text is none (×, 数十, 1-2).
        unit: a measure word, 万 before it kept; approximate: as in reporting.rules.value.
        place: what part of the document it is of, where that is a town of the county; "" for the county.
        note: what was assumed in reading it.
    """

    row: int
    document: str
    context: str
    name: str
    value: str
    number: Decimal | None
    unit: str
    approximate: str
    period: Period | None
    period_text: str
    place: str
    comparison: str
    quote: str
    note: str = ""

    @property
    def stated_name(self) -> str:
        """Its name without the year of its period, which is kept apart: 2020年较大以上事故控制目标 of 2020."""
        year = f"{self.period.last.year}年" if self.period else ""
        bare = self.name.removeprefix(year) if year else self.name
        return bare or self.name


def read_figures(path: Path) -> list[Line]:
    """The lines of a file, UTF-8 or GB 18030.

    Raises:
        BadInput: "demo.figures.unreadable", "demo.figures.large", "demo.figures.columns", "demo.figures.empty".
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else None
    except OSError as error:
        raise BadInput("demo.figures.unreadable", file=path.name) from error
    if data is None:
        raise BadInput("demo.figures.large", most="5 MB", lines=_MOST_LINES)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return read_lines(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise BadInput("demo.figures.unreadable", file=path.name)


def read_lines(text: str) -> list[Line]:
    """As `read_figures`, of the file's text."""
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise BadInput("demo.figures.columns", missing="、".join(COLUMNS)) from error
    if not rows:
        raise BadInput("demo.figures.empty")
    if missing := [name for name in COLUMNS if name not in rows[0]]:
        raise BadInput("demo.figures.columns", missing="、".join(missing))
    if len(rows) > _MOST_LINES:
        raise BadInput("demo.figures.large", most="5 MB", lines=_MOST_LINES)
    lines = [_line(n, row) for n, row in enumerate(rows, start=2) if (row["figure_name_zh"] or "").strip()]
    return _dated(lines)


def _line(row: int, cells: dict[str, str | None]) -> Line:
    held = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    unit, approximate = _unit(held["unit"])
    part = "".join(re.findall(r"[(（](篇[^()（）]*)[)）]", held["period"]))
    place = part if part and _TOWN.search(part.partition(":")[2] or part.partition("：")[2]) else ""
    return Line(
        row=row, document=held["seed_file"], context=held["context"], name=held["figure_name_zh"], value=held["value"],
        number=_number(held["value"]), unit=unit, approximate=approximate, period=_period(held["period"]),
        period_text=held["period"], place=place, comparison=held["comparison"], quote=held["quote"],
    )  # fmt: skip


def _number(text: str) -> Decimal | None:
    plain = text.replace(",", "").replace("，", "").replace("－", "-")
    if not re.fullmatch(r"-?\d{1,15}(?:\.\d{1,6})?", plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _unit(text: str) -> tuple[str, str]:
    """The measure word of a unit as it is written, and whether the number is about so much: 人次(余) is 人次, over."""
    inner = "".join(re.findall(r"[(（]([^()（）]*)[)）]", text))
    plain = re.sub(r"[(（][^()（）]*[)）]", "", text).strip()
    approximate = next((kind for word, kind in _APPROXIMATE.items() if word in inner or plain.endswith(word)), "")
    bare = re.split(r"[/／]", re.sub(r"以[上下]$", "", plain))[0]
    return _measure(bare), approximate


def _measure(word: str) -> str:
    if word.lstrip("十百千万亿") in MEASURE_WORDS:
        return word
    heads = [word[:n] for n in range(len(word) - 1, 0, -1) if word[:n] in MEASURE_WORDS]
    tails = [word[n:] for n in range(1, len(word)) if word[n:] in MEASURE_WORDS]
    return next(iter([*heads, *tails]), "个")


def _period(text: str) -> Period | None:
    plan = "计划" in text or bool(re.search(r"年?底前", text))
    bare = re.sub(r"[(（]篇[^()（）]*[)）]", "", text).strip()
    if (found := _readable(bare)) is not None:
        return found
    years = _YEAR.findall(bare)
    if not years:
        return None
    year = years[0]
    for pattern, form in _SPANS:
        match = pattern.search(bare)
        if match and (span := _readable(form.format(*match.groups(), y=year))) is not None:
            return replace(span, plan=plan)
    whole = _readable(year)
    return replace(whole, plan=plan) if whole else None


def _readable(text: str) -> Period | None:
    try:
        return read_period(text)
    except BadInput:
        return None


def _dated(lines: Iterable[Line]) -> list[Line]:
    """A figure whose year the document leaves blank (20__年) gets the year most figures of that document have."""
    held = list(lines)
    years: dict[str, Counter[int]] = {}
    for line in held:
        if line.period is not None:
            years.setdefault(line.document, Counter())[line.period.last.year] += 1
    found = []
    for line in held:
        if line.period is None and (known := years.get(line.document)):
            year = known.most_common(1)[0][0]
            read = _period(f"{year}年{line.period_text}")
            note = f"原文年份空缺，按同一文件的{year}年"
            found.append(replace(line, period=read or Period(date(year, 1, 1), date(year, 12, 31), "year"), note=note))
        else:
            found.append(line)
    return found
