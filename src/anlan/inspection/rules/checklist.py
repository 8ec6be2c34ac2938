"""Checklists as versioned items, each with the clause it stands on. Pure.

An item is never edited in place: a new wording ends the old row and begins another, so an inspection of last year is
read with last year's wording. Source: house rule.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any

from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

__all__ = [
    "ChecklistItem",
    "PackagedChecklist",
    "check_checklist",
    "item_changes",
    "items_at",
    "packaged_checklists",
]

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_NUMERAL = "[零一二三四五六七八九十百]+"
_ARTICLE = re.compile(rf"第{_NUMERAL}条(?:第{_NUMERAL}款)?(?:第（{_NUMERAL}）项)?")


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to look at.

    Attributes:
        key: stable in its checklist, `cs-03`; kept when the wording changes.
        category: heading it stands under.
        text: what must be so, our own wording.
        law, article: the clause it stands on, `中华人民共和国安全生产法`, `第三十六条第二款`.
        major: the criterion that makes a failure here a possible major hazard, as cited to the officer; "" for none.
    """

    key: str
    category: str
    text: str
    law: str
    article: str
    major: str = ""

    @property
    def basis(self) -> str:
        """How a document cites the clause: 《中华人民共和国安全生产法》第三十六条第二款."""
        return f"《{self.law}》{self.article}"


@dataclass(frozen=True, slots=True)
class PackagedChecklist:
    """A checklist that ships with the product: code, name, which enterprises it is for (class and tag codes), its items."""

    code: str
    name: str
    applies: tuple[str, ...]
    items: tuple[ChecklistItem, ...]


def check_checklist(name: str, items: Sequence[ChecklistItem]) -> list[Violation]:
    """Why this checklist can't stand; empty when it can.

    Returns:
        "inspection.checklist.name_missing", "…empty", "…key_invalid", "…key_twice", "…text_missing",
        "…clause_missing" (each with the item's key).
    Source: house rule (an item without its clause is an opinion); 行政处罚法(2021) 第四条 (nothing without a legal basis).
    """
    found = []
    if blank(name):
        found.append(Violation("inspection.checklist.name_missing", {}, "name"))
    found += check_words({"name": name})
    if not items:
        found.append(Violation("inspection.checklist.empty", {}, "items"))
    keys = [i.key for i in items]
    for item in items:
        if not _KEY.fullmatch(item.key):
            found.append(Violation("inspection.checklist.key_invalid", {"item": item.key}, "items"))
        if blank(item.text):
            found.append(Violation("inspection.checklist.text_missing", {"item": item.key}, "items"))
        if blank(item.law) or not _ARTICLE.fullmatch(item.article):
            found.append(Violation("inspection.checklist.clause_missing", {"item": item.key}, "items"))
    found += [
        reason
        for item in items
        for reason in check_words(
            {n: getattr(item, n) for n in ("category", "text", "law", "article", "major")}, "items"
        )
    ]
    found += [
        Violation("inspection.checklist.key_twice", {"item": k}, "items")
        for k in sorted({k for k in keys if keys.count(k) > 1})
    ]
    return found


def items_at(rows: Iterable[Mapping[str, Any]], version: int) -> list[Mapping[str, Any]]:
    """The item rows that stood in `version`, by position.

    Args:
        rows: columns `since_version`, `until_version` (None while it stands), `position` and the item's own.
    """
    standing = (
        r
        for r in rows
        if r["since_version"] <= version and (r["until_version"] is None or r["until_version"] > version)
    )
    return sorted(standing, key=lambda r: r["position"])


def item_changes(standing: Iterable[Mapping[str, Any]], wanted: Sequence[ChecklistItem]) -> dict[str, list[Any]]:
    """What turns the standing items into the wanted ones: {"put": [item with position], "drop": [keys]}, both maybe empty.

    An item whose wording, clause or position differs is put anew. Source: house rule.
    """
    held = {r["item_key"]: r for r in standing}
    fields = ("category", "text", "law", "article", "major", "position")
    put = []
    for position, item in enumerate(wanted, start=1):
        row = asdict(item) | {"position": position}
        before = held.get(item.key)
        if before is None or any(before[f] != row[f] for f in fields):
            put.append(row)
    return {"put": put, "drop": sorted(held.keys() - {i.key for i in wanted})}


@cache
def packaged_checklists() -> tuple[PackagedChecklist, ...]:
    """The checklists of the package, in the order of data/checklists.csv."""
    raw = resources.files("anlan.inspection").joinpath("data/checklists.csv").read_text(encoding="utf-8")
    grouped: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(raw)):
        grouped.setdefault(row["checklist"], []).append(row)
    return tuple(
        PackagedChecklist(
            code,
            rows[0]["name"],
            tuple(rows[0]["applies"].split()),
            tuple(ChecklistItem(r["key"], r["category"], r["text"], r["law"], r["article"], r["major"]) for r in rows),
        )
        for code, rows in grouped.items()
    )
