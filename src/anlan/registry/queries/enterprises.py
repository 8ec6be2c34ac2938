"""Reading the registry. Whatever a person sees goes through `limit`; what needs no person says so."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from anlan.kernel.errors import NotFound
from anlan.kernel.phones import phone_forms
from anlan.platform import instances, reading, search, vault
from anlan.platform.scope import Scope, limit, region_filter
from anlan.registry.models import Enterprise, EnterpriseClass, EnterpriseTag
from anlan.registry.rules.change import EnterpriseFacts
from anlan.registry.rules.enterprise import FIELDS, SETS

VIEW, CHANGE = "registry.view", "registry.change"
SUBJECT = Enterprise.SUBJECT

_PART = 800


def subject_of(enterprise_id: Any) -> str:
    """The journal's subject of an enterprise, `registry.enterprise/<id>`."""
    return f"{SUBJECT}/{enterprise_id}"


def _uuid(value: Any) -> uuid.UUID | None:
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        return None


def _sets() -> tuple[Prefetch, ...]:
    return tuple(
        Prefetch(name, queryset=model._default_manager.order_by("key"))
        for name, model in (("classes", EnterpriseClass), ("tags", EnterpriseTag))
    )


def _visible(scope: Scope) -> QuerySet[Enterprise]:
    scope.require(VIEW)
    return limit(Enterprise._default_manager.all(), scope)


def enterprise_get(scope: Scope, enterprise_id: Any) -> Enterprise:
    """One enterprise with office, classes and tags, if the scope sees it.

    Raises:
        NotFound: "registry.enterprise.not_found", also for an id of another region. NotAllowed: "platform.not_allowed".
    """
    found = enterprises_get(scope, [enterprise_id])[0]
    instances.attach([found], "office")
    prefetch_related_objects([found], *_sets())
    return found


def enterprises_get(scope: Scope, enterprise_ids: Sequence[Any]) -> list[Enterprise]:
    """Enterprises in the order of their ids, without office, classes and tags; every one must be in scope.

    Raises:
        NotFound: "registry.enterprise.not_found". NotAllowed: "platform.not_allowed".
    """
    scope.require(VIEW)
    keys = [_uuid(i) for i in enterprise_ids]
    rows = instances.instances_by_id(Enterprise, scope.sees, lambda: _visible(scope), {k for k in keys if k})
    found = {row.pk: row for row in rows}
    if not all(key in found for key in keys):
        raise NotFound("registry.enterprise.not_found")
    return [found[key] for key in keys]


def _text_filter(text: str) -> Q:
    """Name, code, or a former name or code: a renamed or merged enterprise is found by what it was called."""
    return search.condition(("name", "uscc", "former"), search.terms(text))


def enterprise_list(
    scope: Scope,
    *,
    region: str = "",
    text: str = "",
    status: str = "",
    class_: str = "",
    tag: str = "",
    office_id: str = "",
    gone: bool = False,
    drill: bool = False,
) -> QuerySet[Enterprise]:
    """Enterprises in scope, newest first, with office, classes and tags.

    Args:
        region: prefix of 2, 4, 6, 9 or 12 digits. text: part of a present or former name, or the start of a code.
        status, class_, tag: codes of rules.codes.
        gone: the merged and retired ones too. drill: those of drills instead of the real ones.
    Raises:
        NotAllowed: "platform.not_allowed".
    """
    rows = _visible(scope).filter(region_filter("region", region), drill=int(drill))
    if not gone:
        rows = rows.filter(retired_at__isnull=True)
    if text:
        rows = rows.filter(_text_filter(text))
    if status:
        rows = rows.filter(status=status)
    if office_id:
        rows = rows.filter(office_id=office_id)
    if class_:
        rows = rows.filter(Exists(EnterpriseClass._default_manager.filter(parent=OuterRef("pk"), key=class_)))
    if tag:
        rows = rows.filter(Exists(EnterpriseTag._default_manager.filter(parent=OuterRef("pk"), key=tag)))
    return rows.select_related("office").prefetch_related(*_sets()).order_by("-created_at")


def enterprises_seen(scope: Scope, ids: Iterable[Any]) -> set[uuid.UUID]:
    """Which of these enterprises the scope sees, retired, merged and drilled ones included.

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    return set(_visible(scope).filter(pk__in=list(ids)).values_list("id", flat=True))


def enterprise_choices(scope: Scope, text: str = "", count: int = 20) -> list[tuple[str, str]]:
    """(id, name and code) of at most `count` enterprises in scope whose present or former name or code fits `text`.

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    rows = _visible(scope).filter(retired_at__isnull=True, drill=0)
    if text:
        rows = rows.filter(_text_filter(text))
    found = rows.order_by("name").values_list("id", "name", "uscc")[:count]
    return [(str(i), f"{name}（{uscc}）" if uscc else name) for i, name, uscc in found]


