"""Reporting rounds (报送): what towns are asked for a period, by when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy
from anlan.reporting.rules.round import KINDS, ROUND_LOOP
from anlan.reporting.rules.round_item import TOTALS


class Round(Projection):
    """One round of a county; its towns' forms are `Filing` rows. It travels to the towns, their answers only to their own.

    `missing`: codes of the towns that had not filed when it was closed, parted by commas; they stay missing in its sums.
    """

    SUBJECT: ClassVar[str] = "reporting.round"
    SCOPED_BY: ClassVar[ScopedBy] = ScopedBy(above=True)
    CHILDREN: ClassVar[dict[str, str]] = {"items": "reporting.RoundItem"}

    title = models.CharField("报送名称", max_length=80)
    kind = models.CharField("报送类型", max_length=12, choices=KINDS)
    period = models.CharField("期间", max_length=40)
    first_on = models.DateField("期间首日")
    last_on = models.DateField("期间末日")
    span = models.CharField("期间类型", max_length=8, default="")
    state = models.CharField("状态", max_length=12, choices=ROUND_LOOP.choices)
    due_at = models.DateTimeField("报送时限")
    note = models.TextField("报送要求", default="", blank=True)
    opened_at = models.DateTimeField("发起时间")
    opened_by = models.CharField("发起人", max_length=36, default="")
    closed_at = models.DateTimeField("结束时间", null=True)
    closed_by = models.CharField("结束人", max_length=36, default="")
    missing = models.TextField("未报乡镇（街道）", default="", blank=True)
    reason = models.TextField("重新开放理由", default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报送"
        indexes: ClassVar = [
            models.Index(fields=["region6", "-opened_at"], name="reporting_round_county"),
            models.Index(fields=["first_on", "last_on"], name="reporting_round_period"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.period}）"


class RoundItem(ProjectionChild):
    """One line of the form; `key` is its number. `indicator`: what the ledgers answer it by, "" where the town is asked."""

    parent = models.ForeignKey(Round, on_delete=models.CASCADE, db_constraint=False, related_name="items")
    position = models.PositiveIntegerField("序号", default=1)
    name = models.CharField("数据名称", max_length=80)
    unit = models.CharField("计量单位", max_length=12)
    indicator = models.CharField("对应指标", max_length=80, default="")
    total = models.CharField("汇总方式", max_length=8, choices=TOTALS, default="sum")

    class Meta:
        verbose_name = verbose_name_plural = "报送项目"
        ordering: ClassVar = ["position"]
        indexes: ClassVar = [models.Index(fields=["name"], name="reporting_rounditem_name")]

    def __str__(self) -> str:
        return self.name
