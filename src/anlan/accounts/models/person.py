"""Person (人员). The phone number is in the vault under `accounts.person/<id>`, field `phone`."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Projection
from anlan.platform.scope import ScopedBy


class Person(Projection):
    """Somebody who acts in the system; keeps the id for life, whatever posts come and go."""

    SUBJECT = "accounts.person"
    SCOPED_BY = ScopedBy()
    TRAVELS = "below"

    name = models.CharField("姓名", max_length=60)
    remark = models.CharField("备注", max_length=200, blank=True, default="")
    merged_into = models.ForeignKey(
        "accounts.Person", on_delete=models.DO_NOTHING, db_constraint=False, null=True, verbose_name="并入的人员",
        related_name="+",
    )  # fmt: skip
    merged_under = models.CharField("合并的管辖区划", max_length=12, default="")

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"
        indexes = [
            models.Index(fields=["region6", "-created_at"], name="accounts_person_region6"),
            models.Index(fields=["region9", "-created_at"], name="accounts_person_region9"),
            models.Index(fields=["name"], name="accounts_person_name"),
        ]

    def __str__(self) -> str:
        return self.name
