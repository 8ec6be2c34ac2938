"""Pages of sensing: the board of alarms, the map, the fleet, one device, one alarm. Lists are the desk's."""

from __future__ import annotations

from django.urls import path

from anlan.sensing.screens import centre, live_alarm, live_device

_DEVICE = "devices/<uuid:device_id>"
_ALARM = "alarms/<uuid:alarm_id>"

urlpatterns = [
    path("board", centre.board, name="sensing-board"),
    path("board/rows", centre.board_rows, name="sensing-board-rows"),
    path("map", centre.map_page, name="sensing-map"),
    path("fleet", centre.fleet_page, name="sensing-fleet"),
    path(_DEVICE, live_device.device_page, name="sensing-device"),
    path(f"{_DEVICE}/contacts/<uuid:key>/reveal", live_device.device_reveal, name="sensing-device-reveal"),
    path(_ALARM, live_alarm.alarm_page, name="sensing-alarm"),
    path(f"{_ALARM}/contacts/<uuid:key>/reveal", live_alarm.alarm_reveal, name="sensing-alarm-reveal"),
    path(f"{_ALARM}/<slug:action>", live_alarm.alarm_act, name="sensing-alarm-act"),
]
