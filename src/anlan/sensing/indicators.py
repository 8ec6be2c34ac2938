"""Indicators over devices and alarms."""

from __future__ import annotations

from django.db.models import Q

from anlan.kernel.conditions import Both, By, Filled, Is, Not
from anlan.platform.indicator.declare import Day, Definition, Distinct, Facts, Indicator, Percent, Text, Through, codes
from anlan.registry.queries import code_values
from anlan.sensing.models import Alarm, Device
from anlan.sensing.queries import model_values
from anlan.sensing.rules.alarm import SEVERITIES
from anlan.sensing.rules.device import PROTOCOLS, STATUSES
from anlan.sensing.rules.rule import ALARM_KINDS

_SOURCE = "安全生产法（2021）第三十六条；监测预警（口径为本系统规定）"
_FIRM = {
    "class": Through(
        "enterprise", "registry.enterprise", "class", "enterprise__classes__key", "企业类别", code_values("classes")
    ),
    "industry": Through("enterprise", "registry.enterprise", "industry", "enterprise__industry", "行业代码"),
}

DEVICES = Facts(
    id="sensing.device",
    label="监测设备",
    model=Device,
    columns={
        "created_at": Day("created_at", "登记日期"),
        "installed_on": Day("installed_on", "安装日期", date=True),
        "retired_at": Day("retired_at", "移出台账日期"),
        "status": Text("status", "使用状态", codes(STATUSES)),
        "protocol": Text("protocol", "通信协议", codes(PROTOCOLS)),
        "model": Text("model_id", "设备型号", model_values),
        "enterprise": Text("enterprise_id", "企业"),
        **_FIRM,
    },
    right="sensing.view",
    page="/sensing/devices/{id}",
    titles=(("name", "设备名称"), ("identity", "设备标识"), ("place", "安装位置"), ("created_at", "登记时间")),
)
_DEVICE_BY = ("status", "model", "protocol", "class", "industry")
_HELD = Both(By("created_at"), Not(By("retired_at")))
_WATCHED = Definition("期末有监测设备在用的企业，每家只计一次", "", Both(_HELD, Is("status", "active")), Distinct("enterprise"))

ALARMS = Facts(
    id="sensing.alarm",
    label="报警",
    model=Alarm,
    columns={
        "triggered_at": Day("triggered_at", "触发日期"),
        "answered_at": Day("answered_at", "叫应日期"),
        "ended_at": Day("ended_at", "结束日期"),
        "kind": Text("kind", "报警类型", codes(ALARM_KINDS)),
        "severity": Text("severity", "报警级别", codes(SEVERITIES)),
        "state": Text("state", "状态"),
        "hazard": Text("hazard_id", "隐患"),
        "enterprise": Text("enterprise_id", "企业"),
        **_FIRM,
    },
    right="sensing.view",
    page="/sensing/alarms/{id}",
    titles=(("number", "报警编号"), ("title", "报警内容"), ("triggered_at", "触发时间"), ("ended_at", "结束时间")),
    counted=Q(superseded_by=""),
)
_ALARM_BY = ("kind", "severity", "class", "industry")


def _alarms(ends: str, name: str, label: str, definition: Definition) -> Indicator:
    return Indicator(f"sensing.alarms_{ends}", name, label, "次", ALARMS, (definition,), _ALARM_BY, _SOURCE)


INDICATORS = [
    Indicator(
        "sensing.devices_held", "设备.在册", "监测设备数", "台", DEVICES,
        (Definition("期末在台账内的监测设备", "", _HELD),), _DEVICE_BY, _SOURCE,
    ),
    Indicator(
        "sensing.devices_added", "设备.新增", "新登记监测设备数", "台", DEVICES,
        (Definition("期间内登记的监测设备", "created_at"),), _DEVICE_BY, _SOURCE,
    ),
    Indicator(
        "sensing.devices_firms", "设备.企业", "联网监测企业数", "家", DEVICES,
        (_WATCHED,), _DEVICE_BY, _SOURCE,
    ),
    _alarms("raised", "报警.触发", "报警数", Definition("期间内触发的报警，被另一条报警接替的不计，不含演练", "triggered_at")),
    _alarms(
        "answered", "报警.叫应", "已叫应报警数",
        Definition("期间内触发的报警中有人答复的", "triggered_at", Filled("answered_at")),
    ),
    _alarms(
        "ended", "报警.处置", "已结束报警数", Definition("期间内触发的报警中至期末已结束的", "triggered_at", By("ended_at"))
    ),
    _alarms(
        "hazards", "报警.转隐患", "转为隐患的报警数",
        Definition("期间内触发的报警中转为隐患的", "triggered_at", Filled("hazard")),
    ),
    Indicator(
        "sensing.alarms_rate", "报警.叫应率", "报警叫应率", "%", ALARMS, by=_ALARM_BY, source=_SOURCE,
        percent=Percent("sensing.alarms_answered", "sensing.alarms_raised"),
    ),
]  # fmt: skip
