"""Alarms. How often one was repeated and how many members it has is counted, never stored."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy
from anlan.sensing.rules.alarm import ALARM_LOOP, SEVERITIES, TAKEN_OVER_STATE, WORDS
from anlan.sensing.rules.rule import ALARM_KINDS

_OPEN = models.Q(ended_at__isnull=True)


class Alarm(Projection):
    """One alarm from its triggering to its archiving. Enterprise, office and place are copied from the device for scope."""

    SUBJECT = "sensing.alarm"
    CHILDREN = {"repeats": "sensing.AlarmRepeat", "members": "sensing.AlarmMember"}
    SCOPED_BY = ScopedBy(office="office_id", subject="enterprise_id")

    number = models.CharField("报警编号", max_length=40)
    title = models.CharField("报警内容", max_length=160)
    kind = models.CharField("报警类型", max_length=16, choices=ALARM_KINDS)
    severity = models.CharField("报警级别", max_length=10, choices=SEVERITIES)
    state = models.CharField("状态", max_length=16, choices=ALARM_LOOP.choices)
    device = models.ForeignKey(
        "sensing.Device", on_delete=models.DO_NOTHING, db_constraint=False, null=True, verbose_name="监测设备",
        related_name="alarms",
    )  # fmt: skip
    enterprise = models.ForeignKey(
        "registry.Enterprise", on_delete=models.DO_NOTHING, db_constraint=False, null=True, verbose_name="企业",
        related_name="alarms",
    )  # fmt: skip
    office = models.ForeignKey(
        "accounts.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="监管科室", related_name="+",
    )  # fmt: skip
    rule = models.ForeignKey(
        "sensing.AlarmRule", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="报警规则", related_name="alarms",
    )  # fmt: skip
    rule_version = models.CharField("规则版本", max_length=36, default="")
    metric = models.CharField("监测因子", max_length=40, default="")
    value = models.FloatField("触发值", null=True)
    limit = models.FloatField("限值", null=True, db_column="limit_value")
    unit = models.CharField("单位", max_length=20, default="")
    ends_itself = models.SmallIntegerField("自动恢复", default=0)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    triggered_at = models.DateTimeField("触发时间")
    last_at = models.DateTimeField("最近触发时间")
    cleared_at = models.DateTimeField("监测值恢复时间", null=True)
    flapping_at = models.DateTimeField("频繁报警时间", null=True)
    superseded_by = models.CharField("接替报警", max_length=36, default="")
    answered_at = models.DateTimeField("叫应时间", null=True)
    answered_by = models.CharField("叫应人", max_length=36, default="")
    answer = models.CharField("叫应答复", max_length=16, choices=WORDS, default="", blank=True)
    handled_at = models.DateTimeField("开始处置时间", null=True)
    handled_by = models.CharField("处置人", max_length=36, default="")
    ended_at = models.DateTimeField("结束时间", null=True)
    ended_by = models.CharField("结束人", max_length=36, default="")
    note = models.TextField("处置情况", default="")
    hazard_id = models.CharField("隐患", max_length=36, default="")
    archived_at = models.DateTimeField("归档时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "报警"
        indexes = [
            models.Index(fields=["region6", "-triggered_at"], name="sensing_alarm_county"),
            models.Index(fields=["region9", "-triggered_at"], name="sensing_alarm_town"),
            models.Index(fields=["device", "-triggered_at"], name="sensing_alarm_device"),
            models.Index(fields=["-triggered_at"], name="sensing_alarm_open", condition=_OPEN),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def taken_over(self) -> bool:
        """Whether it stands untouched, but people are called for another alarm in its place."""
        return self.state == "triggered" and bool(self.superseded_by)

    @property
    def state_shown(self) -> str:
        """Its state as people read it."""
        return TAKEN_OVER_STATE if self.taken_over else str(self.get_state_display())


class AlarmRepeat(ProjectionChild):
    """The same rule triggered again at the same channel while the alarm was open; `key` is the id of the entry."""

    parent = models.ForeignKey(Alarm, on_delete=models.CASCADE, db_constraint=False, related_name="repeats")
    at = models.DateTimeField("时间")
    value = models.FloatField("监测值", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "重复触发"
        ordering = ["at"]

    def __str__(self) -> str:
        return self.key


class AlarmMember(ProjectionChild):
    """A device that a mass alarm has taken in; `key` is its id."""

    parent = models.ForeignKey(Alarm, on_delete=models.CASCADE, db_constraint=False, related_name="members")
    joined_at = models.DateTimeField("离线时间")
    left_at = models.DateTimeField("恢复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "报警涉及设备"
        indexes = [models.Index(fields=["key"], name="sensing_alarmmember_device")]

    def __str__(self) -> str:
        return self.key
