"""Where each chain stood at the end of a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0008_node_forks"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayHead",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("node", models.CharField(max_length=24)),
                ("day", models.DateField()),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("key", models.CharField(max_length=64)),
                ("signature", models.BinaryField()),
            ],
            options={"db_table": "journal_day_head"},
        ),
    ]
