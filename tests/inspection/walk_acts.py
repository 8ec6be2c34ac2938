"""Every act on a hazard and its listing, as the random walks try it: once as it should be, once with something wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from anlan.inspection import queries
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.services import listing_steps
from anlan.inspection.services.co_reviews import hazard_co_confirm, hazard_dispute
from anlan.inspection.services.dismissals import MergeInput, hazard_dismiss, hazard_merge
from anlan.inspection.services.doubts import ConfirmInput, RejectInput, hazard_confirm, hazard_reject
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant, hazard_refuse
from anlan.inspection.services.hazards import (
    OrderInput,
    ReturnInput,
    StepInput,
    SubmitInput,
    hazard_close,
    hazard_order,
    hazard_return,
    hazard_submit,
)
from anlan.inspection.services.inspections import (
    ItemAnswer,
    inspection_finish,
    inspection_items_set,
    inspection_start,
)
from anlan.inspection.services.listing_papers import listing_notice
from anlan.inspection.services.listing_withdrawals import listing_withdraw
from anlan.inspection.services.listings import ListInput, ReceiveInput, listing_propose, listing_receive
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.inspection.services.majors import JudgeInput, hazard_judge
from anlan.inspection.services.transfers import TransferInput, hazard_transfer
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.kernel.deadlines import local_date
from inspection.factories import CRITERION, FIVE, NOW, World

DAY = timedelta(days=1)
PEOPLE = (
    "enterprise", "other_enterprise", "town", "town_second", "supervision", "enforcement", "leader", "other_town", "grid",
)  # fmt: skip
CITED = "《工贸企业重大事故隐患判定标准》第三条第（二）项"


@dataclass
class Stage:
    """One walk: a hazard, another one of the same enterprise, the last listing, the clock, and who found it.

    `doubtful`: officers tend to close with the photo of the finding.
    """

    world: World
    hazard: str
    other: str
    photo: str
    finders: frozenset[str]
    rng: Random
    now: datetime = NOW
    listing: str = ""
    doubtful: bool = False

    @property
    def row(self) -> Hazard:
        """The hazard as it stands."""
        return Hazard.objects.get(pk=self.hazard)

    @property
    def listing_row(self) -> Listing | None:
        """The last listing, None before the first."""
        return Listing.objects.filter(pk=self.listing).first() if self.listing else None


@dataclass(frozen=True)
class Try:
    """A press: the service, what it is given, and on which subject it acts."""

    service: Callable[..., Any]
    item: Any


Make = Callable[[Stage, str, bool], Try]


def stage(world: World, rng: Random, *, major: bool, listed: bool) -> Stage:
    """Two hazards of the first enterprise; the first is `major`, found on a visit of the town's two officers, and listed."""
    other, photo = world.found(), world.photo("town")
    town, second = world.scope["town"], world.county.person["town_second"]
    if not major:
        key = world.found(photos=(photo,))
        return Stage(world, key, other, photo, frozenset({town.person}), rng)
    visit = inspection_start(
        scope=town, enterprise_id=world.enterprise, checklist_id=world.checklist(), officers=[second], now=NOW
    )
    sheet = queries.inspection_sheet(queries.inspection_get(town, visit))
    answers = [ItemAnswer(item.key, "pass") for item in sheet if item.key != "ty-07"]
    answers.append(ItemAnswer("ty-07", "hazard", "焊工无证上岗", grade="major", major_basis=CITED, photos=(photo,)))
    inspection_items_set(scope=town, inspection_id=visit, answers=answers, now=NOW)
    key = inspection_finish(scope=town, inspection_id=visit, conclusion="有重大隐患", now=NOW)[0]
    case = Stage(world, key, other, photo, frozenset({town.person, second}), rng)
    if listed:
        _list(case)
    return case


