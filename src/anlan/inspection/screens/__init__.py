"""Pages of inspection: hazards, listings, inspections, campaigns, checklists. Lists are the desk's."""

from __future__ import annotations

from django.urls import path

from anlan.inspection.screens import (
    assigning,
    batch,
    blanket,
    bundles,
    campaigns,
    checklist_sheets,
    checklists,
    hazards,
    indicators,
    inspections,
    leaders,
    listings,
    plans,
    reports,
    self_checks,
    tasks,
)

_HAZARD = "hazards/<uuid:hazard_id>"
_VISIT = "inspections/<uuid:inspection_id>"
_CAMPAIGN = "campaigns/<uuid:campaign_id>"
_LISTING = "listings/<uuid:listing_id>"
_SELF = "self-checks/<uuid:self_check_id>"
_PLAN = "plans/<uuid:plan_id>"
_TASK = "tasks/<uuid:task_id>"
_LIST = "checklists/<uuid:checklist_id>"

urlpatterns = [
    path("indicators", indicators.indicators, name="inspection-indicators"),
    path("indicators/rows", indicators.indicator_rows, name="inspection-indicator-rows"),
    path("leaders", leaders.leaders, name="inspection-leaders"),
    path("hazards/order", batch.hazards_order, name="inspection-hazards-order"),
    path("hazards/print", bundles.hazards_print, name="inspection-hazards-print"),
    path("hazards/issue", bundles.hazards_issue, name="inspection-hazards-issue"),
    path("hazards/issued", bundles.hazards_issued, name="inspection-hazards-issued"),
    path("hazards/new", hazards.hazard_new, name="inspection-hazard-new"),
    path(_HAZARD, hazards.hazard_page, name="inspection-hazard"),
    path(f"{_HAZARD}/tags", hazards.hazard_tags, name="inspection-hazard-tags"),
    path(f"{_HAZARD}/<slug:action>", hazards.hazard_step, name="inspection-hazard-step"),
    path("inspections/new", inspections.inspection_new, name="inspection-new"),
    path(_VISIT, inspections.inspection_page, name="inspection-page"),
    path(f"{_VISIT}/items", inspections.inspection_items, name="inspection-items"),
    path("listings/new", listings.listing_new, name="inspection-listing-new"),
    path(_LISTING, listings.listing_page, name="inspection-listing"),
    path(f"{_LISTING}/<slug:action>", listings.listing_act, name="inspection-listing-act"),
    path(f"{_VISIT}/report", reports.inspection_report, name="inspection-report"),
    path("plans/new", plans.plan_new, name="inspection-plan-new"),
    path(_PLAN, plans.plan_page, name="inspection-plan"),
    path(f"{_PLAN}/change", plans.plan_edit, name="inspection-plan-change"),
    path(f"{_PLAN}/<slug:action>", plans.plan_step, name="inspection-plan-step"),
    path("tasks/assign", assigning.tasks_assign, name="inspection-tasks-assign"),
    path(_TASK, tasks.task_page, name="inspection-task"),
    path(f"{_TASK}/<slug:action>", tasks.task_step, name="inspection-task-step"),
    path("campaigns/new", campaigns.campaign_new, name="inspection-campaign-new"),
    path(_CAMPAIGN, campaigns.campaign_page, name="inspection-campaign"),
    path(f"{_CAMPAIGN}/grid", blanket.grid_page, name="inspection-campaign-grid"),
    path(f"{_CAMPAIGN}/firms.xlsx", blanket.grid_export, name="inspection-campaign-firms"),
    path(f"{_CAMPAIGN}/firms/new", blanket.firm_new, name="inspection-campaign-firm-new"),
    path(f"{_CAMPAIGN}/change", campaigns.campaign_edit, name="inspection-campaign-change"),
    path(f"{_CAMPAIGN}/retire", campaigns.campaign_retire, name="inspection-campaign-retire"),
    path("self-checks", self_checks.self_checks_page, name="inspection-self-checks"),
    path("self-checks/new", self_checks.self_check_new, name="inspection-self-check-new"),
    path(_SELF, self_checks.self_check_page, name="inspection-self-check"),
    path(f"{_SELF}/items", self_checks.self_check_items, name="inspection-self-check-items"),
    path("checklists/new", checklists.checklist_new, name="inspection-checklist-new"),
    path("checklists/import", checklist_sheets.sheet_import, name="inspection-checklist-import-new"),
    path("checklists/template.xlsx", checklist_sheets.sheet_file, name="inspection-checklist-template"),
    path(f"{_LIST}/import", checklist_sheets.sheet_import, name="inspection-checklist-import"),
    path(f"{_LIST}/items.xlsx", checklist_sheets.sheet_file, name="inspection-checklist-file"),
    path(_LIST, checklists.checklist_page, name="inspection-checklist"),
    path(f"{_LIST}/change", checklists.checklist_edit, name="inspection-checklist-change"),
    path(f"{_LIST}/retire", checklists.checklist_retire, name="inspection-checklist-retire"),
]
