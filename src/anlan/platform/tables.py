"""A migration operation that makes many tables at once.

Django renders every related model anew after each table that a migration makes: for 80 tables that was nine tenths of
`anlan init`. Here the state is changed as a whole and rendered once (docs/adr/0021-squashed-migrations.md).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

__all__ = ["CreateTables"]


class CreateTables(Operation):
    """Make tables whose models may refer to each other in any order."""

    reduces_to_sql = True
    reversible = True
    serialization_expand_args = ("tables",)

    def __init__(self, tables: Sequence[CreateModel]) -> None:
        """`tables`: one operation for each, with its indexes and constraints among the options."""
        self.tables = list(tables)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models; what was rendered before is dropped, so that it is rendered once, when it is asked for."""
        state.__dict__.pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the tables; foreign keys are added last on PostgreSQL and not looked up on SQLite, so any order will do."""
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the tables, last made first."""
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """What `migrate --plan` says."""
        return f"Create {len(self.tables)} tables"
