"""Inspections with their officers, answered items, photos and campaigns."""

from __future__ import annotations

from django.db import models

from anlan.inspection.rules.hazard import GRADES, SOURCES
from anlan.inspection.rules.inspection import INSPECTION_LOOP, KINDS, RESULTS
from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy


class Inspection(Projection):
    """One visit to one enterprise with one version of a checklist."""

    SUBJECT = "inspection.inspection"
    CHILDREN = {
        "officers": "inspection.InspectionOfficer",
        "items": "inspection.InspectionItem",
        "photos": "inspection.InspectionPhoto",
        "tags": "inspection.InspectionTag",
        "reports": "inspection.InspectionReport",
    }
    SCOPED_BY = ScopedBy(office="office_id", subject="enterprise_id")

    number = models.CharField("检查编号", max_length=40)
    enterprise = models.ForeignKey(
        "registry.Enterprise", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False,
        verbose_name="企业", related_name="inspections",
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
    kind = models.CharField("检查类型", max_length=16, choices=KINDS)
    source = models.CharField("检查来源", max_length=16, choices=SOURCES)
    state = models.CharField("状态", max_length=16, choices=INSPECTION_LOOP.choices)
    started_at = models.DateTimeField("检查时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    started_by = models.CharField("发起人", max_length=36, default="")
    started_post = models.CharField("发起人岗位", max_length=36, default="")
    conclusion = models.TextField("检查结论", default="")
    task = models.ForeignKey(
        "inspection.Task", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="检查任务", related_name="+",
    )  # fmt: skip
    participants = models.CharField("参加人员", max_length=200, default="")

    class Meta:
        verbose_name = verbose_name_plural = "检查"
        indexes = [
            models.Index(fields=["region6", "-started_at", "region9"], name="inspection_insp_county"),
            models.Index(fields=["region9", "-started_at"], name="inspection_insp_town"),
            models.Index(fields=["enterprise", "-started_at"], name="inspection_insp_enterprise"),
            models.Index(fields=["office", "-started_at"], name="inspection_insp_office"),
            models.Index(
                fields=["started_by"], name="inspection_insp_draft", condition=models.Q(finished_at__isnull=True)
            ),
            models.Index(
                fields=["started_post"], name="inspection_insp_draft_post", condition=models.Q(finished_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InspectionOfficer(ProjectionChild):
    """An officer of the inspection; `key` is the person's id."""

    parent = models.ForeignKey(Inspection, on_delete=models.CASCADE, db_constraint=False, related_name="officers")
    position = models.PositiveIntegerField("序号", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "检查人员"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.key


class InspectionItem(ProjectionChild):
    """The answer to one item of the checklist; `key` is the item's key."""

    parent = models.ForeignKey(Inspection, on_delete=models.CASCADE, db_constraint=False, related_name="items")
    result = models.CharField("结果", max_length=8, choices=RESULTS)
    note = models.TextField("说明", default="")
    grade = models.CharField("隐患级别", max_length=8, choices=GRADES, default="general")
    major_basis = models.CharField("重大隐患判定依据", max_length=200, default="")
    major_criteria = models.CharField("判定条款编号", max_length=400, default="")
    general_reason = models.CharField("不判定为重大隐患的理由", max_length=200, default="")
    place = models.CharField("部位", max_length=100, default="")

    class Meta:
        verbose_name = verbose_name_plural = "检查项结果"

    def __str__(self) -> str:
        return f"{self.key} {self.get_result_display()}"


class InspectionPhoto(ProjectionChild):
    """A photo taken at an item; `key` is `<item key>-<sha256>`."""

    parent = models.ForeignKey(Inspection, on_delete=models.CASCADE, db_constraint=False, related_name="photos")
    item_key = models.CharField("检查项编号", max_length=20)
    sha256 = models.CharField("文件摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "检查照片"

    def __str__(self) -> str:
        return self.sha256


class InspectionTag(ProjectionChild):
    """A campaign this inspection belongs to; `key` is the campaign's id."""

    parent = models.ForeignKey(Inspection, on_delete=models.CASCADE, db_constraint=False, related_name="tags")

    class Meta:
        verbose_name = verbose_name_plural = "检查所属专项行动"
        indexes = [models.Index(fields=["key"], name="inspection_insptag_campaign")]

    def __str__(self) -> str:
        return self.key


class InspectionReport(ProjectionChild):
    """A report handed in on the visit by experts or a third party; `key` is the file's SHA-256."""

    parent = models.ForeignKey(Inspection, on_delete=models.CASCADE, db_constraint=False, related_name="reports")
    name = models.CharField("文件名", max_length=200)
    added_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = verbose_name_plural = "检查报告"

    def __str__(self) -> str:
        return self.name
