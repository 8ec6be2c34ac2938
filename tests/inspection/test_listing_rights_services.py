"""Every act of 挂牌督办 by every role: what each may do, and that a refusal leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anlan.kernel.errors import AnlanError
from anlan.platform.journal.models import JournalEntry
from inspection.factories import World
from inspection.listing_samples import applied, listed, major
from inspection.test_rights_services import OFFICERS, ROLES

pytestmark = pytest.mark.django_db


def propose(world: World, role: str) -> Any:
    case = major(world)
    return lambda: case.propose(role)


def receive(world: World, role: str) -> Any:
    case = major(world)
    photos = (world.photo(role),)
    return lambda: case.receive(role, photos=photos)


def proposed(name: str) -> Callable[[World, str], Any]:
    def prepare(world: World, role: str) -> Any:
        case = major(world)
        case.propose()
        return lambda: case.act(name, role, note="已研究")

    prepare.__name__ = name
    return prepare


def follow(world: World, role: str) -> Any:
    case = listed(world)
    photos = (world.photo(role),)
    return lambda: case.follow(role, photos=photos)


def apply(world: World, role: str) -> Any:
    case = listed(world)
    case.close()
    return lambda: case.apply(role)


def unlist(world: World, role: str) -> Any:
    case = applied(world)
    photos = (world.photo(role),)
    return lambda: case.unlist(role, photos=photos)


def send_back(world: World, role: str) -> Any:
    case = applied(world)
    return lambda: case.act("return", role, note="未验收")


def receive_end(world: World, role: str) -> Any:
    case = applied(world, upper=True)
    values = {"notice_number": "台1号", "notice_on": case.now.date(), "photos": (world.photo(role),)}
    return lambda: case.act("receive_end", role, **values)


def cancel(world: World, role: str) -> Any:
    case = listed(world)
    return lambda: case.act("cancel", role, note="挂牌有误")


def reassign(world: World, role: str) -> Any:
    case = listed(world)
    return lambda: case.act("reassign", role, follower=world.county.person["enforcement"])


def notice(world: World, role: str) -> Any:
    case = listed(world)
    return lambda: case.act("notice", role)


# (who may, how many entries it makes)
MATRIX: tuple[tuple[Callable[[World, str], Any], set[str], int], ...] = (
    (propose, {"supervision"}, 2),
    (receive, {"supervision"}, 2),
    (proposed("sign"), {"leader"}, 1),
    (proposed("decline"), {"leader"}, 2),
    (follow, OFFICERS, 1),
    (apply, {"enterprise", "town"}, 1),
    (unlist, {"supervision"}, 2),
    (send_back, {"supervision"}, 1),
    (receive_end, {"supervision"}, 2),
    (cancel, {"leader"}, 2),
    (reassign, {"supervision"}, 1),
    (notice, {"supervision"}, 2),
)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("prepare", "allowed", "entries"), MATRIX, ids=[m[0].__name__ for m in MATRIX])
def test_every_act_by_every_role(world: World, prepare: Any, allowed: set[str], entries: int, role: str) -> None:
    act = prepare(world, role)
    before = JournalEntry.objects.count()
    if role in allowed:
        act()
        assert JournalEntry.objects.count() == before + entries
        return
    with pytest.raises(AnlanError) as error:
        act()
    assert error.value.status in (403, 404)
    assert JournalEntry.objects.count() == before
