"""Duty chains (叫应链), their steps, shifts (班次) and roster lines (值班表)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.calling.rules.chain import HOLDERS, POSITIONS
from anlan.platform.projection import Projection
from anlan.platform.scope import ScopedBy


class Chain(Projection):
    """Whom to call for matters of a region, and of a kind where `kind` names one."""

    SUBJECT = "calling.chain"
    SCOPED_BY = ScopedBy()
    TRAVELS = "below"

    name = models.CharField("叫应链名称", max_length=60)
    kind = models.CharField("适用事项", max_length=60, default="")
    summary = models.CharField("说明", max_length=200, default="")
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "叫应链"
        indexes: ClassVar = [models.Index(fields=["region6", "-created_at"], name="calling_chain_county")]

    def __str__(self) -> str:
        return self.name


class Link(Projection):
    """One step of a chain: who, for how many minutes, by which channels (words separated by blanks) at each urgency."""

    SUBJECT = "calling.link"
    SCOPED_BY = ScopedBy()
    TRAVELS = "below"

    chain = models.ForeignKey(
        "calling.Chain", on_delete=models.DO_NOTHING, db_constraint=False, null=True, verbose_name="叫应链",
        related_name="links",
    )  # fmt: skip
    place = models.IntegerField("顺序", default=1)
    holder = models.CharField("叫应对象", max_length=10, choices=HOLDERS, default="position")
    position = models.CharField("值班岗位", max_length=12, choices=POSITIONS, default="")
    post = models.ForeignKey(
        "accounts.Post", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="指定任职", related_name="+",
    )  # fmt: skip
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="指定人员", related_name="+",
    )  # fmt: skip
    minutes = models.IntegerField("等待分钟", default=10)
    critical = models.CharField("特急渠道", max_length=60, default="")
    urgent = models.CharField("加急渠道", max_length=60, default="")
    routine = models.CharField("一般渠道", max_length=60, default="")
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "叫应环节"
        indexes: ClassVar = [models.Index(fields=["region6", "-created_at"], name="calling_link_county")]

    def __str__(self) -> str:
        return f"{self.place} {self.get_holder_display()}"


class Shift(Projection):
    """A shift by name: from when to when, local; an end not after the beginning lies on the next day."""

    SUBJECT = "calling.shift"
    SCOPED_BY = ScopedBy()
    TRAVELS = "below"

    name = models.CharField("班次名称", max_length=30)
    starts = models.CharField("上班时间", max_length=5)
    ends = models.CharField("下班时间", max_length=5)
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "班次"
        indexes: ClassVar = [models.Index(fields=["region6", "-created_at"], name="calling_shift_county")]

    def __str__(self) -> str:
        return self.name


class RosterLine(Projection):
    """One line of a duty roster: on this day, in this shift and position, this post is on duty."""

    SUBJECT = "calling.roster_line"
    SCOPED_BY = ScopedBy()
    TRAVELS = "below"

    on = models.DateField("值班日期")
    shift = models.ForeignKey(
        "calling.Shift", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="班次", related_name="+",
    )  # fmt: skip
    position = models.CharField("值班岗位", max_length=12, choices=POSITIONS, default="duty")
    post = models.ForeignKey(
        "accounts.Post", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="值班人员", related_name="+",
    )  # fmt: skip
    remark = models.CharField("备注", max_length=100, default="")
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "值班表"
        indexes: ClassVar = [
            models.Index(fields=["on"], name="calling_roster_on"),
            models.Index(fields=["region6", "-created_at"], name="calling_roster_county"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_position_display()}"
