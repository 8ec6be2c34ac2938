"""加急 instead of 紧急: an alarm is 紧急 where its call is 特急, and one word must not name two levels."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calling", "0002_calls")]

    operations = [
        migrations.AlterField(
            "call", "urgency",
            models.CharField(
                "紧急程度", max_length=10, default="urgent",
                choices=[("routine", "一般"), ("urgent", "加急"), ("critical", "特急")],
            ),
        ),
        migrations.AlterField("link", "urgent", models.CharField("加急渠道", max_length=60, default="")),
    ]  # fmt: skip
