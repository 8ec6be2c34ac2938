"""Notice (通知): LOCAL, what was said to a post on this server and whether it was read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Local

FORMS: tuple[tuple[str, str], ...] = (("single", "单条"), ("item", "汇总中的一项"), ("digest", "每日汇总"))
WITHDRAWN: tuple[tuple[str, str], ...] = (
    ("settled", "事项已办"),
    ("moved", "期限或接收人有变"),
    ("newer", "已有更新的提醒"),
)


class Notice(Local):
    """One thing said to one post; unique by (subject, topic, step, post), so nothing is ever said twice.

    It holds no free text and no name: what the subject is called is asked of its context when the notice is shown, within
    the reader's scope. `parent` is the digest that carries an item; an item without one waits for the next digest.
    `step` carries the deadline it spoke of: a deadline that moves begins anew.
    """

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField("提醒类别", max_length=60)
    subject = models.CharField("对象", max_length=90)
    step = models.CharField("提醒节点", max_length=60)
    post_id = models.UUIDField("接收任职")
    form = models.CharField("形式", max_length=8, choices=FORMS)
    code = models.CharField("内容代码", max_length=60)
    facts = models.JSONField("内容要素", default=dict)
    due_at = models.DateTimeField("期限", null=True)
    made_at = models.DateTimeField("发出时间")
    # No constraint in the database: asking it for every row was four fifths of the work of a digest of thousands.
    parent = models.ForeignKey(
        "calling.Notice", verbose_name="所属汇总", null=True, on_delete=models.SET_NULL, related_name="items",
        db_constraint=False,
    )  # fmt: skip
    read_at = models.DateTimeField("阅读时间", null=True)
    read_by = models.CharField("阅读人", max_length=36, default="")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_why = models.CharField("撤回原因", max_length=8, choices=WITHDRAWN, default="")

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "topic", "step", "post_id"], name="calling_notice_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["post_id", "form", "id"], name="calling_notice_inbox"),
            models.Index(
                fields=["post_id", "form"],
                name="calling_notice_unread",
                condition=models.Q(read_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.Index(
                fields=["topic"], name="calling_notice_standing", condition=models.Q(withdrawn_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.step}"
