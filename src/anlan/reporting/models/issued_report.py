"""Issued reports (签发的报告): what a report said, held by digests in the journal, so that no later copy can say otherwise."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Projection
from anlan.platform.scope import ScopedBy


class IssuedReport(Projection):
    """One version of a report that left the house. It is never changed; what was wrong in it is issued as a further version.

    `figures_hash` is of the package's figures.json: values, definitions, and the digest of the rows behind every number.
    """

    SUBJECT: ClassVar[str] = "reporting.report"
    SCOPED_BY: ClassVar[ScopedBy] = ScopedBy()

    title = models.CharField("报告名称", max_length=80)
    version = models.SmallIntegerField("版次")
    period = models.CharField("期间", max_length=40)
    first_on = models.DateField("期间首日")
    last_on = models.DateField("期间末日")
    span = models.CharField("期间类型", max_length=8, default="")
    planned = models.SmallIntegerField("计划数", default=0)
    numbers = models.IntegerField("数据项数")
    ledger_numbers = models.IntegerField("台账数据项数")
    reported_numbers = models.IntegerField("填报数据项数")
    rows = models.IntegerField("台账行数")
    document_hash = models.CharField("报告指纹", max_length=64)
    figures_hash = models.CharField("数据指纹", max_length=64)
    template_hash = models.CharField("模板指纹", max_length=64)
    issued_at = models.DateTimeField("签发时间")
    reason = models.TextField("重新签发理由", default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "已签发报告"
        indexes: ClassVar = [
            models.Index(fields=["region6", "-created_at"], name="reporting_report_county"),
            models.Index(fields=["region9", "-created_at"], name="reporting_report_town"),
            models.Index(fields=["title", "first_on", "last_on"], name="reporting_report_title"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.period}）第{self.version}版"
