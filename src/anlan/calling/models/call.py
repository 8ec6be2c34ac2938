"""Call (叫应): PROJECTION; its rounds and answers. Attempt (叫应投递): LOCAL, one message to one person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.calling.rules.call import ANSWERED_BY, CALL_LOOP
from anlan.calling.rules.chain import CHANNELS
from anlan.calling.rules.matter import URGENCIES, WORDS
from anlan.platform.projection import Local, Projection, ProjectionChild
from anlan.platform.scope import ScopedBy

ATTEMPT_STATES: tuple[tuple[str, str], ...] = (
    ("queued", "待发"),
    ("sending", "发送中"),
    ("sent", "已发出"),
    ("delivered", "已送达"),
    ("failed", "未送达"),
    ("lost", "发送中断"),
    ("cancelled", "不再发送"),
)


class Call(Projection):
    """Reaching somebody for one stage of one matter. `step` and `until`: where it stands in its chain, and till when.

    `steps` is the chain as it was when the call was opened (canonical JSON), so that a chain changed meanwhile changes
    no running call. `participants`: of a drill, ids separated by blanks. `office`: in charge of the matter, for scope.
    """

    SUBJECT = "calling.call"
    CHILDREN: ClassVar = {"rounds": "calling.CallRound", "answers": "calling.CallAnswer"}
    SCOPED_BY = ScopedBy(office="office_id", unowned=True)
    MACHINE_ONLY = frozenset({"matter", "kind", "stage", "address", "steps", "step", "participants"})

    matter = models.CharField("事项", max_length=90, default="")
    kind = models.CharField("事项类别", max_length=60, default="")
    stage = models.CharField("阶段", max_length=40, default="")
    urgency = models.CharField("紧急程度", max_length=10, choices=URGENCIES, default="urgent")
    title = models.CharField("叫应事由", max_length=200, default="")
    text = models.TextField("叫应内容", default="")
    address = models.CharField("事项页面", max_length=200, default="")
    state = models.CharField("叫应状态", max_length=10, choices=CALL_LOOP.choices, default="calling")
    chain_name = models.CharField("叫应链", max_length=60, default="")
    steps = models.TextField("叫应环节", default="[]")
    participants = models.TextField("演练人员", default="")
    step = models.IntegerField("当前环节", default=0)
    office = models.ForeignKey(
        "accounts.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="监管科室", related_name="+",
    )  # fmt: skip
    opened_at = models.DateTimeField("发起时间")
    until = models.DateTimeField("应答时限", null=True)
    answered_at = models.DateTimeField("应答时间", null=True)
    answered_by = models.CharField("应答人", max_length=36, default="")
    word = models.CharField("答复", max_length=12, choices=WORDS, default="")
    channel = models.CharField("答复方式", max_length=8, choices=ANSWERED_BY, default="")
    ended_at = models.DateTimeField("结束时间", null=True)
    reason = models.CharField("终止原因", max_length=500, default="")

    class Meta:
        verbose_name = verbose_name_plural = "叫应记录"
        indexes: ClassVar = [
            models.Index(fields=["region6", "-opened_at"], name="calling_call_county"),
            models.Index(fields=["region9", "-opened_at"], name="calling_call_town"),
            models.Index(fields=["state", "until"], name="calling_call_due"),
            models.Index(fields=["matter"], name="calling_call_matter"),
        ]

    def __str__(self) -> str:
        return self.title


class CallRound(ProjectionChild):
    """The people that one step of the chain meant: `callees` is "person:post:deputy_for", separated by blanks."""

    parent = models.ForeignKey(Call, on_delete=models.CASCADE, db_constraint=False, related_name="rounds")
    step = models.IntegerField("环节", default=0)
    at = models.DateTimeField("开始时间", null=True)
    until = models.DateTimeField("应答时限", null=True)
    callees = models.TextField("叫应人员", default="")

    class Meta:
        verbose_name = verbose_name_plural = "叫应轮次"

    def __str__(self) -> str:
        return f"第{self.step + 1}环节"


class CallAnswer(ProjectionChild):
    """One answer; `repeated`: it came after the call was answered or closed, and is kept beside it."""

    parent = models.ForeignKey(Call, on_delete=models.CASCADE, db_constraint=False, related_name="answers")
    person_id = models.CharField("应答人", max_length=36, default="")
    word = models.CharField("答复", max_length=12, choices=WORDS, default="")
    channel = models.CharField("答复方式", max_length=8, choices=ANSWERED_BY, default="")
    at = models.DateTimeField("应答时间", null=True)
    by = models.CharField("代为答复人", max_length=36, default="")
    reason = models.CharField("代为答复说明", max_length=500, default="")
    repeated = models.SmallIntegerField("重复答复", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "叫应答复"

    def __str__(self) -> str:
        return str(self.get_word_display())


class Attempt(Local):
    """One message by one channel to one person, one row a try; a delivery, so no entry (JOURNAL, section 1).

    Two workers take one by compare-and-set on `state`; `lease_until` ends what a killed worker held. `token`: SHA-256 of
    the one-time token in its link. No number and no text is kept here.
    """

    id = models.BigAutoField(primary_key=True)
    call_id = models.UUIDField("叫应")
    step = models.IntegerField("环节")
    person_id = models.CharField("人员", max_length=36)
    post_id = models.CharField("任职", max_length=36, default="")
    channel = models.CharField("渠道", max_length=10, choices=CHANNELS)
    tries = models.IntegerField("次数", default=1)
    rank = models.SmallIntegerField("先后", default=1)
    state = models.CharField("投递状态", max_length=10, choices=ATTEMPT_STATES, default="queued")
    due_at = models.DateTimeField("应发时间")
    made_at = models.DateTimeField("生成时间")
    holder = models.CharField("发送进程", max_length=90, default="")
    lease_until = models.DateTimeField("占用至", null=True)
    sent_at = models.DateTimeField("发出时间", null=True)
    told_at = models.DateTimeField("回执时间", null=True)
    provider_id = models.CharField("服务商编号", max_length=100, default="")
    why = models.CharField("未送达原因", max_length=60, default="")
    token = models.CharField("链接校验值", max_length=64, default="")

    class Meta:
        verbose_name = verbose_name_plural = "叫应投递"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call_id", "step", "person_id", "channel", "tries"], name="calling_attempt_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at"], name="calling_attempt_due"),
            models.Index(fields=["person_id", "-sent_at"], name="calling_attempt_person"),
            models.Index(fields=["provider_id"], name="calling_attempt_provider", condition=~models.Q(provider_id="")),
            models.Index(fields=["token"], name="calling_attempt_token", condition=~models.Q(token="")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.tries}"


class ReplySeen(Local):
    """A reply that a provider has delivered, by its number of it: delivered again it answers nothing else. `id`: a hash."""

    id = models.CharField(primary_key=True, max_length=64)
    seen_at = models.DateTimeField("收到时间")

    class Meta:
        db_table = "calling_reply"
        verbose_name = verbose_name_plural = "已收短信回复"
        indexes = [models.Index(fields=["seen_at"], name="calling_reply_seen_at")]

    def __str__(self) -> str:
        return self.id
