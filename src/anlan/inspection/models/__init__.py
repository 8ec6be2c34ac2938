"""Tables of inspection; all of them projections."""

from __future__ import annotations

from anlan.inspection.models.campaign import Campaign
from anlan.inspection.models.checklist import Checklist, ChecklistItem
from anlan.inspection.models.hazard import Hazard, HazardExtension, HazardPhoto, HazardTag
from anlan.inspection.models.inspection import (
    Inspection,
    InspectionItem,
    InspectionOfficer,
    InspectionPhoto,
    InspectionTag,
)
from anlan.inspection.models.listing import Listing, ListingFollowUp, ListingPhoto
from anlan.inspection.models.self_check import SelfCheck, SelfCheckItem, SelfCheckPhoto, SelfCheckRule

__all__ = [
    "Campaign",
    "Checklist",
    "ChecklistItem",
    "Hazard",
    "HazardExtension",
    "HazardPhoto",
    "HazardTag",
    "Inspection",
    "InspectionItem",
    "InspectionOfficer",
    "InspectionPhoto",
    "InspectionTag",
    "Listing",
    "ListingFollowUp",
    "ListingPhoto",
    "SelfCheck",
    "SelfCheckItem",
    "SelfCheckPhoto",
    "SelfCheckRule",
]
