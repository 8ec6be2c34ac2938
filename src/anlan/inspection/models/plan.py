"""Annual plans of inspections (年度检查计划) with the lines of every version."""

from __future__ import annotations

from django.db import models

from anlan.inspection.rules.plan import IMPORTANCES, PLAN_LOOP
from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy


class Plan(Projection):
    """The plan of one office for one year; `version` is in force (0: none yet), `working` is being prepared or the same."""

    SUBJECT = "inspection.plan"
    CHILDREN = {"lines": "inspection.PlanLine"}
    # A town reads the county's plan.
    SCOPED_BY = ScopedBy(above=True)

    year = models.PositiveSmallIntegerField("年度")
    name = models.CharField("计划名称", max_length=80)
    office = models.ForeignKey(
        "accounts.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="编制科室", related_name="+",
    )  # fmt: skip
    state = models.CharField("状态", max_length=16, choices=PLAN_LOOP.choices)
    version = models.PositiveIntegerField("执行版本", default=0)
    working = models.PositiveIntegerField("编制版本", default=1)
    officers = models.PositiveIntegerField("执法人员数", default=0)
    legal_days = models.PositiveIntegerField("人均法定工作日", default=0)
    other_days = models.PositiveIntegerField("其他执法工作日", default=0)
    idle_days = models.PositiveIntegerField("非执法工作日", default=0)
    reason = models.TextField("修订理由", default="")
    opinion = models.TextField("批示意见", default="")
    submitted_at = models.DateTimeField("报批时间", null=True)
    submitted_by = models.CharField("报批人", max_length=36, default="")
    approved_at = models.DateTimeField("批准时间", null=True)
    approved_by = models.CharField("批准人", max_length=36, default="")

    class Meta:
        verbose_name = verbose_name_plural = "年度检查计划"
        indexes = [models.Index(fields=["region6", "-year"], name="inspection_plan_year")]

    def __str__(self) -> str:
        return self.name


class PlanLine(ProjectionChild):
    """A line of one version; `key` is `<version>-<line>`, and the line keeps its word through the versions."""

    parent = models.ForeignKey(Plan, on_delete=models.CASCADE, db_constraint=False, related_name="lines")
    version = models.PositiveIntegerField("版本")
    line = models.CharField("条目编号", max_length=8)
    position = models.PositiveIntegerField("序号")
    target_class = models.CharField("监管类别", max_length=40, default="")
    target_tag = models.CharField("风险标签", max_length=40, default="")
    importance = models.CharField("检查方式", max_length=8, choices=IMPORTANCES)
    enterprises = models.PositiveIntegerField("计划企业数")
    times = models.PositiveIntegerField("年检查次数")
    person_days = models.PositiveIntegerField("每次用工（人日）", default=1)
    note = models.CharField("说明", max_length=100, default="")

    class Meta:
        verbose_name = verbose_name_plural = "检查计划条目"
        ordering = ["version", "position"]

    def __str__(self) -> str:
        return self.key
