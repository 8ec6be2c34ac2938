"""Who can be reached at an instant: holders of posts, those on leave, their deputies, and whose number is whose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from anlan.accounts.models import Person, Post
from anlan.accounts.queries.identity import as_id
from anlan.accounts.queries.scopes import deputies_active, posts_active
from anlan.kernel.codes import region_pad
from anlan.kernel.phones import phone_forms
from anlan.platform import vault

_PHONE = "phone"
_KIND = "accounts.person/"


@dataclass(frozen=True, slots=True)
class Standing:
    """A post today: its holder, 12-digit region, and the people who deputise in it ((): the holder is there)."""

    post_id: str
    person_id: str
    region: str
    deputies: tuple[str, ...]


def posts_today(now: datetime, *, post_ids: Iterable[str] = (), person_ids: Iterable[str] = ()) -> list[Standing]:
    """Running posts among `post_ids` and of `person_ids`, oldest first. Unscoped: for the system's own work."""
    wanted = Q(pk__in={key for i in post_ids if (key := as_id(i))})
    wanted |= Q(person_id__in={key for i in person_ids if (key := as_id(i))})
    held = posts_active(now).filter(wanted, person__isnull=False).select_related(None)
    rows = [(str(post), str(person), prefix) for post, person, prefix in held.values_list("pk", "person_id", "prefix")]
    standing: dict[str, list[str]] = defaultdict(list)
    pairs = deputies_active(now).filter(post_id__in=[row[0] for row in rows], person__isnull=False)
    for post, person in pairs.order_by("starts_on", "id").values_list("post_id", "person_id"):
        standing[str(post)].append(str(person))
    return [Standing(p, person, region_pad(prefix), tuple(dict.fromkeys(standing[p]))) for p, person, prefix in rows]


def posts_by_person(person_ids: Iterable[str]) -> dict[str, list[str]]:
    """Ids of the posts that have not ended, by person id. Unscoped: for the system's own work."""
    wanted = {key for i in person_ids if (key := as_id(i))}
    found: dict[str, list[str]] = defaultdict(list)
    for post, person in Post.objects.filter(person_id__in=wanted, ended=0).order_by("id").values_list("pk", "person_id"):
        found[str(person)].append(str(post))
    return found


def people_away(person_ids: Iterable[str], now: datetime) -> set[str]:
    """Those of these people in one of whose running posts somebody deputises today: they are on leave."""
    wanted = {key for i in person_ids if (key := as_id(i))}
    away = deputies_active(now).filter(post__person_id__in=wanted, post__ended=0)
    return {str(person) for person in away.values_list("post__person_id", flat=True)}


def person_regions(person_ids: Iterable[str]) -> dict[str, str]:
    """12-digit region by person id; unknown ids are absent. Unscoped: for records that the caller has scoped."""
    wanted = {key for i in person_ids if (key := as_id(i))}
    return {str(pk): region for pk, region in Person.objects.filter(pk__in=wanted).values_list("pk", "region")}


def person_phone(person_id: str) -> str:
    """The plain number of a person for a machine that must reach them now; "" where none is kept. Never shown, never logged."""
    return vault.use(f"{_KIND}{person_id}", _PHONE)


def people_with_phone(number: str) -> list[str]:
    """Ids of the people whose number this is, found by the vault's blind index; number as dialled, however it is written."""
    refs = sorted({ref for form in phone_forms(number) for ref in vault.find(_PHONE, form)})
    return [ref.removeprefix(_KIND) for ref in refs if ref.startswith(_KIND)]
