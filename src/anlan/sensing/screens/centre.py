"""监测中心: the live board of alarms, the map of devices, how the fleet is. All three read without the bundle of scripts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.platform.journal.tail import place_now
from anlan.platform.web import once_token, screen
from anlan.sensing import queries
from anlan.sensing.queries import centre

_FOLLOWED = (("alarms", queries.VIEW), ("calls", "calling.call.view"), ("devices", queries.VIEW))
_MOST_ASKED = 50


def followed(request: HttpRequest) -> dict[str, Any]:
    """What a live page needs: the topics this person may follow, and the place up to which it shows everything.

    Call it before anything is read: what happens meanwhile is then said twice rather than never.
    """
    scope = request.scope  # type: ignore[attr-defined]
    return {"topics": ",".join(topic for topic, right in _FOLLOWED if scope.may(right)), "live_place": place_now()}


@never_cache
@require_GET
@screen
def board(request: HttpRequest) -> HttpResponse:
    """The alarms that are open, worst and newest first."""
    request.scope.require(queries.VIEW)
    live = followed(request)
    return render(request, "sensing/board.html", live | _rows(request))


def _rows(request: HttpRequest, ids: list[str] | None = None) -> dict[str, Any]:
    cards, total = centre.board_cards(request.scope, request.now, ids)  # type: ignore[attr-defined]
    waiting = sum(card.waits for card in cards)
    return {"cards": cards, "total": total, "waiting": waiting, "now": request.now, "once": once_token()}  # type: ignore[attr-defined]


@never_cache
@require_GET
@screen
def board_rows(request: HttpRequest) -> HttpResponse:
    """The board's rows alone, all or those asked for by `?ids=`; the script puts them in place."""
    request.scope.require(queries.VIEW)
    asked = request.GET.get("ids")
    ids = asked.split(",")[:_MOST_ASKED] if asked else None
    return render(request, "sensing/_board_rows.html", _rows(request, ids))


@never_cache
@require_GET
@screen
def map_page(request: HttpRequest) -> HttpResponse:
    """Where the devices stand and how they are; below it the same as a list."""
    request.scope.require(queries.VIEW)
    live = followed(request)
    marks = centre.device_marks(request.scope, request.now)
    order = {state: place for place, (state, _, _) in enumerate(_STATES)}
    troubled = [mark for mark in marks if mark.state not in {"online", "off"}]
    words = {state: (label, tone) for state, label, tone in _STATES}
    listed = [(mark, *words[mark.state]) for mark in sorted(troubled, key=lambda m: (order[m.state], m.title))[:100]]
    return render(request, "sensing/map.html", live | {"listed": listed, "troubled": len(troubled), "total": len(marks)})


_STATES = (
    ("critical", "紧急报警", "bad"), ("alarm", "报警", "warn"), ("silent", "离线", ""), ("repair", "检修", "info"),
    ("online", "在线", "good"), ("off", "停用", ""),
)  # fmt: skip


@never_cache
@require_GET
@screen
def fleet_page(request: HttpRequest) -> HttpResponse:
    """How the devices are: heard, silent, under repair, unknown; by town, and the longest silent."""
    scope = request.scope
    scope.require(queries.VIEW)
    live = followed(request)
    found = queries.fleet(scope, request.now)
    silent = queries.device_list(scope).filter(status="active", down_at__isnull=False).order_by("down_at", "id")[:50]
    rows = [(device, centre.place_name(device.region)) for device in silent]
    towns = [t | {"online": t["devices"] - t["silent"], "share": _share(t)} for t in found["by_town"]]
    unknown = queries.quarantined_list(scope).exclude(identity="")[:20] if found["quarantined"] else []
    context = {"fleet": found, "share": _share(found), "towns": towns, "silent": rows, "unknown": unknown}
    return render(request, "sensing/fleet.html", live | context | {"now": request.now})


def _share(counts: dict[str, Any]) -> float | None:
    return (counts["devices"] - counts["silent"]) / counts["devices"] if counts["devices"] else None
