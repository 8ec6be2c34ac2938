"""Pages of sensing: alarms, devices, models, unknown devices. Lists are the desk's."""

from __future__ import annotations

from django.urls import path

from anlan.sensing.screens import alarms, devices, strangers

_ALARM = "alarms/<uuid:alarm_id>"
_DEVICE = "devices/<uuid:device_id>"
_MODEL = "models/<uuid:model_id>"

urlpatterns = [
    path(_ALARM, alarms.alarm_page, name="sensing-alarm"),
    path(f"{_ALARM}/<slug:action>", alarms.alarm_act, name="sensing-alarm-act"),
    path("devices/labels", devices.labels, name="sensing-labels"),
    path(_DEVICE, devices.device_page, name="sensing-device"),
    path(f"{_DEVICE}/<slug:action>", devices.device_act, name="sensing-device-act"),
    path(_MODEL, devices.model_page, name="sensing-model"),
    path(f"{_MODEL}/<slug:action>", devices.model_act, name="sensing-model-act"),
    path("strangers", strangers.strangers, name="sensing-strangers"),
    path("strangers/<int:number>", strangers.stranger_claim, name="sensing-stranger-claim"),
]
