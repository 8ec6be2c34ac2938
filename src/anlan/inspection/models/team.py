"""Teams (检查组). Who belongs to one is a post, so that a hand-over hands the team's work over too."""

from __future__ import annotations

from django.db import models

from anlan.inspection.rules.team import TEAM_KINDS
from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy


class Team(Projection):
    """People who inspect together, standing or for one campaign; `leader` is the id of a member's post."""

    SUBJECT = "inspection.team"
    CHILDREN = {"members": "inspection.TeamMember"}
    SCOPED_BY = ScopedBy()

    name = models.CharField("检查组名称", max_length=80)
    kind = models.CharField("类型", max_length=16, choices=TEAM_KINDS, default="inspect")
    leader = models.CharField("组长", max_length=36, default="")
    organisation = models.CharField("第三方机构", max_length=80, default="")
    campaign = models.ForeignKey(
        "inspection.Campaign", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True,
        verbose_name="专项行动", related_name="teams",
    )  # fmt: skip
    since_on = models.DateField("开始日期", null=True)
    until_on = models.DateField("结束日期", null=True)
    summary = models.TextField("工作分工", default="")
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查组"
        indexes = [
            models.Index(fields=["region6", "-created_at"], name="inspection_team_county"),
            models.Index(fields=["region9", "-created_at"], name="inspection_team_town"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(ProjectionChild):
    """A member of a team; `key` is the id of the post."""

    parent = models.ForeignKey(Team, on_delete=models.CASCADE, db_constraint=False, related_name="members")

    class Meta:
        verbose_name = verbose_name_plural = "检查组成员"
        indexes = [models.Index(fields=["key"], name="inspection_teammember_post")]

    def __str__(self) -> str:
        return self.key
