"""挂牌督办 in the demo county: some major hazards, each in another state, through the services at their moments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anlan.demo.plan import LISTING_OFFICES, HazardPlan, Plan
from anlan.demo.play import Stage
from anlan.demo.times import opening
from anlan.demo.words import words
from anlan.inspection.services import listing_steps
from anlan.inspection.services.listing_papers import listing_notice
from anlan.inspection.services.listings import ListInput, ReceiveInput, listing_propose, listing_receive
from anlan.kernel.deadlines import local_date
from anlan.platform.scope import Scope

__all__ = ["listed_hazards", "listing_acts"]

Acts = list[tuple[datetime, Callable[[datetime], Any]]]
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_EARLIER = 5
"""Days by which a listing's deadline comes before the hazard's."""


@dataclass
class _Case:
    """One hazard's listing: when the hazard was ordered and closed (None: not), and the listing's id once it stands."""

    hazard: HazardPlan
    ordered: datetime
    closed: datetime | None
    key: str = ""


def listed_hazards(plan: Plan) -> list[HazardPlan]:
    """The hazards of the plan that are listed: closed ones first, the latest first; none of them is sent back."""
    return [case.hazard for case in _cases(plan)]


def _cases(plan: Plan) -> list[_Case]:
    seen: dict[int, dict[str, datetime]] = {}
    for step in plan.steps:
        for index in step.hazards:
            seen.setdefault(index, {})[step.act] = step.at
    held = [
        _Case(h, seen[h.index]["order"], seen[h.index].get("close"))
        for h in plan.hazards
        if h.grade == "major"
        and h.days > 2 * _EARLIER
        and h.end in {"closed", "ordered", "submitted"}
        and plan.visits[h.visit].firm.office in LISTING_OFFICES
        and "order" in seen.get(h.index, {})
        and "return" not in seen[h.index]
    ]
    done = [c for c in reversed(held) if c.closed is not None and c.closed + 3 * _DAY < plan.end]
    waiting = [c for c in reversed(held) if c.closed is None and c.ordered + 9 * _HOUR < plan.end]
    return [*done[:3], *waiting[:4]]


def listing_acts(stage: Stage) -> Acts:
    """(moment, act) of all: applied for, unlisted, the city's unlisted; listed, proposed, declined, not followed up."""
    cases = _cases(stage.plan)
    done = [c for c in cases if c.closed is not None]
    waiting = [c for c in cases if c.closed is None]
    acts: Acts = []
    for case, script in zip(done, (_applied, _unlisted, _upper), strict=False):
        acts += script(_Player(stage, case))
    for case, script in zip(waiting, (_listed, _proposed, _declined, _unfollowed), strict=False):
        acts += script(_Player(stage, case))
    return acts


