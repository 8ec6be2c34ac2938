"""Folds of inspection by kind of entry: (row, entry) -> row, pure."""

from __future__ import annotations

from anlan.inspection.apply.acts import ACT_FOLDS
from anlan.inspection.apply.checklists import CHECKLIST_FOLDS
from anlan.inspection.apply.hazards import HAZARD_FOLDS
from anlan.inspection.apply.inspections import INSPECTION_FOLDS
from anlan.inspection.apply.listings import LISTING_FOLDS
from anlan.inspection.apply.plans import PLAN_FOLDS
from anlan.inspection.apply.reports import REPORT_FOLDS
from anlan.inspection.apply.self_checks import SELF_CHECK_FOLDS
from anlan.inspection.apply.tasks import TASK_FOLDS
from anlan.kernel.ledger_fold import plain_folds

FOLDS = {
    **HAZARD_FOLDS,
    **ACT_FOLDS,
    **INSPECTION_FOLDS,
    **CHECKLIST_FOLDS,
    **LISTING_FOLDS,
    **SELF_CHECK_FOLDS,
    **plain_folds("campaign"),
    **plain_folds("self_check_rule"),
    **plain_folds("team", ("members",)),
    **PLAN_FOLDS,
    **TASK_FOLDS,
    **REPORT_FOLDS,
}
