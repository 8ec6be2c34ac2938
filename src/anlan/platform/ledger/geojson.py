"""A ledger's points as GeoJSON (RFC 7946), made in one pass from SQL to bytes and kept until the next entry."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import connection
from django.db.models import CharField
from django.db.models.functions import Cast

from anlan.platform.ledger.columns import Bound, columns_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import Ask, key_of
from anlan.platform.ledger.queries import rows_of, scope_key
from anlan.platform.ledger.totals import KEPT, change_mark
from anlan.platform.scope import Scope

MOST_POINTS = 100_000
_SHOWN_KINDS = frozenset({"text", "choice", "bool", "int", "region"})


def feature_collection(scope: Scope, ledger: Ledger, ask: Ask) -> tuple[bytes, bytes]:
    """The points that answer `ask` as bytes of a FeatureCollection, and the change mark they hold for.

    Rows without a position are left out; `"truncated": true` where there are more than 100,000. Properties are the
    columns shown in the list that are short plain values; their labels come from the ledger's description.

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    mark = change_mark()
    key = ("geojson", ledger.id, scope_key(scope), ask.sorted_by(""))
    rows_of(scope, ledger)  # the right to view is checked for kept answers too
    return KEPT.get(key, mark, lambda: _collection(scope, ledger, ask)), mark


def _shown(ledger: Ledger) -> list[Bound]:
    assert ledger.point is not None
    return [
        b
        for b in columns_of(ledger)
        if b.path and "." not in b.name and b.column.show and b.kind in _SHOWN_KINDS and b.name not in ledger.point
    ]


def _collection(scope: Scope, ledger: Ledger, ask: Ask) -> bytes:
    assert ledger.point is not None
    lon, lat = ledger.point
    shown = _shown(ledger)
    queryset = rows_of(scope, ledger, ask).filter(**{f"{lon}__isnull": False, f"{lat}__isnull": False})
    # As text the key skips making 20,000 UUID objects, which costs more than the rest of the query.
    rows = queryset.annotate(key_text=Cast("id", CharField())).values_list(
        "key_text", lon, lat, *(b.path for b in shown)
    )[: MOST_POINTS + 1]
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    names = [key_of(b) for b in shown]
    features = [_feature(row, names) for row in found[:MOST_POINTS]]
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if len(found) > MOST_POINTS:
        collection["truncated"] = True
    return orjson.dumps(collection)


def _feature(row: tuple[Any, ...], names: list[str]) -> dict[str, Any]:
    key = row[0]
    if len(key) == 32:  # SQLite keeps a UUID as 32 hex digits
        key = f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
    return {
        "type": "Feature",
        "id": key,
        "geometry": {"type": "Point", "coordinates": (row[1], row[2])},
        "properties": dict(zip(names, row[3:], strict=True)),
    }
