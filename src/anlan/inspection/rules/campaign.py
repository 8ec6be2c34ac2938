"""What a campaign (专项行动) must say of itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anlan.kernel.errors import Violation

__all__ = ["CampaignFacts", "check_campaign", "check_tag"]


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """A campaign's name and period (local dates, both days included; None while not given)."""

    name: str
    since_on: date | None
    until_on: date | None


def check_campaign(facts: CampaignFacts) -> list[Violation]:
    """Why this campaign can't stand; empty when it can. Source: house rule."""
    found = []
    if not facts.name.strip():
        found.append(Violation("inspection.campaign.name_missing", {}, "name"))
    if facts.since_on is None or facts.until_on is None:
        found.append(Violation("inspection.campaign.period_missing", {}, "since_on"))
    elif facts.until_on < facts.since_on:
        found.append(Violation("inspection.campaign.period_reversed", {}, "until_on"))
    return found


def check_tag(retired: bool) -> list[Violation]:
    """Why a hazard can't be put under a campaign; empty when it can. Source: house rule."""
    return [Violation("inspection.campaign.retired", {}, "campaign")] if retired else []
