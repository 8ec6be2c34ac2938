from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inspection", "0009_standing_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="inspectionitem",
            name="major_criteria",
            field=models.CharField(default="", max_length=400, verbose_name="判定条款编号"),
        ),
    ]
