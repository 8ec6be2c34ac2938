"""What accident shows on an enterprise's page."""

from __future__ import annotations

from collections.abc import Sequence

from anlan.accident import queries
from anlan.platform.declare import Panel, PanelRow
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

TONES = {"reported": "warn", "investigating": "warn", "closed": "good", "revoked": "plain"}


def _accidents(scope: Scope, key: str, limit: int) -> tuple[Sequence[PanelRow], int]:
    rows = queries.accidents_of(scope, key)
    shown = [
        PanelRow(
            f"{row.number} {row.get_sector_display()}　死亡{row.deaths}人　重伤{row.serious_injuries}人",
            f"/accident/accidents/{row.pk}", row.get_state_display(), TONES[row.state], row.occurred_at,
        )
        for row in rows[:limit]
    ]  # fmt: skip
    return shown, rows.count()


def _url(key: str) -> str:
    return f"/desk/accident/accident/?enterprise_id={','.join(registry.enterprise_component(key))}"


PANELS = [Panel("accident.enterprise_accidents", "registry.enterprise", "事故", _accidents, _url, order=18)]
