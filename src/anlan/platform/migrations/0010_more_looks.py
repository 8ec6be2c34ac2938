"""Pictures have more looks now: all are looked at anew (index.refresh, when the program is upgraded)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0009_day_heads"),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM attachment_looks", migrations.RunSQL.noop),
    ]
