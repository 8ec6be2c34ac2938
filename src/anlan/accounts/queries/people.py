"""People, organisations and roles."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from anlan.accounts.models import Organisation, Person, Role
from anlan.accounts.queries.identity import as_id
from anlan.accounts.rules.organisations import KINDS, SUPERVISING
from anlan.kernel.errors import NotFound
from anlan.platform.journal.models import Head
from anlan.platform.journal.refold import entries_of
from anlan.platform.scope import Scope, limit


def person_names(ids: Iterable[str]) -> dict[str, str]:
    """Names by person id, for history pages; unknown ids are absent. Not scoped: officers' names stand on documents."""
    wanted = {key for i in ids if (key := as_id(i))}  # entries of the system itself have no person
    return {str(pk): name for pk, name in Person.objects.filter(pk__in=wanted).values_list("pk", "name")}


def person_get(scope: Scope, person_id: str) -> Person:
    """One person in scope.

    Raises:
        NotFound: "accounts.person.not_found".
    """
    person = limit(Person.objects.filter(pk=as_id(person_id)), scope).first()
    if person is None:
        raise NotFound("accounts.person.not_found")
    return person


def person_list(scope: Scope, text: str = "") -> QuerySet[Person]:
    """People in scope whose name contains `text`, by name; of somebody registered twice the registration that stands."""
    people, text = limit(Person.objects.filter(merged_into=None), scope), text.replace("\0", "")
    return (people.filter(name__contains=text) if text else people).order_by("name", "id")


def organisation_get(scope: Scope, organisation_id: str) -> Organisation:
    """One organisation in scope.

    Raises:
        NotFound: "accounts.organisation.not_found".
    """
    found = limit(Organisation.objects.filter(pk=as_id(organisation_id)), scope).first()
    if found is None:
        raise NotFound("accounts.organisation.not_found")
    return found


def organisation_list(scope: Scope, text: str = "", kind: str = "") -> QuerySet[Organisation]:
    """Open organisations in scope by region and name."""
    rows = limit(Organisation.objects.filter(closed=0), scope)
    if text := text.replace("\0", ""):
        rows = rows.filter(Q(name__contains=text) | Q(short_name__contains=text))
    return (rows.filter(kind=kind) if kind in KINDS else rows).order_by("region", "name", "id")


def organisation_names(ids: Iterable[str]) -> dict[str, str]:
    """Names by organisation id; unknown ids are absent. Not scoped: names of public bodies are no secret."""
    wanted = {key for i in ids if (key := as_id(i))}  # entries of the system itself have no person
    return {str(o.pk): str(o) for o in Organisation.objects.filter(pk__in=wanted).only("pk", "name", "short_name")}


def office_choices(scope: Scope) -> list[tuple[str, str]]:
    """(id, name) of the offices that can supervise an enterprise of this scope: of its region and the levels above.

    A person limited to own enterprises gets none: who supervises is not theirs to choose.
    """
    return [(str(o.pk), str(o)) for o in _offices(scope).filter(closed=0).order_by("region", "kind", "name", "id")]


def office_values(scope: Scope) -> dict[str, str]:
    """Names of the same offices, closed ones too, by id: what indicators call them."""
    return {str(o.pk): str(o) for o in _offices(scope)}


def _offices(scope: Scope) -> QuerySet[Organisation]:
    rows = Organisation.objects.filter(kind__in=SUPERVISING)
    if scope.subjects is not None:
        return rows.none()
    if scope.region:
        above = [scope.region[:width].ljust(12, "0") for width in (2, 4, 6, 9) if width < len(scope.region)]
        rows = limit(rows, scope) | rows.filter(region__in=above)
    return rows


def role_list() -> QuerySet[Role]:
    """Every role: built-in ones in their own order of labels, then those made here."""
    return Role.objects.order_by("-word", "label", "id")


def role_get(role_id: str) -> Role:
    """One role.

    Raises:
        NotFound: "accounts.role.not_found".
    """
    role = Role.objects.filter(pk=as_id(role_id)).first()
    if role is None:
        raise NotFound("accounts.role.not_found")
    return role


def role_declared(role: Role) -> frozenset[str]:
    """The rights that the version installed last declares for a built-in role, whatever a person made of them since."""
    sid = Head.objects.filter(subject=f"{Role.SUBJECT}/{role.pk}").values_list("sid", flat=True).first()
    installed = [e for e in entries_of(sid) if e.kind == "accounts.role.installed"] if sid is not None else []
    return frozenset(installed[-1].data["rights"]) if installed else frozenset()


def role_by_word(word: str) -> Role:
    """A built-in role by its word.

    Raises:
        NotFound: "accounts.role.not_found" before `roles_install`, or for an unknown word.
    """
    role = Role.objects.filter(word=word).first() if word else None
    if role is None:
        raise NotFound("accounts.role.not_found")
    return role
