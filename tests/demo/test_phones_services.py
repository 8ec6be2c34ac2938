"""The demo's phones: what the server hands in is shown, never sent on; buttons tell the simulated devices."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from anlan.demo.phones import Phones, phones

NAMES = {"15400000004": "周示明"}
TEXT = "【特急】1号氨气监测仪 <b>氨</b>（新前街道）。请打开 http://127.0.0.1:8000/c/tok_en-1/ 答复。"


@pytest.fixture
def held() -> Iterator[Phones]:
    with phones(lambda number: NAMES.get(number, "")) as served:
        yield served


def post(address: str, path: str, body: str) -> int:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    connection.request("POST", path, body.encode())
    status = connection.getresponse().status
    connection.close()
    return status


def page(held: Phones) -> str:
    with urllib.request.urlopen(held.address, timeout=10) as answer:
        return str(answer.read().decode())


def test_a_message_is_shown_with_its_owner_and_link_and_without_its_markup(held: Phones) -> None:
    assert "还没有短信" in page(held)
    assert post(held.address, "/send", json.dumps({"mobile": "15400000004", "content": TEXT})) == 200
    assert [(s.number, s.name, s.link) for s in held.said()] == [
        ("15400000004", "周示明", "http://127.0.0.1:8000/c/tok_en-1/")
    ]
    shown = page(held)
    assert '<a href="http://127.0.0.1:8000/c/tok_en-1/">' in shown
    assert "周示明 15400000004" in shown
    assert "<b>氨" not in shown
    with urllib.request.urlopen(f"{held.address}/messages", timeout=10) as answer:
        assert json.load(answer)[0]["text"] == TEXT


def test_who_waits_for_a_message_gets_it_when_it_comes(held: Phones) -> None:
    body = json.dumps({"mobile": "15400000999", "content": "第二条"})
    later = threading.Timer(0.2, post, (held.address, "/send", body))
    later.start()
    said = held.wait(lambda s: s.number == "15400000999", 10)
    assert (said.text, said.name, said.link) == ("第二条", "", "")
    assert held.wait(lambda s: s.number == "1", 0.05) is None
    later.join()


def test_buttons_tell_the_devices_once_there_are_any(held: Phones) -> None:
    assert post(held.address, "/scenario", "scenario=leak") == 404
    assert "氨泄漏</button>" not in page(held)
    told: list[str] = []
    held.tell = told.append
    assert [post(held.address, "/scenario", f"scenario={w}") for w in ("leak", "storm", "quiet")] == [303, 303, 303]
    assert told == ["leak", "quiet"]
    assert "当前情景：平常" in page(held)


def test_what_is_no_message_is_refused(held: Phones) -> None:
    assert (post(held.address, "/send", "mobile=1"), post(held.address, "/else", "{}")) == (400, 404)
    assert held.said() == []


def test_a_taken_port_is_replaced_by_a_free_one(held: Phones) -> None:
    port = urlsplit(held.address).port
    with phones(lambda number: "", int(port or 0)) as second:
        assert urlsplit(second.address).port != port
