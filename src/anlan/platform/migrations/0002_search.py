from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class WordTable(Operation):
    """Where the words of the search index stand: a full-text table on SQLite, a column with a GIN index on PostgreSQL."""

    reversible = True

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                """CREATE VIRTUAL TABLE "search_word" USING fts5(words, content='', detail=none, tokenize='ascii')"""
            )
        else:
            schema_editor.execute('ALTER TABLE "search_row" ADD COLUMN "words" text[]')
            schema_editor.execute('CREATE INDEX "search_row_words" ON "search_row" USING gin ("words")')

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute('DROP TABLE "search_word"')
        else:
            schema_editor.execute('ALTER TABLE "search_row" DROP COLUMN "words"')

    def describe(self):
        return "Make the table of search words"


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SearchRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("type", models.CharField(max_length=4)),
                ("row", models.UUIDField(unique=True)),
            ],
            options={"db_table": "search_row"},
        ),
        migrations.CreateModel(
            name="SearchType",
            fields=[
                ("type", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("columns", models.CharField(max_length=300)),
            ],
            options={"db_table": "search_type"},
        ),
        WordTable(),
    ]
