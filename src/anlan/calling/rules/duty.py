"""Who is to be called at this instant: from a step of a chain to people, by rosters, posts, leave and deputies. Pure.

Source: house rule. Nobody is called in a post that does not run; who is on leave is stood in for by the deputies of that
post; who deputises and is away too is left out; where nobody is left, the next step's turn has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from anlan.calling.rules.chain import ChainStep
from anlan.calling.rules.roster import Duty
from anlan.kernel.region_codes import region_ancestors

__all__ = ["Callee", "Facts", "PostFacts", "next_turn", "people_of"]


@dataclass(frozen=True, slots=True)
class Callee:
    """A person to be called, in which post, and for whom they stand in ("" for nobody)."""

    person: str
    post: str
    deputy_for: str = ""


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post at the instant: its holder, whether it runs, and who deputises in it today (none: the holder is there)."""

    post: str
    person: str
    runs: bool = True
    deputies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the resolution asks for.

    Attributes:
        posts: by id. held: post ids by person. away: people on leave today (somebody deputises in a post of theirs).
        duties: lines of rosters whose days may hold the instant. leaders: (12-digit region, post id).
        participants: of a drill, the only people it reaches; None for the real thing.
    """

    posts: Mapping[str, PostFacts]
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
    duties: tuple[Duty, ...] = ()
    leaders: tuple[tuple[str, str], ...] = ()
    participants: frozenset[str] | None = None


def _in_post(post_id: str, facts: Facts) -> list[Callee]:
    post = facts.posts.get(post_id)
    if post is None or not post.runs:
        return []
    if not post.deputies:
        # Away without a deputy in this very post: on leave in another one; nobody can be expected to answer.
        return [Callee(post.person, post.post)] if post.person and post.person not in facts.away else []
    return [Callee(d, post.post, post.person) for d in post.deputies if d not in facts.away]


def _nearest(region: str, posts: Iterable[tuple[str, str]], facts: Facts) -> list[Callee]:
    """Those of the nearest region upward (the place itself first) where anybody can be called."""
    by_region: dict[str, list[str]] = {}
    for place, post in posts:
        by_region.setdefault(place, []).append(post)
    for place in (region, *reversed(region_ancestors(region))):
        if found := [callee for post in by_region.get(place, ()) for callee in _in_post(post, facts)]:
            return found
    return []


def people_of(step: ChainStep, region: str, at: datetime, facts: Facts) -> tuple[Callee, ...]:
    """Whom a step means for a matter in `region` (12 digits) at the aware moment `at`; each person once, () for nobody."""
    if step.holder == "position":
        lines = [(d.region, d.post) for d in facts.duties if d.position == step.position and d.holds(at)]
        found = _nearest(region, lines, facts)
    elif step.holder == "leader":
        found = _nearest(region, facts.leaders, facts)
    elif step.holder == "post":
        found = _in_post(step.post, facts)
    else:
        there = [c for post in facts.held.get(step.person, ()) for c in _in_post(post, facts)]
        found = [c for c in there if c.person == step.person] or there
    once: dict[str, Callee] = {}
    for callee in found:
        if facts.participants is None or callee.person in facts.participants:
            once.setdefault(callee.person, callee)
    return tuple(once.values())


def next_turn(
    steps: Sequence[ChainStep], start: int, region: str, at: datetime, facts: Facts
) -> tuple[int, tuple[Callee, ...]] | None:
    """The first step from `start` on that means anybody, with its people; None when the chain is exhausted."""
    for number in range(start, len(steps)):
        if people := people_of(steps[number], region, at, facts):
            return number, people
    return None
