"""Pages of sensing: the monitoring centre, one alarm, one device, models, unknown devices. Lists are the desk's."""

from __future__ import annotations

from django.urls import path

from anlan.sensing.screens import centre, devices, live_alarm, live_device, strangers

_ALARM = "alarms/<uuid:alarm_id>"
_DEVICE = "devices/<uuid:device_id>"
_MODEL = "models/<uuid:model_id>"

urlpatterns = [
    path("board", centre.board, name="sensing-board"),
    path("board/rows", centre.board_rows, name="sensing-board-rows"),
    path("map", centre.map_page, name="sensing-map"),
    path("fleet", centre.fleet_page, name="sensing-fleet"),
    path(_ALARM, live_alarm.alarm_page, name="sensing-alarm"),
    path(f"{_ALARM}/contacts/<uuid:key>/reveal", live_alarm.alarm_reveal, name="sensing-alarm-reveal"),
    path(f"{_ALARM}/<slug:action>", live_alarm.alarm_act, name="sensing-alarm-act"),
    path("devices/labels", devices.labels, name="sensing-labels"),
    path(_DEVICE, live_device.device_page, name="sensing-device"),
    path(f"{_DEVICE}/manage", devices.device_page, name="sensing-device-manage"),
    path(f"{_DEVICE}/contacts/<uuid:key>/reveal", live_device.device_reveal, name="sensing-device-reveal"),
    path(f"{_DEVICE}/<slug:action>", devices.device_act, name="sensing-device-act"),
    path(_MODEL, devices.model_page, name="sensing-model"),
    path(f"{_MODEL}/<slug:action>", devices.model_act, name="sensing-model-act"),
    path("strangers", strangers.strangers, name="sensing-strangers"),
    path("strangers/<int:number>", strangers.stranger_claim, name="sensing-stranger-claim"),
]
