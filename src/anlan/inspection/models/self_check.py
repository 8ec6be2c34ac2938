"""Self-checks of enterprises with answers and photos, and the office's own rules on how often they are due."""

from __future__ import annotations

from django.db import models

from anlan.inspection.rules.cadence import PERIODS
from anlan.inspection.rules.self_check import SELF_CHECK_LOOP, SELF_RESULTS, SELF_STAGES
from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy


class SelfCheck(Projection):
    """One check of an enterprise by itself. `counts_at`: when its window was answered, also by the report it corrects."""

    SUBJECT = "inspection.self_check"
    CHILDREN = {"items": "inspection.SelfCheckItem", "photos": "inspection.SelfCheckPhoto"}
    SCOPED_BY = ScopedBy(office="office_id", subject="enterprise_id")
    # The enterprise need not learn how odd reports are found.
    OFFICE_ONLY = frozenset({"doubts", "digest", "seconds"})

    number = models.CharField("自查编号", max_length=40)
    enterprise = models.ForeignKey(
        "registry.Enterprise", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False,
        verbose_name="企业", related_name="self_checks",
    )  # fmt: skip
    office = models.ForeignKey(
        "accounts.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="监管科室", related_name="+",
    )  # fmt: skip
    checklist = models.ForeignKey(
        "inspection.Checklist", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="检查表", related_name="+",
    )  # fmt: skip
    checklist_version = models.PositiveIntegerField("检查表版本", default=0)
    state = models.CharField("状态", max_length=16, choices=SELF_CHECK_LOOP.choices)
    started_at = models.DateTimeField("开始时间")
    started_by = models.CharField("自查人", max_length=36, default="")
    reported_at = models.DateTimeField("上报时间", null=True)
    reported_by = models.CharField("上报人", max_length=36, default="")
    counts_at = models.DateTimeField("首次上报时间", null=True)
    mended = models.PositiveIntegerField("自查自改数", default=0)
    hazards = models.PositiveIntegerField("上报隐患数", default=0)
    zero = models.SmallIntegerField("零报告", default=0)
    seconds = models.PositiveIntegerField("用时（秒）", default=0)
    digest = models.CharField("答案摘要", max_length=64, default="")
    doubts = models.CharField("存疑情形", max_length=80, default="")
    note = models.TextField("自查说明", default="")
    corrects = models.ForeignKey(
        "inspection.SelfCheck", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="更正的上报", related_name="+",
    )  # fmt: skip
    corrected_as = models.ForeignKey(
        "inspection.SelfCheck", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="已更正为", related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = verbose_name_plural = "企业自查"
        indexes = [
            models.Index(fields=["region6", "-started_at"], name="inspection_self_county"),
            models.Index(fields=["region9", "-started_at"], name="inspection_self_town"),
            models.Index(fields=["enterprise", "-started_at"], name="inspection_self_enterprise"),
            models.Index(fields=["counts_at", "enterprise"], name="inspection_self_counts"),
        ]

    def __str__(self) -> str:
        return self.number


class SelfCheckItem(ProjectionChild):
    """The answer to one item; `key` is the item's key or, for what stands beside the checklist, own-1 to own-5."""

    parent = models.ForeignKey(SelfCheck, on_delete=models.CASCADE, db_constraint=False, related_name="items")
    result = models.CharField("结果", max_length=8, choices=SELF_RESULTS)
    note = models.TextField("问题描述", default="")
    place = models.CharField("部位", max_length=100, default="")
    major = models.CharField("符合重大隐患判定标准", max_length=4, default="")
    measure = models.TextField("拟采取的整改措施", default="")
    planned_on = models.DateField("计划完成日期", null=True)
    hazard_ref = models.CharField("隐患", max_length=36, default="")

    class Meta:
        verbose_name = verbose_name_plural = "自查项结果"

    def __str__(self) -> str:
        return f"{self.key} {self.get_result_display()}"


class SelfCheckPhoto(ProjectionChild):
    """A photo of an answer; `key` is `<item key>-<b or a>-<beginning of the hash>`."""

    parent = models.ForeignKey(SelfCheck, on_delete=models.CASCADE, db_constraint=False, related_name="photos")
    item_key = models.CharField("检查项编号", max_length=20)
    stage = models.CharField("阶段", max_length=8, choices=SELF_STAGES)
    sha256 = models.CharField("文件摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "自查照片"
        ordering = ["key"]
        indexes = [models.Index(fields=["sha256"], name="inspection_selfphoto_sha")]

    def __str__(self) -> str:
        return self.sha256


class SelfCheckRule(Projection):
    """The office's rule on how often enterprises report; it goes before the rules of the package."""

    SUBJECT = "inspection.self_check_rule"
    SCOPED_BY = ScopedBy(above=True)

    target_class = models.CharField("监管类别", max_length=40, default="", blank=True)
    target_tag = models.CharField("风险标签", max_length=40, default="", blank=True)
    target_scale = models.CharField("企业规模", max_length=10, default="", blank=True)
    period = models.CharField("自查周期", max_length=8, choices=PERIODS)
    since_on = models.DateField("起始日期", null=True)
    basis = models.CharField("依据", max_length=200, default="", blank=True)
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "自查周期"
        indexes = [models.Index(fields=["region6", "-since_on"], name="inspection_selfrule_since")]

    def __str__(self) -> str:
        return self.get_period_display()
