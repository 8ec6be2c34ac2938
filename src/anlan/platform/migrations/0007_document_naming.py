import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0006_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentNaming",
            fields=[
                ("id", models.CharField(editable=False, max_length=120, primary_key=True, serialize=False)),
                ("key", models.CharField(editable=False, max_length=80, verbose_name="键")),
                (
                    "parent",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="naming",
                        to="platform.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "文书另涉事项",
                "verbose_name_plural": "文书另涉事项",
                "db_table": "document_naming",
                "ordering": ["key"],
                "indexes": [models.Index(fields=["key"], name="document_naming_key")],
            },
        ),
    ]
