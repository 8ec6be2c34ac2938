"""Tables of the first release, whose journal kept the previous hash beside each link, become those of today.

The first migration was shortened after that release. Where its column is still there, it goes, and the journal's indexes
are made anew; a database made since then has nothing to change.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_INDEXES = ("journal_entry_actor", "journal_entry_hlc", "journal_entry_clock")


def bring_up(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    """Drop journal_seq.prev_hash and remake the indexes whose shape changed, where the column stands."""
    connection = schema.connection
    with connection.cursor() as cursor:
        columns = {c.name for c in connection.introspection.get_table_description(cursor, "journal_seq")}
    if "prev_hash" not in columns:
        return
    schema.execute('ALTER TABLE "journal_seq" DROP COLUMN "prev_hash"')
    model = apps.get_model("platform", "JournalEntry")
    for index in model._meta.indexes:
        if index.name in _INDEXES:
            schema.execute(f'DROP INDEX IF EXISTS "{index.name}"')
            schema.add_index(model, index)


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0005_document_matter"),
    ]

    operations = [
        migrations.RunPython(bring_up, migrations.RunPython.noop),
    ]
