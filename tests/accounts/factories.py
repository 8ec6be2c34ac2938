"""A small county built through the services: every role once, two towns, two offices. Plain objects, no fixtures."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

from anlan.accounts.models import Account
from anlan.accounts.queries import post_scopes
from anlan.accounts.services.bootstrap import SETUP, user_add
from anlan.accounts.services.organisations import organisation_create
from anlan.accounts.services.roles import roles_install
from anlan.platform.journal import node
from anlan.platform.journal.models import JournalEntry
from anlan.platform.scope import Scope
from anlan.platform.search import index
from anlan.platform.search.models import SearchRow

REGION = "331003"
TOWN = "331003001"
OTHER_TOWN = "331003002"
VILLAGE = "331003001001"
PASSWORD = "Anlan-2026-Spring"
ENTERPRISE = str(uuid.UUID("01900000-0000-7000-8000-00000000e001"))
OTHER_ENTERPRISE = str(uuid.UUID("01900000-0000-7000-8000-00000000e002"))
STARTED = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)


@dataclass
class County:
    """What `make_county` made, by role word (and `other_town`, `other_office`, `other_enterprise`).

    `office`, `other_office`, `department`, `bureau`, `town_office`, `other_town_office` are organisation ids.
    """

    region: str = REGION
    town: str = TOWN
    other_town: str = OTHER_TOWN
    village: str = VILLAGE
    password: str = PASSWORD
    enterprise_id: str = ENTERPRISE
    other_enterprise_id: str = OTHER_ENTERPRISE
    bureau: str = ""
    office: str = ""
    other_office: str = ""
    department: str = ""
    town_office: str = ""
    other_town_office: str = ""
    scope: dict[str, Scope] = field(default_factory=dict)
    account: dict[str, Account] = field(default_factory=dict)
    person: dict[str, str] = field(default_factory=dict)
    post: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        key: str,
        *,
        role: str,
        organisation: str,
        region: str = REGION,
        name: str = "",
        enterprise_id: str | None = None,
        now: datetime = STARTED,
    ) -> Scope:
        """One more person with post and account; later found under `key`."""
        made = user_add(
            username=f"test.{key}".replace("_", "-"),
            name=name or f"测试{key}",
            role=role,
            region=region,
            organisation=organisation,
            enterprise_id=enterprise_id,
            password=self.password,
            must_change=False,
            now=now,
        )
        account = Account.objects.select_related("person").get(pk=made.account_id)
        self.account[key], self.person[key], self.post[key] = account, made.person_id, made.post_id
        self.scope[key] = post_scopes(account, now)[0]
        return self.scope[key]


_PEOPLE = (
    ("leader", "leader", "测试县应急管理局", REGION, "周正"),
    ("supervision", "supervision", "安全生产基础科", REGION, "吴明"),
    ("other_office", "supervision", "危险化学品监管科", REGION, "郑义"),
    ("enforcement", "enforcement", "综合行政执法队", REGION, "王勇"),
    ("department", "department", "住房和城乡建设局", REGION, "冯建"),
    ("expert", "expert", "安全生产专家组", REGION, "陈博"),
    ("auditor", "auditor", "测试县应急管理局", REGION, "褚清"),
    ("admin", "admin", "测试县应急管理局", REGION, "卫平"),
    ("town", "town", "东城街道应急办", TOWN, "蒋安"),
    ("other_town", "town", "南城街道应急办", OTHER_TOWN, "沈宁"),
    ("grid", "grid", "百花社区", VILLAGE, "韩立"),
)


def make_county(
    *, enterprise_id: str = ENTERPRISE, other_enterprise_id: str = OTHER_ENTERPRISE, now: datetime = STARTED
) -> County:
    """One person per role with post and account (password `county.password`), all posts running since `now`.

    The enterprises are ids only: nothing of the registry is made here. The services are called once a process; later
    empty databases of the same test run get the very rows they wrote.
    """
    key = (enterprise_id, other_enterprise_id, now, node.own().id)
    fresh = not JournalEntry.objects.exists()
    if fresh and key in _KEPT:
        county, tables = _KEPT[key]
        _replay(tables)
        return copy.deepcopy(county)
    county = _build(County(enterprise_id=enterprise_id, other_enterprise_id=other_enterprise_id), now)
    if fresh:
        _KEPT[key] = (copy.deepcopy(county), _rows())
    return county


def _build(county: County, now: datetime) -> County:
    roles_install(scope=SETUP, region=REGION, now=now)
    bodies = (
        ("bureau", "测试县应急管理局", "bureau", REGION),
        ("office", "安全生产基础科", "office", REGION),
        ("other_office", "危险化学品监管科", "office", REGION),
        ("department", "住房和城乡建设局", "department", REGION),
        ("town_office", "东城街道应急办", "town", TOWN),
        ("other_town_office", "南城街道应急办", "town", OTHER_TOWN),
    )
    for key, name, kind, region in bodies:
        values = {"name": name, "kind": kind, "region": region}
        setattr(county, key, organisation_create(scope=SETUP, values=values, now=now))
    for key, role, organisation, region, name in _PEOPLE:
        county.add(key, role=role, organisation=organisation, region=region, name=name, now=now)
    firms = (
        ("enterprise", "测试甲公司", "杨工", county.enterprise_id),
        ("other_enterprise", "测试乙公司", "朱工", county.other_enterprise_id),
    )
    for key, firm, name, firm_id in firms:
        county.add(key, role="enterprise", organisation=firm, region=TOWN, name=name, enterprise_id=firm_id, now=now)
    return county


_LABELS = ("platform", "accounts")
_Rows = list[tuple[type[Model], list[str], list[tuple]]]
_KEPT: dict[tuple, tuple[County, _Rows]] = {}


def _aware(value: object) -> bool:
    # SQLite's driver reads instants as aware, but takes them without a zone (anlan.platform.database.read_instants).
    return isinstance(value, datetime) and connection.vendor == "sqlite"


def _rows() -> _Rows:
    tables: _Rows = []
    made = set(connection.introspection.table_names())
    models = [m for label in _LABELS for m in apps.get_app_config(label).get_models() if m._meta.db_table in made]
    with connection.cursor() as cursor:
        for model in models:
            if model is SearchRow:  # its words stand in a table that has no model
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            if rows := cursor.fetchall():
                rows = [tuple(v.replace(tzinfo=None) if _aware(v) else v for v in row) for row in rows]
                tables.append((model, [column[0] for column in cursor.description], rows))
    return tables


def _replay(tables: _Rows) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model, columns, rows in tables:
            table = quote(model._meta.db_table)
            cursor.execute(f"DELETE FROM {table}")
            names, marks = ", ".join(quote(c) for c in columns), ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model for model, _, _ in tables]):
            cursor.execute(statement)
    for subject_type in ("accounts.organisation", "accounts.person"):
        index.reindex(subject_type)
    node.forget()
