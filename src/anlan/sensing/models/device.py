"""Devices, what they are made of, and when they are under repair. Readings are not here: they have a store of their own."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy
from anlan.sensing.rules.device import PROTOCOLS, STATUSES


class DeviceModel(Projection):
    """A make of device (型号) with the channels that every device of it has."""

    SUBJECT = "sensing.model"
    CHILDREN = {"channels": "sensing.ModelChannel"}
    SCOPED_BY = ScopedBy(above=True)

    name = models.CharField("型号名称", max_length=80)
    maker = models.CharField("生产厂家", max_length=80, default="")
    protocol = models.CharField("通信协议", max_length=16, choices=PROTOCOLS, default="hj212")
    summary = models.TextField("说明", default="")
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "设备型号"
        indexes = [models.Index(fields=["region6", "-created_at"], name="sensing_model_county")]

    def __str__(self) -> str:
        return self.name


class Device(Projection):
    """One device. `office` is copied from the enterprise for scope; `down_at` stands while it is silent."""

    SUBJECT = "sensing.device"
    CHILDREN = {
        "channels": "sensing.DeviceChannel",
        "windows": "sensing.DeviceWindow",
        "suppressed": "sensing.DeviceSuppressed",
    }
    SCOPED_BY = ScopedBy(office="office_id", subject="enterprise_id")

    name = models.CharField("设备名称", max_length=80)
    protocol = models.CharField("通信协议", max_length=16, choices=PROTOCOLS, default="hj212")
    identity = models.CharField("设备标识", max_length=64)
    model = models.ForeignKey(
        DeviceModel, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="设备型号", related_name="devices",
    )  # fmt: skip
    enterprise = models.ForeignKey(
        "registry.Enterprise", on_delete=models.DO_NOTHING, db_constraint=False, null=True, verbose_name="企业",
        related_name="devices",
    )  # fmt: skip
    office = models.ForeignKey(
        "accounts.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="监管科室", related_name="+",
    )  # fmt: skip
    place = models.CharField("安装位置", max_length=120, default="")
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    status = models.CharField("使用状态", max_length=10, choices=STATUSES, default="active")
    installed_on = models.DateField("安装日期", null=True)
    down_at = models.DateTimeField("离线时间", null=True)
    doubted_at = models.DateTimeField("标识重复时间", null=True)
    retired_at = models.DateTimeField("移出台账时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "监测设备"
        indexes = [
            models.Index(fields=["region6", "-created_at"], name="sensing_device_county"),
            models.Index(fields=["region9", "-created_at"], name="sensing_device_town"),
            models.Index(fields=["protocol", "identity"], name="sensing_device_identity"),
        ]

    def __str__(self) -> str:
        return self.name


class _Channel(ProjectionChild):
    """A channel; `key` is the metric's word of the protocol, `a21001-Rtd`."""

    name = models.CharField("通道名称", max_length=60)
    unit = models.CharField("单位", max_length=20, default="")
    low = models.FloatField("量程下限", null=True)
    high = models.FloatField("量程上限", null=True)
    digits = models.PositiveSmallIntegerField("小数位数", default=2)
    position = models.CharField("测点位置", max_length=80, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class ModelChannel(_Channel):
    """A channel that every device of a model has."""

    parent = models.ForeignKey(DeviceModel, on_delete=models.CASCADE, db_constraint=False, related_name="channels")

    class Meta:
        verbose_name = verbose_name_plural = "型号通道"


class DeviceChannel(_Channel):
    """A channel of one device, beside or instead of its model's."""

    parent = models.ForeignKey(Device, on_delete=models.CASCADE, db_constraint=False, related_name="channels")

    class Meta:
        verbose_name = verbose_name_plural = "设备通道"


class DeviceWindow(ProjectionChild):
    """A maintenance window (检修窗口): no alarm is raised in it, what would have been is recorded as suppressed."""

    parent = models.ForeignKey(Device, on_delete=models.CASCADE, db_constraint=False, related_name="windows")
    since = models.DateTimeField("开始时间")
    until = models.DateTimeField("结束时间")
    reason = models.CharField("检修内容", max_length=200, default="")
    set_by = models.CharField("设定人", max_length=36, default="")

    class Meta:
        verbose_name = verbose_name_plural = "检修窗口"
        ordering = ["since"]

    def __str__(self) -> str:
        return self.key


class DeviceSuppressed(ProjectionChild):
    """An alarm that was not raised because the device was under repair."""

    parent = models.ForeignKey(Device, on_delete=models.CASCADE, db_constraint=False, related_name="suppressed")
    rule_id = models.CharField("报警规则", max_length=36)
    kind = models.CharField("报警类型", max_length=16)
    metric = models.CharField("监测因子", max_length=40, default="")
    value = models.FloatField("监测值", null=True)
    at = models.DateTimeField("发生时间")

    class Meta:
        verbose_name = verbose_name_plural = "检修期间抑制的报警"
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.key
