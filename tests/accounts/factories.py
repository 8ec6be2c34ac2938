"""A small county built through the services: every role once, two towns, two offices. Plain objects, no fixtures."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from anlan.accounts.models import Account
from anlan.accounts.queries import post_scopes
from anlan.accounts.services.bootstrap import SETUP, user_add
from anlan.accounts.services.organisations import organisation_create
from anlan.accounts.services.roles import roles_install
from anlan.platform.scope import Scope

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

    The enterprises are ids only: nothing of the registry is made here.
    """
    county = County(enterprise_id=enterprise_id, other_enterprise_id=other_enterprise_id)
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
        ("enterprise", "测试甲公司", "杨工", enterprise_id),
        ("other_enterprise", "测试乙公司", "朱工", other_enterprise_id),
    )
    for key, firm, name, firm_id in firms:
        county.add(key, role="enterprise", organisation=firm, region=TOWN, name=name, enterprise_id=firm_id, now=now)
    return county
