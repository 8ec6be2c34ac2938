"""The event stream of a real server over real sockets, while another process writes, as a worker's does."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cli_process import anlan, environment, serving

pytestmark = pytest.mark.slow
TOOL = Path(__file__).resolve().parents[1] / "tools" / "make_centre.py"
BOTH = "alarms,devices"


@dataclass
class Writer:
    """The process that writes, and what it said of the county."""

    process: subprocess.Popen[str]
    facts: dict[str, Any]

    def do(self, *words: object) -> dict[str, Any]:
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Writer]]:
    data = tmp_path_factory.mktemp("centre") / "data"
    assert anlan("init", "--data", data).code == 0
    process = subprocess.Popen(
        [sys.executable, str(TOOL), str(data), "--apart"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    line = process.stdout.readline()
    assert line, "the county was not made"
    yield data, Writer(process, json.loads(line))
    process.stdin.close()
    process.wait(60)
    shutil.rmtree(data)


@dataclass
class Event:
    id: str
    name: str
    data: dict[str, Any]


@dataclass
class Stream:
    """One open stream; `read` gives the next event that is no beat."""

    connection: http.client.HTTPConnection
    answer: http.client.HTTPResponse
    last: str = ""
    held: list[Event] = field(default_factory=list)

    def line(self) -> str:
        return self.answer.readline().decode().rstrip("\n")

    def any(self) -> Event:
        parts: dict[str, str] = {}
        while True:
            raw = self.answer.readline()
            if not raw:
                raise EOFError
            line = raw.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                parts[name] = value
            elif "event" in parts:
                self.last = parts["id"]
                return Event(parts["id"], parts["event"], json.loads(parts["data"]))
            else:
                parts = {}

    def read(self, beats: int = 4) -> Event:
        for _ in range(beats):  # they come every 15 s
            if (event := self.any()).name != "beat":
                return event
        raise AssertionError("nothing but beats")

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


@contextlib.contextmanager
def stream(address: str, cookie: str, topics: str = BOTH, after: str = "", last: str = "") -> Iterator[Stream]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    headers = {"Cookie": f"sessionid={cookie}", "Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    connection.request("GET", f"/api/v1/stream?topics={topics}" + (f"&after={after}" if after else ""), headers=headers)
    opened = Stream(connection, connection.getresponse())
    try:
        yield opened
    finally:
        opened.close()


def refused(
    address: str, cookie: str = "", path: str = "/api/v1/stream?topics=alarms", method: str = "GET", host: str = ""
) -> tuple[int, str]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request(method, path, headers={"Cookie": f"sessionid={cookie}"} | ({"Host": host} if host else {}))
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())["code"]
    connection.close()
    return found


def test_each_gets_what_lies_in_their_scope_and_a_reconnect_loses_none(writer: tuple[Path, Writer]) -> None:
    data, county = writer
    town, other = county.facts["cookies"]["town"], county.facts["cookies"]["other_town"]
    with serving(data) as (address, _):
        with stream(address, town) as here, stream(address, other) as there:
            assert (here.answer.status, here.answer.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
            assert [here.any().name, there.any().name] == ["beat", "beat"]
            opened = county.do("say", "MN1", 50)["opened"]
            assert len(opened) == 2
            mine = [here.read(), here.read()]
            said = [(e.name, e.data["kind"], e.data["state"]) for e in mine]
            assert said == [("alarms", "sensing.alarm.triggered", "triggered")] * 2
            assert {e.data["id"] for e in mine} == set(opened)
            # The other town's first event is its own, although MN1's came before it.
            foreign = county.do("say", "MN2", 50)["opened"]
            assert {there.read().data["id"], there.read().data["id"]} == set(foreign)
            seen = here.last
        # Away; meanwhile things happen in both towns.
        county.do("swing", "MN1", 3)
        county.do("swing", "MN2", 3)
        with stream(address, town, last=seen) as here:
            missed = [here.read() for _ in range(10)]
            assert {e.data["id"] for e in missed} == set(opened)
            kinds = [e.data["kind"].rpartition(".")[2] for e in missed]
            assert sorted(kinds) == ["cleared"] * 6 + ["repeated"] * 4
            numbers = [int(e.id.partition(":")[2]) for e in missed]
            assert numbers == sorted(set(numbers))
            assert here.any().name == "beat"
        # The address's own place says the same as the header, and too much is said as `reset`.
        with stream(address, town, after=seen) as here:
            assert [here.read().id for _ in range(10)] == [e.id for e in missed]
        county.do("swing", "MN1", 130)
        with stream(address, town, last=seen) as here:
            reset = here.read()
            assert (reset.name, int(reset.id.partition(":")[2]) > numbers[-1]) == ("reset", True)
        with stream(address, town, last="331003z:5") as here:
            assert here.read().name == "reset"


def test_a_killed_server_loses_none(writer: tuple[Path, Writer]) -> None:
    data, county = writer
    cookie = county.facts["cookies"]["leader"]
    with serving(data) as (address, server), stream(address, cookie) as before:
        before.any()
        county.do("swing", "MN1", 1)
        got = [before.read() for _ in range(4)]
        server.send_signal(signal.SIGKILL)
        server.wait()
        with pytest.raises((EOFError, OSError, http.client.IncompleteRead)):
            before.read()
    county.do("swing", "MN1", 2)
    with serving(data) as (address, _), stream(address, cookie, last=got[-1].id) as after:
        missed = [after.read() for _ in range(8)]
        assert [e.data["kind"].rpartition(".")[2] for e in missed].count("repeated") == 4
        assert min(int(e.id.partition(":")[2]) for e in missed) > int(got[-1].id.partition(":")[2])


def test_two_hundred_idle_streams_are_served_and_released(writer: tuple[Path, Writer]) -> None:
    data, county = writer
    cookies = [county.facts["cookies"][f"watcher{i}"] for i in range(25)]
    with serving(data) as (address, server), contextlib.ExitStack() as all_open:
        streams = [all_open.enter_context(stream(address, cookie)) for cookie in cookies for _ in range(8)]
        assert {each.any().name for each in streams} == {"beat"}
        held = sockets(server.pid)
        county.do("swing", "MN1", 1)
        for each in streams:
            assert [each.read().name for _ in range(4)] == ["alarms"] * 4
        # A ninth of one person ends that person's oldest, and nobody else's.
        with stream(address, cookies[0]) as ninth:
            assert ninth.any().name == "beat"
            ended = streams[0].read()
            assert (ended.name, ended.data) == ("end", {"reason": "replaced"})
        assert refused(address, path="/api/v1/map/layers") == (401, "api.unauthenticated")
        for each in streams:
            each.close()
        for _ in range(100):
            if sockets(server.pid) <= held - 200:
                break
            assert refused(address) == (401, "api.unauthenticated")
        assert sockets(server.pid) <= held - 200


def sockets(pid: int) -> int:
    folder = Path(f"/proc/{pid}/fd")
    found = 0
    for entry in folder.iterdir():
        with contextlib.suppress(OSError):
            found += str(entry.readlink()).startswith("socket:")
    return found


def test_open_streams_do_not_hold_up_the_end(writer: tuple[Path, Writer]) -> None:
    data, county = writer
    with serving(data) as (address, server), stream(address, county.facts["cookies"]["leader"]) as here:
        here.any()
        server.send_signal(signal.SIGTERM)
        with pytest.raises(EOFError):
            here.read()
        assert server.wait(20) == 0


def test_refusals(writer: tuple[Path, Writer]) -> None:
    data, county = writer
    cookies = county.facts["cookies"]
    with serving(data) as (address, _):
        assert refused(address) == (401, "api.unauthenticated")
        assert refused(address, "not-a-session") == (401, "api.unauthenticated")
        assert refused(address, cookies["town"], method="POST") == (405, "api.method")
        assert refused(address, cookies["town"], "/api/v1/stream?topics=weather") == (422, "api.stream.topic")
        assert refused(address, cookies["town"], "/api/v1/stream") == (422, "api.stream.topic")
        assert refused(address, cookies["enterprise"], "/api/v1/stream?topics=calls") == (403, "platform.not_allowed")
        assert refused(address, cookies["town"], host="evil.example") == (400, "api.host")


_QUICK_BEATS = 600
_QUICK = """
import sys, django
django.setup()
import anlan.config.stream as stream
stream.RECHECK_S = stream.BEAT_S = 0.2
from anlan.cli import main
sys.exit(main())
"""


def test_whose_session_ends_is_cut_off(writer: tuple[Path, Writer]) -> None:
    data, county = writer
    code = [sys.executable, "-c", _QUICK, "serve", "--json", "--port", "0", "--data", str(data)]
    named = environment(ANLAN_DATA=str(data), DJANGO_SETTINGS_MODULE="anlan.config.settings")
    server = subprocess.Popen(code, stdout=subprocess.PIPE, text=True, env=named | {"PATH": os.environ["PATH"]})
    try:
        address = json.loads(server.stdout.readline())["address"]
        gone, stays = county.facts["cookies"]["grid"], county.facts["cookies"]["town"]
        with stream(address, gone) as cut, stream(address, stays) as kept:
            assert [cut.any().name, kept.any().name] == ["beat", "beat"]
            assert county.do("logout", gone, 0) == {"ended": 1}
            ended = cut.read(_QUICK_BEATS)
            assert (ended.name, ended.data) == ("end", {"reason": "login"})
            with pytest.raises(EOFError):
                cut.any()
            county.do("swing", "MN1", 1)
            assert kept.read(_QUICK_BEATS).name == "alarms"
    finally:
        server.terminate()
        assert server.wait(60) == 0
