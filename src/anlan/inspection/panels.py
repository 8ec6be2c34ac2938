"""What inspection shows on an enterprise's page: its hazards and its inspections."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from anlan.inspection import queries
from anlan.inspection.work_panels import WORK_PANELS
from anlan.platform.declare import Panel, PanelRow
from anlan.platform.scope import Scope

TONES = {
    "found": "warn",
    "ordered": "warn",
    "submitted": "plain",
    "doubted": "bad",
    "closed": "good",
    "dismissed": "plain",
    "merged": "plain",
    "draft": "warn",
    "finished": "good",
}


def _hazards(scope: Scope, enterprise_id: str, limit: int) -> tuple[Sequence[PanelRow], int]:
    rows = queries.hazards_of_enterprise(scope, enterprise_id)
    shown = [
        PanelRow(
            f"{hazard.number} {hazard.description[:40]}",
            f"/inspection/hazards/{hazard.id}",
            hazard.get_state_display(),
            TONES[hazard.state],
            hazard.found_at,
        )
        for hazard in rows[:limit]
    ]
    return shown, rows.count()


def _inspections(scope: Scope, enterprise_id: str, limit: int) -> tuple[Sequence[PanelRow], int]:
    rows = queries.inspections_of_enterprise(scope, enterprise_id)
    shown = [
        PanelRow(
            f"{visit.number} {visit.get_kind_display()}",
            f"/inspection/inspections/{visit.id}",
            visit.get_state_display(),
            TONES[visit.state],
            visit.started_at,
        )
        for visit in rows[:limit]
    ]
    return shown, rows.count()


def _url(plural: str) -> Callable[[str], str]:
    """Address of the list that holds what the panel counts: of this enterprise and of those merged into it."""
    return lambda enterprise_id: (
        f"/desk/inspection/{plural}/?enterprise_id={','.join(queries.stands_for(enterprise_id))}"
    )


PANELS = [
    Panel(
        id="inspection.enterprise_hazards",
        subject="registry.enterprise",
        label="隐患",
        rows=_hazards,
        url=_url("hazard"),
        order=10,
    ),
    Panel(
        id="inspection.enterprise_inspections",
        subject="registry.enterprise",
        label="检查",
        rows=_inspections,
        url=_url("inspection"),
        order=20,
    ),
    *WORK_PANELS,
]