def _list(case: Stage) -> None:
    """The hazard is ordered, listed and mended: what ends a listing lies far from where walks begin."""
    scope = case.world.scope
    hazard_order(scope=scope["town"], item=OrderInput(hazard_id=case.hazard, days=20, note="限期整改", **FIVE), now=NOW)
    make = _receive if case.rng.random() < 0.5 else _propose
    listed = make(case, "supervision", False)
    case.listing = listed.service(scope=scope["supervision"], item=listed.item, now=NOW)
    if make is _propose:
        listing_steps.listing_sign(
            scope=scope["leader"], item=listing_steps.ListingInput(listing_id=case.listing), now=NOW
        )
    done = _submit(case, "enterprise", False)
    hazard_submit(scope=scope["enterprise"], item=done.item, now=NOW)


def _step(service: Callable[..., Any], kind: type, right: dict[str, Any], wrong: dict[str, Any]) -> Make:
    return lambda case, role, odd: Try(service, kind(hazard_id=case.hazard, **(wrong if odd else right)))


def _order(case: Stage, role: str, odd: bool) -> Try:
    item = OrderInput(hazard_id=case.hazard, note="限期整改", **FIVE)
    wrong = [{"days": 0}, {"due_on": local_date(case.now) - 3 * DAY}, {"days": 20, "measures": ""}, {"days": 300}]
    return Try(hazard_order, replace(item, **(case.rng.choice(wrong) if odd else {"days": case.rng.choice([2, 20])})))


def _submit(case: Stage, role: str, odd: bool) -> Try:
    photos = () if odd else (case.world.photo(role),)
    return Try(hazard_submit, SubmitInput(hazard_id=case.hazard, note="已整改", photos=photos))


def _back(service: Callable[..., Any], kind: type) -> Make:
    def make(case: Stage, role: str, odd: bool) -> Try:
        wrong = [{"note": ""}, {"due_on": local_date(case.now) - 2 * DAY}, {"days": 400}]
        values = case.rng.choice(wrong) if odd else case.rng.choice([{}, {"days": 5}])
        return Try(service, kind(**{"hazard_id": case.hazard, "note": "整改不到位"} | values))

    return make


def _close(case: Stage, role: str, odd: bool) -> Try:
    person = case.world.county.person
    mates = {"town": "town_second", "town_second": "town", "supervision": "enforcement", "enforcement": "supervision"}
    mate = mates.get(role, "town_second")
    if case.rng.random() < 0.3:
        mate = case.rng.choice(["town", "enforcement", "town_second"])
    values: dict[str, Any] = {"co_reviewer": person[mate]}
    if odd:
        wrong: list[dict[str, Any]] = [
            {"photos": ()}, {"co_reviewer": case.rng.choice(["", case.world.scope[role].person])},
            {"co_reviewer": person[case.rng.choice(["enterprise", "other_town", "grid"])]}, {"photos": (case.photo,)},
        ]  # fmt: skip
        values |= case.rng.choice(wrong)
    elif case.doubtful and case.rng.random() < 0.7:
        values["photos"] = (case.photo,)
    return Try(hazard_close, case.world.closing(case.hazard, role, **values))


def _look_back(case: Stage, role: str, odd: bool) -> Try:
    photos = (case.world.photo(role),)
    return Try(hazard_look_back, LookBackInput(hazard_id=case.hazard, note="回访", photos=photos, again=odd))


def _merge(case: Stage, role: str, odd: bool) -> Try:
    into = case.hazard if odd else case.other
    return Try(hazard_merge, MergeInput(hazard_id=case.hazard, into=into, note="同一处重复登记"))


def _judge(case: Stage, role: str, odd: bool) -> Try:
    major = odd or case.rng.random() < 0.7
    note = "" if odd else "现场复核后认定"
    return Try(hazard_judge, JudgeInput(hazard_id=case.hazard, note=note, major_criteria=(CRITERION,) * major))


