"""A county with devices, rules and reports of gateways, all made through the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.factories import County
from anlan.kernel.telemetry import Report, moments
from anlan.platform.scope import Scope
from anlan.sensing.models import Alarm, Device
from anlan.sensing.rules.device import ChannelFacts
from anlan.sensing.services.devices import channel_set, device_create
from anlan.sensing.services.ingest import Taken, reports_take
from anlan.sensing.services.rules import rule_create
from inspection.factories import NOW, make_world

__all__ = ["MS", "NOW", "Plant", "make_plant", "report"]

MS = int(NOW.timestamp() * 1000)
NH3 = "a21001-Rtd"
BOSS = Scope(
    "", "", "系统", frozenset({"sensing.view", "sensing.device.change", "sensing.rule.change", "registry.view"}), "331003"
)


def report(identity: str, at: int, *, received: int | None = None, peer: str = "10.0.0.1:1", **values: Any) -> Report:
    """A message of one device at `at` (epoch ms) with readings by metric (NH3=…): value, or (value, flag)."""
    readings = []
    for name, value in values.items():
        number, flag = value if isinstance(value, tuple) else (value, "N")
        readings.append((NH3 if name == "NH3" else name, at, number, flag))
    return Report(
        f"g:{identity}:{at}", "hj212", identity, "2011", at if received is None else received, peer, moments(readings)
    )


@dataclass
class Plant:
    """An enterprise with one device `MN1` of one channel and what the tests need."""

    county: County
    enterprise: str
    other_enterprise: str
    device: str = ""
    made: int = field(default=1)

    @property
    def scope(self) -> dict[str, Scope]:
        """Scopes by role word."""
        return self.county.scope

    def add(self, identity: str, **values: Any) -> str:
        """One more device at the first enterprise; its id."""
        full = {"name": f"设备{identity}", "identity": identity, "enterprise": self.enterprise} | values
        return device_create(scope=BOSS, values=full, now=NOW - timedelta(days=30))

    def rule(self, kind: str = "high", *, now: datetime = NOW - timedelta(days=20), **values: Any) -> str:
        """A rule over ammonia, by default a high limit of 10; its id."""
        self.made += 1
        full = {"name": f"规则{self.made}", "kind": kind, "metric": NH3, "limit": 10.0, "severity": "urgent"}
        full["basis"] = "GB 14554"
        return rule_create(scope=BOSS, values=full | values, now=now)

    def say(self, *values: float | None, start: int = 0, identity: str = "MN1", gap: int = 60, now: datetime = NOW) -> Taken:
        """One message for each value of ammonia, a minute apart from `start` minutes after NOW."""
        reports = [report(identity, MS + (start + i) * gap * 1000, NH3=v) for i, v in enumerate(values)]
        return reports_take(reports, now=max(now, NOW + timedelta(seconds=(start + len(values)) * gap)))

    def alarms(self) -> list[Alarm]:
        """Every alarm, the oldest first."""
        return list(Alarm.objects.order_by("triggered_at", "id"))

    def row(self) -> Device:
        """The device."""
        return Device.objects.get(pk=self.device)


def make_plant() -> Plant:
    """The county of inspection's tests with a device `MN1` that measures ammonia at the first enterprise."""
    world = make_world()
    plant = Plant(world.county, world.enterprise, world.other_enterprise)
    plant.device = plant.add("MN1", name="1号氨气探头", place="制冷机房")
    facts = ChannelFacts(NH3, "氨气浓度", "mg/m3", 0.0, 200.0, 1, "机房顶部")
    channel_set(scope=BOSS, subject="sensing.device", id=plant.device, facts=facts, base=None, now=NOW - timedelta(days=30))
    return plant


