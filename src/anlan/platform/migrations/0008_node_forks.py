"""Forks and fences of nodes; and each node's latest clock, which nothing had written."""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_LATEST = (
    "UPDATE journal_node SET last_hlc = COALESCE("
    "(SELECT MAX(e.hlc) FROM journal_seq s JOIN journal_entry e ON e.id = s.entry WHERE s.node = journal_node.id), 0)"
)


def fill(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    """Read the latest clock from the entries; one that a correction covers is put right by the next correction."""
    schema.execute(_LATEST)


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0007_document_naming"),
    ]

    operations = [
        migrations.AddField("node", "fork_seq", models.BigIntegerField(null=True)),
        migrations.AddField("node", "fork_at", models.BigIntegerField(null=True)),
        migrations.AddField("node", "fence_seq", models.BigIntegerField(null=True)),
        migrations.AddField("node", "fence_hash", models.BinaryField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
