"""What a person asks of a ledger: declared filters, words, sorting. An unknown question is refused, never ignored."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from anlan.kernel.codes import region_prefix
from anlan.kernel.errors import AnlanError, BadInput, Violation
from anlan.kernel.text import parse_date
from anlan.platform import search
from anlan.platform.clock import SHANGHAI
from anlan.platform.ledger import places
from anlan.platform.ledger.columns import Bound, columns_of, has_field, model_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.values import as_violation
from anlan.platform.scope import region_filter
from anlan.platform.search import index

_MANY = frozenset({"choice", "reference", "set", "bool"})
_RANGED = {"date": ("_from", "_to"), "datetime": ("_from", "_to"), "int": ("_min", "_max"), "float": ("_min", "_max"),
           "decimal": ("_min", "_max")}  # fmt: skip
_MOST_VALUES = 50


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about a ledger, hashable: conditions as they were understood, search words, sort column.

    Attributes:
        where: (column name, operator, values); operator is `in`, `region`, `gte`, `lt` or `lte`.
        retired: "no" leaves retired rows out, "only" shows them alone, "all" both.
        sort: ORM path with a leading "-" for descending; "" for the ledger's own order.
    """

    where: tuple[tuple[str, str, tuple[Any, ...]], ...] = ()
    terms: tuple[str, ...] = ()
    retired: str = "no"
    contested: bool = False
    drill: bool = False
    sort: str = ""

    def sorted_by(self, sort: str) -> Ask:
        """The same question in another order."""
        return replace(self, sort=sort)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter that a ledger's list takes: its name, what it means, and for documentation its type."""

    name: str
    label: str
    bound: Bound | None
    operator: str
    kind: str


@cache
def parameters(ledger: Ledger) -> dict[str, Parameter]:
    """Every parameter of the ledger's list by name: declared filters, `q`, `sort`, `retired`, `contested`, `drill`."""
    found: dict[str, Parameter] = {}
    for bound in columns_of(ledger):
        if not bound.column.filter:
            continue
        name = key_of(bound)
        if bound.kind in _RANGED:
            low, high = _RANGED[bound.kind]
            found[name + low] = Parameter(name + low, bound.label, bound, "gte", bound.kind)
            upper = "lt" if bound.kind == "datetime" else "lte"
            found[name + high] = Parameter(name + high, bound.label, bound, upper, bound.kind)
        else:
            operator = "region" if bound.kind == "region" else "in"
            found[name] = Parameter(name, bound.label, bound, operator, bound.kind)
    found["q"] = Parameter("q", "搜索", None, "", "text")
    found["sort"] = Parameter("sort", "排序", None, "", "text")
    found["contested"] = Parameter("contested", "待合并裁定", None, "", "bool")
    found["drill"] = Parameter("drill", "演练", None, "", "bool")
    if has_field(ledger, "retired_at"):
        found["retired"] = Parameter("retired", "注销", None, "", "text")
    return found


def key_of(bound: Bound) -> str:
    """The column's name in JSON and in addresses: dots become underscores."""
    return bound.name.replace(".", "_")


def sortable(ledger: Ledger) -> dict[str, str]:
    """ORM path by name of the columns that a list can be sorted by: those of the ledger's own table."""
    paths = {key_of(b): b.path for b in columns_of(ledger) if b.path and "." not in b.name}
    return paths | {"created_at": "created_at", "changed_at": "changed_at"}


def read_ask(ledger: Ledger, params: Mapping[str, Sequence[str]], *, ignored: frozenset[str] = frozenset()) -> Ask:
    """The question that a query string asks.

    Args:
        params: values by parameter name; commas separate values of one parameter too. Empty values ask nothing.
        ignored: names that belong to the door (page, cursor, limit).
    Raises:
        BadInput: "ledger.filter_refused" with a violation for every unknown parameter and unreadable value.
    """
    known = parameters(ledger)
    ask, where, violations = Ask(), [], []
    for name, raw in params.items():
        given = [value.strip() for value in raw if value.strip()]
        if name in ignored or (name in known and not given):
            continue
        parameter = known.get(name)
        if parameter is None:
            offered = "、".join(sorted(known))
            violations.append(Violation("ledger.filter_unknown", {"name": name[:60], "offered": offered}, name[:60]))
        elif parameter.bound is None:
            ask = _special(ledger, ask, name, given[0], violations)
        else:
            try:
                where.append((parameter.bound.name, parameter.operator, _values(parameter, given)))
            except AnlanError as error:
                violations.append(replace(as_violation(parameter.bound, error), field=name))
    if violations:
        raise BadInput("ledger.filter_refused", violations, ledger=ledger.label)
    return replace(ask, where=tuple(where))


def _special(ledger: Ledger, ask: Ask, name: str, value: str, violations: list[Violation]) -> Ask:
    if name == "q":
        return replace(ask, terms=search.terms(value))
    if name == "sort":
        path = sortable(ledger).get(value.removeprefix("-"))
        if path is not None:
            return replace(ask, sort=("-" if value.startswith("-") else "") + path)
    elif name == "retired" and value in {"no", "only", "all"}:
        return replace(ask, retired=value)
    elif name in {"contested", "drill"} and value in {"0", "1"}:
        return replace(ask, **{name: value == "1"})
    violations.append(Violation("ledger.filter_value", {"name": name, "value": value[:60]}, name))
    return ask


