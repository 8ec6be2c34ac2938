"""Devices of the demo county, limits over them, and who is called: all entered through the services.

The devices are those of the simulator's fleet, so that `anlan simulate` speaks for them: the first one stands in the
refrigeration plant (涉氨制冷) from which the simulated leak comes. Chain and roster name people of the cast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from anlan.demo.firms import COUNTY, Firm
from anlan.demo.fleet import DEVICES, PROFILE, SEED
from anlan.demo.play import Stage
from anlan.demo.times import opening
from anlan.demo.words import channels, words
from anlan.kernel.deadlines import local_date
from anlan.kernel.telemetry import Report
from anlan.platform.ledger.services import ledger_create
from anlan.platform.scope import Scope
from anlan.protocols.hj212.factors import factors
from anlan.sensing.services.devices import ChannelFacts, channel_set, device_create
from anlan.sensing.services.ingest import reports_take
from anlan.sensing.services.rules import rule_create
from anlan.simulator.profiles import Device, fleet
from anlan.simulator.scenarios import values

__all__ = ["day_of_readings", "devices_of", "plant_of"]

_INSTALLED_DAYS, _RULED_DAYS, _ROSTER_DAYS = 200, 190, 21
_PLANT = "ammonia"
_STEP_DEG = 0.0007
_EVERY_MIN, _HISTORY_H = 10, 24
_REGION = COUNTY.ljust(12, "0")

Extra = tuple[datetime, Callable[[datetime], Any]]


def plant_of(firms: list[Firm]) -> Firm:
    """The plant from which the simulated ammonia leaks: the first one that cools with it."""
    return next(firm for firm in firms if _PLANT in firm.trade.tags)


def devices_of(stage: Stage) -> Iterator[Extra]:
    """Models, devices and limits half a year ago, the duty chain a month ago, the roster from today on."""
    end = stage.plan.end
    yield opening(end - timedelta(days=_INSTALLED_DAYS)), lambda at: _install(stage, at)
    yield opening(end - timedelta(days=30)), lambda at: _chain(stage, at)
    yield opening(end - timedelta(days=2)), lambda at: _roster(stage, at)


def _keeper(stage: Stage, firm: Firm) -> Scope:
    return stage.cast.officer(firm.office, 0)


def _install(stage: Stage, at: datetime) -> None:
    told, officer = words()["devices"], stage.cast.officer("basics", 0)
    models: dict[str, str] = {}
    for word, kind in told["kind"].items():
        row = {"name": kind["model"], "maker": told["maker"], "summary": told["summary"], "region": _REGION}
        models[word] = ledger_create(scope=officer, ledger="sensing.model", values=row, now=at)
        for facts in _channels(word):
            channel_set(scope=officer, subject="sensing.model", id=models[word], facts=facts, base=None, now=at)
    _devices(stage, models, at)
    for rule in told["rule"]:
        named = {"model": models[rule["model"]]} if "model" in rule else {}
        ruled = at + timedelta(days=_INSTALLED_DAYS - _RULED_DAYS)
        rule_create(scope=officer, values={**rule, **named, "region": _REGION, "effective_from": ruled}, now=at)


def _channels(word: str) -> Iterator[ChannelFacts]:
    for row in channels()[word]:
        factor = factors()[row["code"]]
        name, unit = row["name"] or factor.name, factor.unit.replace("m3", "m³")
        span = float(row["low"]), float(row["high"])
        yield ChannelFacts(f"{factor.code}-Rtd", name, unit, *span, int(row["digits"]), row["position"])


def _devices(stage: Stage, models: dict[str, str], at: datetime) -> None:
    told, made = words()["devices"]["kind"], dict.fromkeys(models, 0)
    plant = plant_of(stage.plan.firms)
    hosts = {
        word: cycle(_hosts(stage.plan.firms, kind["trades"]) or [plant]) for word, kind in told.items()
    }  # fmt: skip
    for device in fleet(PROFILE, DEVICES):
        word = device.kind.word
        # The leak is that of the first device, and the second one stands downwind of it at the same plant.
        firm = plant if device.number < 2 else next(hosts[word])
        made[word] += 1
        kind, n = told[word], made[word]
        row = {
            "name": kind["name"].format(n=n), "identity": device.identity, "model": models[word],
            "enterprise": stage.enterprises[firm.index], "place": kind["places"][(n - 1) % len(kind["places"])],
            "lon": round(firm.lon + _STEP_DEG * (n % 3), 6), "lat": round(firm.lat + _STEP_DEG * (n % 2), 6),
            "installed_on": local_date(at),
        }  # fmt: skip
        device_create(scope=_keeper(stage, firm), values=row, now=at)


def _hosts(firms: list[Firm], trades: list[str]) -> list[Firm]:
    """The first enterprises of these trades, each once, at most as many as there are devices of a kind."""
    return [firm for firm in firms if firm.trade.trade in trades][:15]


def _chain(stage: Stage, at: datetime) -> None:
    told, leader = words()["duty"], stage.cast.officer("bureau:leader", 0)
    row = {"name": told["chain"], "region": _REGION, "kind": "sensing.alarm", "summary": told["summary"]}
    chain = ledger_create(scope=leader, ledger="calling.chain", values=row, now=at)
    for place, step in enumerate(told["step"], start=1):
        by = dict.fromkeys(("critical", "urgent", "routine"), told["channels"])
        link = {
            "chain": chain, "place": place, "holder": step["holder"], "position": step.get("position", ""),
            "minutes": step["minutes"], "region": _REGION,
        }  # fmt: skip
        ledger_create(scope=leader, ledger="calling.link", values=link | by, now=at)


def _roster(stage: Stage, at: datetime) -> None:
    told, leader = words()["duty"], stage.cast.officer("bureau:leader", 0)
    shift = ledger_create(
        scope=leader, ledger="calling.shift",
        values={"name": told["shift"], "starts": told["starts"], "ends": told["ends"], "region": _REGION}, now=at,
    )  # fmt: skip
    for day in range(_ROSTER_DAYS):
        for step in told["step"]:
            if "post" not in step:
                continue
            line = {
                "on": local_date(at + timedelta(days=day)), "shift": shift, "position": step["position"],
                "post": stage.cast.scopes[step["post"]].post, "region": _REGION, "remark": told["remark"],
            }  # fmt: skip
            ledger_create(scope=leader, ledger="calling.roster_line", values=line, now=at)


def day_of_readings(end: datetime) -> int:
    """The quiet day before `end` in the readings store, as the gateway would have handed it in; how many readings."""
    last, step = int(end.timestamp() * 1000), _EVERY_MIN * 60_000
    count = _HISTORY_H * 60 // _EVERY_MIN
    devices = fleet(PROFILE, DEVICES)
    stored = 0
    for n in range(count, 0, -1):
        at = (last - n * step) // 1000 * 1000
        taken = reports_take([_report(device, at) for device in devices], now=end)
        stored += taken.stored
    return stored


def _report(device: Device, at: int) -> Report:
    found = values(device, at / 1000 % 86_400, seed=SEED, scenario="quiet", share=0.0, seconds=1.0)
    metrics = tuple(f.metric for f in device.kind.factors)
    moment = ((metrics, ("N",) * len(metrics)), at, tuple(found))
    return Report(f"demo:{device.number}:{at}", "hj212", device.identity, "2011", at, "127.0.0.1:0", (moment,))
