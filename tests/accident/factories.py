"""An accident in the county of inspection's tests, filed and stepped through the services; made-up things only."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson

from anlan.accident.models import Accident
from anlan.accident.rules.report import Casualties
from anlan.accident.services.accidents import accident_close, accident_investigate
from anlan.accident.services.reports import ReportInput, accident_report
from anlan.accident.services.taking import Pressed
from inspection.factories import NOW, World

Call = Callable[..., tuple[int, Any]]
WHEN = NOW - timedelta(hours=3)
BODY: dict[str, Any] = {
    "sector": "manufacturing", "category": "machine", "region": "331003001001", "place": "二车间冲压工位",
    "summary": "操作时手部被卷入设备", "occurred_at": WHEN.isoformat(), "deaths": 1, "serious_injuries": 1,
    "loss_yuan": 1_205_000,
}  # fmt: skip
FOUND: dict[str, Any] = {
    "direct_cause": "未停机即伸手取料", "indirect_cause": "安全教育培训不到位", "liability": "企业负主要责任",
    "measures": "加装双手启动装置",
}  # fmt: skip


def filed(world: World, role: str = "town", now: datetime = NOW, **values: Any) -> str:
    """An accident filed by this role's person; its id."""
    numbers = {n: values.pop(n) for n in ("deaths", "serious_injuries", "minor_injuries", "loss_yuan") if n in values}
    full = {n: v for n, v in BODY.items() if n not in {"deaths", "serious_injuries", "loss_yuan"}} | {
        "occurred_at": WHEN
    }
    item = ReportInput(**full | values, casualties=Casualties(**{"deaths": 1} | numbers))
    return accident_report(scope=world.scope[role], item=item, now=now)


def investigated(world: World, now: datetime = NOW, **values: Any) -> str:
    """An accident whose investigation the bureau has begun."""
    key = filed(world, now=now, **values)
    accident_investigate(
        scope=world.scope["enforcement"], accident_id=key, pressed=Pressed(), now=now, team="应急管理局牵头"
    )
    return key


def closed(world: World, now: datetime = NOW, **values: Any) -> str:
    """An accident whose case the bureau has closed."""
    key = investigated(world, now=now, **values)
    report = (world.photo("enforcement"),)
    accident_close(scope=world.scope["enforcement"], accident_id=key, pressed=Pressed(), now=now, files=report, **FOUND)
    return key


def row(key: str) -> Accident:
    """The accident as it stands."""
    return Accident.objects.get(pk=key)


def caller(world: World, role: str) -> Call:
    """Asks the API as this role's person; (status, body)."""
    client = world.client(role)

    def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = client.generic(
            method, f"/api/v1/accident{path}", json.dumps(body) if body is not None else "",
            content_type="application/json", headers=headers or None,
        )  # fmt: skip
        return answer.status_code, orjson.loads(answer.content) if answer.content else None

    return call


def codes(body: Any) -> list[str]:
    """The codes of every reason of a refusal."""
    return [v["code"] for v in body["violations"]]
