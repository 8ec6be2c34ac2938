"""Which alarm of a further limit people are called for instead (ADR 0020)."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("sensing", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="alarm",
            name="superseded_by",
            field=models.CharField(default="", max_length=36, verbose_name="接替报警"),
        ),
    ]