def _values(parameter: Parameter, given: Sequence[str]) -> tuple[Any, ...]:
    kind, bound = parameter.kind, parameter.bound
    assert bound is not None
    if kind == "region":
        return (region_prefix(places.read(given[0])),)
    if kind in {"date", "datetime"}:
        day = parse_date(given[0])
        if kind == "date" or day is None:
            return (day,)
        moment = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
        return (moment + timedelta(days=1) if parameter.operator == "lt" else moment,)
    if kind in _RANGED:
        return (_number(given[0]),)
    words = [word for value in given for word in (value.split(",") if kind in _MANY else [value]) if word][
        :_MOST_VALUES
    ]
    if bound.static and kind != "bool":
        allowed = {value for value, _ in bound.static}
        if strange := [word for word in words if word not in allowed]:
            raise BadInput("ledger.value.not_listed", value=strange[0][:60], offered="、".join(sorted(allowed)[:12]))
    if kind == "bool":
        if set(words) - {"0", "1", "true", "false"}:
            raise BadInput("ledger.filter_bool", value=words[0][:60])
        words = ["1" if word in {"1", "true"} else "0" for word in words]
        return tuple(sorted({int(word) for word in words}))
    if kind == "reference":
        return tuple(sorted(_identifier(word) for word in words))
    return tuple(sorted(words))


def _number(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadInput("kernel.text.not_a_number", value=word[:60])
    return number


def _identifier(word: str) -> str:
    try:
        return str(uuid.UUID(word))
    except ValueError:
        raise BadInput("ledger.filter_id", value=word[:60]) from None


def apply(ledger: Ledger, queryset: QuerySet[Any], ask: Ask) -> QuerySet[Any]:
    """The rows of `queryset` that answer the question, in no particular order."""
    names = {b.name: b for b in columns_of(ledger)}
    conditions = Q(drill=int(ask.drill))
    if ask.retired != "all" and has_field(ledger, "retired_at"):
        conditions &= Q(retired_at__isnull=ask.retired == "no")
    if ask.contested:
        conditions &= Q(contested__gt=0)
    for name, operator, values in ask.where:
        conditions &= _condition(ledger, names[name], operator, values)
    if ask.terms:
        conditions &= _search(ledger, ask.terms)
    return queryset.filter(conditions)


def _condition(ledger: Ledger, bound: Bound, operator: str, values: tuple[Any, ...]) -> Q:
    if operator == "region":
        return region_filter(bound.path, values[0], model_of(ledger).SCOPED_BY.prefixed)
    if bound.kind == "set":
        child = model_of(ledger)._meta.get_field(bound.name).related_model
        return Q(pk__in=child._default_manager.filter(key__in=values).values("parent_id"))  # type: ignore[union-attr]
    if operator == "in":
        return Q(**{f"{bound.path}__in": values}) if len(values) > 1 else Q(**{bound.path: values[0]})
    return Q(**{f"{bound.path}__{operator}": values[0]})


def _search(ledger: Ledger, words: Sequence[str]) -> Q:
    """Each word in an own column, or in a column of the object that a foreign key leads to (found there first)."""
    found = Q()
    for word in words:
        either = _own(ledger, word)
        for bound in _led(ledger):
            key, _, path = bound.path.partition("__")
            field: Any = model_of(ledger)._meta.get_field(key)
            matching = field.related_model._default_manager.filter(search.condition([path], [word]))
            either |= Q(**{f"{field.attname}__in": matching.values("pk")})
        found &= either
    return found


def _own(ledger: Ledger, word: str) -> Q:
    own = [b.path for b in columns_of(ledger) if b.column.search and b.path and "." not in b.name]
    if own and index.exact(word):
        return Q(pk__in=RawSQL(*index.matching(ledger.id, word)))
    return search.condition(own, [word]) if own else Q(pk__in=[])


def _led(ledger: Ledger) -> list[Bound]:
    return [b for b in columns_of(ledger) if b.column.search and b.path and "." in b.name]


def candidates(ledger: Ledger, words: Sequence[str]) -> index.Sql | None:
    """A SELECT of the ids of rows that a search can find: all that it finds, and few others; None: the index can't say.

    The rows must still answer `apply`, which compares longer words with the texts.
    """
    if not index.searched(ledger.id) or not all(map(index.indexable, words)):
        return None
    parts, params = [], []
    for word in words:
        sql, values = index.matching(ledger.id, word)
        for bound in _led(ledger):
            led = _led_to(ledger, bound, word)
            sql, values = f"{sql} UNION {led[0]}", values + led[1]
        parts.append(f"SELECT * FROM ({sql}) AS word")
        params += values
    return " INTERSECT ".join(parts), params


def _led_to(ledger: Ledger, bound: Bound, word: str) -> index.Sql:
    """The ids of the ledger's rows whose foreign key leads to an object with `word` in the bound column."""
    key, _, path = bound.path.partition("__")
    model = model_of(ledger)
    field: Any = model._meta.get_field(key)
    target = field.related_model
    found = target._default_manager.filter(search.condition([path], [word]))
    if path in index.searched(target.SUBJECT):
        found = found.filter(pk__in=RawSQL(*index.matching(target.SUBJECT, word)))
    sql, params = found.values("pk").query.sql_with_params()
    return f'SELECT "id" FROM "{model._meta.db_table}" WHERE "{field.column}" IN ({sql})', list(params)
