"""Towns' forms of a reporting round (报送表): what a town said, when, and whether it had to be chased."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy
from anlan.reporting.rules.round import FILING_LOOP


class Filing(Projection):
    """One town's form in one round; its region is the town. What was filed before a correction stays in the history.

    `late`: whether the first filing came after `due_at`; that it is overdue now is reckoned by the clock when asked.
    """

    SUBJECT: ClassVar[str] = "reporting.filing"
    SCOPED_BY: ClassVar[ScopedBy] = ScopedBy()
    CHILDREN: ClassVar[dict[str, str]] = {"values": "reporting.FilingValue"}

    round = models.ForeignKey(
        "reporting.Round", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name="报送",
        related_name="filings",
    )  # fmt: skip
    state = models.CharField("状态", max_length=12, choices=FILING_LOOP.choices)
    due_at = models.DateTimeField("报送时限")
    asked_at = models.DateTimeField("下发时间")
    submitted_at = models.DateTimeField("上报时间", null=True)
    submitted_by = models.CharField("上报人", max_length=36, default="")
    turns = models.SmallIntegerField("上报次数", default=0)
    late = models.SmallIntegerField("逾期上报", default=0)
    remark = models.TextField("情况说明", default="", blank=True)
    returned_at = models.DateTimeField("退回时间", null=True)
    reason = models.TextField("退回原因", default="", blank=True)
    approved_at = models.DateTimeField("审核时间", null=True)
    approved_by = models.CharField("审核人", max_length=36, default="")
    chased = models.SmallIntegerField("催报次数", default=0)
    chased_at = models.DateTimeField("最近催报", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "报送表"
        indexes: ClassVar = [
            models.Index(fields=["round", "region"], name="reporting_filing_round"),
            models.Index(fields=["region9", "-asked_at"], name="reporting_filing_town"),
            models.Index(fields=["state", "due_at"], name="reporting_filing_due"),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.get_state_display()}"


class FilingValue(ProjectionChild):
    """What the form said to one line; `key` is the line's.

    `kind`: "asked" the town's own number, "none" 无此项, "ledger" and "known" what ledgers or another document said at that
    moment. `source`: id of the reported value that holds the number.
    """

    parent = models.ForeignKey(Filing, on_delete=models.CASCADE, db_constraint=False, related_name="values")
    kind = models.CharField("来源类型", max_length=8, default="asked")
    value = models.CharField("数值", max_length=40, default="")
    source = models.CharField("填报数据", max_length=36, default="")
    remark = models.TextField("说明", default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报送数据"

    def __str__(self) -> str:
        return f"第{self.key}项 {'无此项' if self.kind == 'none' else self.value}"
