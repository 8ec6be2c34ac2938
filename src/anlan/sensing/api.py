"""Routes of sensing under /api/v1/sensing; lists, records and exports come from the ledgers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status
from ninja.errors import HttpError
from ninja.security import HttpBearer

from anlan.kernel.errors import Conflict
from anlan.kernel.telemetry import unpack
from anlan.platform import clock
from anlan.sensing import queries, schemas
from anlan.sensing.queries.series import device_channels, series_get
from anlan.sensing.rules.device import ChannelFacts
from anlan.sensing.services import alarms, devices, hazards
from anlan.sensing.services.alarms import Pressed
from anlan.sensing.services.claiming import quarantined_claim
from anlan.sensing.services.dryrun import rule_dry_run
from anlan.sensing.services.gateways import gateway_authenticate
from anlan.sensing.services.ingest import reports_take

router = Router()
_DEVICES, _ALARMS, _GATEWAY = ["监测设备"], ["报警"], ["网关"]
MOST_BYTES = 8 * 1024 * 1024


class GatewayAuth(HttpBearer):
    """`Authorization: Token <key>` of a gateway."""

    openapi_scheme = "token"

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """The gateway's name; None refuses."""
        request.now = clock.now()  # type: ignore[attr-defined]
        return gateway_authenticate(token, request.now) or None  # type: ignore[attr-defined]


