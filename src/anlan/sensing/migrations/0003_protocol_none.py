"""Devices that stand but are not connected to the platform are in the ledger as well."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

_PROTOCOLS = [("hj212", "HJ 212"), ("none", "未接入平台")]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("sensing", "0002_alarm_superseded_by")]

    operations: ClassVar = [
        migrations.AlterField(
            model_name=name,
            name="protocol",
            field=models.CharField(choices=_PROTOCOLS, default="hj212", max_length=16, verbose_name="通信协议"),
        )
        for name in ("device", "devicemodel")
    ]
