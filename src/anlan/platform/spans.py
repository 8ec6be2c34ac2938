"""How many days lie between two instants of a row, as the database computes it; no row is read for it."""

from __future__ import annotations

from typing import Any

from django.db.models import FloatField, Func

__all__ = ["DaysBetween"]


class DaysBetween(Func):
    """`DaysBetween("closed_at", "found_at")`: days from the second instant to the first, with fractions; null if either is."""

    arity = 2
    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite keeps instants as text."""
        return self.as_sql(
            compiler, connection, template="(julianday(%(expressions)s))", arg_joiner=") - julianday(", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """PostgreSQL subtracts timestamps to an interval."""
        template = "CAST(EXTRACT(EPOCH FROM (%(expressions)s)) / 86400.0 AS double precision)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **context)
