"""Inspection tasks (检查任务): who shall visit which enterprise by when."""

from __future__ import annotations

from django.db import models

from anlan.inspection.rules.hazard import SOURCES
from anlan.inspection.rules.inspection import KINDS
from anlan.inspection.rules.task import TASK_LOOP
from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy


class Task(Projection):
    """One visit to be made; named officers do it, else the members of the team. An enterprise never sees it."""

    SUBJECT = "inspection.task"
    CHILDREN = {"officers": "inspection.TaskOfficer", "guests": "inspection.TaskGuest"}
    # No `subject`: a visit is not announced to the enterprise.
    SCOPED_BY = ScopedBy(office="office_id")

    number = models.CharField("任务编号", max_length=40)
    enterprise = models.ForeignKey(
        "registry.Enterprise", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False,
        verbose_name="企业", related_name="+",
    )  # fmt: skip
    office = models.ForeignKey(
        "accounts.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="监管科室", related_name="+",
    )  # fmt: skip
    team = models.ForeignKey(
        "inspection.Team", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="检查组", related_name="tasks",
    )  # fmt: skip
    plan = models.ForeignKey(
        "inspection.Plan", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="年度检查计划", related_name="+",
    )  # fmt: skip
    plan_line = models.CharField("计划条目", max_length=8, default="")
    campaign = models.ForeignKey(
        "inspection.Campaign", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="专项行动", related_name="tasks",
    )  # fmt: skip
    checklist = models.ForeignKey(
        "inspection.Checklist", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="检查表", related_name="+",
    )  # fmt: skip
    kind = models.CharField("检查类型", max_length=16, choices=KINDS)
    source = models.CharField("检查来源", max_length=16, choices=SOURCES)
    state = models.CharField("状态", max_length=16, choices=TASK_LOOP.choices)
    batch = models.CharField("组别", max_length=40, default="")
    note = models.TextField("工作要求", default="")
    due_at = models.DateTimeField("完成期限")
    due_from = models.DateTimeField("期限起算")
    assigned_at = models.DateTimeField("派发时间")
    assigned_by = models.CharField("派发人", max_length=36, default="")
    inspection_id = models.UUIDField("检查编号", null=True)
    started_at = models.DateTimeField("开始时间", null=True)
    ended_at = models.DateTimeField("办结时间", null=True)
    reason = models.TextField("退回或取消原因", default="")
    returned_by = models.CharField("退回人", max_length=36, default="")

    class Meta:
        verbose_name = verbose_name_plural = "检查任务"
        indexes = [
            models.Index(fields=["region6", "-due_at", "region9"], name="inspection_task_county"),
            models.Index(fields=["region9", "-due_at"], name="inspection_task_town"),
            models.Index(fields=["office", "-due_at"], name="inspection_task_office"),
            models.Index(fields=["enterprise", "-due_at"], name="inspection_task_enterprise"),
            models.Index(fields=["plan", "plan_line"], name="inspection_task_line"),
            models.Index(fields=["campaign"], name="inspection_task_campaign"),
            models.Index(fields=["team"], name="inspection_task_team"),
            models.Index(fields=["due_at"], name="inspection_task_open", condition=models.Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.number


class TaskOfficer(ProjectionChild):
    """Somebody named for the task; `key` is the id of the post."""

    parent = models.ForeignKey(Task, on_delete=models.CASCADE, db_constraint=False, related_name="officers")
    position = models.PositiveIntegerField("序号", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "任务执行人员"
        ordering = ["position"]
        indexes = [models.Index(fields=["key"], name="inspection_taskofficer_post")]

    def __str__(self) -> str:
        return self.key


class TaskGuest(ProjectionChild):
    """An enterprise whose people visit with the officers (互学互查); `key` is its id."""

    parent = models.ForeignKey(Task, on_delete=models.CASCADE, db_constraint=False, related_name="guests")

    class Meta:
        verbose_name = verbose_name_plural = "互查参加企业"

    def __str__(self) -> str:
        return self.key
