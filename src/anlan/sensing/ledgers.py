"""Ledgers of sensing: devices, models and rules are entered, alarms are read only (rules and people step them)."""

from __future__ import annotations

from anlan.accounts import queries as accounts
from anlan.kernel.codes import normalise_uscc
from anlan.kernel.errors import BadInput
from anlan.platform.ledger.declare import Column, Lapse, Ledger
from anlan.platform.scope import Scope
from anlan.registry import queries as registry
from anlan.sensing import queries
from anlan.sensing.rules.alarm import TAKEN_OVER_STATE
from anlan.sensing.rules.device import check_device
from anlan.sensing.services.devices import device_change, device_create
from anlan.sensing.services.rules import rule_change, rule_create

_VIEW = "sensing.view"


def _models(scope: Scope) -> list[tuple[str, str]]:
    return queries.model_choices(scope)


def _enterprise(typed: str) -> str:
    """The id of an enterprise, named by its id or its code; whether the person sees it is the service's question."""
    if queries.as_uuid(typed):
        return typed
    found = registry.enterprises_by_uscc([normalise_uscc(typed)]).values_list("id", flat=True).first()
    if found is None:
        raise BadInput("sensing.device.enterprise_unknown", value=typed[:30])
    return str(found)


def _metric(typed: str) -> str:
    """The code of a metric, typed alone or as lists and exports show it."""
    _, bracket, rest = typed.rpartition("（")
    return rest.removesuffix("）") if bracket else typed


def _metric_shown(metric: str) -> str:
    """A metric as people read it: nobody knows the codes of HJ 212 by heart."""
    name = queries.channel_named(metric).name if metric else ""
    return metric if name == metric else f"{name}（{metric}）"


DEVICES = Ledger(
    id="sensing.device",
    model="sensing.Device",
    label="监测设备",
    plural="devices",
    columns=(
        Column("name", required=True, search=True, width=28),
        Column("protocol", filter=True, width=10, help="不填为HJ 212", blank="hj212"),
        Column("identity", required=True, search=True, width=28, help="设备在通信协议中的标识，HJ 212为MN号"),
        Column("model", filter=True, choices=_models, width=24, help="型号带有通道，可不填"),
        Column("enterprise.name", label="企业名称", search=True, entered=False, width=30),
        Column("enterprise", label="企业", show=False, filter=True, parse=_enterprise, width=22,
               help="统一社会信用代码；不属于企业的设备不填，填安装位置"),
        Column("region", label="所在区划", filter=True, width=20, help="不填时随企业"),
        Column("place", search=True, show=False, width=30),
        Column("lon", show=False, width=12, help="WGS-84十进制度，不填时随企业"),
        Column("lat", show=False, width=12),
        Column("status", filter=True, width=10, help="不填为在用"),
        Column("installed_on", show=False, width=14),
        Column("office", filter=True, show=False, choices=accounts.office_choices, width=20, help="不填时随企业"),
        Column("down_at", label="离线时间", filter=True, entered=False, width=18),
        Column("doubted_at", show=False, entered=False, width=18),
    ),
    natural_key=("protocol", "identity"),
    point=("lon", "lat"),
    view=_VIEW,
    change="sensing.device.change",
    create=device_create,
    update=device_change,
    check=check_device,
    page="/sensing/devices/{}".format,
    batch=("打印设备标签", "/sensing/devices/labels", _VIEW),
)  # fmt: skip

MODELS = Ledger(
    id="sensing.model",
    model="sensing.DeviceModel",
    label="设备型号",
    plural="models",
    columns=(
        Column("name", required=True, search=True, width=28),
        Column("maker", search=True, width=28),
        Column("protocol", filter=True, width=10, help="不填为HJ 212"),
        Column("region", label="所在区划", filter=True, show=False, width=20),
        Column("summary", show=False, width=40),
    ),
    natural_key=("name", "maker"),
    view=_VIEW,
    change="sensing.device.change",
    page="/sensing/models/{}".format,
)

