"""A test kind of matter, duty rosters and phones in the small county, and a provider of short messages that remembers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from anlan.accounts.services.people import person_change
from anlan.calling.channels import CHANNELS, Message, Refused, Sent
from anlan.calling.models import Attempt, Call
from anlan.calling.services.calls import Matter, call_open
from anlan.calling.services.runs import RunCount, calls_run
from anlan.kernel.deadlines import SHANGHAI
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.declare import MatterKind
from anlan.platform.ledger.services import ledger_create
from anlan.platform.scope import Scope
from inspection.factories import World

KIND = "test.matter"
PLACE = "331003001000"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 3, 2, 23, 30, tzinfo=SHANGHAI)
KEEPER = Scope("", "", "值班室", frozenset({"calling.call.view", "calling.chain.change"}), "331003")
PHONES = {"town": "13800000001", "grid": "13800000002", "leader": "13800000003", "supervision": "13800000004"}


@dataclass
class Open:
    """Which matters are open; all, until one is closed."""

    closed: set[str] = field(default_factory=set)

    def is_open(self, key: str) -> bool:
        """What the kind declares."""
        return key not in self.closed


@dataclass
class Wire:
    """A channel that remembers what went out; `refuse` says what becomes of a message."""

    sent: list[Message] = field(default_factory=list)
    refuse: Any = None
    numbered: bool = True

    def ready(self) -> bool:
        """Always."""
        return True

    def send(self, message: Message) -> Sent | Refused:
        """Remember it."""
        self.sent.append(message)
        return (self.refuse(message) if self.refuse else None) or Sent(f"p{message.attempt}")

    @property
    def numbers(self) -> list[str]:
        """Whom it went to, in order."""
        return [m.number for m in self.sent]


@contextmanager
def matters() -> Iterator[Open]:
    """The test kind, declared as a context's callable.py would."""
    held = Open()
    CATALOGUE.matters[KIND] = MatterKind(KIND, held.is_open, "测试事项")
    try:
        yield held
    finally:
        del CATALOGUE.matters[KIND]


def matter(key: str = "1", **values: Any) -> Matter:
    """An urgent test matter in the first town."""
    full: dict[str, Any] = {
        "subject": f"{KIND}/{key}", "kind": KIND, "stage": "raised", "region": PLACE, "title": "氨气浓度超高",
        "text": "制冷车间氨气浓度 58 ppm", "urgency": "urgent", "address": "/inbox",
    }  # fmt: skip
    return Matter(**full | values)


def phones(world: World, numbers: dict[str, str] = PHONES) -> None:
    """Give these roles' people their numbers."""
    admin = world.scope["admin"]
    for role, number in numbers.items():
        person_change(scope=admin, id=world.county.person[role], values={"phone": number}, base=None, now=NOON)


def row(ledger: str, scope: Scope = KEEPER, **values: Any) -> str:
    """One row of a ledger."""
    return ledger_create(scope=scope, ledger=ledger, values=values, now=NOON - timedelta(days=1))


def chain(world: World, *steps: dict[str, Any], name: str = "东城叫应链", region: str = PLACE, **values: Any) -> str:
    """A chain with these steps; each `{"post": role}`, `{"person": role}`, `{"position": word}` or {} for leaders."""
    key = row("calling.chain", name=name, region=region, **values)
    for place, step in enumerate(steps, start=1):
        given = dict(step)
        holder = next((h for h in ("post", "person", "position") if h in given), "leader")
        if holder == "post":
            given["post_id"] = world.county.post[given.pop("post")]
        elif holder == "person":
            given["person_id"] = world.county.person[given.pop("person")]
        base = {"chain_id": key, "place": place, "holder": holder, "minutes": 5, "region": region}
        channels = {"critical": "站内、短信", "urgent": "站内、短信", "routine": "站内、短信"}
        row("calling.link", **base | channels | given)
    return key


def opened(now: datetime = NOON, key: str = "1", **values: Any) -> Call:
    """A call for a test matter."""
    return Call.objects.get(pk=call_open(matter=matter(key, **values), now=now))


def work(now: datetime, holder: str = "w1") -> RunCount:
    """One pass of a worker at `now`."""
    return calls_run(holder=holder, tick=lambda: now)


def standing(call: Call) -> Call:
    """The call as it stands now."""
    return Call.objects.get(pk=call.pk)


def tried(call: Call) -> list[tuple[int, str, str, str]]:
    """(step, person, channel, state) of every attempt, in order."""
    rows = Attempt.objects.filter(call_id=call.pk).order_by("step", "id")
    return list(rows.values_list("step", "person_id", "channel", "state"))


__all__ = ["CHANNELS", "KIND", "NIGHT", "NOON", "PHONES", "PLACE", "Open", "Wire"]
