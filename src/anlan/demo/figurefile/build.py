"""`build_figures`: a county from nothing that has what a file of figures says, through the services, in order of time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from anlan import data
from anlan.accounts.services.bootstrap import SETUP
from anlan.demo.cast import account_list
from anlan.demo.figurefile.accidents import PlannedAccident, plan_accidents
from anlan.demo.figurefile.acts import Act
from anlan.demo.figurefile.answers import Answer, answers
from anlan.demo.figurefile.county import County, spaced, towns_of
from anlan.demo.figurefile.filling import Atom, plan_hazards
from anlan.demo.figurefile.hazards import hazard_acts
from anlan.demo.figurefile.marks import is_built, mark_stage
from anlan.demo.figurefile.meaning import Meaning, meanings
from anlan.demo.figurefile.reading import Line, read_figures
from anlan.demo.figurefile.standing import accident_acts, device_acts, firm_acts
from anlan.demo.figurefile.stating import stated_acts, stated_values
from anlan.demo.figurefile.visiting import Visits, plan_visits
from anlan.demo.figurefile.visits import visit_acts
from anlan.inspection.services.checklists import checklists_install
from anlan.kernel.codes import region_pad
from anlan.kernel.deadlines import SHANGHAI, local_date
from anlan.kernel.errors import BadInput
from anlan.platform import clock, regions
from anlan.platform.database import writing
from anlan.platform.journal import node
from anlan.platform.scope import SYSTEM, Scope
from anlan.reporting.queries import value_problems

__all__ = ["build_figures"]

Told = Sequence[tuple[Line, Meaning]]
Progress = Callable[[int, int], None]
_BATCH = 200
_FIRMS_LEAST, _HAZARDS_PER_FIRM, _STAFFED_MOST = 40, 60, 500
_ASKER: Scope = replace(
    SYSTEM,
    rights=frozenset({"inspection.view", "registry.view", "sensing.view", "accident.view", "reporting.value.view"}),
)
_COUNTERS = {
    "hazards": frozenset({"found", "closed", "listed"}),
    "visits": frozenset({"visits", "firms_seen"}),
    "firms": frozenset({"firms", "firms_closed"}),
    "devices": frozenset({"devices", "device_firms"}),
    "accidents": frozenset({"accidents", "deaths", "change"}),
}


def build_figures(
    file: Path, region: str, progress: Progress | None = None, *, now: datetime | None = None
) -> dict[str, Any]:
    """Make the county that a file of figures describes, and ask the system for each figure afterwards.

    Args:
        file: CSV with the columns of reading.COLUMNS. region: six digits, the node's own. now: aware; None: the moment.
    Returns:
        figures (each line with what is answered), ledger, reported, blank, equal, differ (how many), accounts.
    Raises:
        BadInput: as reading.read_figures; "kernel.region.unknown", "demo.figures.region" for what is no county.
        RuleViolation: "demo.other_county", "demo.county_in_use", "demo.unfinished", "demo.figures.other_file".
    """
    now = now or clock.now()
    lines = read_figures(file)
    county = _county(region, lines)
    told = meanings(lines)
    why = _unstorable(county, told)
    plan = _Plan(county, [t for t in told if t[0].row not in why], now, why)
    mark = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    if not is_built(county, mark, _ASKER):
        plan.make(mark, progress or (lambda done, total: None))
    found = answers(_ASKER, told, _codes(county, lines), why, now)
    return _summary(found) | {"accounts": account_list(now)}


def _county(region: str, lines: Sequence[Line]) -> County:
    """The county, with a town of its own for each part of it that the file names."""
    code = region_pad(region)
    name = data.region_name(code)
    if name is None:
        raise BadInput("kernel.region.unknown", value=code)
    towns = list(towns_of(code[:6])) if code.endswith("000000") and code[4:6] != "00" else []
    places = list(dict.fromkeys(line.place for line in lines if line.place))
    if len(towns) <= len(places):
        raise BadInput("demo.figures.region", region=name, towns=len(towns), places=len(places))
    return County(code[:6], name, dict(zip(places, reversed(towns), strict=False)))


def _codes(county: County, lines: Sequence[Line]) -> dict[str, str]:
    return {place: county.code_of(place) for place in {"", *(line.place for line in lines)}}


def _unstorable(county: County, told: Told) -> dict[int, str]:
    """Rows that not even the ledger of reported values takes: no number, no period, fewer than none of a thing."""
    found: dict[int, str] = {}
    for line, meant in told:
        if line.number is None or line.period is None:
            found[line.row] = meant.why
        elif meant.kind == "stated" and (problems := value_problems(stated_values(county.code_of(line.place), line))):
            found[line.row] = problems[0].message
    return found


class _Plan:
    """What has to be there and to happen, with the rows that can't be true and are stated instead."""

    def __init__(self, county: County, told: Told, now: datetime, why: dict[int, str]) -> None:
        self.county, self.told, self.now, self.why = county, list(told), now, why
        self._refuse_future()
        self.atoms, refused = self._of(plan_hazards, "hazards")
        self.visits, more = self._of(plan_visits, "visits")
        accidents, less = plan_accidents([t for t in self._lines("accidents") if not t[0].place], local_date(now))
        self.accidents: list[PlannedAccident] = accidents
        why.update(refused | more | less)
        self._rated()
        self.stands = [*firm_acts(county, self._lines("firms"), now, why)]
        self.stands += device_acts(county, self._lines("devices"), now, why)

    def _of(self, read: Callable[[Any], tuple[list[Any], dict[int, str]]], what: str) -> tuple[list[Any], dict[int, str]]:
        return read(self._lines(what))

    def _lines(self, what: str) -> list[tuple[Line, Meaning]]:
        return [t for t in self.told if t[1].kind in _COUNTERS[what] and t[0].row not in self.why]

    def _refuse_future(self) -> None:
        """What has not begun can't have been counted."""
        today = local_date(self.now)
        for line, meant in self.told:
            if meant.kind != "stated" and line.period is not None and line.period.first >= today:
                self.why[line.row] = "期间尚未开始"

    def _rated(self) -> None:
        """A rate of ended listings is true where it follows from those that are listed: all of them are ended."""
        for line, meant in self.told:
            if meant.kind == "listed_rate" and (line.number != 100 or not any(a.levels for a in self.atoms)):
                self.why[line.row] = "挂牌督办数据不足以得出这一比率"

    # --- building ---

    def make(self, mark: str, progress: Progress) -> None:
        """Write everything, some 200 subjects to a transaction."""
        begin = self._begin()
        node.forget()  # the history starts years back: without this, entries would carry the time of `anlan init`
        regions.regions_install(scope=SETUP, region=node.own().region, now=begin)
        checklists_install(now=begin)
        mark_stage(self.county, begin, "begun", mark)
        self.county.people(begin + timedelta(hours=1))
        self._pool(begin + timedelta(hours=2))
        acts = sorted(self._acts(), key=lambda act: act.at)
        total = sum(act.size for act in acts)
        self._play(acts, total, progress)
        mark_stage(self.county, self.now, "built", mark)
        progress(total, total)

    def _begin(self) -> datetime:
        days = [line.period.first for line, _ in self.told if line.period] + [row.day for row in self.accidents]
        first = min([*days, local_date(self.now)])
        return datetime.combine(first, time(9), SHANGHAI).astimezone(UTC) - timedelta(days=40)

    def _pool(self, at: datetime) -> None:
        """As many enterprises as the largest figure visits, the towns that the file names first."""
        county = self.county
        devices = max((int(t[0].number or 0) for t in self._lines("devices") if t[1].kind == "device_firms"), default=0)
        for place in county.places:
            need = max([2, *(v.firms for v in self.visits if v.place == place)])
            county.hosts([county.code_of(place)] * need, at)
        hazards = sum(a.count for a in self.atoms)
        visited = (v.firms for v in self.visits if not v.place)
        county.hosts(list(spaced(county.towns(), max([_FIRMS_LEAST, devices, hazards // _HAZARDS_PER_FIRM, *visited]))), at)
        few = [host for place in county.places for host in county.among(place)[:2]]
        wanted = min(_STAFFED_MOST, max(_FIRMS_LEAST, hazards // _HAZARDS_PER_FIRM))
        county.staffed([*few, *county.among("")[:wanted]], at + timedelta(hours=1))

    def _acts(self) -> list[Act]:
        acts: list[Act] = []
        atoms: list[Atom] = self.atoms
        visits: list[Visits] = self.visits
        for atom in atoms:
            acts += hazard_acts(self.county, atom, self.now)
        for each in visits:
            acts += visit_acts(self.county, each, self.now)
        acts += self.stands
        acts += accident_acts(self.county, self.accidents, self.now)
        stated = [line for line, meant in self.told if meant.kind == "stated" or line.row in self.why]
        acts += stated_acts(self.county, stated, self.now)
        return acts

    def _play(self, acts: Sequence[Act], total: int, progress: Progress) -> None:
        done, written = 0, 0
        while done < len(acts):
            size = 0
            with writing():
                while done < len(acts) and size < _BATCH:
                    acts[done].act(acts[done].at)
                    size += acts[done].size
                    done += 1
            written += size
            progress(written, total)


def _summary(found: Sequence[Answer]) -> dict[str, Any]:
    kinds = [answer.kind for answer in found]
    wrong = [a for a in found if a.equal is False or a.compared is False]
    return {
        "ok": True, "figures": [answer.data for answer in found], "count": len(found),
        "ledger": kinds.count("ledger"), "reported": kinds.count("reported"), "blank": kinds.count("blank"),
        "equal": sum(a.equal is True for a in found), "differ": len(wrong),
    }  # fmt: skip
