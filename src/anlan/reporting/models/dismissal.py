"""Dismissal (不采纳的审稿意见): LOCAL, that an office does not follow one finding on one text, and why."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Local
from anlan.platform.scope import ScopedBy


class Dismissal(Local):
    """One judgement on one finding; it is never deleted, only taken back. No word of the draft is kept.

    `text_hash`: SHA-256 of the text; `claim`: keyed hash of what the finding says with the sentences that it quotes, by
    which it is found again in a later draft, "" where it is not (drafts.claims). `office`: the organisation of the post.
    """

    SCOPED_BY = ScopedBy(region=None, office="office")

    id = models.BigAutoField(primary_key=True)
    text_hash = models.CharField("文稿校验值", max_length=64)
    claim = models.CharField("意见校验值", max_length=64, default="")
    rule = models.SmallIntegerField("规则")
    code = models.CharField("意见代码", max_length=40)
    start = models.IntegerField("起始位置")
    end = models.IntegerField("结束位置")
    office = models.CharField("单位", max_length=36)
    reason = models.CharField("不采纳理由", max_length=200)
    person_id = models.CharField("提出人", max_length=36)
    post_id = models.CharField("任职", max_length=36)
    at = models.DateTimeField("提出时间")
    taken_back_at = models.DateTimeField("恢复时间", null=True)
    taken_back_by = models.CharField("恢复人", max_length=36, default="")

    class Meta:
        verbose_name = verbose_name_plural = "不采纳的审稿意见"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["office", "text_hash", "rule", "code", "start", "end"],
                condition=models.Q(taken_back_at__isnull=True),
                name="reporting_dismissal_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["office", "claim"],
                name="reporting_dismissal_claim",
                condition=models.Q(taken_back_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.start}"
