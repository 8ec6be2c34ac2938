"""What inspection shows on an enterprise's page: its hazards and its inspections."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from anlan.inspection import queries
from anlan.inspection.queries.self_checks import self_check_list
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
    "proposed": "warn",
    "listed": "bad",
    "unlisting_applied": "warn",
    "unlisted": "good",
    "refused": "plain",
    "cancelled": "plain",
    "reported": "good",
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


def _listings(scope: Scope, enterprise_id: str, limit: int) -> tuple[Sequence[PanelRow], int]:
    rows = queries.listings_of_enterprise(scope, enterprise_id)
    shown = [
        PanelRow(
            f"{row.number} {row.get_level_display()}：{row.hazard.description[:40]}",
            f"/inspection/listings/{row.id}",
            row.get_state_display(),
            TONES[row.state],
            row.listed_at or row.created_at,
        )
        for row in rows[:limit]
    ]
    return shown, rows.count()


def _self_checks(scope: Scope, enterprise_id: str, limit: int) -> tuple[Sequence[PanelRow], int]:
    rows = self_check_list(scope, enterprise_id=enterprise_id)
    shown = [
        PanelRow(
            held.number,
            f"/inspection/self-checks/{held.id}",
            held.get_state_display(),
            TONES[held.state],
            held.reported_at or held.started_at,
        )
        for held in rows[:limit]
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
    Panel(
        id="inspection.enterprise_listings",
        subject="registry.enterprise",
        label="挂牌督办",
        rows=_listings,
        url=_url("listing"),
        order=15,
    ),
    Panel(
        id="inspection.enterprise_self_checks",
        subject="registry.enterprise",
        label="企业自查",
        rows=_self_checks,
        url=_url("selfcheck"),
        order=30,
    ),
    *WORK_PANELS,
]
