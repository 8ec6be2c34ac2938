"""One device in the order of an emergency: what it measures, whose it is, whom to ring, what is open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.kernel.errors import AnlanError
from anlan.platform.ledger.history import history_of
from anlan.platform.web import once_token, screen
from anlan.sensing import queries
from anlan.sensing.queries import centre
from anlan.sensing.queries.series import channels_shown, device_channels, limited_metric, skewed_count
from anlan.sensing.screens.centre import followed
from anlan.sensing.screens.file import enterprise_file, reveal_on

_HISTORY_ROWS, _PAST_ALARMS = 10, 10


@never_cache
@require_GET
@screen
def device_page(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """One device."""
    return _page(request, device_id)


def _page(
    request: HttpRequest,
    device_id: UUID,
    error: AnlanError | None = None,
    revealed: dict[str, dict[str, str]] | None = None,
) -> HttpResponse:
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    live = followed(request)
    device = queries.device_get(scope, device_id)
    standing = list(queries.alarm_list(scope, open_only=True, device_id=str(device.pk)))
    open_cards = centre.board_cards(scope, now, [str(a.pk) for a in standing])[0]
    wanted = request.GET.get("channel", "") or next((a.metric for a in standing if a.metric), "")
    past = queries.alarm_list(scope, device_id=str(device.pk)).filter(ended_at__isnull=False)[:_PAST_ALARMS]
    context: dict[str, Any] = {
        "device": device,
        "where": centre.place_name(device.region),
        "channels": channel_choices(device, wanted or limited_metric(device, now)),
        "latest": channels_shown(str(device.pk)),
        "skewed": skewed_count(str(device.pk)),
        "state": centre.device_state(scope, device, now),
        "cards": open_cards,
        "past": past,
        "history": history_of(f"{device.SUBJECT}/{device.pk}", scope)[:_HISTORY_ROWS],
        "reveal_name": "sensing-device-reveal",
        "page_id": device.pk,
        "revealed": revealed or {},
        "error": error,
        "own": scope.subjects is not None,
        "once": once_token(),
        "now": now,
    }
    context |= live | enterprise_file(request, device.enterprise_id)
    return render(request, "sensing/live_device.html", context, status=error.status if error else 200)


def channel_choices(device: Any, wanted: str = "") -> list[dict[str, Any]]:
    """The device's channels for the choice above the curve, `current` the one wanted, else the first."""
    found = device_channels(str(device.pk))
    current = wanted if wanted in {c.metric for c in found} else found[0].metric if found else ""
    return [{"metric": c.metric, "name": c.name, "unit": c.unit, "current": c.metric == current} for c in found]


@require_POST
@screen
def device_reveal(request: HttpRequest, device_id: UUID, key: UUID) -> HttpResponse:
    """Show one contact of the device's enterprise in plain."""
    device = queries.device_get(request.scope, device_id)
    return reveal_on(request, device.enterprise_id, key, lambda **more: _page(request, device_id, **more))


