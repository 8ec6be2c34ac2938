"""Reading devices, their channels, and who speaks without being known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from anlan.platform import regions
from anlan.platform.scope import Scope, region_filter
from anlan.protocols.hj212.factors import factors
from anlan.sensing.errors import DeviceNotFound, ModelNotFound, QuarantinedNotFound
from anlan.sensing.models import (
    AlarmMember,
    Device,
    DeviceChannel,
    DeviceModel,
    DeviceWindow,
    ModelChannel,
    Quarantined,
)
from anlan.sensing.queries.scoped import as_uuid, visible

__all__ = [
    "Channel", "channels_of", "members_shown", "model_get", "device_get", "device_list", "devices_of", "fleet", "model_choices",
    "model_values",
    "quarantined_get", "quarantined_list",
]  # fmt: skip

_SUFFIXES = {"Rtd": "实时", "Avg": "均值", "Min": "最小", "Max": "最大", "Cou": "累计"}


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as people see it: the device's own entry, else its model's, else what the protocol calls it."""

    metric: str
    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    digits: int = 2
    position: str = ""


def channel_named(metric: str) -> Channel:
    """What the protocol's table calls a metric that nobody has entered. Source: HJ 212-2017, annex B."""
    code, _, suffix = metric.partition("-")
    factor = factors().get(code)
    if factor is None:
        return Channel(metric, metric)
    unit = factor.total_unit if suffix == "Cou" else factor.unit
    return Channel(metric, f"{factor.name}{_SUFFIXES.get(suffix, suffix)}", unit)


def channels_of(device_ids: Collection[str]) -> dict[str, dict[str, Channel]]:
    """The entered channels by device id and metric. Unscoped: for rows that the caller has already scoped."""
    ids = list(device_ids)
    models = {str(k): m for k, m in Device._default_manager.filter(pk__in=ids).values_list("id", "model_id")}
    names = ("key", "name", "unit", "low", "high", "digits", "position")
    by_model: dict[Any, dict[str, Channel]] = defaultdict(dict)
    for parent, *said in ModelChannel._default_manager.filter(parent__in=set(models.values()) - {None}).values_list(
        "parent_id", *names
    ):
        by_model[parent][said[0]] = Channel(*said)
    found = {key: dict(by_model.get(models.get(key), {})) for key in ids}
    for parent, *said in DeviceChannel._default_manager.filter(parent__in=ids).values_list("parent_id", *names):
        found[str(parent)][said[0]] = Channel(*said)
    return found


def device_list(scope: Scope, *, region: str = "") -> QuerySet[Device]:
    """Devices in scope that stand in the ledger, drills left out, with model and enterprise."""
    rows = visible(Device, scope).filter(region_filter("region", region), drill=0, retired_at__isnull=True)
    return rows.select_related("model", "enterprise").order_by("-created_at", "-id")


def device_get(scope: Scope, device_id: Any) -> Device:
    """One device with model and enterprise.

    Raises:
        DeviceNotFound: "sensing.device.not_found", also for an id of another region.
    """
    key = as_uuid(device_id)
    rows = visible(Device, scope).select_related("model", "enterprise", "office")
    found = rows.filter(pk=key).first() if key else None
    if found is None:
        raise DeviceNotFound
    return found


def devices_of(scope: Scope, enterprise_ids: Collection[str]) -> QuerySet[Device]:
    """The devices of enterprises, by name."""
    return device_list(scope).filter(enterprise_id__in=list(enterprise_ids)).order_by("name", "id")


def model_get(scope: Scope, model_id: Any) -> DeviceModel:
    """One device model.

    Raises:
        ModelNotFound: "sensing.model.not_found".
    """
    key = as_uuid(model_id)
    found = visible(DeviceModel, scope).filter(pk=key).first() if key else None
    if found is None:
        raise ModelNotFound
    return found


def members_shown(scope: Scope, members: Sequence[AlarmMember]) -> list[dict[str, Any]]:
    """The members of a mass alarm with their names; without one what the scope does not see."""
    names = dict(visible(Device, scope).filter(pk__in=[m.key for m in members]).values_list("id", "name"))
    named = {str(key): name for key, name in names.items()}
    return [
        {"key": m.key, "name": named.get(m.key, ""), "joined_at": m.joined_at, "left_at": m.left_at} for m in members
    ]


def model_values(scope: Scope) -> dict[str, str]:
    """Names of all models that the person sees, those out of use too, by id: what indicators call them."""
    return {str(pk): name for pk, name in visible(DeviceModel, scope).order_by().values_list("id", "name")}


def model_choices(scope: Scope) -> list[tuple[str, str]]:
    """(id, name) of the device models that the scope may see."""
    rows = visible(DeviceModel, scope).filter(retired_at__isnull=True, drill=0).order_by("name", "id")
    return [(str(k), f"{name}（{maker}）" if maker else name) for k, name, maker in rows.values_list("id", "name", "maker")]


def fleet(scope: Scope, now: datetime) -> dict[str, Any]:
    """How the devices in scope are: {"devices", "online", "silent", "quarantined", "maintenance", "by_town"}.

    Of devices in use. `maintenance`: in a window now, counted among the others, too. `quarantined`: of the whole server,
    for those who may claim, else 0. `by_town`: [{"region", "name", "devices", "silent"}] by the town's code.
    """
    rows = device_list(scope).filter(status="active").order_by()
    silent = Q(down_at__isnull=False)
    total = rows.aggregate(devices=Count("id"), silent=Count("id", filter=silent))
    windows = DeviceWindow._default_manager.filter(since__lte=now, until__gt=now).values("parent_id")
    towns = rows.values("region9").annotate(devices=Count("id"), silent=Count("id", filter=silent)).order_by("region9")
    unknown = Quarantined.objects.filter(claimed_at__isnull=True).exclude(identity="") if _claims(scope) else None
    return {
        **total,
        "online": total["devices"] - total["silent"],
        "quarantined": unknown.count() if unknown is not None else 0,
        "maintenance": rows.filter(pk__in=windows).count(),
        "by_town": [
            {
                "region": t["region9"].ljust(12, "0"), "name": _town(t["region9"]), "devices": t["devices"],
                "silent": t["silent"],
            }
            for t in towns
        ],
    }  # fmt: skip


def _town(code: str) -> str:
    return regions.full_name(code.ljust(12, "0"), below=code[:6])


def _claims(scope: Scope) -> bool:
    """An unknown device has no region yet: only who works for the whole county, in no one office's name, sees it."""
    return scope.may("sensing.device.change") and scope.subjects is None and len(scope.region) <= 6


def quarantined_list(scope: Scope) -> QuerySet[Quarantined]:
    """Who speaks without being known, the latest first; none for those who may not claim."""
    rows = Quarantined.objects.filter(claimed_at__isnull=True)
    return rows.order_by("-last_at", "-id") if _claims(scope) else rows.none()


def quarantined_get(scope: Scope, number: int) -> Quarantined:
    """One unknown identity.

    Raises:
        QuarantinedNotFound: "sensing.quarantined.not_found".
    """
    found = quarantined_list(scope).filter(pk=number).exclude(identity="").first()
    if found is None:
        raise QuarantinedNotFound
    return found
