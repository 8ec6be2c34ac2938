"""Campaigns are a plain ledger: these services only name it, so that every caller has one place to go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.inspection.models import Campaign
from anlan.platform.ledger.services import plain_change, plain_create, plain_retire
from anlan.platform.scope import Scope

_LEDGER = Campaign.SUBJECT


def campaign_create(*, scope: Scope, values: Mapping[str, Any], now: datetime, once: str | None = None) -> str:
    """Make a campaign and return its id.

    Args:
        values: name, region (12 digits), since_on, until_on, target_class, target_tag, summary.
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside". BadInput: "ledger.values_refused".
        RuleViolation: "ledger.rule_refused" with the reasons of rules.campaign.check_campaign; "ledger.duplicate".
    """
    return plain_create(scope=scope, ledger=_LEDGER, values=values, now=now, once=once)


def campaign_change(
    *,
    scope: Scope,
    campaign_id: str,
    values: Mapping[str, Any],
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> bool:
    """Change a campaign; whether anything differed. Raises as `campaign_create`, NotFound, Conflict."""
    return plain_change(scope=scope, ledger=_LEDGER, id=campaign_id, values=values, base=base, now=now, once=once)


def campaign_retire(
    *, scope: Scope, campaign_id: str, reason: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """End a campaign: nothing new is put under it. Raises NotAllowed, NotFound, BadInput: "ledger.reason_missing"."""
    plain_retire(scope=scope, ledger=_LEDGER, id=campaign_id, reason=reason, base=base, now=now, once=once)
