from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0004_looks"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="matter",
            field=models.CharField(default="", max_length=24, verbose_name="事项摘要"),
        ),
    ]
