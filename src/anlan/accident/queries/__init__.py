"""Reading accidents: the one door for services, screens, other contexts above."""

from __future__ import annotations

from anlan.accident.queries.accidents import (
    VIEW,
    ActionView,
    FileView,
    Standing,
    accident_actions,
    accident_files,
    accident_get,
    accident_list,
    accident_marks,
    accident_named,
    accident_standing,
    accident_twin,
    accidents_counted,
    accidents_of,
    accidents_to_close,
    accidents_to_investigate,
    accidents_to_report_up,
    as_uuid,
    casualties_of,
    plain_of,
    step_facts,
    stepped_once,
    version_of,
)
from anlan.accident.rules.amounts import loss_text, loss_yuan
from anlan.accident.rules.codes import CATEGORIES, CORRECTIONS, GROUPS, NATURES, REVOCATIONS, SECTORS, sectors_of
from anlan.accident.rules.grade import GRADES, investigator_of, is_short, leader_late, reported_to
from anlan.accident.rules.report import Casualties

__all__ = [
    "CATEGORIES", "CORRECTIONS", "GRADES", "GROUPS", "NATURES", "REVOCATIONS", "SECTORS", "VIEW", "ActionView",
    "Casualties", "FileView", "Standing", "accident_actions", "accident_files", "accident_get", "accident_list",
    "accident_marks", "accident_named", "accident_standing", "accident_twin", "accidents_counted", "accidents_of",
    "accidents_to_close", "accidents_to_investigate", "accidents_to_report_up", "as_uuid", "casualties_of",
    "investigator_of", "is_short", "leader_late", "loss_text", "loss_yuan", "plain_of", "reported_to", "sectors_of",
    "step_facts", "stepped_once", "version_of",
]  # fmt: skip
