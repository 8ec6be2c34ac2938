"""What the tests of the whole line ask of a data folder, as a process of its own; one JSON line.

`python line_worker.py DATA enter DEVICES` enters devices with a high limit of 10; `python line_worker.py DATA look` says
everything that was stored and alarmed.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1])
os.environ["ANLAN_DATA"] = str(FOLDER)
from anlan.cli import boot  # noqa: E402

boot.choose(FOLDER)
boot.ready()

from anlan.platform.journal.node import own  # noqa: E402
from anlan.platform.scope import Scope  # noqa: E402
from anlan.sensing import store  # noqa: E402
from anlan.sensing.models import Alarm, Device  # noqa: E402
from anlan.sensing.services.devices import device_create  # noqa: E402
from anlan.sensing.services.rules import rule_create  # noqa: E402

METRIC = "a21001-Rtd"
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
RIGHTS = frozenset({"sensing.view", "sensing.device.change", "sensing.rule.change", "registry.view"})


def enter(count: int) -> int:
    """Devices D0, D1, …, and the rule over them, in force since before they spoke."""
    region = own().region
    scope = Scope("", "", "系统", RIGHTS, region[:6])
    for number in range(count):
        values = {"name": f"设备{number}", "identity": f"D{number}", "place": "机房", "region": region}
        device_create(scope=scope, values=values, now=BEFORE)
    rule = {"name": "高限", "kind": "high", "metric": METRIC, "limit": 10.0, "severity": "routine", "basis": "设计文件"}
    rule_create(scope=scope, values=rule | {"region": region}, now=BEFORE)
    return count


def look() -> dict[str, Any]:
    """By identity: how many readings, their sum, those with an impossible clock; alarms by (minute, repetitions)."""
    held = store.current()
    found = {}
    for device in Device.objects.order_by("identity"):
        series = held.series(str(device.pk), METRIC, 0, 2**45)
        skewed = held.skewed(str(device.pk))
        alarms = Counter((int(a.triggered_at.timestamp()), a.repeats.count()) for a in Alarm.objects.filter(device=device))
        found[device.identity] = {
            "readings": len(series.at), "sum": float(series.value.sum()), "skewed": len(skewed),
            "alarms": sorted([*key, n] for key, n in alarms.items()), "doubted": device.doubted_at is not None,
        }  # fmt: skip
    return found


print(json.dumps(enter(int(sys.argv[3])) if sys.argv[2] == "enter" else look()))
