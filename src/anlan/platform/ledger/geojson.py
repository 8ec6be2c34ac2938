"""A ledger's points as GeoJSON (RFC 7946), made in one pass from SQL to bytes and kept until the next entry."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from django.db import connection

from anlan.platform import reading
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.columns import Bound, columns_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.features import FEATURES, MOST_POINTS
from anlan.platform.ledger.filters import Ask, key_of
from anlan.platform.ledger.queries import rows_of
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope

_SHOWN_KINDS = frozenset({"choice", "bool", "region"})
_FEATURE = b'{"type":"Feature","id":"%s","geometry":{"type":"Point","coordinates":[%.6f,%.6f]},"properties":%s}'


def feature_collection(scope: Scope, ledger: Ledger, ask: Ask) -> tuple[bytes, bytes]:
    """The points that answer `ask` as bytes of a FeatureCollection, and the change mark they hold for.

    Rows without a position are left out; `"truncated": true` where there are more than 100,000. Coordinates have six
    decimals (0.1 m).

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    mark = CHANGES.mark(ledger.id)
    key = ("geojson", ledger.id, scope.sees, ask.sorted_by(""))
    rows_of(scope, ledger)  # the right to view is checked for kept answers too
    return KEPT.get(key, mark, lambda: _collection(scope, ledger, ask)), mark


def _shown(ledger: Ledger) -> list[Bound]:
    """The first column and what a map is coloured by: columns that can be filtered by and hold one short value."""
    own = [b for b in columns_of(ledger) if b.path and "." not in b.name]
    return [b for b in own if b is own[0] or (b.column.filter and b.kind in _SHOWN_KINDS)]


def _collection(scope: Scope, ledger: Ledger, ask: Ask) -> bytes:
    key = (ledger.id, scope.sees, ask.sorted_by(""))
    features = FEATURES.get(key, ledger.id, lambda keys: _features(scope, ledger, ask, keys))
    pieces = list(features.values())[:MOST_POINTS]
    head = b'{"type":"FeatureCollection",' + (b'"truncated":true,' if len(features) > MOST_POINTS else b"")
    return head + b'"features":[' + b",".join(pieces) + b"]}"


def _features(scope: Scope, ledger: Ledger, ask: Ask, keys: Sequence[str] | None) -> dict[str, bytes]:
    """The points by id, or those of them with one of these ids. Byte by byte: 20,000 nested dicts would cost more."""
    assert ledger.point is not None
    lon, lat = ledger.point
    shown = _shown(ledger)
    names = [key_of(b) for b in shown]
    queryset = rows_of(scope, ledger, ask).filter(**{f"{lon}__isnull": False, f"{lat}__isnull": False})
    if keys is not None:
        queryset = queryset.filter(pk__in=keys)
    found = reading.statement(queryset[: MOST_POINTS + 1], ("id", lon, lat, *(b.path for b in shown)))
    as_text = reading.uuid_text if connection.vendor == "sqlite" else str
    dumps = orjson.dumps
    made = {}
    for row in found.raw():
        key = as_text(row[0])
        properties = dumps(dict(zip(names, row[3:], strict=True)))
        made[key] = _FEATURE % (key.encode(), row[1], row[2], properties)
    return made
