"""Tables of the search index: which row each indexed text belongs to, and by which columns it was made."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Local


class SearchRow(Local):
    """One indexed row. SQLite keeps its words in the full-text table `search_word` under the same id, PostgreSQL in
    this table's column `words` with a GIN index; both are made by migration 0002.

    A row whose text changed gets a new id: the words of the old one then lead nowhere.
    """

    id = models.BigAutoField(primary_key=True)
    type = models.CharField(max_length=4)
    row = models.UUIDField(unique=True)

    class Meta:
        db_table = "search_row"


class SearchType(Local):
    """Which columns of a subject type are indexed; others than declared now: the type is indexed anew."""

    type = models.CharField(primary_key=True, max_length=60)
    columns = models.CharField(max_length=300)

    class Meta:
        db_table = "search_type"
