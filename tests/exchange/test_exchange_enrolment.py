"""Becoming a node: codes, requests, approval, a new machine in the place of a dead one; subjects that move between towns."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.nodes import Federation, NodeProcess, Refused, federation

pytestmark = [pytest.mark.slow, pytest.mark.once]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path) as made:
        made.node("county", "331003")
        yield made


def refused(node: NodeProcess, act: str, **given: Any) -> str:
    with pytest.raises(Refused) as found:
        node.call(act, given)
    return found.value.code


def test_who_may_ask_with_which_code(alone: Federation) -> None:
    top = alone.nodes["county"]
    town = {"region": "331003001000", "name": "东城街道", "key": "ab" * 32, "box_key": "cd" * 32}
    code = top.code(region="331003001")
    assert len(code.split("-")) == 8
    assert refused(top, "code", region="331003") == "exchange.region_not_below"
    assert refused(top, "code", region="331004001") == "platform.region_outside"
    assert refused(top, "ask", **town | {"code": "ABCD"}) == "exchange.code_malformed"
    assert refused(top, "ask", **town | {"code": "???"}) == "exchange.code_malformed"
    assert refused(top, "ask", **town | {"code": base64.b32encode(bytes(20)).decode()}) == "exchange.code_wrong"
    assert refused(top, "ask", **town | {"code": code, "region": "331003002000"}) == "exchange.code_wrong"
    assert refused(top, "ask", **town | {"code": code, "key": "no key"}) == "exchange.key_malformed"
    assert refused(top, "ask", **town | {"code": code, "name": " "}) == "exchange.name"
    typed = code.lower().replace("-", " ")
    first = top.ask(**town, code=typed)
    assert top.ask(**town, code=code) == first
    assert refused(top, "ask", **town | {"code": code, "key": "ef" * 32}) == "exchange.code_wrong"
    late = top.code(region="331003002")
    top.now += timedelta(hours=73)
    assert refused(top, "ask", **town | {"code": late, "region": "331003002000"}) == "exchange.code_wrong"
    assert len(top.approve()) == 1 and top.approve() == []


# `requests_waiting` and `code_make` by somebody without the right, beside what was decided already.
_DECIDE_TWICE = """
from anlan.platform import clock
from anlan.platform.exchange import enrol
from anlan.platform.exchange.models import EnrolRequest
from anlan.cli.acting import scope_of
scope = scope_of(None, clock.now())
(one,) = enrol.requests_waiting(scope)
enrol.enrol_refuse(scope=scope, request_id=one.id)
answer = []
from anlan.kernel.errors import AnlanError
for call in (
    lambda: enrol.enrol_refuse(scope=scope, request_id=one.id),
    lambda: enrol.enrol_approve(scope=scope, request_id="no", now=clock.now()),
    lambda: enrol.peer_revoke(scope=scope, peer_id=one.id, now=clock.now(), reason=" "),
):
    try:
        call()
    except AnlanError as error:
        answer.append(error.code)
from dataclasses import replace
nobody = replace(scope, rights=frozenset())
for call in (
    lambda: enrol.requests_waiting(nobody),
    lambda: enrol.code_make(scope=nobody, region="331003001", now=clock.now()),
):
    try:
        call()
    except AnlanError as error:
        answer.append(error.code)
"""


def test_a_request_is_decided_once_by_somebody_who_may(alone: Federation) -> None:
    top = alone.nodes["county"]
    asked = {"region": "331003001000", "name": "东城街道", "key": "ab" * 32, "box_key": "cd" * 32}
    top.ask(**asked, code=top.code(region="331003001"))
    assert top.run(source=_DECIDE_TWICE) == [
        "exchange.request_decided", "exchange.request_unknown", "exchange.reason_missing", "platform.not_allowed",
        "platform.not_allowed",
    ]  # fmt: skip


def test_a_new_machine_takes_over_and_the_dead_one_is_out(alone: Federation) -> None:
    top, old = alone.nodes["county"], alone.node("old", "331003001", "county")
    alone.settle()
    kept = old.found(role="town", description="旧机器上报的隐患")
    alone.meet("old")
    lost = old.found(role="town", description="没有离开过旧机器")
    new = alone.node("new", "331003001", "county")
    assert old.id == "331003001a" and new.id.startswith("331003001b") and len(new.id) > len(old.id)
    alone.meet("new")
    assert new.state(hazard=kept) == ("found", 0)
    assert new.state(hazard=lost) is None
    assert refused(top, "hear", data=old.say(key=top.key)) == "exchange.revoked"
    fresh = new.found(role="town", description="新机器上报的隐患")
    alone.meet("new")
    assert top.state(hazard=fresh) == ("found", 0) and top.state(hazard=lost) is None
    assert top.tally()["verified"] and new.tally()["verified"]
    old_key = {"region": "331003001000", "name": "旧", "key": old.key, "box_key": old.keys()[1]}
    top.ask(**old_key, code=top.code(region="331003001"))
    assert refused(top, "approve") == "exchange.key_revoked"


def test_an_enterprise_that_moves_takes_its_history_along(alone: Federation) -> None:
    top, east = alone.nodes["county"], alone.node("east", "331003001", "county")
    south = alone.node("south", "331003002", "county")
    alone.settle()
    source = """
from anlan.platform.journal.models import Head, JournalEntry
head = Head.objects.filter(subject=f"registry.enterprise/{key}").first()
answer = None if head is None else (head.region, JournalEntry.objects.filter(sid=head.sid).count(), head.version)
"""
    key = alone.world.enterprise
    held = east.run(source=source, key=key)
    assert held[0] == "331003001001" and south.run(source=source, key=key) is None
    alone.pass_time(hours=1)
    top.move(enterprise_id=key, region="331003002000")
    alone.settle()
    moved = top.run(source=source, key=key)
    assert moved[0] == "331003002000" and moved[1] == held[1] + 1
    assert south.run(source=source, key=key) == moved
    assert east.run(source=source, key=key) == moved
    assert south.digests()["registry.enterprise"] != "" and all(n.tally()["verified"] for n in (top, east, south))


def test_the_answer_must_come_from_the_node_that_the_code_names(alone: Federation, tmp_path: Path) -> None:
    town = alone.node("town", "331003001", "county")
    source = """
from anlan.platform.exchange import http
answer = http.ask_enrolment(url=url, code=code, region="331003001000", name="镇")
"""
    code = alone.nodes["county"].code(region="331003001")
    assert refused(town, "run", source=source, url="ftp://x", code=code) == "exchange.url"
    assert refused(town, "run", source=source, url="http://127.0.0.1:9", code=code) == "exchange.unreachable"
    with pytest.raises(Refused) as found:
        town.hear(data=alone.nodes["county"].say(key=town.key) + b"ANLANX1\n")
    assert found.value.code == "exchange.not_a_part"
