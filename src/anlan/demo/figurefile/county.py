"""The people, enterprises and drives that a county of figures needs, through the services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from anlan.accounts.services.bootstrap import SETUP
from anlan.accounts.services.roles import roles_install
from anlan.data import region_rows
from anlan.demo.cast import Cast, cast_account, cast_body
from anlan.demo.photos import STAGES, card
from anlan.demo.words import words
from anlan.inspection.services.campaigns import campaign_create
from anlan.kernel.codes import make_uscc
from anlan.platform import attachments
from anlan.platform.database import writing
from anlan.platform.scope import Scope
from anlan.registry.services import enterprises

__all__ = ["ACCOUNTS", "County", "Host", "spaced", "towns_of"]

ACCOUNTS = {
    "leader": "bureau:leader:0",
    "supervision": "basics:supervision:0",
    "enforcement": "squad:enforcement:0",
    "auditor": "bureau:auditor:0",
    "admin": "bureau:admin:0",
}
_BODIES = (
    ("bureau", "应急管理局（演示）", "bureau", "", "leader:局长 auditor:审计员 admin:系统管理员"),
    ("basics", "安全生产基础科（演示）", "office", "bureau", "supervision:科长 supervision:科员 supervision:科员"),
    ("squad", "综合行政执法队（演示）", "office", "bureau", "enforcement:队长 enforcement:执法员 enforcement:执法员"),
)
_BATCH = 200


def towns_of(region: str) -> dict[str, str]:
    """Names of a county's towns by twelve digits, in code order.

    Args:
        region: six digits.
    """
    return {row.code: row.name for row in region_rows(region) if row.level == "town"}


@dataclass(slots=True)
class Host:
    """An enterprise: its id, region (12 digits), place in the pool, and the key of its people once it has some."""

    id: str
    region: str
    index: int
    body: str = ""


@dataclass
class County:
    """Who may act and what stands: enterprises that anything may be found at, drives and models by name.

    Attributes:
        places: the file's word for a part of the county -> twelve digits of its town.
    """

    region: str
    name: str
    places: Mapping[str, str]
    cast: Cast = field(default_factory=Cast)
    pool: list[Host] = field(default_factory=list)
    campaigns: dict[tuple[str, int], str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    serial: int = 0
    pictures: int = 0

    def officer(self, n: int = 0) -> Scope:
        """The n-th officer of the office that supervises everything here."""
        return self.cast.officer("basics", n)

    def people(self, now: datetime) -> None:
        """The county's bodies and the accounts to log in with."""
        with writing():
            roles_install(scope=SETUP, region=self.region, now=now)
            for key, name, kind, parent, posts in _BODIES:
                title = f"{self.name}{name}" if kind == "bureau" else name
                cast_body(self.cast, key, title, kind, self.region, posts, now, parent=parent)
            for username, key in ACCOUNTS.items():
                cast_account(self.cast, username, now, key)

    def code_of(self, place: str) -> str:
        """Twelve digits of a part of the county that the file names; of the county itself for ""."""
        return self.places[place] if place else self.region.ljust(12, "0")

    def firms(self, regions: Sequence[str], now: datetime, codes: Mapping[str, Sequence[str]] | None = None) -> list[str]:
        """Register one enterprise in each of the regions (12 digits); their ids.

        Args:
            codes: "class", "tag", "industry" of the registry that they have; none of the special ones unless told.
        """
        held, rows = codes or {}, []
        for region in regions:
            self.serial += 1
            rows.append({
                "name": _firm_name(self.serial), "uscc": make_uscc(self.region, self.serial), "region": region,
                "address": f"{towns_of(self.region)[region]}（演示地址）{self.serial}号",
                "industry": (list(held.get("industry", ())) or ["3489"])[0], "scale": "small", "level": "county",
                "office_id": self.cast.offices["basics"], "standardisation": "none",
                "classes": list(held.get("class", ())) or ["other"], "tags": list(held.get("tag", ())),
            })  # fmt: skip
        made: list[str] = []
        for start in range(0, len(rows), _BATCH):
            with writing():
                made += enterprises.enterprises_create(scope=self.officer(), rows=rows[start : start + _BATCH], now=now)
        return made

    def hosts(self, regions: Sequence[str], now: datetime) -> None:
        """Enterprises of the pool, one in each region."""
        for key, region in zip(self.firms(regions, now), regions, strict=True):
            self.pool.append(Host(key, region, len(self.pool)))

    def staffed(self, hosts: Sequence[Host], now: datetime) -> None:
        """A safety officer for every enterprise that will have to mend something."""
        posts = words()["county"]["firm_posts"]
        for start in range(0, len(hosts), 60):
            with writing():
                for host in hosts[start : start + 60]:
                    host.body = f"firm:{host.index}"
                    name = _firm_name(host.index + 1)
                    cast_body(self.cast, host.body, name, "enterprise", host.region[:9], posts, now, firm=host.id)

    def towns(self) -> list[str]:
        """The towns that have no figures of their own, twelve digits."""
        named = set(self.places.values())
        return [code for code in towns_of(self.region) if code not in named]

    def among(self, place: str, staffed: bool = False) -> list[Host]:
        """The pool's enterprises of a part of the county, in order.

        Args:
            place: "" for all of the county but the parts that have figures of their own: nothing may be added to those.
        """
        named = set(self.places.values())
        here = [h for h in self.pool if (h.region == self.places[place] if place else h.region not in named)]
        return [h for h in here if h.body or not staffed]

    def campaign(self, stem: str, year: int, first: Any, last: Any, now: datetime) -> str:
        """The drive of that name in that year, made when it is first asked for."""
        if (stem, year) not in self.campaigns:
            values = {
                "name": stem, "region": self.region.ljust(12, "0"), "since_on": first, "until_on": last,
                "target_class": "", "target_tag": "", "summary": f"{year}年{stem}（按汇报数据生成的演示活动）",
            }  # fmt: skip
            self.campaigns[stem, year] = campaign_create(
                scope=self.cast.officer("bureau:leader", 0), values=values, now=now
            )
        return self.campaigns[stem, year]

    def picture(self, scope: Scope, stage: str, at: datetime) -> str:
        """The hash of a picture that nothing else has, uploaded by `scope`."""
        self.pictures += 1
        data = card(self.pictures * len(STAGES) + STAGES.index(stage))
        return attachments.store(data, f"{stage}.png", scope=scope, now=at - timedelta(minutes=5)).sha256


def _firm_name(serial: int) -> str:
    county = words()["county"]
    pairs = [a + b for a in county["first"] for b in county["second"]]
    return f"（演示）{pairs[serial % len(pairs)]}{serial}号企业有限公司"


def spaced(regions: Sequence[str], count: int) -> Iterator[str]:
    """`count` regions in turn."""
    for n in range(count):
        yield regions[n % len(regions)]
