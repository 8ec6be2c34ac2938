"""Post (任职) and deputy (代理)."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Projection
from anlan.platform.scope import ScopedBy


class Post(Projection):
    """A person's function: role, organisation, and what it lets them see.

    `region` is the padded code of `prefix`. Open work is addressed to posts, offices and enterprises, never to persons;
    `successor` names the post that took over this one's open work.
    """

    SUBJECT = "accounts.post"
    SCOPED_BY = ScopedBy()
    TRAVELS = "below"

    person = models.ForeignKey(
        "accounts.Person",
        verbose_name="人员",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="posts",
    )
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name="任职单位",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="posts",
    )
    role = models.ForeignKey(
        "accounts.Role",
        verbose_name="角色",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="posts",
    )
    title = models.CharField("职务", max_length=40, blank=True, default="")
    prefix = models.CharField("管辖区划", max_length=12)
    office = models.ForeignKey(
        "accounts.Organisation",
        verbose_name="责任科室",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    enterprise_id = models.UUIDField("所属企业", null=True, db_index=True)
    starts_on = models.DateField("任职起始日")
    until_on = models.DateField("任职截止日", null=True)
    ended = models.SmallIntegerField("已免职", default=0)
    ended_at = models.DateTimeField("免职时间", null=True)
    end_reason = models.CharField("免职原因", max_length=200, blank=True, default="")
    successor = models.ForeignKey(
        "accounts.Post",
        verbose_name="接手任职",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="predecessors",
    )

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        indexes = [
            models.Index(fields=["region6", "-created_at"], name="accounts_post_region6"),
            models.Index(fields=["region9", "-created_at"], name="accounts_post_region9"),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class Deputy(Projection):
    """Somebody who acts in another's post between two days, both included."""

    SUBJECT = "accounts.deputy"
    SCOPED_BY = ScopedBy()
    TRAVELS = "below"

    post = models.ForeignKey(
        "accounts.Post",
        verbose_name="被代理任职",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="deputies",
    )
    person = models.ForeignKey(
        "accounts.Person",
        verbose_name="代理人",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="deputising",
    )
    starts_on = models.DateField("代理起始日")
    until_on = models.DateField("代理截止日")
    reason = models.CharField("代理原因", max_length=200, blank=True, default="")
    cancelled = models.SmallIntegerField("已取消", default=0)

    class Meta:
        verbose_name = "代理"
        verbose_name_plural = "代理"

    def __str__(self) -> str:
        return self.reason or str(self.pk)
