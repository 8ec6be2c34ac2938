"""`build`: the demo county from nothing, through the services. A second call on a built county does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from anlan.accounts.services.bootstrap import SETUP
from anlan.demo.accidents import accident_extras
from anlan.demo.acts import acts, judge_majors
from anlan.demo.cast import Cast, account_list, cast_county, cast_firms
from anlan.demo.devices import day_of_readings, devices_of, plant_of
from anlan.demo.figures import figures
from anlan.demo.firms import COUNTY, Firm, villages
from anlan.demo.listings import listing_acts
from anlan.demo.plan import SCALES, Plan, make_plan
from anlan.demo.play import Stage, play
from anlan.demo.selfcheck import self_check_extras
from anlan.demo.tasks import work_of
from anlan.demo.times import opening
from anlan.demo.words import person_name, phone, words
from anlan.inspection import queries
from anlan.inspection.services.campaigns import campaign_create
from anlan.inspection.services.checklists import checklists_install
from anlan.inspection.services.hazards import hazard_tag
from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, RuleViolation
from anlan.platform import clock, regions
from anlan.platform.journal import node
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.scope import SYSTEM, Scope
from anlan.registry.services import contacts, enterprises

__all__ = ["build"]

Progress = Callable[[int, int], None]

_MARK = f"demo.county/{COUNTY}"
_BEGUN, _BUILT = 1, 2
_CONTACT_SERIAL = 4000
_WITH_CONTACTS = 24
_COUNT_FOR_BOTH = 3


def build(scale: str = "small", progress: Progress | None = None, *, now: datetime | None = None) -> dict[str, Any]:
    """Make the demo county, its year of work ending at `now`.

    Args:
        scale: "small" (60 enterprises, 120 hazards) or "luohu" (679 and 23,708, of which 19,955 closed).
        progress: called with (steps done, all steps). now: aware; None: the present moment.
    Returns:
        hazards, closed, enterprises, entries, counted from the database afterwards, and accounts to be printed.
    Raises:
        BadInput: "demo.scale_unknown". RuleViolation: "demo.other_county", "demo.county_in_use", "demo.unfinished",
        "demo.scale_differs".
    """
    if scale not in SCALES:
        raise BadInput("demo.scale_unknown", scale=scale, allowed="、".join(SCALES))
    now = now or clock.now()
    if not _built(scale):
        _make(scale, now, progress or (lambda done, total: None))
    return {**figures(COUNTY), "accounts": account_list(now)}


def _built(scale: str) -> bool:
    """Whether the county stands already; a record that must not be mixed with inventions is refused."""
    held = node.own().region
    if not held.startswith(COUNTY):
        raise RuleViolation("demo.other_county", region=held, wanted=COUNTY)
    stage = version_of(_MARK)
    if stage == 0 and figures(COUNTY)["enterprises"]:
        raise RuleViolation("demo.county_in_use")
    if stage == _BEGUN:
        raise RuleViolation("demo.unfinished")
    if stage == _BUILT and version_of(f"{_MARK}.{scale}") == 0:
        raise RuleViolation("demo.scale_differs", scale=scale)
    return stage == _BUILT


def _make(scale: str, now: datetime, progress: Progress) -> None:
    plan = make_plan(SCALES[scale], now)
    if plan.scale.distinct:
        judge_majors(plan)
    total = len(plan.steps)
    begin = opening(plan.begin - timedelta(days=20))
    # The history starts a year back: without this, entries after `anlan init` in this process would carry its later time.
    node.forget()
    regions.regions_install(scope=SYSTEM, region=node.own().region, now=begin)
    checklists_install(now=begin)
    _mark(begin, NEW, "begun", scale)
    cast = cast_county(_grid(plan), begin + timedelta(hours=1))
    ids = _register(plan, cast, begin + timedelta(hours=2))
    progress(total // 50, total)
    cast_firms(cast, plan.firms, ids, plant_of(plan.firms), begin + timedelta(hours=4))
    _contacts(plan, cast, ids, begin + timedelta(hours=6))
    progress(total // 20, total)
    stage = Stage(plan, cast, ids)
    play(stage, _extras(stage), lambda done: progress(total // 20 + done * 19 // 20, total))
    day_of_readings(now)
    _mark(now, _BEGUN, "built", scale)
    progress(total, total)


def _mark(now: datetime, base: int, what: str, scale: str) -> None:
    """Two entries of a subject without a table say that the county was begun and is complete."""
    subjects = [_MARK] if what == "begun" else [_MARK, f"{_MARK}.{scale}"]
    for n, subject in enumerate(subjects):
        draft = Draft(f"demo.county.{what}", subject, COUNTY.ljust(12, "0"), {"scale": scale})
        record(draft, scope=SETUP, now=now, base=NEW if n else base)


def _grid(plan: Plan) -> list[tuple[str, str]]:
    """The villages that need a grid worker, the one of the demo's own enterprise first."""
    wanted = [plan.firms[0].region, *sorted({v.firm.region for v in plan.visits if v.by == "grid"})]
    names = {row.code: row.name for code in wanted for row in villages(code[:9])}
    return [(code, names[code]) for code in dict.fromkeys(wanted)]


