"""Refusals of this context; each carries a stable code whose sentence stands in messages/inspection.toml.

AnlanError
├── NotFound       HazardNotFound, InspectionNotFound, CampaignNotFound, ChecklistNotFound, ListingNotFound,
│                  SelfCheckNotFound, PlanNotFound, TaskNotFound, TeamNotFound
├── RuleViolation  StepRefused (every reason in `violations`)
└── Conflict       StalePage
"""

from __future__ import annotations

from collections.abc import Sequence

from anlan.kernel.errors import Conflict, NotFound, RuleViolation, Violation

__all__ = [
    "CampaignNotFound",
    "ChecklistNotFound",
    "HazardNotFound",
    "InspectionNotFound",
    "ListingNotFound",
    "PlanNotFound",
    "SelfCheckNotFound",
    "StalePage",
    "StepRefused",
    "TaskNotFound",
    "TeamNotFound",
]


class HazardNotFound(NotFound):
    """No such hazard, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("inspection.hazard.not_found")


class InspectionNotFound(NotFound):
    """No such inspection, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("inspection.inspection.not_found")


class CampaignNotFound(NotFound):
    """No such campaign, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("inspection.campaign.not_found")


class ChecklistNotFound(NotFound):
    """No such checklist."""

    def __init__(self) -> None:
        super().__init__("inspection.checklist.not_found")


class ListingNotFound(NotFound):
    """No such listing, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("inspection.listing.not_found")


class SelfCheckNotFound(NotFound):
    """No such self-check, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("inspection.self_check.not_found")


class PlanNotFound(NotFound):
    """No such annual plan, or not published to this person."""

    def __init__(self) -> None:
        super().__init__("inspection.plan.not_found")


class TaskNotFound(NotFound):
    """No such task, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("inspection.task.not_found")


class TeamNotFound(NotFound):
    """No such team, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("inspection.team.not_found")


class StepRefused(RuleViolation):
    """The law or a house rule forbids this step; `violations` holds every reason."""

    def __init__(self, code: str, violations: Sequence[Violation], **facts: object) -> None:
        super().__init__(code, violations, **facts)


class StalePage(Conflict):
    """The record was changed after the caller's page was made: a double click, or a colleague was faster."""

    def __init__(self, number: str, state: str) -> None:
        super().__init__("inspection.stale", number=number, state=state)
