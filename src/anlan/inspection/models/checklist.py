"""Checklists and their items; an item's row is never edited, a new wording begins a new row."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy


class Checklist(Projection):
    """A checklist: what to look at in one kind of enterprise. `version` is that of its standing items."""

    SUBJECT = "inspection.checklist"
    CHILDREN = {"items": "inspection.ChecklistItem"}
    SCOPED_BY = ScopedBy(public=True)

    code = models.CharField("编号", max_length=20)
    name = models.CharField("检查表名称", max_length=80)
    applies = models.CharField("适用类别", max_length=200, default="")
    version = models.PositiveIntegerField("版本", default=1)
    packaged_version = models.PositiveIntegerField("内置版本", default=0)
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查表"
        indexes = [models.Index(fields=["code"], name="inspection_checklist_code")]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(ProjectionChild):
    """One wording of an item, standing from `since_version` until before `until_version` (empty: it still stands)."""

    SCOPED_BY = ScopedBy(public=True)

    parent = models.ForeignKey(Checklist, on_delete=models.CASCADE, db_constraint=False, related_name="items")
    item_key = models.CharField("检查项编号", max_length=20)
    position = models.PositiveIntegerField("序号")
    category = models.CharField("类别", max_length=40)
    text = models.TextField("检查内容")
    law = models.CharField("法律法规", max_length=80)
    article = models.CharField("条款", max_length=40)
    major = models.CharField("重大隐患判定依据", max_length=200, default="")
    since_version = models.PositiveIntegerField("起始版本")
    until_version = models.PositiveIntegerField("终止版本", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查项"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.text

    @property
    def basis(self) -> str:
        """How a document cites the clause."""
        return f"《{self.law}》{self.article}"
