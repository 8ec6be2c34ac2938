"""Enterprises of our own invention at the seeds' proportions: same count, same enterprises. Pure, no database."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace

from anlan import data
from anlan.data import places
from anlan.demo.words import Trade, trades, words
from anlan.kernel.codes import make_uscc

__all__ = ["COUNTY", "FIRST_TOWN", "Firm", "firms", "town_names", "villages"]

COUNTY = "331003"
FIRST_TOWN = "331003001"
_SEED = 331003
# How many of a hundred enterprises stand in each town: the streets and 院桥 hold the industry, the hills little.
_TOWN_WEIGHTS = {
    "331003001": 9, "331003002": 8, "331003003": 7, "331003004": 10, "331003005": 10, "331003006": 9,
    "331003007": 9, "331003008": 7, "331003101": 3, "331003102": 4, "331003103": 5, "331003107": 10, "331003108": 4,
}  # fmt: skip
_HILLS = 1
_STANDARDS = (("second", 6), ("third", 34), ("small", 30), ("none", 30))


@dataclass(frozen=True, slots=True)
class Firm:
    """One invented enterprise. `office` is a key of data/bodies.csv or "town"; lon, lat are WGS-84 and synthetic."""

    index: int
    name: str
    uscc: str
    trade: Trade
    region: str
    address: str
    lon: float
    lat: float
    standardisation: str

    @property
    def town(self) -> str:
        """The nine digits of its town."""
        return self.region[:9]

    @property
    def office(self) -> str:
        """Key of its one responsible office: a body of the county, or the town itself."""
        return f"town:{self.town}" if self.trade.office == "town" else self.trade.office


def villages(town: str) -> list[data.RegionRow]:
    """The villages of a town (nine digits) by code."""
    return [row for row in data.region_rows(town) if row.level == "village"]


def town_names() -> dict[str, str]:
    """Names of the county's towns by nine digits, in code order."""
    return {row.code[:9]: row.name for row in data.region_rows(COUNTY) if row.level == "town"}


def firms(count: int) -> list[Firm]:
    """`count` enterprises; the first one is a metal polisher in the first town, whom a demo account belongs to.

    Source: house rule; proportions after the work reports that the mission stands on (docs/explanation/demo.md).
    """
    dice = random.Random(_SEED)
    kinds = trades()
    names = _names(dice)
    towns = town_names()
    weights = [_TOWN_WEIGHTS.get(town, _HILLS) for town in towns]
    made: list[Firm] = []
    by_town: dict[str, list[int]] = defaultdict(list)
    for index in range(count):
        trade = dice.choices(kinds, [k.weight for k in kinds])[0]
        town = dice.choices(list(towns), weights)[0]
        if index == 0:
            trade, town = next(k for k in kinds if "dust" in k.tags), FIRST_TOWN
        elif 0 < index <= len(towns):
            town = list(towns)[index - 1]
        village = dice.choice(villages(town))
        county = words()["county"]
        place, word = next(names)
        made.append(
            Firm(
                index=index,
                name=county["company"].format(place=place, word=word, trade=trade.trade, form=trade.form),
                uscc=make_uscc(COUNTY, index),
                trade=trade,
                region=village.code,
                address=county["address"].format(town=towns[town], village=village.name, number=dice.randint(1, 399)),
                lon=0.0,
                lat=0.0,
                standardisation=dice.choices([s for s, _ in _STANDARDS], [w for _, w in _STANDARDS])[0],
            )
        )
        by_town[town].append(index)
    return _placed(made, by_town)


def _names(dice: random.Random):
    """Endless (place, word) pairs; a word comes a second time only with another place."""
    county = words()["county"]
    pairs = [a + b for a in county["first"] for b in county["second"]]
    for place in county["places"] * 8:
        dice.shuffle(pairs)
        for pair in pairs:
            yield place, pair


def _placed(made: list[Firm], by_town: dict[str, list[int]]) -> list[Firm]:
    cells = {feature["properties"]["code"][:9]: feature for feature in places.town_cells(COUNTY)["features"]}
    for town, indexes in by_town.items():
        for index, (lon, lat) in zip(indexes, places.village_points(cells[town], len(indexes), int(town)), strict=True):
            made[index] = replace(made[index], lon=lon, lat=lat)
    return made
