"""Accidents and their papers. Names of the dead and injured are not kept, only their numbers (ADR 0026)."""

from __future__ import annotations

from django.db import models

from anlan.accident.rules.codes import CATEGORIES, NATURES, REVOCATIONS, SECTORS
from anlan.accident.rules.grade import GRADES
from anlan.accident.rules.loop import ACCIDENT_LOOP
from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy


class Accident(Projection):
    """One accident. Grade, deadlines and `counted` are decided by the service and stand in the entries."""

    SUBJECT = "accident.accident"
    CHILDREN = {"files": "accident.AccidentFile"}
    # A road accident has no supervising office: every office of the region sees it.
    SCOPED_BY = ScopedBy(office="office_id", subject="enterprise_id", unowned=True)

    number = models.CharField("事故编号", max_length=40)
    state = models.CharField("状态", max_length=16, choices=ACCIDENT_LOOP.choices)
    category = models.CharField("事故类别", max_length=16, choices=CATEGORIES, default="", blank=True)
    sector = models.CharField("行业领域", max_length=20, choices=SECTORS)
    grade = models.CharField("事故等级", max_length=16, choices=GRADES)
    nature = models.CharField("事故性质", max_length=12, choices=NATURES, default="production")
    nature_reason = models.TextField("认定理由", default="")
    counted = models.SmallIntegerField("纳入统计", default=1)
    occurred_at = models.DateTimeField("发生时间")
    learned_at = models.DateTimeField("单位负责人接报时间", null=True)
    received_at = models.DateTimeField("接报时间")
    place = models.TextField("事故地点", default="")
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    enterprise = models.ForeignKey(
        "registry.Enterprise", on_delete=models.DO_NOTHING, db_constraint=False, null=True, verbose_name="企业",
        related_name="accidents",
    )  # fmt: skip
    unit_name = models.TextField("其他事故单位", default="")
    office = models.ForeignKey(
        "accounts.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="监管科室", related_name="+",
    )  # fmt: skip
    summary = models.TextField("简要经过", default="")
    deaths = models.IntegerField("死亡人数", default=0)
    serious_injuries = models.IntegerField("重伤人数", default=0)
    minor_injuries = models.IntegerField("轻伤人数", default=0)
    loss_yuan = models.BigIntegerField("直接经济损失", null=True)
    supplement_until = models.DateTimeField("补报期限")
    up_due_at = models.DateTimeField("上报时限")
    reported_up_at = models.DateTimeField("上报时间", null=True)
    reported_up_note = models.TextField("上报情况", default="")
    corrected_at = models.DateTimeField("最近更正时间", null=True)
    investigation_due_at = models.DateTimeField("调查期限")
    extended_days = models.IntegerField("延长天数", default=0)
    investigated_at = models.DateTimeField("启动调查时间", null=True)
    team = models.TextField("事故调查组", default="")
    closed_on = models.DateField("结案日期", null=True)
    closed_by = models.CharField("结案人", max_length=36, default="")
    direct_cause = models.TextField("直接原因", default="")
    indirect_cause = models.TextField("间接原因", default="")
    liability = models.TextField("责任认定", default="")
    measures = models.TextField("防范和整改措施", default="")
    revoked_at = models.DateTimeField("撤销时间", null=True)
    revocation = models.CharField("撤销类别", max_length=12, choices=REVOCATIONS, default="", blank=True)
    revoke_reason = models.TextField("撤销理由", default="")
    duplicate_of = models.CharField("重复于", max_length=36, default="")
    entered_by = models.CharField("登记人", max_length=36, default="")
    stepped_at = models.DateTimeField("最近办理", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "事故"
        indexes = [
            models.Index(fields=["region6", "-occurred_at"], name="accident_county"),
            models.Index(fields=["region9", "-occurred_at"], name="accident_town"),
            models.Index(fields=["state", "investigation_due_at"], name="accident_due"),
        ]

    def __str__(self) -> str:
        return self.number


class AccidentFile(ProjectionChild):
    """A paper of an accident; `key` is stage and hash."""

    parent = models.ForeignKey(Accident, on_delete=models.CASCADE, db_constraint=False, related_name="files")
    stage = models.CharField("阶段", max_length=8, default="scene")
    sha256 = models.CharField("文件", max_length=64)
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "事故材料"
        ordering = ["added_at", "key"]

    def __str__(self) -> str:
        return self.key
