"""Pages of inspection: hazards, inspections, campaigns, checklists. Lists are the desk's."""

from __future__ import annotations

from django.urls import path

from anlan.inspection.screens import (
    assigning,
    batch,
    campaigns,
    checklists,
    hazards,
    inspections,
    plans,
    reports,
    tasks,
)

_HAZARD = "hazards/<uuid:hazard_id>"
_VISIT = "inspections/<uuid:inspection_id>"
_CAMPAIGN = "campaigns/<uuid:campaign_id>"
_PLAN = "plans/<uuid:plan_id>"
_TASK = "tasks/<uuid:task_id>"
_LIST = "checklists/<uuid:checklist_id>"

urlpatterns = [
    path("hazards/order", batch.hazards_order, name="inspection-hazards-order"),
    path("hazards/new", hazards.hazard_new, name="inspection-hazard-new"),
    path(_HAZARD, hazards.hazard_page, name="inspection-hazard"),
    path(f"{_HAZARD}/tags", hazards.hazard_tags, name="inspection-hazard-tags"),
    path(f"{_HAZARD}/<slug:action>", hazards.hazard_step, name="inspection-hazard-step"),
    path("inspections/new", inspections.inspection_new, name="inspection-new"),
    path(_VISIT, inspections.inspection_page, name="inspection-page"),
    path(f"{_VISIT}/items", inspections.inspection_items, name="inspection-items"),
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
    path(f"{_CAMPAIGN}/change", campaigns.campaign_edit, name="inspection-campaign-change"),
    path(f"{_CAMPAIGN}/retire", campaigns.campaign_retire, name="inspection-campaign-retire"),
    path("checklists/new", checklists.checklist_new, name="inspection-checklist-new"),
    path(_LIST, checklists.checklist_page, name="inspection-checklist"),
    path(f"{_LIST}/change", checklists.checklist_edit, name="inspection-checklist-change"),
    path(f"{_LIST}/retire", checklists.checklist_retire, name="inspection-checklist-retire"),
]
