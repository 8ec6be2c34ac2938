"""Listed hazards in every state, made through the services; who does what in the small county."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from anlan.inspection.models import Hazard, Listing
from anlan.inspection.services import listing_steps
from anlan.inspection.services.hazards import SubmitInput, hazard_close, hazard_submit
from anlan.inspection.services.listing_papers import listing_notice
from anlan.inspection.services.listings import ListInput, ReceiveInput, listing_propose, listing_receive
from inspection.factories import CRITERION, NOW, World

WHY, WHAT = "粉尘清理制度未落实，可能引发爆炸", "停用除尘系统，更换防爆电机后恢复"


@dataclass
class Listed:
    """One major hazard of the first enterprise and what is done to its listing; `now` is the county's clock."""

    world: World
    hazard: str
    now: datetime = NOW
    key: str = ""

    def list_item(self, **values: Any) -> ListInput:
        full = {
            "hazard_id": self.hazard, "note": WHY, "requirement": WHAT, "due_on": date(2026, 3, 20),
            "follower": self.world.scope["town"].person,
        }  # fmt: skip
        return ListInput(**full | values)

    def upper_item(self, **values: Any) -> ReceiveInput:
        full = {
            "hazard_id": self.hazard, "note": WHY, "requirement": WHAT, "due_on": date(2026, 3, 20),
            "follower": self.world.scope["town"].person, "level": "city", "notice_number": "台应急督〔2026〕3号",
            "notice_on": date(2026, 3, 1), "issuer": "台州市应急管理局",
        }  # fmt: skip
        if "photos" not in values:
            full["photos"] = (self.world.photo("supervision"),)
        return ReceiveInput(**full | values)

    def propose(self, role: str = "supervision", **values: Any) -> str:
        self.key = listing_propose(scope=self.world.scope[role], item=self.list_item(**values), now=self.now)
        return self.key

    def receive(self, role: str = "supervision", **values: Any) -> str:
        self.key = listing_receive(scope=self.world.scope[role], item=self.upper_item(**values), now=self.now)
        return self.key

    def act(self, name: str, role: str, now: datetime | None = None, **values: Any) -> str:
        kinds = {
            "unlist": listing_steps.UnlistInput, "receive_end": listing_steps.EndInput,
            "reassign": listing_steps.ReassignInput,
        }  # fmt: skip
        item = kinds.get(name, listing_steps.ListingInput)(**{"listing_id": self.key} | values)
        service: Callable[..., str] = listing_notice if name == "notice" else getattr(listing_steps, f"listing_{name}")
        return service(scope=self.world.scope[role], item=item, now=now or self.now)

    def sign(self, **values: Any) -> str:
        return self.act("sign", "leader", **values)

    def follow(self, role: str = "town", **values: Any) -> str:
        return self.act("follow", role, **{"note": "已停用，正在采购", "photos": (self.world.photo(role),)} | values)

    def close(self) -> None:
        """The enterprise mends; an officer of the squad and one of the town, neither of whom found it, close the hazard."""
        item = SubmitInput(hazard_id=self.hazard, note="已更换", photos=(self.world.photo("enterprise"),))
        hazard_submit(scope=self.world.scope["enterprise"], item=item, now=self.now)
        self.now += timedelta(days=1)
        review = self.world.closing(self.hazard, "enforcement")
        hazard_close(scope=self.world.scope["enforcement"], item=review, now=self.now)

    def apply(self, role: str = "enterprise", **values: Any) -> str:
        return self.act("apply", role, **{"note": "防爆电机已更换并验收"} | values)

    def unlist(self, role: str = "supervision", **values: Any) -> str:
        full = {
            "note": "现场复查合格", "photos": (self.world.photo(role),),
            "co_reviewer": self.world.county.person["enforcement"],
        }  # fmt: skip
        return self.act("unlist", role, **full | values)

    def end(self, **values: Any) -> str:
        full = {
            "notice_number": "台应急摘〔2026〕1号", "notice_on": date(2026, 3, 2),
            "photos": (self.world.photo("supervision"),),
        }  # fmt: skip
        return self.act("receive_end", "supervision", **full | values)

    @property
    def row(self) -> Listing:
        return Listing.objects.get(pk=self.key)

    @property
    def hazard_row(self) -> Hazard:
        return Hazard.objects.get(pk=self.hazard)

    def version(self) -> int:
        return self.world.version("inspection.listing", self.key)


def major(world: World, days: int = 30, **values: Any) -> Listed:
    """A major hazard, ordered within `days`; not listed yet."""
    return Listed(world, world.ordered(days=days, major_criteria=(CRITERION,), **values))


def listed(world: World, upper: bool = False) -> Listed:
    """A listed hazard: signed by the leader, or by the city's notice."""
    case = major(world)
    if upper:
        case.receive()
    else:
        case.propose()
        case.sign()
    return case


def applied(world: World, upper: bool = False) -> Listed:
    """A listed hazard that was followed up, mended, closed, and whose unlisting the enterprise has applied for."""
    case = listed(world, upper)
    case.follow()
    case.close()
    case.apply()
    return case
