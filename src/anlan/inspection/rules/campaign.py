"""What a campaign (专项行动) must say of itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anlan.data import region_name
from anlan.kernel.codes import region_prefix
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

__all__ = ["CAMPAIGN_KINDS", "CampaignFacts", "check_campaign", "check_tag", "covers_region"]

CAMPAIGN_KINDS: tuple[tuple[str, str], ...] = (
    ("drive", "专项检查"),
    ("holiday", "节假日检查"),
    ("peer", "互学互查"),
    ("oversight", "督导检查"),
)

_EARLIEST = date(2000, 1, 1)
_LONGEST_DAYS = 3 * 365 + 1


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """A campaign's name and period (local dates, both days included; None while not given)."""

    name: str
    since_on: date | None
    until_on: date | None


def check_campaign(facts: CampaignFacts) -> list[Violation]:
    """Why this campaign can't stand; empty when it can. Source: house rule."""
    found = []
    if blank(facts.name):
        found.append(Violation("inspection.campaign.name_missing", {}, "name"))
    if facts.since_on is None or facts.until_on is None:
        found.append(Violation("inspection.campaign.period_missing", {}, "since_on"))
    elif facts.until_on < facts.since_on:
        found.append(Violation("inspection.campaign.period_reversed", {}, "until_on"))
    elif (facts.until_on - facts.since_on).days > _LONGEST_DAYS:
        found.append(Violation("inspection.campaign.period_long", {"years": 3}, "until_on"))
    if facts.since_on is not None and facts.since_on < _EARLIEST:
        found.append(Violation("inspection.campaign.since_early", {"year": _EARLIEST.year}, "since_on"))
    return found


def check_tag(retired: bool, covers: str = "", region: str = "") -> list[Violation]:
    """Why a hazard or an inspection can't be put under a campaign; empty when it can. Source: house rule.

    Args:
        covers: 12-digit region of the campaign. region: of the hazard or enterprise; "": not asked.
    """
    found = [Violation("inspection.campaign.retired", {}, "campaign")] if retired else []
    if region and not covers_region(covers, region):
        facts = {"covers": region_name(covers) or covers, "region": region_name(region) or region}
        found.append(Violation("inspection.campaign.region_outside", facts, "campaign"))
    return found


def covers_region(covers: str, region: str) -> bool:
    """Whether a campaign of the region `covers` reaches `region` (12 digits each). Source: house rule."""
    return region.startswith(region_prefix(covers))
