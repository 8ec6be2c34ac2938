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
    InspectionReport,
    InspectionTag,
)
from anlan.inspection.models.listing import Listing, ListingFollowUp, ListingPhoto
from anlan.inspection.models.plan import Plan, PlanLine
from anlan.inspection.models.self_check import SelfCheck, SelfCheckItem, SelfCheckPhoto, SelfCheckRule
from anlan.inspection.models.task import Task, TaskGuest, TaskOfficer
from anlan.inspection.models.team import Team, TeamMember

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
    "InspectionReport",
    "InspectionTag",
    "Listing",
    "ListingFollowUp",
    "ListingPhoto",
    "Plan",
    "PlanLine",
    "SelfCheck",
    "SelfCheckItem",
    "SelfCheckPhoto",
    "SelfCheckRule",
    "Task",
    "TaskGuest",
    "TaskOfficer",
    "Team",
    "TeamMember",
]
