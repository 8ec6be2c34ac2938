"""Chains, shifts and rosters through the API: every role times every operation that changes or shows something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from anlan.platform.clock import frozen
from anlan.platform.journal.models import JournalEntry
from calling.call_factory import NOON, PLACE, Open, Wire, chain, opened, phones, row
from inspection.factories import World

pytestmark = pytest.mark.django_db

VIEW, CHANGE, ANSWER = "calling.call.view", "calling.chain.change", "calling.call.answer"
AFTER = NOON + timedelta(minutes=1)
# They may hold rights, but the town is not theirs. Chains and rosters of the county belong to every office of it, a call to
# the office of its matter.
ELSEWHERE = ("other_town", "other_enterprise", "department", "enterprise")
ROLES = (
    "leader", "supervision", "enforcement", "town", "grid", "expert", "auditor", "admin", "other_office", *ELSEWHERE,
)  # fmt: skip


def elsewhere(role: str, path: str) -> bool:
    """Whether what stands at this path is none of theirs, whatever their rights."""
    return role in ELSEWHERE or (role == "other_office" and path.startswith("/calls"))


KINDS = {"chain": "chains", "link": "links", "shift": "shifts", "roster": "roster"}
_LINK = {"holder": "leader", "minutes": 5, "critical": "站内", "urgent": "站内", "routine": "站内"}
OPERATIONS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "chain.create": (CHANGE, "POST", "/chains", {"name": "另一条", "region": PLACE}),
    "chain.change": (CHANGE, "PATCH", "/chains/{chain}", {"summary": "改过"}),
    "chain.retire": (CHANGE, "POST", "/chains/{chain}/retire", {"reason": "不用"}),
    "link.create": (CHANGE, "POST", "/links", {"place": 3, "region": PLACE} | _LINK),
    "link.change": (CHANGE, "PATCH", "/links/{link}", {"minutes": 60}),
    "link.retire": (CHANGE, "POST", "/links/{link}/retire", {"reason": "不用"}),
    "shift.create": (CHANGE, "POST", "/shifts", {"name": "夜班", "starts": "20:00", "ends": "08:00", "region": PLACE}),
    "shift.change": (CHANGE, "PATCH", "/shifts/{shift}", {"ends": "09:00"}),
    "shift.retire": (CHANGE, "POST", "/shifts/{shift}/retire", {"reason": "不用"}),
    "roster.create": (CHANGE, "POST", "/roster", {"on": "2026-03-05", "position": "值班员", "region": PLACE}),
    "roster.change": (CHANGE, "PATCH", "/roster/{roster}", {"remark": "改过"}),
    "roster.retire": (CHANGE, "POST", "/roster/{roster}/retire", {"reason": "调班"}),
    "call.answer-for": (ANSWER, "POST", "/calls/{call}/answer-for", {"word": "seen", "reason": "回电"}),
}  # fmt: skip
LOOKS = tuple(
    path
    for kind, plural in {**KINDS, "call": "calls"}.items()
    for path in (f"/{plural}", f"/{plural}/{{{kind}}}", f"/{plural}/{{{kind}}}/history", f"/{plural}/export.csv")
) + ("/calls/board", "/calls/{call}/record")  # fmt: skip


@pytest.fixture
def ids(world: World, open_matters: Open, wire: Wire) -> dict[str, str]:
    """One of everything in the first town."""
    from anlan.calling.models import Link

    phones(world)
    key = chain(world, {"post": "town"}, {"post": "grid"})
    shift = row("calling.shift", name="白班", starts="08:00", ends="20:00", region=PLACE)
    line = row(
        "calling.roster_line", on="2026-03-04", shift_id=shift, position="带班领导", post_id=world.county.post["town"],
        region=PLACE, remark="演示备注",
    )  # fmt: skip
    link = str(Link.objects.filter(chain_id=key).earliest("place").pk)
    return {"chain": key, "link": link, "shift": shift, "roster": line, "call": str(opened(office_id=world.county.office).pk)}


def log_in(world: World, role: str) -> Client:
    with frozen(NOON):
        return world.client(role)


def send(client: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    with frozen(AFTER):
        return client.generic(
            method, f"/api/v1/calling{path}", orjson.dumps(body), content_type="application/json",
            headers={"If-Match": "1"},
        )  # fmt: skip


def told(name: str, body: dict[str, Any], world: World, ids: dict[str, str]) -> dict[str, Any]:
    """The body with what it points to."""
    extra: dict[str, dict[str, Any]] = {
        "link.create": {"chain_id": ids["chain"]},
        "roster.create": {"shift_id": ids["shift"], "post_id": world.county.post["town"]},
        "call.answer-for": {"person_id": world.county.person["town"], "at": NOON.isoformat()},
    }
    return body | extra.get(name, {})


@pytest.mark.parametrize("role", ROLES)
def test_without_the_right_or_elsewhere_nothing_changes(world: World, ids: dict[str, str], role: str) -> None:
    client, rights = log_in(world, role), world.scope[role].rights
    for name, (right, method, path, body) in OPERATIONS.items():
        if right in rights and not elsewhere(role, path):
            continue
        before = JournalEntry.objects.count()
        found = send(client, method, path.format(**ids), told(name, body, world, ids))
        assert found.status_code in (403, 404, 422), (name, found.status_code, found.content)
        # 422 only where the field that names a place or a post of others is refused.
        assert found.status_code != 422 or right in rights, (name, found.content)
        assert JournalEntry.objects.count() == before, name


@pytest.mark.parametrize("name", OPERATIONS)
def test_with_the_right_it_is_done(world: World, ids: dict[str, str], name: str) -> None:
    right, method, path, body = OPERATIONS[name]
    able = [r for r in ROLES if right in world.scope[r].rights and not elsewhere(r, path)]
    assert able, "nobody could ever do it"
    found = send(log_in(world, able[0]), method, path.format(**ids), told(name, body, world, ids))
    assert found.status_code in (200, 201), found.content


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_look_sees_nothing(world: World, ids: dict[str, str], role: str) -> None:
    client = log_in(world, role)
    for path in LOOKS:
        with frozen(AFTER):
            found = client.get(f"/api/v1/calling{path.format(**ids)}")
        text = (b"".join(found.streaming_content) if found.streaming else found.content).decode()
        if VIEW in world.scope[role].rights and not elsewhere(role, path):
            assert found.status_code == 200, (path, found.content)
            continue
        assert found.status_code in (200, 403, 404), (path, found.status_code)
        shown = [v for v in (*ids.values(), "东城叫应链", "演示备注", "氨气浓度超高") if v in text]
        assert found.status_code != 200 or not shown, (path, shown)
