"""The table of regions: LOCAL, made anew from the shipped reference set and the `platform.region.changed` entries."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Local


class Region(Local):
    """One region under one name for one span of time. `valid_from` null: since ever; `valid_until` null: still."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=10)
    parent = models.CharField(max_length=12, blank=True, default="")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    successors = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        db_table = "region"
        indexes = [models.Index(fields=["code"], name="region_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