def enterprise_names(ids: Iterable[Any]) -> dict[str, str]:
    """Names by id, for rows that the caller has already scoped; unknown ids are absent."""
    wanted = [key for key in {_uuid(i) for i in ids} if key]
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _PART):
        rows = reading.select_in(Enterprise, ("id", "name"), "id", wanted[start : start + _PART])
        found |= {str(i): name for i, name in rows}
    return found


def enterprises_by_uscc(codes: Iterable[str]) -> QuerySet[Enterprise]:
    """The enterprises of the whole node that hold one of these codes now, but for merged ones. Unscoped: for checks."""
    wanted = {c for c in codes if c}
    return Enterprise._default_manager.filter(uscc__in=wanted, merged_into__isnull=True).order_by("id")


def enterprises_unnamed_code(names: Iterable[str]) -> QuerySet[Enterprise]:
    """The enterprises of the whole node without a code that bear one of these names. Unscoped: for checks."""
    return Enterprise._default_manager.filter(name__in=set(names), uscc="", merged_into__isnull=True).order_by("id")


def enterprises_by_phone(scope: Scope, phone: str) -> list[tuple[str, str]]:
    """(id, name) of the enterprises in scope with a contact whose phone is exactly this one (blind index).

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    refs = {ref for form in phone_forms(phone) for ref in vault.find("contact.phone", form)}
    ids = [key for ref in refs if ref.startswith(f"{SUBJECT}/") and (key := _uuid(ref.partition("/")[2]))]
    return [(str(i), n) for i, n in _visible(scope).filter(pk__in=ids).order_by("name").values_list("id", "name")]


def enterprises_unassigned(scope: Scope) -> QuerySet[Enterprise]:
    """Enterprises of the scope's region without a responsible office, oldest first.

    The one place where a person limited to an office sees more than that office's own: somebody must be able to claim
    what belongs to nobody (一企一科). A person limited to own enterprises sees none.

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    scope.require(VIEW)
    rows = Enterprise._default_manager.filter(region_filter("region", scope.region))
    if scope.subjects is not None:
        return rows.none()
    return rows.filter(office__isnull=True, retired_at__isnull=True, drill=0).order_by("created_at")


def enterprise_unassigned_get(scope: Scope, enterprise_id: Any) -> Enterprise:
    """One of `enterprises_unassigned`.

    Raises:
        NotFound: "registry.enterprise.not_found". NotAllowed: "platform.not_allowed".
    """
    key = _uuid(enterprise_id)
    found = enterprises_unassigned(scope).filter(pk=key).first() if key else None
    if found is None:
        raise NotFound("registry.enterprise.not_found")
    return found


def facts_of(enterprise: Enterprise) -> EnterpriseFacts:
    """What the rules need to know of an enterprise."""
    return EnterpriseFacts(
        id=str(enterprise.id),
        name=enterprise.name,
        uscc=enterprise.uscc,
        region=enterprise.region,
        status=enterprise.status,
        office_id=str(enterprise.office_id) if enterprise.office_id else None,
        merged_into=str(enterprise.merged_into_id) if enterprise.merged_into_id else None,
        retired=enterprise.retired_at is not None and enterprise.merged_into_id is None,
        drill=bool(enterprise.drill),
    )


def values_of(enterprise: Enterprise) -> dict[str, Any]:
    """The editable fields of an enterprise as plain values, `classes` and `tags` as sorted codes."""
    values: dict[str, Any] = {name: getattr(enterprise, name) for name in FIELDS}
    values["office_id"] = str(enterprise.office_id) if enterprise.office_id else None
    for name in SETS:
        values[name] = sorted(child.key for child in getattr(enterprise, name).all())
    return values


def enterprise_component(enterprise_id: Any) -> list[str]:
    """The ids of everything that this enterprise now stands for: itself and all merged into it, at any distance.

    Unscoped: for counting over one enterprise's whole history. A cycle (two nodes merged crosswise) is walked once.
    """
    return sorted(enterprise_components([enterprise_id]))


def enterprise_components(enterprise_ids: Iterable[Any]) -> set[str]:
    """The ids of these enterprises and of all merged into one of them, whichever: one statement for each generation."""
    found = {key for i in enterprise_ids if (key := _uuid(i))}
    edge = set(found)
    while edge:
        rows = Enterprise._default_manager.filter(merged_into__in=edge).values_list("id", flat=True)
        edge = set(rows) - found
        found |= edge
    return {str(i) for i in found}


def enterprise_current(enterprise_id: Any) -> str:
    """The id of the enterprise that this one has become by merging; in a cycle the smallest id stands for all."""
    seen: list[str] = []
    current = str(enterprise_id)
    while current not in seen:
        seen.append(current)
        into = Enterprise._default_manager.filter(pk=_uuid(current)).values_list("merged_into", flat=True).first()
        if into is None:
            return current
        current = str(into)
    return min(seen[seen.index(current) :])
