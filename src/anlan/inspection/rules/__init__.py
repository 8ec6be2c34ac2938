"""The law of inspection: loops, checks and deadlines, pure."""

from __future__ import annotations

from anlan.inspection.rules.hazard import HAZARD_LOOP
from anlan.inspection.rules.inspection import INSPECTION_LOOP
from anlan.inspection.rules.listing import LISTING_LOOP
from anlan.inspection.rules.plan import PLAN_LOOP
from anlan.inspection.rules.self_check import SELF_CHECK_LOOP
from anlan.inspection.rules.task import TASK_LOOP
from anlan.kernel.loops import Loop

LOOPS: tuple[Loop, ...] = (HAZARD_LOOP, INSPECTION_LOOP, LISTING_LOOP, SELF_CHECK_LOOP, PLAN_LOOP, TASK_LOOP)
