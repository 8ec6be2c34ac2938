"""The invented words of the demo county, read from data/: people, bodies, trades, faults, texts."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["Fault", "Trade", "bodies", "channels", "faults", "person_name", "phone", "trades", "words"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What can be wrong with one item of a checklist: its key, where, what, how it is mended, whether it can be major."""

    key: str
    place: str
    text: str
    mend: str
    major: bool


@dataclass(frozen=True, slots=True)
class Trade:
    """A kind of enterprise: words of its name, codes of the registry, and the checklists that fit it."""

    trade: str
    form: str
    industry: str
    office: str
    level: str
    weight: int
    checklists: tuple[str, ...]
    classes: tuple[str, ...]
    tags: tuple[str, ...]
    scale: str


def _text(file: str) -> str:
    return resources.files("anlan.demo").joinpath(f"data/{file}").read_text(encoding="utf-8")


def _rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_text(file))))


@cache
def words() -> dict[str, Any]:
    """Names, sentences and campaigns of data/words.toml."""
    return tomllib.loads(_text("words.toml"))


@cache
def bodies() -> tuple[dict[str, str], ...]:
    """The county's bodies: key, name, kind, parent key, posts as `role:title` parted by blanks."""
    return tuple(_rows("bodies.csv"))


@cache
def trades() -> tuple[Trade, ...]:
    """The trades in the order of the file; `weight` is how many of some 660 enterprises are of it."""
    split = ("checklists", "classes", "tags")
    return tuple(
        Trade(**{**row, "weight": int(row["weight"]), **{name: tuple(row[name].split()) for name in split}})  # type: ignore[arg-type]
        for row in _rows("trades.csv")
    )


@cache
def faults() -> dict[str, tuple[Fault, ...]]:
    """The faults by code of the packaged checklist (`fcsb` of `fcsb-04`), in the order of its items."""
    grouped: dict[str, list[Fault]] = {}
    for row in _rows("faults.csv"):
        fault = Fault(row["key"], row["place"], row["fault"], row["mend"], row["major"] == "1")
        grouped.setdefault(row["key"].partition("-")[0], []).append(fault)
    return {code: tuple(held) for code, held in grouped.items()}


@cache
def channels() -> dict[str, tuple[dict[str, str], ...]]:
    """The channels of the simulated kinds of devices by kind: code, range (low, high), digits, position."""
    grouped: dict[str, list[dict[str, str]]] = {}
    for row in _rows("channels.csv"):
        grouped.setdefault(row["kind"], []).append(row)
    return {kind: tuple(held) for kind, held in grouped.items()}


def person_name(serial: int) -> str:
    """An invented name: its middle character 示 tells it from a real one. Different for serials 0 to 1,000."""
    county = words()["county"]
    surnames, given = county["surnames"], county["given"]
    return surnames[serial % len(surnames)] + county["middle"] + given[(serial // len(surnames) + serial) % len(given)]


def phone(serial: int) -> str:
    """A phone number of a series that no operator has been given (154); four digits of serial."""
    return words()["county"]["phone"].format(serial=serial % 10_000)
