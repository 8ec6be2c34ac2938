"""Organisation (单位)."""

from __future__ import annotations

from django.db import models

from anlan.accounts.rules.organisations import KINDS
from anlan.platform.projection import Projection
from anlan.platform.scope import ScopedBy


class Organisation(Projection):
    """A body that people belong to. `parent` is the body above it (a 科室's 局).

    `number_word` begins the numbers of its documents, 东街应急; empty: made from its place or name.
    """

    SUBJECT = "accounts.organisation"
    SCOPED_BY = ScopedBy()
    TRAVELS = "below"

    name = models.CharField("单位名称", max_length=120)
    short_name = models.CharField("简称", max_length=40, blank=True, default="")
    number_word = models.CharField("发文代字", max_length=20, blank=True, default="")
    kind = models.CharField("单位类别", max_length=20, choices=tuple(KINDS.items()))
    parent = models.ForeignKey(
        "accounts.Organisation",
        verbose_name="上级单位",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    closed = models.SmallIntegerField("已撤销", default=0)

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = "单位"
        indexes = [
            models.Index(fields=["region6", "-created_at"], name="accounts_org_region6"),
            models.Index(fields=["region9", "-created_at"], name="accounts_org_region9"),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name
