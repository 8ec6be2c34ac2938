"""挂牌督办 with its follow-up visits and photos. That a visit is missed is asked over `follow_due_at` and now."""

from __future__ import annotations

from django.db import models

from anlan.inspection.rules.listing import LEVELS, LISTING_LOOP, LISTING_STAGES
from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy

_OPEN = models.Q(ended_at__isnull=True)


class Listing(Projection):
    """One major hazard listed at one level. Enterprise, office and region are copied from the hazard for scope."""

    SUBJECT = "inspection.listing"
    CHILDREN = {"follow_ups": "inspection.ListingFollowUp", "photos": "inspection.ListingPhoto"}
    SCOPED_BY = ScopedBy(office="office_id", subject="enterprise_id")

    number = models.CharField("督办编号", max_length=40)
    hazard = models.ForeignKey(
        "inspection.Hazard",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        verbose_name="隐患",
        related_name="listings",
    )
    enterprise = models.ForeignKey(
        "registry.Enterprise", on_delete=models.DO_NOTHING, db_constraint=False, verbose_name="企业",
        related_name="listings",
    )  # fmt: skip
    office = models.ForeignKey(
        "accounts.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="监管科室", related_name="+",
    )  # fmt: skip
    level = models.CharField("挂牌级别", max_length=8, choices=LEVELS)
    state = models.CharField("状态", max_length=20, choices=LISTING_LOOP.choices)
    reason = models.TextField("挂牌理由", default="")
    requirement = models.TextField("治理要求", default="")
    due_at = models.DateTimeField("督办期限")
    follower = models.CharField("跟踪督办人", max_length=36, default="")
    issuer = models.CharField("挂牌单位", max_length=80, default="")
    notice_number = models.CharField("挂牌文号", max_length=60, default="")
    notice_on = models.DateField("挂牌日期", null=True)
    notice_document = models.CharField("挂牌督办通知书", max_length=36, default="")
    proposed_at = models.DateTimeField("提出时间", null=True)
    proposed_by = models.CharField("提出人", max_length=36, default="")
    listed_at = models.DateTimeField("挂牌时间", null=True)
    listed_by = models.CharField("签发人", max_length=36, default="")
    sign_note = models.TextField("签发意见", default="")
    followed_at = models.DateTimeField("最近跟踪时间", null=True)
    follow_due_at = models.DateTimeField("下次跟踪期限", null=True)
    applied_at = models.DateTimeField("申请摘牌时间", null=True)
    applied_by = models.CharField("摘牌申请人", max_length=36, default="")
    apply_note = models.TextField("治理情况说明", default="")
    returned_at = models.DateTimeField("不予摘牌时间", null=True)
    return_reason = models.TextField("不予摘牌理由", default="")
    ended_at = models.DateTimeField("办结时间", null=True)
    ended_by = models.CharField("办结人", max_length=36, default="")
    co_reviewer = models.CharField("同行复查人", max_length=36, default="")
    end_note = models.TextField("办结意见", default="")
    end_number = models.CharField("摘牌文号", max_length=60, default="")
    end_on = models.DateField("摘牌日期", null=True)
    end_document = models.CharField("摘牌通知书", max_length=36, default="")
    stepped_at = models.DateTimeField("最近办理", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "挂牌督办"
        indexes = [
            models.Index(fields=["region6", "-created_at"], name="inspection_listing_county"),
            models.Index(fields=["region9", "-created_at"], name="inspection_listing_town"),
            models.Index(fields=["state", "follow_due_at"], name="inspection_listing_follow", condition=_OPEN),
        ]

    def __str__(self) -> str:
        return self.number


class ListingFollowUp(ProjectionChild):
    """One visit of a follow-up officer; `key` counts them from 1."""

    parent = models.ForeignKey(Listing, on_delete=models.CASCADE, db_constraint=False, related_name="follow_ups")
    visited_at = models.DateTimeField("跟踪时间")
    visited_by = models.CharField("跟踪人员", max_length=36, default="")
    note = models.TextField("跟踪情况", default="")
    late = models.SmallIntegerField("逾期跟踪", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "跟踪督办"
        ordering = ["visited_at", "key"]

    def __str__(self) -> str:
        return self.key


class ListingPhoto(ProjectionChild):
    """A photo of a visit or review, or a scanned notice; `turn` is the visit's key (0 elsewhere)."""

    parent = models.ForeignKey(Listing, on_delete=models.CASCADE, db_constraint=False, related_name="photos")
    stage = models.CharField("阶段", max_length=8, choices=LISTING_STAGES)
    turn = models.PositiveIntegerField("次数", default=0)
    sha256 = models.CharField("文件摘要", max_length=64)
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "挂牌督办材料"
        ordering = ["added_at", "key"]
        indexes = [models.Index(fields=["sha256"], name="inspection_listingphoto_sha")]

    def __str__(self) -> str:
        return self.sha256
