"""Pictures have more looks now: which were computed by which version is kept, so that a job makes the others anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0009_day_heads"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="looked",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["looked", "stored_at"], name="attachment_looked"),
        ),
    ]
