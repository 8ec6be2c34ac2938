from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inspection", "0010_item_criteria"),
    ]

    operations = [
        migrations.AddField(
            model_name="hazard",
            name="general_reason",
            field=models.CharField(default="", max_length=200, verbose_name="不判定为重大隐患的理由"),
        ),
        migrations.AddField(
            model_name="inspectionitem",
            name="general_reason",
            field=models.CharField(default="", max_length=200, verbose_name="不判定为重大隐患的理由"),
        ),
    ]
