"""The only readers of inspection: hazards, inspections, checklists, campaigns, counts, officers."""

from __future__ import annotations

from anlan.inspection.queries.campaigns import (
    CampaignProgress,
    campaign_choices,
    campaign_get,
    campaign_list,
    campaign_names,
    campaign_progress,
)
from anlan.inspection.queries.checklists import (
    checklist_by_code,
    checklist_choices,
    checklist_get,
    checklist_items,
    checklist_list,
    clause_text,
)
from anlan.inspection.queries.counts import (
    CountRow,
    Coverage,
    HazardCounts,
    NodeHeard,
    hazard_counts,
    hazard_totals,
)
from anlan.inspection.queries.hazards import (
    ActionView,
    hazard_actions,
    hazard_get,
    hazard_list,
    hazard_photos,
    hazard_rows,
    hazards_get,
    hazards_of_enterprise,
    hazards_overdue,
    hazards_provisional,
    step_facts,
)
from anlan.inspection.queries.history import HistoryLine, hazard_history, once_recorded, versions_of
from anlan.inspection.queries.inspections import (
    ItemView,
    draft_list,
    inspection_get,
    inspection_list,
    inspection_officers,
    inspection_sheet,
    inspections_of_enterprise,
)
from anlan.inspection.queries.officers import officer_choices, officers_known

__all__ = [
    "ActionView",
    "CampaignProgress",
    "CountRow",
    "Coverage",
    "HazardCounts",
    "HistoryLine",
    "ItemView",
    "NodeHeard",
    "campaign_choices",
    "campaign_get",
    "campaign_list",
    "campaign_names",
    "campaign_progress",
    "checklist_by_code",
    "checklist_choices",
    "checklist_get",
    "checklist_items",
    "checklist_list",
    "clause_text",
    "draft_list",
    "hazard_actions",
    "hazard_counts",
    "hazard_get",
    "hazard_history",
    "hazard_list",
    "hazard_photos",
    "hazard_rows",
    "hazard_totals",
    "hazards_get",
    "hazards_of_enterprise",
    "hazards_overdue",
    "hazards_provisional",
    "inspection_get",
    "inspection_list",
    "inspection_officers",
    "inspection_sheet",
    "inspections_of_enterprise",
    "officer_choices",
    "officers_known",
    "once_recorded",
    "step_facts",
    "versions_of",
]