RULES = Ledger(
    id="sensing.alarm_rule",
    model="sensing.AlarmRule",
    label="报警规则",
    plural="alarm_rules",
    columns=(
        Column("name", required=True, search=True, width=28),
        Column("kind", required=True, filter=True, width=12),
        Column("metric", search=True, parse=_metric, format=_metric_shown, width=24,
               help="监测因子代码，如a21001-Rtd；离线规则不填"),
        Column("severity", filter=True, width=10, help="不填为重要"),
        Column("limit", width=12, help="以通道的单位计；变化率为每分钟"),
        Column("model", filter=True, choices=_models, width=24, help="不填为全部型号"),
        Column("device", label="适用设备", show=False, filter=True, width=38, help="设备编号，不填为全部设备"),
        Column("area", filter=True, show=False, width=14, help="区划代码，不填为本级辖区"),
        Column("hysteresis", show=False, width=10, help="恢复到限值以内多少才解除；数值不变规则中为容许波动"),
        Column("on_delay_s", show=False, width=12),
        Column("off_delay_s", show=False, width=12),
        Column("window_s", show=False, width=12, help="变化率、数值不变、累计、缺失和离线规则须填"),
        Column("times", show=False, width=10),
        Column("among", show=False, width=10),
        Column("below", show=False, kind="bool", width=12),
        Column("flap_count", show=False, width=12),
        Column("flap_window_s", show=False, width=12),
        Column("ends_itself", show=False, kind="bool", width=10, help="监测值恢复后报警自动结束"),
        Column("basis", required=True, show=False, width=40, help="标准条款、许可限值或设计文件"),
        Column("effective_from", filter=True, width=18, help="不填为即时；不能早于现在"),
        Column("region", label="所在区划", show=False, filter=True, width=20),
    ),
    natural_key=("name",),
    view=_VIEW,
    change="sensing.rule.change",
    create=rule_create,
    update=rule_change,
)

ALARMS = Ledger(
    id="sensing.alarm",
    model="sensing.Alarm",
    label="报警",
    plural="alarms",
    columns=(
        Column("number", search=True, entered=False, width=26),
        Column("title", search=True, entered=False, width=48),
        Column("severity", filter=True, entered=False, width=10),
        Column("state", filter=True, entered=False, width=12,
               lapse=Lapse("triggered", "superseded_by", None, TAKEN_OVER_STATE)),
        Column("triggered_at", filter=True, entered=False, width=18),
        Column("enterprise.name", label="企业名称", search=True, entered=False, width=30),
        Column("device.name", label="监测设备名称", entered=False, width=28),
        Column("kind", filter=True, entered=False, width=12),
        Column("metric", filter=True, show=False, entered=False, width=16),
        Column("value", show=False, entered=False, width=12),
        Column("limit", show=False, entered=False, width=12),
        Column("unit", show=False, entered=False, width=10),
        Column("region", label="所在区划", filter=True, show=False, entered=False, width=20),
        Column("office", filter=True, show=False, entered=False, choices=accounts.office_choices, width=20),
        Column("enterprise", label="企业", filter=True, show=False, entered=False, width=38),
        Column("device", label="监测设备", filter=True, show=False, entered=False, width=38),
        Column("last_at", show=False, entered=False, width=18),
        Column("cleared_at", filter=True, show=False, entered=False, width=18),
        Column("answered_at", filter=True, show=False, entered=False, width=18),
        Column("answer", filter=True, show=False, entered=False, width=12),
        Column("handled_at", show=False, entered=False, width=18),
        Column("ended_at", filter=True, show=False, entered=False, width=18),
        Column("note", show=False, entered=False, width=40),
        Column("archived_at", show=False, entered=False, width=18),
    ),
    order=("-triggered_at",),
    point=("lon", "lat"),
    view=_VIEW,
    page="/sensing/alarms/{}".format,
    retirable=False,
)

LEDGERS = [DEVICES, MODELS, RULES, ALARMS]
