from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inspection", "0011_general_reason"),
    ]

    operations = [
        migrations.AddField(
            model_name="hazard",
            name="co_confirmed_at",
            field=models.DateTimeField(null=True, verbose_name="同行复查人确认时间"),
        ),
        migrations.AddField(
            model_name="hazard",
            name="disputed_at",
            field=models.DateTimeField(null=True, verbose_name="异议时间"),
        ),
        migrations.AddField(
            model_name="hazard",
            name="dispute_reason",
            field=models.TextField(default="", verbose_name="异议理由"),
        ),
        migrations.AddIndex(
            model_name="hazard",
            index=models.Index(
                condition=models.Q(
                    ("closed_at__isnull", False), ("co_confirmed_at__isnull", True), ("disputed_at__isnull", True)
                ),
                fields=["co_reviewer", "closed_at"],
                name="inspection_hazard_co_review",
            ),
        ),
    ]
