"""Campaigns (专项行动). How many targets, inspections and hazards they have is asked, never stored."""

from __future__ import annotations

from django.db import models

from anlan.inspection.rules.campaign import CAMPAIGN_KINDS
from anlan.platform.projection import Projection
from anlan.platform.scope import ScopedBy


class Campaign(Projection):
    """A named drive over a period; `region` is the part of the county it covers."""

    SUBJECT = "inspection.campaign"
    # A town works at the county's campaigns too, and never sees those of other towns.
    SCOPED_BY = ScopedBy(above=True)

    name = models.CharField("专项行动名称", max_length=80)
    kind = models.CharField("行动类型", max_length=16, choices=CAMPAIGN_KINDS, default="drive")
    since_on = models.DateField("开始日期", null=True)
    until_on = models.DateField("结束日期", null=True)
    target_class = models.CharField("对象类别", max_length=40, default="")
    target_tag = models.CharField("对象标签", max_length=40, default="")
    target_scale = models.CharField("对象规模", max_length=10, default="", blank=True)
    blanket = models.SmallIntegerField("地毯式检查", default=0)
    summary = models.TextField("工作要求", default="")
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "专项行动"
        indexes = [models.Index(fields=["region6", "-since_on"], name="inspection_campaign_since")]

    def __str__(self) -> str:
        return self.name
