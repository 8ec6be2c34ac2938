"""What every table says of itself: PROJECTION (equal to the folded journal, always) or LOCAL (this server only).

A house test lists both kinds; `anlan journal rebuild --check` compares exactly the projections.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.scope import ScopedBy


class Local(models.Model):
    """A table that is not journaled: sessions, credentials, jobs, deliveries, vault, caches."""

    KIND: ClassVar[str] = "LOCAL"

    class Meta:
        abstract = True


class Projection(models.Model):
    """One row per journal subject. Only `platform.journal` writes it; the columns below are filled by it.

    Subclasses name their `SUBJECT` type and, if the fold keeps nested mappings, their `CHILDREN` tables. `TRAVELS`: to
    which nodes besides those of its region: "within" none, "below" those of the regions within, "everywhere" all.
    """

    KIND: ClassVar[str] = "PROJECTION"
    SUBJECT: ClassVar[str]
    CHILDREN: ClassVar[dict[str, str]] = {}
    SCOPED_BY: ClassVar[ScopedBy] = ScopedBy()
    TRAVELS: ClassVar[str] = "within"

    id = models.UUIDField("内部编号", primary_key=True, editable=False)
    region = models.CharField("区划代码", max_length=12, editable=False)
    region6 = models.CharField("县级代码", max_length=6, editable=False)
    region9 = models.CharField("乡级代码", max_length=9, editable=False)
    drill = models.SmallIntegerField("演练", default=0, editable=False)
    contested = models.SmallIntegerField("待合并裁定", default=0, editable=False)
    created_at = models.DateTimeField("登记时间", editable=False)
    changed_at = models.DateTimeField("最近变动", editable=False)

    class Meta:
        abstract = True


class ProjectionChild(models.Model):
    """A row of a nested mapping in a subject's row: `row[name][key] = {column: value}`. Its id is `<parent id>:<key>`.

    Subclasses have `parent = ForeignKey(<Projection>, on_delete=CASCADE, db_constraint=False, related_name=<name>)`.
    """

    KIND: ClassVar[str] = "PROJECTION"

    id = models.CharField(primary_key=True, max_length=120, editable=False)
    key = models.CharField("键", max_length=80, editable=False)

    class Meta:
        abstract = True
