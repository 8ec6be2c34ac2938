"""Hazards as reminders see them: thousands of deadlines in one statement, and what one reader may know of some."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from anlan.inspection.models import Hazard
from anlan.inspection.queries.scoped import as_uuid, visible
from anlan.inspection.rules.reminder import REMINDED_STATE
from anlan.kernel.reminders import Matter
from anlan.platform import reading
from anlan.platform.declare import ReminderLine
from anlan.platform.journal.refold import effective_entries, subjects_corrected
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

_PART = 500
# The steps that set a deadline counted from their own moment.
_SETTING = ("ordered", "returned", "rejected")
_COLUMNS = ("id", "region", "due_at", "due_from", "grade", "enterprise_id", "office_id")


def subject_keys(subjects: Collection[str]) -> Iterator[list[UUID]]:
    """The ids of subjects, in parts that a statement can take."""
    keys = [key for subject in subjects if (key := as_uuid(subject.rpartition("/")[2]))]
    for start in range(0, len(keys), _PART):
        yield keys[start : start + _PART]


def hazards_reminded(subjects: Collection[str] | None = None) -> Iterator[Matter]:
    """Hazards that wait for the enterprise and have a deadline, drills left out. Unscoped: for the job.

    Those of a merged enterprise are the matter of the one it has become, and of that one's office.

    Args:
        subjects: only these, `inspection.hazard/<id>`; None: all.
    """
    rows = Hazard._default_manager.filter(closed_at__isnull=True, state=REMINDED_STATE, due_at__isnull=False, drill=0)
    found = [rows] if subjects is None else [rows.filter(pk__in=part) for part in subject_keys(subjects)]
    become = survivors()
    for part in found:
        for key, region, due_at, due_from, grade, enterprise, office in reading.statement(part, _COLUMNS).rows():
            yield Matter(
                f"{Hazard.SUBJECT}/{key}", region, due_at, due_from or due_at, grade == "major",
                *answerable(become, enterprise, office),
            )  # fmt: skip


def survivors() -> Mapping[str, registry.Survivor]:
    """By the id of every merged enterprise what it has become."""
    return {str(key): held for key, held in registry.enterprises_become().items()}


def answerable(become: Mapping[str, registry.Survivor], enterprise: str | None, office: str | None) -> tuple[str, str]:
    """(enterprise, office) that answer for a matter today, "" for none; `become`: survivors()."""
    held = become.get(enterprise) if enterprise else None
    return (held.id, held.office_id) if held else (enterprise or "", office or "")


def hazard_lines(scope: Scope, subjects: Collection[str]) -> Mapping[str, ReminderLine]:
    """What the scope may know of these hazards; those outside it are absent."""
    lines = {}
    for part in subject_keys(subjects):
        for hazard in visible(Hazard, scope).filter(pk__in=part).select_related("enterprise"):
            waits = hazard.state == REMINDED_STATE and hazard.closed_at is None and not hazard.drill
            lines[f"{Hazard.SUBJECT}/{hazard.id}"] = ReminderLine(
                f"{hazard.enterprise.name}：{hazard.description[:40]}",
                f"/inspection/hazards/{hazard.id}",
                hazard.due_at if waits else None,
                "bad" if hazard.grade == "major" else "plain",
            )
    return lines


def hazards_reclocked() -> list[Hazard]:
    """Open hazards of the whole node whose running deadline was set by a step with a corrected clock. Unscoped: for the job.

    A deadline that was extended since is no longer counted from that step.
    """
    kinds = [f"{Hazard.SUBJECT}.{verb}" for verb in _SETTING]
    counted = {*kinds, f"{Hazard.SUBJECT}.due_recomputed"}
    found = []
    for part in subject_keys(subjects_corrected(kinds)):
        rows = Hazard._default_manager.filter(closed_at__isnull=True, pk__in=part).order_by("id")
        found += [hazard for hazard in rows if _last_set(f"{Hazard.SUBJECT}/{hazard.pk}") in counted]
    return found


def _last_set(subject: str) -> str:
    """The kind of the entry that set the running deadline."""
    counted = [e for e in effective_entries(subject) if "due_at" in e.data]
    return counted[-1].kind if counted else ""
