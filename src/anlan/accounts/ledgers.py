"""The ledgers of accounts: people, organisations, posts. Written through their own services."""

from __future__ import annotations

from anlan.accounts.queries import organisation_list
from anlan.accounts.services.organisations import organisation_change, organisation_create
from anlan.accounts.services.people import person_change, person_create
from anlan.platform.ledger.declare import Column, Ledger
from anlan.platform.scope import Scope


def _bodies(scope: Scope) -> list[tuple[str, str]]:
    return [(str(o.pk), o.name) for o in organisation_list(scope)]


LEDGERS = [
    Ledger(
        id="accounts.person",
        model="accounts.Person",
        label="人员",
        plural="people",
        columns=(
            Column("name", required=True, search=True, width=12),
            Column("region", label="所在区划", filter=True, width=20),
            Column("phone", label="电话", vault=True, show=False, help="加密保存，平时只显示部分数字"),
            Column("remark", width=30),
            Column("created_at", entered=False, width=18),
        ),
        natural_key=("name", "region"),
        view="accounts.view",
        change="accounts.manage",
        create=person_create,
        update=person_change,
        page=lambda id: f"/accounts/people/{id}",
        retirable=False,
    ),
    Ledger(
        id="accounts.organisation",
        model="accounts.Organisation",
        label="单位",
        plural="organisations",
        columns=(
            Column("name", required=True, search=True, width=30),
            Column("short_name", search=True, width=16),
            Column("number_word", show=False, width=16),
            Column("kind", required=True, filter=True),
            Column("region", label="所在区划", filter=True, width=20),
            Column("parent", choices=_bodies, show=False, width=30),
            Column("closed", kind="bool", filter=True, entered=False),
        ),
        natural_key=("name", "region"),
        view="accounts.view",
        change="accounts.manage",
        create=organisation_create,
        update=organisation_change,
        page=lambda id: f"/accounts/organisations/{id}",
        retirable=False,
    ),
    Ledger(
        id="accounts.post",
        model="accounts.Post",
        label="任职",
        plural="posts",
        columns=(
            Column("person.name", label="姓名", entered=False, search=True, width=12),
            Column("organisation.name", label="任职单位", entered=False, search=True, width=30),
            Column("role.label", label="角色", entered=False),
            Column("title", entered=False),
            Column("region", label="管辖区划", entered=False, filter=True, width=20),
            Column("starts_on", entered=False, filter=True),
            Column("until_on", entered=False, filter=True),
            Column("ended", kind="bool", entered=False, filter=True),
        ),
        view="accounts.view",
        change="accounts.manage",
        page=lambda id: f"/accounts/posts/{id}",
        retirable=False,
    ),
]
