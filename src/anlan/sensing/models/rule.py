"""Alarm rules with all their versions: the past stays judged by the version of its day."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy
from anlan.sensing.rules.alarm import SEVERITIES
from anlan.sensing.rules.rule import RULE_KINDS


class _RuleColumns(models.Model):
    kind = models.CharField("规则类型", max_length=16, choices=RULE_KINDS)
    metric = models.CharField("监测因子", max_length=40, default="")
    area = models.CharField("适用区划", max_length=12, default="")
    severity = models.CharField("报警级别", max_length=10, choices=SEVERITIES, default="urgent")
    limit = models.FloatField("限值", null=True, db_column="limit_value")
    hysteresis = models.FloatField("回差", default=0.0)
    on_delay_s = models.IntegerField("触发延时（秒）", default=0)
    off_delay_s = models.IntegerField("恢复延时（秒）", default=0)
    window_s = models.IntegerField("时段（秒）", default=0)
    times = models.IntegerField("超限次数", default=0)
    among = models.IntegerField("统计次数", default=0)
    below = models.SmallIntegerField("低于限值为超限", default=0)
    flap_count = models.IntegerField("频繁报警次数", default=0)
    flap_window_s = models.IntegerField("频繁报警时段（秒）", default=0)
    ends_itself = models.SmallIntegerField("自动恢复", default=0)
    basis = models.CharField("依据", max_length=200, default="")
    effective_from = models.DateTimeField("生效时间")

    class Meta:
        abstract = True


class AlarmRule(Projection, _RuleColumns):
    """A rule as it was recorded last, which may take effect later; `versions` holds every one."""

    SUBJECT = "sensing.alarm_rule"
    CHILDREN = {"versions": "sensing.AlarmRuleVersion"}
    SCOPED_BY = ScopedBy(above=True)

    name = models.CharField("规则名称", max_length=80)
    model = models.ForeignKey(
        "sensing.DeviceModel", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="适用型号", related_name="+",
    )  # fmt: skip
    device = models.ForeignKey(
        "sensing.Device", on_delete=models.DO_NOTHING, db_constraint=False, null=True, verbose_name="适用设备",
        related_name="+",
    )  # fmt: skip
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "报警规则"
        indexes = [models.Index(fields=["region6", "-created_at"], name="sensing_rule_county")]

    def __str__(self) -> str:
        return self.name


class AlarmRuleVersion(ProjectionChild, _RuleColumns):
    """One version; `key` is the id of the entry that made it."""

    parent = models.ForeignKey(AlarmRule, on_delete=models.CASCADE, db_constraint=False, related_name="versions")
    model_id = models.CharField("适用型号", max_length=36, default="")
    device_id = models.CharField("适用设备", max_length=36, default="")

    class Meta:
        verbose_name = verbose_name_plural = "报警规则版本"
        ordering = ["effective_from", "key"]

    def __str__(self) -> str:
        return self.key
