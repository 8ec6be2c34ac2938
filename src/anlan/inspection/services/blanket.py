"""A firm found on the way of a blanket campaign: registered as one of its targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.rules.campaign import check_tag
from anlan.kernel.errors import BadInput, Violation
from anlan.platform.scope import Scope
from anlan.registry.services.field import enterprise_add

__all__ = ["FirmFound", "firm_add"]

_RIGHT = "inspection.inspect"


@dataclass(frozen=True, slots=True)
class FirmFound:
    """What is known on the spot, as typed.

    `kind`: a class; only 九小场所 may lack the code `uscc`. `lon`, `lat`: WGS-84 or empty.
    """

    name: str
    region: str
    contact: str
    phone: str
    kind: str = ""
    address: str = ""
    lon: str = ""
    lat: str = ""
    uscc: str = ""


def firm_add(*, scope: Scope, campaign_id: str, found: FirmFound, now: datetime, once: str | None = None) -> str:
    """Register a firm found on the way; its id. It gets the campaign's class, tag and scale, so it counts in its grid.

    Raises:
        CampaignNotFound; NotAllowed: "platform.not_allowed", "platform.region_outside".
        StepRefused: "inspection.hazard.tag.refused" for a campaign that has ended or does not reach the region.
        BadInput: "registry.enterprise.invalid", "registry.contact.invalid" with every reason.
        RuleViolation: "registry.enterprise.duplicate".
    """
    campaign = queries.campaign_get(scope, campaign_id)
    scope.require(_RIGHT)
    if problems := check_tag(campaign.retired_at is not None, campaign.region, found.region):
        raise StepRefused("inspection.hazard.tag.refused", problems, campaign=campaign.name)
    values = {
        "uscc": found.uscc,
        "name": found.name, "region": found.region, "address": found.address, "lon": found.lon, "lat": found.lat,
        "classes": sorted({found.kind, campaign.target_class} - {""}),
        "tags": [campaign.target_tag] if campaign.target_tag else [], "scale": campaign.target_scale,
    }  # fmt: skip
    contact = {"name": found.contact, "phone": found.phone, "post": "principal"}
    try:
        return enterprise_add(scope=scope, values=values, contact=contact, now=now, once=once)
    except BadInput as error:
        # The form calls the contact's name by another word than the firm's own.
        if error.code != "registry.contact.invalid":
            raise
        named = [Violation(v.code, v.facts, "contact" if v.field == "name" else v.field) for v in error.violations]
        raise BadInput(error.code, named, **error.facts) from error
