"""Which chain holds for a matter, and the facts by which rules.duty finds who is to be called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anlan.accounts import queries as accounts
from anlan.calling.models import Chain, Link, RosterLine, Shift
from anlan.calling.rules.chain import DEFAULT_CHAIN, ChainFacts, ChainStep, pick_chain
from anlan.calling.rules.duty import Facts, PostFacts
from anlan.calling.rules.roster import Duty
from anlan.kernel.deadlines import local_date
from anlan.kernel.region_codes import region_ancestors, region_pad
from anlan.platform.scope import Scope, limit

LEADER = "calling.escalation.read"


def chain_for(region: str, kind: str, chain_id: str | None = None) -> tuple[str, tuple[ChainStep, ...]]:
    """Name and steps of the chain in force at a 12-digit region for a kind; ("", the default) where there is none.

    A named chain that was retired or has no steps left does not hold.
    """
    standing = Chain.objects.filter(retired_at__isnull=True)
    chosen = str(chain_id) if chain_id and standing.filter(pk=chain_id).exists() else None
    if chosen is None:
        near = standing.filter(region__in=(region, *region_ancestors(region)))
        facts = [ChainFacts(str(pk), place, k) for pk, place, k in near.values_list("pk", "region", "kind")]
        with_steps = set(_links([f.id for f in facts]))
        chosen = pick_chain([f for f in facts if f.id in with_steps], region, kind)
    steps = _links([chosen]).get(chosen, ()) if chosen else ()
    if not chosen or not steps:
        return "", DEFAULT_CHAIN
    return standing.values_list("name", flat=True).get(pk=chosen), tuple(steps)


def _links(chain_ids: Sequence[str]) -> dict[str, list[ChainStep]]:
    found: dict[str, list[ChainStep]] = defaultdict(list)
    rows = Link.objects.filter(chain_id__in=chain_ids, retired_at__isnull=True).order_by("place", "id")
    for link in rows:
        step = ChainStep(
            link.holder, link.minutes, link.position, str(link.post_id or ""), str(link.person_id or ""),
            tuple(link.critical.split()), tuple(link.urgent.split()), tuple(link.routine.split()),
        )  # fmt: skip
        found[str(link.chain_id)].append(step)
    return found


def duty_facts(steps: Iterable[ChainStep], region: str, at: datetime, participants: Iterable[str] = ()) -> Facts:
    """What resolving these steps at `at` (aware) for a 12-digit region asks for.

    Args:
        participants: of a drill; none for the real thing.
    """
    steps = list(steps)
    duties = _duties(region, at) if any(s.holder == "position" for s in steps) else ()
    leaders: list[tuple[str, str]] = []
    if any(s.holder == "leader" for s in steps):
        placed = accounts.posts_placed([LEADER], at)
        leaders = [(region_pad(p.prefix), p.post_id) for p in placed if not p.enterprise_id]
    named = {s.post for s in steps if s.post}
    heirs = accounts.posts_succeeding(named | {d.post for d in duties})
    # Whoever was registered twice is called in every post of theirs, whichever registration the chain names.
    people = {person: accounts.people_same(person) for person in {s.person for s in steps if s.person}}
    wanted = {*heirs.values(), *(post for _, post in leaders)}
    standing = accounts.posts_today(at, post_ids=wanted, person_ids=frozenset().union(*people.values()))
    posts = {s.post_id: PostFacts(s.post_id, s.person_id, True, s.deputies) for s in standing}
    # A post that was handed over is answered for by whoever has its work now.
    posts |= {old: posts[new] for old, new in heirs.items() if old not in posts and new in posts}
    held = {person: tuple(s.post_id for s in standing if s.person_id in same) for person, same in people.items()}
    everybody = {p for s in standing for p in (s.person_id, *s.deputies)}
    away = frozenset(accounts.people_away(everybody, at))
    only = frozenset(participants)
    only |= frozenset(map(accounts.standing_by(), only)) if only else frozenset()
    return Facts(posts, held, away, tuple(duties), tuple(leaders), only or None)


def _duties(region: str, at: datetime) -> tuple[Duty, ...]:
    """The lines of rosters upward from a region whose shift may hold the moment."""
    today = local_date(at)
    rows = RosterLine.objects.filter(
        on__in=(today, today - timedelta(days=1)), retired_at__isnull=True, shift__isnull=False, post_id__isnull=False,
        region__in=(region, *region_ancestors(region)),
    ).select_related("shift").order_by("on", "id")  # fmt: skip
    return tuple(
        Duty(r.region, r.position, r.on, r.shift.starts, r.shift.ends, str(r.post_id))
        for r in rows
        if r.shift.starts and r.shift.ends
    )


def chain_choices(scope: Scope) -> list[tuple[str, str]]:
    """(id, name) of the chains in scope that stand."""
    rows = limit(Chain.objects.filter(retired_at__isnull=True), scope).order_by("name", "id")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def on_duty(region: str, at: datetime) -> list[Duty]:
    """Every line that is running at `at` at the region, above it, and for the printed sheet."""
    return [duty for duty in _duties(region, at) if duty.holds(at)]


def shift_choices(scope: Scope) -> list[tuple[str, str]]:
    """(id, name and times) of the shifts that hold in scope; a bare name suffices where it is the only one of its name."""
    rows = list(limit(Shift.objects.filter(retired_at__isnull=True), scope).order_by("name", "id"))
    names = [shift.name for shift in rows]
    return [(str(s.pk), s.name if names.count(s.name) == 1 else f"{s.name}（{s.starts}至{s.ends}）") for s in rows]


def post_choices(scope: Scope, now: datetime) -> list[tuple[str, str]]:
    """(post id, label) of the running posts in scope that have a holder, enterprises' too: a bare name where it is alone."""
    cards = accounts.posts_in_scope(scope, now)
    names = [card.name for card in cards]
    return [(c.post_id, c.name if names.count(c.name) == 1 else c.label) for c in cards]


def person_choices(scope: Scope, now: datetime) -> list[tuple[str, str]]:
    """(person id, label) of their holders, each once."""
    cards = {card.person_id: card for card in accounts.posts_in_scope(scope, now)}
    names = [card.name for card in cards.values()]
    return [(p, c.name if names.count(c.name) == 1 else c.label) for p, c in cards.items()]


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A line of a roster with words instead of ids."""

    on: date
    shift: str
    position: str
    person_id: str
    name: str


def roster_rows(scope: Scope, since: datetime, until: datetime) -> list[RosterRow]:
    """The lines in scope from the local day of one moment to that of another, both included, by day and shift."""
    rows = limit(RosterLine.objects.filter(retired_at__isnull=True, shift__isnull=False), scope).filter(
        on__gte=local_date(since), on__lte=local_date(until), post_id__isnull=False
    )
    lines = list(rows.select_related("shift").order_by("on", "shift__starts", "position", "id")[:500])
    cards = accounts.post_cards([str(r.post_id) for r in lines], since)
    return [
        RosterRow(
            r.on, r.shift.name, r.get_position_display(), cards[str(r.post_id)].person_id, cards[str(r.post_id)].name
        )
        for r in lines
        if str(r.post_id) in cards and cards[str(r.post_id)].person_id
    ]
