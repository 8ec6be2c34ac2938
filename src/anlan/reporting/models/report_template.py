"""A template of an office's own reports (报告模板): a file that a clerk wrote in Word, Excel or WPS."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Projection
from anlan.platform.scope import ScopedBy


class ReportTemplate(Projection):
    """A template by its name; storing one of the same name again replaces the file, the history keeps which one it was."""

    SUBJECT: ClassVar[str] = "reporting.template"
    SCOPED_BY: ClassVar[ScopedBy] = ScopedBy()

    name = models.CharField("模板名称", max_length=40)
    file_hash = models.CharField("文件指纹", max_length=64)
    file_name = models.CharField("文件名", max_length=120)
    stored_at = models.DateTimeField("上传时间")
    withdrawn_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "报告模板"
        indexes: ClassVar = [
            models.Index(fields=["region", "name"], name="reporting_template_name"),
        ]

    def __str__(self) -> str:
        return self.name