def _register(plan: Plan, cast: Cast, now: datetime) -> list[str]:
    """Enterprises entered by the offices that are responsible for them; ids in the order of `plan.firms`."""
    by_office: dict[str, list[Firm]] = {}
    for firm in plan.firms:
        by_office.setdefault(firm.office, []).append(firm)
    ids: dict[int, str] = {}
    for n, (office, firms) in enumerate(by_office.items()):
        rows = [_row(firm, cast.offices[office]) for firm in firms]
        made = enterprises.enterprises_create(
            scope=cast.officer(office, 0), rows=rows, now=now + timedelta(minutes=2 * n)
        )
        ids.update(zip((f.index for f in firms), made, strict=True))
    return [ids[f.index] for f in plan.firms]


def _row(firm: Firm, office_id: str) -> dict[str, Any]:
    trade = firm.trade
    return {
        "name": firm.name,
        "uscc": firm.uscc,
        "region": firm.region,
        "address": firm.address,
        "lon": firm.lon,
        "lat": firm.lat,
        "industry": trade.industry,
        "scale": trade.scale,
        "level": trade.level,
        "office_id": office_id,
        "standardisation": firm.standardisation,
        "classes": list(trade.classes),
        "tags": list(trade.tags),
    }


def _contacts(plan: Plan, cast: Cast, ids: list[str], now: datetime) -> None:
    """The principal and the safety officer of the first enterprises: a name and a phone each, kept in the vault."""
    for firm in plan.firms[:_WITH_CONTACTS]:
        for n, post in enumerate(("principal", "officer")):
            serial = _CONTACT_SERIAL + 2 * firm.index + n
            contacts.contact_set(
                scope=cast.officer(firm.office, 0),
                enterprise_id=ids[firm.index],
                values={"post": post, "name": person_name(serial), "phone": phone(serial)},
                base=None,
                now=now,
            )


def _extras(stage: Stage) -> list[tuple[datetime, Callable[[datetime], Any]]]:
    """Campaigns on the eve of their first day; hazards that count for both; enterprises renamed and suspended; acts."""
    more = acts(stage) if stage.plan.scale.distinct else []
    county = [*_campaigns(stage), *_shared(stage), *_changes(stage), *accident_extras(stage)]
    return [*county, *listing_acts(stage), *self_check_extras(stage), *work_of(stage), *devices_of(stage), *more]


def _campaigns(stage: Stage) -> Iterator[tuple[datetime, Callable[[datetime], Any]]]:
    scope: Scope = stage.cast.officer("bureau:leader", 0)
    for spec in words()["campaign"]:
        first = stage.plan.end + timedelta(days=spec["since"])
        last = stage.plan.end + timedelta(days=spec["until"])
        values = {
            "name": spec["name"],
            "region": COUNTY.ljust(12, "0"),
            "since_on": local_date(first),
            "until_on": local_date(last),
            "target_class": spec.get("class", ""),
            "target_tag": spec.get("tag", ""),
            "summary": spec["summary"],
        }

        def make(at: datetime, values: dict[str, Any] = values, spec: dict[str, Any] = spec) -> None:
            key = campaign_create(scope=scope, values=values, now=at)
            stage.campaigns.append((key, {**values, "classes": spec["classes"], "tags": spec["tags"]}))

        yield opening(first - timedelta(days=1)), make


def _shared(stage: Stage) -> Iterator[tuple[datetime, Callable[[datetime], Any]]]:
    """While both campaigns run, some hazards of the first are put under the second as well."""

    def tag(at: datetime) -> None:
        scope = stage.cast.officer("squad", 0)
        (first, _), (second, _) = stage.campaigns
        rows = queries.hazard_list(scope, campaigns=[first])[:_COUNT_FOR_BOTH]
        ids = [str(h.id) for h in rows]
        hazard_tag(scope=scope, hazard_ids=ids, campaign_id=second, now=at)

    last = min(spec["until"] for spec in words()["campaign"])
    yield opening(stage.plan.end + timedelta(days=last - 2)), tag


def _changes(stage: Stage) -> Iterator[tuple[datetime, Callable[[datetime], Any]]]:
    plan, texts = stage.plan, words()["texts"]
    last = {firm.index: plan.begin for firm in plan.firms}
    last.update((step_visit.firm.index, step.at) for step in plan.steps if (step_visit := plan.visits[step.visit]))
    quiet = sorted(last, key=lambda index: (last[index], index))[:2]
    for index, what in zip(quiet, ("renamed", "suspended"), strict=True):
        firm, at = plan.firms[index], opening(last[index] + timedelta(days=20))

        def change(at: datetime, firm: Firm = firm, what: str = what) -> None:
            scope, key = stage.cast.officer(firm.office, 0), stage.enterprises[firm.index]
            shared = {"scope": scope, "enterprise_id": key, "reason": texts[what], "base": None, "now": at}
            if what == "renamed":
                enterprises.enterprise_rename(name=texts["new_name"].format(name=firm.name), **shared)
            else:
                enterprises.enterprise_status_set(status="suspended", **shared)

        if at < plan.end:
            yield at, change
