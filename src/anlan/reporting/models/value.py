"""Reported values (填报数据): figures that another department or an earlier year owns, with where they come from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Projection
from anlan.platform.scope import ScopedBy
from anlan.reporting.rules.value import APPROXIMATE, WHOLE


class ReportedValue(Projection):
    """One figure as a document states it. Correcting it is a further entry; what stood before stays in the history.

    `amount`, `measure`, `first_on`, `last_on`, `span`, `planned` and `indicator` follow from what was entered
    (ledgers.py). `indicator`: id of the indicator over a ledger that it is a value of, "" for a figure without a ledger.
    """

    SUBJECT: ClassVar[str] = "reporting.value"
    SCOPED_BY: ClassVar[ScopedBy] = ScopedBy()

    name = models.CharField("数据名称", max_length=80)
    indicator = models.CharField("对应指标", max_length=80, default="")
    value = models.CharField("数值", max_length=30)
    unit = models.CharField("计量单位", max_length=12)
    approximate = models.CharField("约数", max_length=8, choices=APPROXIMATE, default="", blank=True)
    amount = models.CharField("折算数值", max_length=40, default="")
    measure = models.CharField("折算单位", max_length=12, default="")
    period = models.CharField("期间", max_length=40)
    first_on = models.DateField("期间首日")
    last_on = models.DateField("期间末日")
    span = models.CharField("期间类型", max_length=8, default="")
    planned = models.SmallIntegerField("计划数", default=0)
    extent = models.CharField("统计范围", max_length=80, default=WHOLE, blank=True)
    source_title = models.CharField("来源文件", max_length=120)
    source_office = models.CharField("来源单位", max_length=80)
    quote = models.TextField("原文", default="", blank=True)
    retired_at = models.DateTimeField("作废时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "填报数据"
        indexes: ClassVar = [
            models.Index(fields=["region6", "-created_at"], name="reporting_value_county"),
            models.Index(fields=["region9", "-created_at"], name="reporting_value_town"),
            models.Index(fields=["name", "first_on", "last_on"], name="reporting_value_name"),
            models.Index(fields=["indicator", "first_on", "last_on"], name="reporting_value_indicator"),
        ]

    def __str__(self) -> str:
        return self.name
