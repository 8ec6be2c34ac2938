"""What tells that two registrations are one person: the same name and the same telephone number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from anlan.accounts.queries.posts import posts_of
from anlan.accounts.queries.scopes import post_label
from anlan.accounts.rules.people import check_person_merger
from anlan.accounts.rules.roles import MANAGE
from anlan.accounts.services.mergers import is_oneself, person_merge, person_separate
from anlan.accounts.services.people import PHONE, person_ref
from anlan.kernel.errors import BadInput
from anlan.platform import vault
from anlan.platform.journal.duplicates import NaturalKey
from anlan.platform.scope import SYSTEM, Scope


def _deciding(scope: Scope) -> Scope:
    """Who may decide (journal.decide, both sides in scope) needs no right to manage people otherwise (ADR 0025)."""
    return replace(scope, rights=scope.rights | {MANAGE})


def _merge(scope: Scope, gone: str, into: str, reason: str, base: int, into_base: int, now: datetime) -> None:
    person_merge(
        scope=_deciding(scope), id=gone, into=into, reason=reason, base=base, into_base=into_base, now=now
    )  # fmt: skip


def _separate(scope: Scope, one: str, reason: str, base: int, now: datetime) -> None:
    person_separate(scope=_deciding(scope), id=one, reason=reason, base=base, now=now)


def _allow(scope: Scope, rows: Sequence[Any]) -> None:
    """Nobody says of themselves that they were not registered twice."""
    if problems := check_person_merger(reason="--", oneself=is_oneself(scope, *rows)):
        raise BadInput("accounts.person.merge_refused", problems)


def _numbers(rows: Sequence[Any]) -> Mapping[Any, str]:
    held = vault.blinds([person_ref(str(row.pk)) for row in rows], PHONE)
    return {row.pk: held.get(person_ref(str(row.pk)), "") for row in rows}


def _told(rows: Sequence[Any]) -> list[tuple[str, list[str]]]:
    refs = [person_ref(str(row.pk)) for row in rows]
    masks = vault.masked(refs, [PHONE])
    posts = [[post_label(p) for p in posts_of(SYSTEM, [str(row.pk)]) if not p.ended] for row in rows]
    return [
        ("手机号码", [masks.get((ref, PHONE), "（未填）") for ref in refs]),
        ("任职", ["、".join(names) or "（无）" for names in posts]),
    ]


DUPLICATES = [
    NaturalKey(
        id="accounts.person",
        label="姓名和手机号码",
        fields=("name",),
        live={"merged_into": None},
        shows=("name", "region", "remark"),
        merge=_merge,
        into="merged_into",
        separate=_separate,
        beside=_numbers,
        allow=_allow,
        told=_told,
        effect="被并入一方的任职和待办转到保留的一方，两个账号都照常登录。",
    )
]
