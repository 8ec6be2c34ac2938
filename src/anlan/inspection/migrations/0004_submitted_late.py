from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inspection", "0003_loop_complete"),
    ]

    operations = [
        migrations.AddField(
            model_name="hazard",
            name="submitted_late",
            field=models.SmallIntegerField(default=0, verbose_name="逾期提交"),
        ),
    ]