class _Player:
    """Takes the acts on one listing, each in the scope of who would."""

    def __init__(self, stage: Stage, case: _Case) -> None:
        self.stage, self.case, self.texts = stage, case, words()["listing"]
        self.firm = stage.plan.visits[case.hazard.visit].firm
        self.office: Scope = stage.cast.scopes[f"{self.firm.office}:supervision:0"]
        self.leader: Scope = stage.cast.scopes["bureau:leader:0"]
        self.town: Scope = stage.cast.officer(f"town:{self.firm.town}", 0)

    def _photos(self, scope: Scope, at: datetime, turn: int) -> tuple[str, ...]:
        serial = 1_000_000 + 10 * self.case.hazard.index + turn
        return (
            self.stage.album.take(scope, "review", serial, at - timedelta(minutes=5), self.firm.lon, self.firm.lat),
        )

    def _item(self) -> dict[str, Any]:
        hazard = self.case.hazard
        return {
            "hazard_id": self.stage.hazards[hazard.index],
            "note": self.texts["reason"],
            "requirement": self.texts["requirement"].format(mend=hazard.fault.mend),
            "due_on": local_date(self.case.ordered) + timedelta(days=hazard.days - _EARLIER),
            "follower": self.town.person,
        }

    def propose(self, at: datetime) -> None:
        """The office proposes."""
        self.case.key = listing_propose(scope=self.office, item=ListInput(**self._item()), now=at)

    def receive(self, at: datetime) -> None:
        """The office records the city's notice."""
        number = self.texts["number"].format(serial=self.case.hazard.index)
        item = ReceiveInput(
            **self._item(), level="city", notice_number=number, notice_on=local_date(at),
            issuer=self.texts["issuer"], photos=self._photos(self.office, at, 7),
        )  # fmt: skip
        self.case.key = listing_receive(scope=self.office, item=item, now=at)

    def _plain(self, service: Callable[..., str], scope: Scope, at: datetime, **values: Any) -> None:
        service(scope=scope, item=listing_steps.ListingInput(listing_id=self.case.key, **values), now=at)

    def sign(self, at: datetime) -> None:
        """The leader signs."""
        self._plain(listing_steps.listing_sign, self.leader, at, note=self.texts["signed"])

    def decline(self, at: datetime) -> None:
        """The leader does not sign."""
        self._plain(listing_steps.listing_decline, self.leader, at, note=self.texts["declined"])

    def notice(self, at: datetime) -> None:
        """The office issues the notice that is due."""
        self._plain(listing_notice, self.office, at)

    def follow(self, at: datetime) -> None:
        """The town's officer goes there."""
        photos = self._photos(self.town, at, 1)
        self._plain(listing_steps.listing_follow, self.town, at, note=self.texts["visit"], photos=photos)

    def apply(self, at: datetime) -> None:
        """The enterprise applies for unlisting."""
        scope = self.stage.cast.firm(self.firm.index)
        self._plain(listing_steps.listing_apply, scope, at, note=self.texts["applied"])

    def unlist(self, at: datetime) -> None:
        """The office and the squad review."""
        item = listing_steps.UnlistInput(
            listing_id=self.case.key, note=self.texts["unlisted"], photos=self._photos(self.office, at, 3),
            co_reviewer=self.stage.cast.officer("squad", 0).person,
        )  # fmt: skip
        listing_steps.listing_unlist(scope=self.office, item=item, now=at)

    def end(self, at: datetime) -> None:
        """The office records the city's 摘牌 notice."""
        item = listing_steps.EndInput(
            listing_id=self.case.key, notice_number=self.texts["end_number"].format(serial=self.case.hazard.index),
            notice_on=local_date(at), photos=self._photos(self.office, at, 8),
        )  # fmt: skip
        listing_steps.listing_receive_end(scope=self.office, item=item, now=at)


def _begun(player: _Player) -> Acts:
    ordered = player.case.ordered
    return [(ordered + _HOUR, player.propose), (ordered + 3 * _HOUR, player.sign), (ordered + 4 * _HOUR, player.notice)]


def _before_closing(player: _Player, share: float) -> datetime:
    begun, closed = player.case.ordered + 5 * _HOUR, player.case.closed or player.stage.plan.end
    exact = begun + (closed - begun) * share
    morning = opening(exact) + _HOUR
    return morning if begun < morning < closed else exact


def _applied(player: _Player) -> Acts:
    closed = player.case.closed or player.stage.plan.end
    return [*_begun(player), (_before_closing(player, 0.5), player.follow), (closed + 20 * _HOUR, player.apply)]


def _unlisted(player: _Player) -> Acts:
    closed = player.case.closed or player.stage.plan.end
    return [*_applied(player), (closed + 2 * _DAY, player.unlist), (closed + 2 * _DAY + _HOUR, player.notice)]


def _upper(player: _Player) -> Acts:
    closed = player.case.closed or player.stage.plan.end
    begun: Acts = [(player.case.ordered + _HOUR, player.receive), (_before_closing(player, 0.5), player.follow)]
    return [*begun, (closed + 2 * _DAY, player.end)]


def _listed(player: _Player) -> Acts:
    return [*_begun(player), (_before_closing(player, 0.6), player.follow)]


def _proposed(player: _Player) -> Acts:
    # Shortly before the county is shown, so that it waits for the leader, but never after the listing's own deadline.
    ordered, end = player.case.ordered, player.stage.plan.end
    latest = ordered + (player.case.hazard.days - _EARLIER - 1) * _DAY
    return [(max(ordered + 6 * _HOUR, min(end - 20 * _HOUR, latest)), player.propose)]


def _unfollowed(player: _Player) -> Acts:
    return _begun(player)


def _declined(player: _Player) -> Acts:
    return [(player.case.ordered + _HOUR, player.propose), (player.case.ordered + 8 * _HOUR, player.decline)]
