"""Reference data inside the wheel: regions of China, industries, law clauses; places of the demo county in `places`.

Read-only, loaded on first use and kept. Where each file comes from: provenance.csv. No Django here: the command line
reads names from it in milliseconds.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from anlan.kernel.codes import REGION_LEVELS, region_ancestors, region_pad, region_prefix

__all__ = [
    "Clause",
    "Industry",
    "ReferenceSet",
    "RegionRow",
    "clause",
    "clauses",
    "industries",
    "industry_name",
    "read_bytes",
    "reference_sets",
    "region_full_name",
    "region_name",
    "region_rows",
]


_NUMERALS = "零一二三四五六七八九十"
_LEVELS = {width: level for level, (width, _) in REGION_LEVELS.items()}
_PARENT_WIDTH = {4: 2, 6: 4, 9: 6, 12: 9}


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One region: 12-digit code, name, level (province, city, county, town, village), 12-digit code of its parent."""

    code: str
    name: str
    level: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Industry:
    """A section (code A..T) or division (two digits) of GB/T 4754-2017; `section` is its section's letter."""

    code: str
    name: str
    section: str

    @property
    def is_section(self) -> bool:
        """Whether this is a 门类 rather than a 大类."""
        return self.code == self.section


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that checklists cite: stable id, law, its edition, article (第三十六条), paragraph and item, full text.

    `paragraph` is 0 where the article has only one, `item` is 0 where no single item is meant.
    """

    id: str
    law: str
    edition: str
    article: str
    paragraph: int
    item: int
    text: str

    @property
    def citation(self) -> str:
        """How an official document names it: 《中华人民共和国消防法》第十六条第一款第（三）项."""
        paragraph = f"第{_NUMERALS[self.paragraph]}款" if self.paragraph else ""
        item = f"第（{_NUMERALS[self.item]}）项" if self.item else ""
        return f"《{self.law}》{self.article}{paragraph}{item}"


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """A data file as the journal names it in `reference.installed`: set, version, sha256 of the file."""

    set: str
    version: str
    sha256: str


def read_bytes(file: str) -> bytes:
    """The bytes of one data file of this package.

    Raises:
        FileNotFoundError: no such file in the package.
    """
    return resources.files(__name__).joinpath(file).read_bytes()


def _read_rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_bytes(file).decode("utf-8"))))


# --- regions ---------------------------------------------------------------------------------------------------------


@cache
def _regions() -> tuple[list[str], list[str]]:
    lines = gzip.decompress(read_bytes("regions.csv.gz")).decode("utf-8").splitlines()
    pairs = [line.split(",", 1) for line in lines]
    return [p[0] for p in pairs], [p[1] for p in pairs]


def region_rows(prefix: str = "") -> Iterator[RegionRow]:
    """The regions whose code begins with `prefix` (any number of digits), parents before children, in code order.

    All of China to the town; villages of six counties only (see provenance.csv). "331003" yields that county, its towns
    and villages; "" yields everything.
    """
    prefixes, names = _regions()
    for i in range(bisect_left(prefixes, prefix), len(prefixes)):
        if not prefixes[i].startswith(prefix):
            return
        yield _row(prefixes[i], names[i])


def _row(prefix: str, name: str) -> RegionRow:
    # 441900003 stands in a city without counties: its county prefix pads to the city's own code, as it should.
    parent = prefix[: _PARENT_WIDTH[len(prefix)]].ljust(12, "0") if len(prefix) > 2 else None
    return RegionRow(prefix.ljust(12, "0"), name, _LEVELS[len(prefix)], parent)


def region_name(code: str) -> str | None:
    """Name of a region by its code (2 to 12 digits, padded or not); None when the table does not hold it.

    Raises:
        BadInput: "kernel.region.empty|format|gap".
    """
    prefix = region_prefix(code)
    prefixes, names = _regions()
    at = bisect_left(prefixes, prefix)
    return names[at] if at < len(prefixes) and prefixes[at] == prefix else None


def region_full_name(code: str) -> str:
    """Names from the province down: 浙江省台州市黄岩区东城街道; 市辖区 and the like are left out.

    Raises:
        BadInput: "kernel.region.empty|format|gap".
    """
    path = (*region_ancestors(code), region_pad(code))
    names = (region_name(c) or "" for c in path)
    hidden = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
    return "".join(n for n in names if n not in hidden)


# --- industries ------------------------------------------------------------------------------------------------------


@cache
def industries() -> tuple[Industry, ...]:
    """The 20 sections and 97 divisions, each section followed by its divisions. Source: GB/T 4754-2017."""
    return tuple(Industry(r["code"], r["name"], r["section"]) for r in _read_rows("industries.csv"))


def industry_name(code: str) -> str | None:
    """Name of a section or division; a longer code (0111, C2611) is named by its division. None when unknown.

    Source: GB/T 4754-2017.
    """
    wanted = code.strip().upper()
    if len(wanted) > 1:
        wanted = wanted.lstrip("ABCDEFGHIJKLMNOPQRST")[:2]
    return next((i.name for i in industries() if i.code == wanted), None)


# --- clauses ---------------------------------------------------------------------------------------------------------


@cache
def clauses() -> dict[str, Clause]:
    """The clauses that our checklists cite, by id, in the order of the file."""
    return {
        r["id"]: Clause(r["id"], r["law"], r["edition"], r["article"], int(r["paragraph"]), int(r["item"]), r["text"])
        for r in _read_rows("clauses.csv")
    }


def clause(clause_id: str) -> Clause:
    """One clause by id (`aqscf-36-1`, `xff-16-1.3`).

    Raises:
        KeyError: no such clause: a checklist cites what the data does not hold, a defect of the build.
    """
    return clauses()[clause_id]


# --- provenance ------------------------------------------------------------------------------------------------------


@cache
def reference_sets() -> tuple[ReferenceSet, ...]:
    """Every data file with its version and SHA-256, in the order of provenance.csv."""
    return tuple(
        ReferenceSet(r["file"].partition(".")[0], r["version"], hashlib.sha256(read_bytes(r["file"])).hexdigest())
        for r in _read_rows("provenance.csv")
    )
