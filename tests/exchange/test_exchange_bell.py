"""The bell of the node above: who may listen, when it rings, and that what it tells of comes without anybody asking."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from anlan.kernel.errors import BadInput, NotAllowed, Unavailable
from anlan.platform import clock
from anlan.platform.exchange import bell, keys
from anlan.platform.exchange.broker import nats_library
from anlan.platform.exchange.models import PeerLink
from anlan.platform.exchange.wire import Wire
from cli.cli_process import anlan, serving


@pytest.mark.parametrize(
    ("before", "now", "rings"),
    [
        ({}, {}, False),
        ({"331003a": "5:x"}, {"331003a": "5:x"}, False),
        ({"331003a": "5:x"}, {"331003a": "6:y"}, True),
        ({}, {"331003001a": "1:x"}, False),
        ({}, {"331003001001a": "1:x"}, False),
        ({"331003a": "5:x"}, {"331003a": "5:x", "331003002a": "1:x"}, True),
    ],
)
def test_it_rings_for_what_a_node_did_not_bring_itself(before: dict[str, str], now: dict[str, str], rings: bool) -> None:
    assert bell.concerned(before, now, "331003001") is rings


def test_only_a_neighbour_whose_word_is_fresh_may_listen(county) -> None:
    now = clock.now()
    mine = bell._headers(now)
    with pytest.raises(NotAllowed, match=r"exchange.unknown_peer"):
        bell.listener_of(mine, now)
    own = {"key": keys.public_key(), "box_key": keys.box_key()}
    PeerLink.objects.create(**own, node="331003001a", region="331003001000", role="child")
    assert bell.listener_of(mine, now) == "331003001"
    old = str(int(now.timestamp()) - 601)
    signed = keys.sign(f"anlan-bell/1\n{keys.public_key()}\n{old}".encode()).hex()
    for wrong in (
        {bell.AT: old, bell.SIGNATURE: signed}, {bell.AT: old}, {bell.AT: "x"}, {bell.AT: ""}, {bell.SIGNATURE: "zz"},
        {bell.SIGNATURE: "00" * 64}, {bell.AT: str(int(now.timestamp()) - 5)},
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match=r"exchange.signature"):
            bell.listener_of(mine | wrong, now)


@pytest.mark.parametrize("url", ["", "x", "ftp://a", "http://", "http://[::1", "http://a:99999", "javascript:alert(1)"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match=r"exchange.url"):
        Wire(url)


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)
    with pytest.raises(Unavailable, match=r"exchange.nats_missing"):
        nats_library()


@pytest.mark.slow
@pytest.mark.once
def test_what_the_county_enters_comes_to_a_town_that_asks_once_an_hour(tmp_path: Path) -> None:
    def made(name: str, *arguments: str) -> dict:
        return anlan(*arguments, "--data", tmp_path / name, "--json").json

    assert made("county", "init", "--region", "331003")["ok"]
    with serving(tmp_path / "county") as (address, _):
        code = made("county", "node", "code", "331003001")["code"]
        assert made("east", "node", "init", "--region", "331003001", "--parent", address, "--code", code)["ok"]
        (waiting,) = made("county", "node", "requests")["requests"]
        made("county", "node", "approve", waiting["id"])
        with serving(tmp_path / "east", ANLAN_EXCHANGE_SECONDS="3600"):
            arrives(made, "county", "line")
            who = ("li.na", "--name", "李娜", "--role", "leader", "--organisation", "区应急局")
            person = made("county", "user", "add", *who)["person"]
            arrives(made, "east", f"accounts.person/{person}")


def arrives(made, place: str, subject: str, seconds: float = 90) -> None:
    """Until the first turn was heard, or until a subject is held."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if subject == "line":
            if made(place, "node", "status")["lines"][0]["entry_at"]:
                return
        elif made(place, "journal", "show", subject).get("version"):
            return
        time.sleep(0.5)
    raise AssertionError(f"{subject} is not at {place}")
