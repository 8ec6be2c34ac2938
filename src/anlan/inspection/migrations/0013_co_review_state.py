from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inspection", "0012_co_review"),
    ]

    operations = [
        migrations.AddField(
            model_name="hazard",
            name="co_review",
            field=models.CharField(
                choices=[("waiting", "待确认"), ("confirmed", "已确认"), ("disputed", "有异议")],
                default="",
                max_length=12,
                verbose_name="同行复查人确认",
            ),
        ),
    ]