@router.post("/parcels", auth=GatewayAuth(), response=schemas.TakenOut, tags=_GATEWAY, summary="接收网关数据包")
def parcel_take(request: HttpRequest) -> dict[str, int]:
    """Take a parcel; answered when its readings are durable."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise HttpError(413, "")
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise HttpError(413, "")
    try:
        taken = reports_take(unpack(body), now=request.now)
    except Conflict:
        # A person stepped one of these alarms at the same moment: delivered again it goes through.
        raise HttpError(503, "") from None
    return {"taken": taken.reports}


# --- devices ---


@router.get("/devices/{device_id}/series", response=schemas.SeriesOut, tags=_DEVICES, summary="监测曲线")
def series(
    request: HttpRequest,
    device_id: str,
    channel: str = Query(..., max_length=40),
    start: int = Query(..., description="毫秒"),
    end: int = Query(..., description="毫秒"),
    points: int = Query(1000),
) -> dict[str, Any]:
    """The curve of one channel, thinned without losing a peak."""
    shown = series_get(request.scope, device_id, channel, start, end, points, request.now)
    return asdict(shown) | {"gaps": [list(gap) for gap in shown.gaps]}


@router.get("/devices/{device_id}/channels", response=schemas.ChannelsOut, tags=_DEVICES, summary="监测通道")
def channels(request: HttpRequest, device_id: str) -> dict[str, Any]:
    """The channels entered and those that the device sends."""
    device = queries.device_get(request.scope, device_id)
    return {"items": [asdict(channel) for channel in device_channels(str(device.pk))]}


def _device(request: HttpRequest, device_id: str) -> dict[str, Any]:
    device = queries.device_get(request.scope, device_id)
    subject = f"sensing.device/{device.pk}"
    return {"id": str(device.pk), "version": queries.versions_of([subject])[subject]}


@router.post("/devices/{device_id}/channels", response=schemas.DeviceStandOut, tags=_DEVICES, summary="登记通道")
def channel_set(request: HttpRequest, device_id: str, body: schemas.ChannelIn) -> dict[str, Any]:
    """Add or change a channel."""
    facts = ChannelFacts(**body.dict(exclude={"base"}))
    devices.channel_set(scope=request.scope, subject="sensing.device", id=device_id, facts=facts, base=body.base,
                        now=request.now, once=request.once)  # fmt: skip
    return _device(request, device_id)


@router.post("/devices/{device_id}/windows", response={201: schemas.WindowOut}, tags=_DEVICES, summary="设定检修窗口")
def window_set(request: HttpRequest, device_id: str, body: schemas.WindowIn) -> Status:
    """Set a maintenance window."""
    key = devices.window_set(scope=request.scope, device_id=device_id, since=body.since, until=body.until,
                             reason=body.reason, base=body.base, now=request.now, once=request.once)  # fmt: skip
    return Status(201, {"key": key})


@router.post("/devices/{device_id}/windows/{key}/end", response=schemas.DeviceStandOut, tags=_DEVICES, summary="结束检修")
def window_end(request: HttpRequest, device_id: str, key: str, body: schemas.VersionIn) -> dict[str, Any]:
    """End a maintenance window early."""
    devices.window_end(scope=request.scope, device_id=device_id, key=key, base=body.base, now=request.now,
                       once=request.once)  # fmt: skip
    return _device(request, device_id)


@router.post("/devices/{device_id}/doubt", response=schemas.DeviceStandOut, tags=_DEVICES, summary="核实标识重复")
def doubt_clear(request: HttpRequest, device_id: str, body: schemas.VersionIn) -> dict[str, Any]:
    """Say that a double identity has been looked into."""
    devices.doubt_clear(scope=request.scope, device_id=device_id, note=body.note, base=body.base, now=request.now,
                        once=request.once)  # fmt: skip
    return _device(request, device_id)


@router.get("/fleet", response=schemas.FleetOut, tags=_DEVICES, summary="设备运行概况")
def fleet(request: HttpRequest) -> dict[str, Any]:
    """How the devices in scope are."""
    return queries.fleet(request.scope, request.now)


@router.get("/quarantined", response=schemas.StrangersOut, tags=_DEVICES, summary="未认领设备")
def quarantined(request: HttpRequest) -> dict[str, Any]:
    """Who speaks without being known, the latest 200."""
    names = ("id", "protocol", "identity", "peer", "count", "refused", "first_at", "last_at")
    rows = queries.quarantined_list(request.scope)[:200]
    return {"items": [{n: getattr(q, n) for n in names} | {"metrics": q.metrics.split()} for q in rows]}


@router.post("/quarantined/{number}/claim", response={201: schemas.ClaimedOut}, tags=_DEVICES, summary="认领设备")
def claim(request: HttpRequest, number: int, body: schemas.ClaimIn) -> Status:
    """Make an unknown identity a device on file."""
    values = {n: v for n, v in body.dict().items() if v not in (None, "")}
    key = quarantined_claim(scope=request.scope, number=number, values=values, now=request.now, once=request.once)
    return Status(201, {"id": key})


@router.post("/dry-run", response=schemas.DryRunOut, tags=["报警规则"], summary="规则试算")
def dry_run(request: HttpRequest, body: schemas.DryRunIn) -> dict[str, Any]:
    """What a rule would have raised over stored readings; nothing is written."""
    found = rule_dry_run(scope=request.scope, start=body.start, end=body.end, rule_id=body.rule, values=body.values)
    return asdict(found)


# --- alarms ---


def _alarm(request: HttpRequest, alarm_id: str) -> dict[str, Any]:
    alarm = queries.alarm_get(request.scope, alarm_id)
    subject = f"sensing.alarm/{alarm.pk}"
    return {
        "id": str(alarm.pk), "number": alarm.number, "state": alarm.state, "count": queries.alarm_count(alarm),
        "version": queries.versions_of([subject])[subject], "hazard_id": alarm.hazard_id,
    }  # fmt: skip


def _pressed(request: HttpRequest, body: schemas.AlarmStepIn) -> Pressed:
    return Pressed(body.base, request.once, body.note, body.at)


@router.get("/alarms/{alarm_id}/stand", response=schemas.AlarmStandOut, tags=_ALARMS, summary="报警办理情况")
def alarm_stand(request: HttpRequest, alarm_id: str) -> dict[str, Any]:
    """What may be done with an alarm now, its repetitions and members."""
    alarm = queries.alarm_get(request.scope, alarm_id)
    actions = queries.alarm_actions(request.scope, alarm, request.now)
    members = queries.alarm_members(alarm)
    return _alarm(request, alarm_id) | {
        "actions": [{"id": a.id, "label": a.label, "note": "note" in a.evidence} for a in actions],
        "repeats": [{"at": r.at, "value": r.value} for r in alarm.repeats.order_by("at", "key")],
        "members": [{"device": m.key, "joined_at": m.joined_at, "left_at": m.left_at} for m in members],
    }


@router.post("/alarms/{alarm_id}/answer", response=schemas.AlarmOut, tags=_ALARMS, summary="叫应")
def alarm_answer(request: HttpRequest, alarm_id: str, body: schemas.AlarmAnswerIn) -> dict[str, Any]:
    """Say that the alarm has reached one."""
    pressed = _pressed(request, body)
    alarms.alarm_answer(scope=request.scope, alarm_id=alarm_id, pressed=pressed, now=request.now, word=body.word)
    return _alarm(request, alarm_id)


@router.post("/alarms/{alarm_id}/handle", response=schemas.AlarmOut, tags=_ALARMS, summary="开始处置")
def alarm_handle(request: HttpRequest, alarm_id: str, body: schemas.AlarmStepIn) -> dict[str, Any]:
    """Begin to deal with it."""
    alarms.alarm_handle(scope=request.scope, alarm_id=alarm_id, pressed=_pressed(request, body), now=request.now)
    return _alarm(request, alarm_id)


@router.post("/alarms/{alarm_id}/recover", response=schemas.AlarmOut, tags=_ALARMS, summary="确认恢复")
def alarm_recover(request: HttpRequest, alarm_id: str, body: schemas.AlarmStepIn) -> dict[str, Any]:
    """Find that it is over."""
    alarms.alarm_recover(scope=request.scope, alarm_id=alarm_id, pressed=_pressed(request, body), now=request.now)
    return _alarm(request, alarm_id)


@router.post("/alarms/{alarm_id}/false-alarm", response=schemas.AlarmOut, tags=_ALARMS, summary="认定误报")
def alarm_false_alarm(request: HttpRequest, alarm_id: str, body: schemas.AlarmStepIn) -> dict[str, Any]:
    """Find that it was false."""
    alarms.alarm_false_alarm(scope=request.scope, alarm_id=alarm_id, pressed=_pressed(request, body), now=request.now)
    return _alarm(request, alarm_id)


@router.post("/alarms/{alarm_id}/to-hazard", response=schemas.AlarmOut, tags=_ALARMS, summary="转为隐患")
def alarm_to_hazard(request: HttpRequest, alarm_id: str, body: schemas.AlarmHazardIn) -> dict[str, Any]:
    """Make it a hazard of its enterprise."""
    hazards.alarm_to_hazard(
        scope=request.scope, alarm_id=alarm_id, pressed=_pressed(request, body), now=request.now, grade=body.grade,
        major_criteria=tuple(body.major_criteria), major_basis=body.major_basis,
    )  # fmt: skip
    return _alarm(request, alarm_id)


@router.post("/alarms/{alarm_id}/archive", response=schemas.AlarmOut, tags=_ALARMS, summary="归档")
def alarm_archive(request: HttpRequest, alarm_id: str, body: schemas.AlarmStepIn) -> dict[str, Any]:
    """File it away."""
    alarms.alarm_archive(scope=request.scope, alarm_id=alarm_id, pressed=_pressed(request, body), now=request.now)
    return _alarm(request, alarm_id)