def _propose(case: Stage, role: str, odd: bool) -> Try:
    values: dict[str, Any] = {
        "hazard_id": case.hazard, "note": "可能引发爆炸", "requirement": "停用并更换",
        "due_on": local_date(case.now) + (-DAY if odd else DAY), "follower": case.world.scope["town"].person,
    }  # fmt: skip
    return Try(listing_propose, ListInput(**values))


def _receive(case: Stage, role: str, odd: bool) -> Try:
    values: dict[str, Any] = {
        "hazard_id": case.hazard, "note": "上级挂牌", "requirement": "停用并更换", "due_on": local_date(case.now) + DAY,
        "follower": case.world.scope["town"].person, "level": "city", "notice_number": "" if odd else "台应急督〔2026〕3号",
        "notice_on": date(2026, 3, 1), "issuer": "台州市应急管理局", "photos": (case.world.photo(role),),
    }  # fmt: skip
    return Try(listing_receive, ReceiveInput(**values))


def _listing(name: str, *, note: str = "已研究", photo: bool = False) -> Make:
    kinds = {"unlist": listing_steps.UnlistInput, "receive_end": listing_steps.EndInput}
    others = {"notice": listing_notice, "withdraw": listing_withdraw}

    def make(case: Stage, role: str, odd: bool) -> Try:
        values: dict[str, Any] = {"listing_id": case.listing, "note": "" if odd else note}
        if photo:
            values["photos"] = (case.world.photo(role),)
        if name == "unlist":
            values["co_reviewer"] = case.world.county.person["enforcement"]
        if name == "receive_end":
            values |= {"notice_number": "" if odd else "台1号", "notice_on": date(2026, 3, 2)}
        service = others.get(name) or getattr(listing_steps, f"listing_{name}")
        return Try(service, kinds.get(name, listing_steps.ListingInput)(**values))

    return make


def _reassign(case: Stage, role: str, odd: bool) -> Try:
    follower = "" if odd else case.world.county.person["enforcement"]
    item = listing_steps.ReassignInput(listing_id=case.listing, note="轮岗", follower=follower)
    return Try(listing_steps.listing_reassign, item)


ACTS: dict[str, Make] = {
    "judge": _judge,
    "order": _order,
    "submit": _submit,
    "extend": _step(hazard_extend, ExtendInput, {"days": 6, "note": "到货延迟"}, {"days": 99, "note": "到货延迟"}),
    "grant": _step(hazard_grant, ExtendInput, {}, {"days": 30}),
    "refuse": _step(hazard_refuse, StepInput, {"note": "理由不足"}, {"note": ""}),
    "return": _back(hazard_return, ReturnInput),
    "close": _close,
    "confirm": _step(hazard_confirm, ConfirmInput, {"note": "已到现场核实"}, {"note": ""}),
    "reject": _back(hazard_reject, RejectInput),
    "transfer": _step(hazard_transfer, TransferInput, {"note": "拒不整改", "violated": "消防法"}, {"note": "拒不整改"}),
    "co_confirm": _step(hazard_co_confirm, StepInput, {}, {"base": 1}),
    "dispute": _step(hazard_dispute, StepInput, {"note": "当日未到现场"}, {"note": ""}),
    "look_back": _look_back,
    "dismiss": _step(hazard_dismiss, StepInput, {"note": "核实并非隐患"}, {"note": "短"}),
    "merge": _merge,
    "withdraw": _step(hazard_withdraw, StepInput, {}, {"base": 1}),
}
LISTING_ACTS: dict[str, Make] = {
    "propose": _propose,
    "receive": _receive,
    "sign": _listing("sign"),
    "decline": _listing("decline"),
    "notice": _listing("notice"),
    "follow": _listing("follow", photo=True),
    "reassign": _reassign,
    "apply": _listing("apply"),
    "unlist": _listing("unlist", photo=True),
    "return": _listing("return"),
    "receive_end": _listing("receive_end", photo=True),
    "cancel": _listing("cancel"),
    "withdraw": _listing("withdraw"),
}
