"""One device with channels, latest values and maintenance windows; one model; labels to print."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.kernel.errors import AnlanError, BadInput
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, read_moment, screen
from anlan.sensing import queries
from anlan.sensing.rules.device import ChannelFacts
from anlan.sensing.screens.forms import errors_of, read_base, read_float, read_once
from anlan.sensing.services import devices

_LABELS = 200


@never_cache
@require_GET
@screen
def device_page(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """One device."""
    return _device(request, device_id)


def _shared(request: HttpRequest, row: Any, error: AnlanError | None, act: str) -> dict[str, Any]:
    subject = f"{row.SUBJECT}/{row.pk}"
    return {
        "row": row,
        "may_change": request.scope.may("sensing.device.change") and request.scope.covers(row.region),
        "base": queries.versions_of([subject]).get(subject, 0),
        "once": once_token(),
        "error": error,
        "errors": errors_of(error),
        "act": act,
        "typed": request.POST,
    }


def _device(request: HttpRequest, device_id: UUID, error: AnlanError | None = None, act: str = "") -> HttpResponse:
    scope, now = request.scope, request.now
    device = queries.device_get(scope, device_id)
    alarms = queries.alarm_list(scope, device_id=str(device.pk)).distinct()
    context = _shared(request, device, error, act) | {
        "device": device,
        "channels": queries.channels_shown(str(device.pk)),
        "windows": device.windows.filter(until__gt=now).order_by("since"),
        "suppressed": device.suppressed.order_by("-at")[:20],
        "alarms": alarms[:20],
        "skewed": queries.skewed_count(str(device.pk)),
        "now": now,
    }
    return render(request, "sensing/device.html", context, status=error.status if error else 200)


def _channel(request: HttpRequest) -> ChannelFacts:
    typed = request.POST
    digits = typed.get("digits", "").strip() or "2"
    if not (digits.isascii() and digits.isdigit() and len(digits) < 3):
        raise BadInput("kernel.text.not_a_number", value=digits[:20])
    return ChannelFacts(
        typed.get("metric", ""), typed.get("name", ""), typed.get("unit", "").strip(), read_float(request, "low"),
        read_float(request, "high"), int(digits), typed.get("position", "").strip(),
    )  # fmt: skip


def _channel_act(request: HttpRequest, subject: str, key: str, action: str) -> None:
    base, once = read_base(request), read_once(request)
    if action == "channel":
        devices.channel_set(scope=request.scope, subject=subject, id=key, facts=_channel(request), base=base,
                            now=request.now, once=once)  # fmt: skip
    else:
        devices.channel_remove(scope=request.scope, subject=subject, id=key, metric=request.POST.get("metric", ""),
                               base=base, now=request.now, once=once)  # fmt: skip


@require_POST
@screen
def device_act(request: HttpRequest, device_id: UUID, action: str) -> HttpResponse:
    """Set or remove a channel, set or end a maintenance window, look into a double identity."""
    scope, now, key = request.scope, request.now, str(device_id)
    if action not in {"channel", "channel-remove", "window", "window-end", "doubt"}:
        raise Http404
    try:
        if action.startswith("channel"):
            _channel_act(request, "sensing.device", key, action)
        elif action == "window":
            since, until = read_moment(request, "since") or now, read_moment(request, "until")
            if until is None:
                raise BadInput("sensing.window.until_missing")
            devices.window_set(scope=scope, device_id=key, since=since, until=until, reason=request.POST.get("reason", ""),
                               base=read_base(request), now=now, once=read_once(request))  # fmt: skip
        elif action == "window-end":
            devices.window_end(scope=scope, device_id=key, key=request.POST.get("key", ""), base=read_base(request),
                               now=now, once=read_once(request))  # fmt: skip
        else:
            devices.doubt_clear(scope=scope, device_id=key, note=request.POST.get("note", ""), base=read_base(request),
                                now=now, once=read_once(request))  # fmt: skip
    except AnlanError as error:
        return _device(request, device_id, error, action)
    messages.success(request, sentence("sensing.done.saved", {}))
    return redirect("sensing-device", device_id=device_id)


@never_cache
@require_GET
@screen
def model_page(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """One device model with its channels."""
    return _model(request, model_id)


def _model(request: HttpRequest, model_id: UUID, error: AnlanError | None = None, act: str = "") -> HttpResponse:
    model = queries.model_get(request.scope, model_id)
    context = _shared(request, model, error, act) | {
        "model": model,
        "channels": model.channels.order_by("key"),
        "devices": queries.device_list(request.scope).filter(model_id=model.pk).count(),
    }
    return render(request, "sensing/model.html", context, status=error.status if error else 200)


@require_POST
@screen
def model_act(request: HttpRequest, model_id: UUID, action: str) -> HttpResponse:
    """Set or remove a channel of a model."""
    if action not in {"channel", "channel-remove"}:
        raise Http404
    try:
        _channel_act(request, "sensing.model", str(model_id), action)
    except AnlanError as error:
        return _model(request, model_id, error, action)
    messages.success(request, sentence("sensing.done.saved", {}))
    return redirect("sensing-model", model_id=model_id)


@never_cache
@require_GET
@screen
def labels(request: HttpRequest) -> HttpResponse:
    """Labels with the device's name, identity and a code that leads to its page; at most 200."""
    request.scope.require(queries.VIEW)
    ids = [key for i in request.GET.getlist("ids") if (key := queries.as_uuid(i))]
    rows = queries.device_list(request.scope)
    rows = rows.filter(pk__in=ids) if ids else rows
    made = [{"device": d, "code": _code(request, d.pk)} for d in rows.order_by("name", "id")[:_LABELS]]
    return render(request, "sensing/labels.html", {"labels": made})


def _code(request: HttpRequest, key: UUID) -> str:
    address = request.build_absolute_uri(f"/sensing/devices/{key}")
    return segno.make(address, micro=False).svg_data_uri(scale=3)
