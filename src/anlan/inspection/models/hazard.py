"""Hazards with their photos and campaign tags. Overdue is asked over `due_at` and now, never stored."""

from __future__ import annotations

from django.db import models

from anlan.inspection.rules.acts import LOOK_BACK_RESULTS
from anlan.inspection.rules.co_review import CO_REVIEW_STATES
from anlan.inspection.rules.extension import EXTENSION_STATES
from anlan.inspection.rules.hazard import DUE_UNITS, GRADES, HAZARD_LOOP, PHOTO_STAGES, SOURCES
from anlan.inspection.rules.listing import LISTED
from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy

# `closed_at IS NULL` rather than a list of states: SQLite uses a partial index only where the query repeats its
# condition literally, and states are sent as parameters.
_OPEN = models.Q(closed_at__isnull=True)


class Hazard(Projection):
    """One hazard of one enterprise, from its finding to its closing. `office` is copied from the enterprise for scope."""

    SUBJECT = "inspection.hazard"
    CHILDREN = {
        "photos": "inspection.HazardPhoto",
        "tags": "inspection.HazardTag",
        "extensions": "inspection.HazardExtension",
    }
    SCOPED_BY = ScopedBy(office="office_id", subject="enterprise_id")

    number = models.CharField("隐患编号", max_length=40)
    enterprise = models.ForeignKey(
        "registry.Enterprise", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False,
        verbose_name="企业", related_name="hazards",
    )  # fmt: skip
    office = models.ForeignKey(
        "accounts.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="监管科室", related_name="+",
    )  # fmt: skip
    inspection = models.ForeignKey(
        "inspection.Inspection", on_delete=models.DO_NOTHING, db_constraint=False, null=True,
        verbose_name="检查", related_name="hazards",
    )  # fmt: skip
    item_key = models.CharField("检查项编号", max_length=20, default="")
    basis = models.CharField("依据条款", max_length=200, default="")
    description = models.TextField("隐患描述", default="")
    place = models.CharField("部位", max_length=100, default="")
    grade = models.CharField("隐患级别", max_length=8, choices=GRADES, default="general")
    major_basis = models.CharField("重大隐患判定依据", max_length=200, default="")
    source = models.CharField("隐患来源", max_length=16, choices=SOURCES, default="county")
    state = models.CharField("状态", max_length=16, choices=HAZARD_LOOP.choices, default="found")
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)

    found_at = models.DateTimeField("发现时间")
    found_by = models.CharField("发现人", max_length=36, default="")
    found_post = models.CharField("发现人岗位", max_length=36, default="")
    ordered_at = models.DateTimeField("责令时间", null=True)
    ordered_by = models.CharField("责令人", max_length=36, default="")
    requirement = models.TextField("整改要求", default="")
    due_at = models.DateTimeField("整改期限", null=True)
    due_from = models.DateTimeField("期限起算", null=True)
    due_provisional = models.SmallIntegerField("期限暂定", default=0)
    due_unit = models.CharField("期限单位", max_length=8, choices=DUE_UNITS, default="")
    due_count = models.PositiveIntegerField("期限天数", null=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    submitted_by = models.CharField("提交人", max_length=36, default="")
    submitted_late = models.SmallIntegerField("逾期提交", default=0)
    rectification = models.TextField("整改说明", default="")
    returned_at = models.DateTimeField("退回时间", null=True)
    returned_count = models.PositiveIntegerField("退回次数", default=0)
    return_reason = models.TextField("退回原因", default="")
    closed_at = models.DateTimeField("销号时间", null=True)
    closed_by = models.CharField("复查人", max_length=36, default="")
    co_reviewer = models.CharField("同行复查人", max_length=36, default="")
    co_review = models.CharField("同行复查人确认", max_length=12, choices=CO_REVIEW_STATES, default="")
    co_confirmed_at = models.DateTimeField("同行复查人确认时间", null=True)
    disputed_at = models.DateTimeField("异议时间", null=True)
    dispute_reason = models.TextField("异议理由", default="")
    review_note = models.TextField("复查意见", default="")
    doubted_at = models.DateTimeField("存疑时间", null=True)
    doubted_by = models.CharField("存疑时的复查人", max_length=36, default="")
    decided_by = models.CharField("核实人", max_length=36, default="")
    decision_note = models.TextField("核实意见", default="")
    stepped_at = models.DateTimeField("最近办理", null=True)

    major_criteria = models.CharField("判定条款编号", max_length=400, default="")
    major_unlisted = models.SmallIntegerField("判定标准未列", default=0)
    general_reason = models.CharField("不判定为重大隐患的理由", max_length=200, default="")
    five_measures = models.TextField("整改措施", default="")
    five_responsible = models.CharField("整改责任人", max_length=80, default="")
    five_funds_yuan = models.BigIntegerField("整改资金（元）", null=True)
    five_plan = models.TextField("应急预案", default="")
    extended_count = models.PositiveIntegerField("延期次数", default=0)
    transferred = models.SmallIntegerField("已移送执法", default=0)
    transferred_at = models.DateTimeField("移送时间", null=True)
    transferred_by = models.CharField("移送人", max_length=36, default="")
    transfer_violated = models.CharField("涉嫌违反", max_length=200, default="")
    transfer_reason = models.TextField("移送理由", default="")
    dismissed_at = models.DateTimeField("终止时间", null=True)
    dismissed_by = models.CharField("终止认定人", max_length=36, default="")
    dismiss_reason = models.TextField("终止理由", default="")
    merged_into = models.ForeignKey(
        "inspection.Hazard", on_delete=models.DO_NOTHING, db_constraint=False, null=True,
        verbose_name="并入隐患", related_name="absorbed",
    )  # fmt: skip
    reopened_from = models.ForeignKey(
        "inspection.Hazard", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="原隐患", related_name="+",
    )  # fmt: skip
    reopened_as = models.ForeignKey(
        "inspection.Hazard", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="反弹后隐患", related_name="+",
    )  # fmt: skip
    looked_back_at = models.DateTimeField("回头看时间", null=True)
    looked_back_by = models.CharField("回头看人员", max_length=36, default="")
    look_back_result = models.CharField("回头看结果", max_length=8, choices=LOOK_BACK_RESULTS, default="")
    look_back_note = models.TextField("回头看情况", default="")
    # Levels of its listings that have not ended, parted by blanks: dismissing and merging must not pass them by.
    listed = models.CharField("挂牌督办级别", max_length=24, choices=LISTED, default="")
    self_check = models.ForeignKey(
        "inspection.SelfCheck", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="企业自查", related_name="+",
    )  # fmt: skip
    planned_measure = models.TextField("企业拟采取的措施", default="")
    planned_on = models.DateField("企业计划完成日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "隐患"
        indexes = [
            # The trailing columns let counts by town and month be answered from the index alone.
            models.Index(fields=["region6", "-found_at", "region9", "state", "drill"], name="inspection_hazard_county"),
            models.Index(fields=["region9", "-found_at", "state", "drill"], name="inspection_hazard_town"),
            models.Index(
                fields=["office", "region6", "-found_at", "region9", "state", "drill"], name="inspection_hazard_office"
            ),
            models.Index(fields=["enterprise", "-found_at"], name="inspection_hazard_enterprise"),
            models.Index(fields=["number"], name="inspection_hazard_number"),
            # The trailing columns answer how towns and enterprises stand from the index alone.
            models.Index(
                fields=[
                    "region6", "state", "due_at", "drill", "grade", "region9", "enterprise", "returned_count", "office",
                    "closed_at",  # always null here; SQLite reads it nevertheless
                ],
                name="inspection_hazard_open", condition=_OPEN,
            ),
            models.Index(
                fields=["region6", "region9", "state", "drill", "closed_at", "looked_back_at", "look_back_result"],
                name="inspection_hazard_closed", condition=models.Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["region6", "looked_back_at"],
                name="inspection_hazard_again", condition=models.Q(reopened_as__isnull=False),
            ),
            models.Index(fields=["region9", "state", "due_at"], name="inspection_hazard_open_town", condition=_OPEN),
            models.Index(
                fields=["co_reviewer", "closed_at"], name="inspection_hazard_co_review",
                condition=models.Q(closed_at__isnull=False, co_confirmed_at__isnull=True, disputed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class HazardPhoto(ProjectionChild):
    """A photo of a hazard; `key` is `<stage><round>-<sha256>`, `round` counts the submissions from 1 (0: before)."""

    parent = models.ForeignKey(Hazard, on_delete=models.CASCADE, db_constraint=False, related_name="photos")
    stage = models.CharField("阶段", max_length=8, choices=PHOTO_STAGES)
    round = models.PositiveIntegerField("轮次", default=0)
    sha256 = models.CharField("文件摘要", max_length=64)
    taken_at = models.DateTimeField("拍摄时间", null=True)
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "隐患照片"
        ordering = ["added_at", "key"]
        indexes = [models.Index(fields=["sha256"], name="inspection_photo_sha")]

    def __str__(self) -> str:
        return self.sha256


class HazardTag(ProjectionChild):
    """A campaign this hazard counts for; `key` is the campaign's id. A hazard in three campaigns is one hazard."""

    parent = models.ForeignKey(Hazard, on_delete=models.CASCADE, db_constraint=False, related_name="tags")

    class Meta:
        verbose_name = verbose_name_plural = "隐患所属专项行动"
        indexes = [models.Index(fields=["key"], name="inspection_hazardtag_campaign")]

    def __str__(self) -> str:
        return self.key


class HazardExtension(ProjectionChild):
    """One application for more time and its answer; `key` counts them from 1."""

    parent = models.ForeignKey(Hazard, on_delete=models.CASCADE, db_constraint=False, related_name="extensions")
    state = models.CharField("延期状态", max_length=8, choices=EXTENSION_STATES)
    days = models.PositiveIntegerField("延期天数")
    reason = models.TextField("申请理由", default="")
    applied_at = models.DateTimeField("申请时间")
    applied_by = models.CharField("申请人", max_length=36, default="")
    decided_at = models.DateTimeField("答复时间", null=True)
    decided_by = models.CharField("批准人", max_length=36, default="")
    answer = models.TextField("答复意见", default="")
    due_before = models.DateTimeField("原期限", null=True)
    due_after = models.DateTimeField("延期后期限", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "整改延期"
        ordering = ["key"]
        indexes = [
            models.Index(fields=["parent"], name="inspection_ext_pending", condition=models.Q(decided_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.get_state_display()}"
