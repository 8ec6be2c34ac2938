"""A small county with two enterprises, the packaged checklists and photos, all built through the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from accounts.factories import County, make_county
from anlan.inspection import queries
from anlan.inspection.services.campaigns import campaign_create
from anlan.inspection.services.checklists import checklists_install
from anlan.inspection.services.hazards import (
    CloseInput,
    HazardInput,
    OrderInput,
    SubmitInput,
    hazard_close,
    hazard_order,
    hazard_report,
    hazard_submit,
)
from anlan.platform import attachments
from anlan.platform.journal.record import version_of
from anlan.platform.scope import Scope
from anlan.registry.services.enterprises import enterprise_office_assign
from pictures import jpeg, scene
from registry.factories import make_enterprise

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
REGISTRAR = Scope("", "", "登记", frozenset({"registry.view", "registry.change"}), "331003")

# What an order on a major hazard settles, and a criterion that the first enterprise's class calls for.
FIVE: dict[str, Any] = {
    "measures": "停用并更换防护装置", "responsible": "生产副总", "funds_yuan": 20000, "plan": "按现场处置方案撤离",
}  # fmt: skip
CRITERION = "gm03-02"


@dataclass
class World:
    """The county of tests/accounts/factories.py with what inspections need."""

    county: County
    enterprise: str
    other_enterprise: str
    shots: int = field(default=0)

    @property
    def scope(self) -> dict[str, Scope]:
        """Scopes by role word."""
        return self.county.scope

    @property
    def mate(self) -> str:
        """Person id of the grid worker, the second officer of visits in the first town."""
        return self.county.person["grid"]

    def photo(self, role: str) -> str:
        """The hash of a new photo that this role's person uploaded."""
        self.shots += 1
        data = jpeg(scene(10_000 + self.shots, (320, 240)))
        return attachments.store(data, f"{self.shots}.jpg", scope=self.scope[role], now=NOW).sha256

    def found(self, role: str = "town", now: datetime = NOW, **values: Any) -> str:
        """A hazard filed at the first enterprise by this role's person; its id."""
        item = HazardInput(**{"enterprise_id": self.enterprise, "description": "车间安全出口堆放杂物"} | values)
        return hazard_report(scope=self.scope[role], item=item, now=now)

    def ordered(self, now: datetime = NOW, days: int = 10, **values: Any) -> str:
        """A hazard that the town's officer filed and ordered to be mended within `days`; a major one with 五落实."""
        key = self.found(now=now, **values)
        five = FIVE if values.get("grade") == "major" or values.get("major_criteria") else {}
        item = OrderInput(hazard_id=key, days=days, note="限期清理", **five)
        hazard_order(scope=self.scope["town"], item=item, now=now)
        return key

    def submitted(self, now: datetime = NOW, **values: Any) -> str:
        """An ordered hazard for which the enterprise has handed in its report a day later."""
        key = self.ordered(now=now, **values)
        item = SubmitInput(hazard_id=key, note="已清理并划线", photos=(self.photo("enterprise"),))
        hazard_submit(scope=self.scope["enterprise"], item=item, now=now + timedelta(days=1))
        return key

    def closed(self, now: datetime = NOW, **values: Any) -> str:
        """A submitted hazard that two officers of the town closed two days after it was found."""
        key = self.submitted(now=now, **values)
        item = self.closing(key)
        hazard_close(scope=self.scope["town"], item=item, now=now + timedelta(days=2))
        return key

    def closing(self, hazard_id: str, role: str = "town", **values: Any) -> CloseInput:
        """A complete review by this role's person and the town's second officer."""
        full = {
            "hazard_id": hazard_id,
            "note": "现场复查合格",
            "photos": (self.photo(role),),
            "co_reviewer": self.county.person["town_second"],
        }
        return CloseInput(**full | values)

    def client(self, role: str) -> Client:
        """A test client in which this role's person is logged in through the login page."""
        client = Client()
        account = self.county.account[role]
        answer = client.post("/login", {"username": account.username, "password": self.county.password})
        assert answer.status_code == 302
        return client

    def base(self, hazard_id: str) -> int:
        """The version a page made now would carry."""
        return self.version("inspection.hazard", hazard_id)

    def version(self, kind: str, key: str) -> int:
        """The number of entries held of a subject."""
        return version_of(f"{kind}/{key}")

    def campaign(self, name: str, **values: Any) -> str:
        """A campaign of the county over the first half of 2026; its id."""
        full = {"name": name, "region": "331003000000", "since_on": "2026-01-01", "until_on": "2026-06-30"}
        return campaign_create(scope=self.scope["leader"], values=full | values, now=NOW)

    def checklist(self, code: str = "ty") -> str:
        """Id of a packaged checklist."""
        found = queries.checklist_by_code(code)
        assert found is not None
        return str(found.id)


def make_world() -> World:
    """Two enterprises of the first and second town, every role, a second officer of the first town, the checklists."""
    first = make_enterprise(REGISTRAR, 1, name="测试甲机械有限公司", region="331003001001")
    second = make_enterprise(REGISTRAR, 2, name="测试乙机械有限公司", region="331003002000", tags=["有限空间"])
    county = make_county(enterprise_id=first, other_enterprise_id=second)
    county.add("town_second", role="town", organisation="东城街道应急办", region=county.town, name="孔达")
    for key, office in ((first, county.office), (second, county.other_office)):
        enterprise_office_assign(scope=REGISTRAR, enterprise_id=key, office_id=office, base=None, now=NOW)
    checklists_install(now=NOW)
    return World(county, first, second)
