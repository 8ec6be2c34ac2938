"""What a team (检查组) must say of itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

__all__ = ["TEAM_KINDS", "TeamFacts", "check_team"]

TEAM_KINDS: tuple[tuple[str, str], ...] = (
    ("inspect", "检查组"),
    ("oversight", "督导检查组"),
    ("expert", "专家组"),
    ("peer", "互查组"),
    ("third_party", "第三方检查组"),
)


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team as entered: its kind, period (local dates, both included; None while not given), members (post ids).

    `members` is None where a change does not touch them. `organisation`: of a third party.
    """

    kind: str
    since_on: date | None
    until_on: date | None
    leader: str
    members: frozenset[str] | None
    organisation: str


def check_team(facts: TeamFacts) -> list[Violation]:
    """Why this team can't stand; empty when it can. Source: house rule."""
    found = []
    if facts.since_on and facts.until_on and facts.until_on < facts.since_on:
        found.append(Violation("inspection.team.period_reversed", {}, "until_on"))
    if facts.kind == "third_party" and blank(facts.organisation):
        found.append(Violation("inspection.team.organisation_missing", {}, "organisation"))
    if facts.members is not None and not facts.members:
        found.append(Violation("inspection.team.members_missing", {}, "members"))
    if facts.members is not None and facts.leader and facts.leader not in facts.members:
        found.append(Violation("inspection.team.leader_outside", {}, "leader"))
    return found
