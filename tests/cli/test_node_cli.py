"""A county and its towns by the command line: enrolled over HTTP, in step by themselves, and by a neighbour's stick."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cli.cli_process import Ran, anlan, serving

pytestmark = [pytest.mark.slow, pytest.mark.once]
QUICK = {"ANLAN_EXCHANGE_SECONDS": "1"}


def made(tmp_path: Path, name: str, *arguments: str) -> Ran:
    return anlan(*arguments, "--data", tmp_path / name, "--json", **QUICK)


def enrolled(tmp_path: Path, name: str, region: str, address: str) -> None:
    code = made(tmp_path, "county", "node", "code", region).json["code"]
    asked = made(tmp_path, name, "node", "init", "--region", region, "--parent", address, "--code", code)
    assert asked.code == 0, asked.err
    assert made(tmp_path, name, "sync", "now").json["code"] == "exchange.unknown_peer"
    (waiting,) = made(tmp_path, "county", "node", "requests").json["requests"]
    assert made(tmp_path, "county", "node", "approve", waiting["id"]).code == 0
    again = made(tmp_path, name, "node", "init", "--region", region, "--parent", address, "--code", code)
    assert (again.code, again.json["node"]) == (0, asked.json["node"])


def test_towns_are_enrolled_and_kept_in_step(tmp_path: Path) -> None:
    assert made(tmp_path, "county", "init", "--region", "331003").code == 0
    assert made(tmp_path, "other", "init", "--region", "331002").code == 0
    with serving(tmp_path / "county", **QUICK) as (address, _):
        foreign = made(tmp_path, "other", "node", "code", "331002001").json["code"]
        wrong = ("node", "init", "--region", "331003001", "--parent", address, "--code", foreign)
        assert made(tmp_path, "east", *wrong).json["code"] == "exchange.code_wrong"
        enrolled(tmp_path, "east", "331003001", address)
        code = made(tmp_path, "county", "node", "code", "331003002").json["code"]
        elsewhere = ("node", "init", "--region", "331003002", "--parent", address, "--code", code)
        assert made(tmp_path, "east", *elsewhere).json["code"] == "exchange.other_region"
        moved = made(tmp_path, "east", "sync", "now").json
        assert moved["came"] > 0 and made(tmp_path, "east", "sync", "now").json["came"] == 0
        status = made(tmp_path, "county", "node", "status").json
        (line,) = status["lines"]
        assert (line["role"], line["node"], line["owed"], line["owing"]) == ("child", "331003001a", 0, 0)
        assert line["entry_at"] and not line["silent"] and abs(line["offset_s"]) < 60
        _by_themselves(tmp_path)
        enrolled(tmp_path, "south", "331003002", address)
        _by_a_neighbour(tmp_path)


def _by_themselves(tmp_path: Path) -> None:
    """With both servers running nobody has to do anything."""
    with serving(tmp_path / "east", **QUICK):
        who = ("li.na", "--name", "李娜", "--role", "leader", "--organisation", "区应急局")
        added = made(tmp_path, "county", "user", "add", *who)
        assert added.code == 0, added.err
        until = time.monotonic() + 60
        while time.monotonic() < until:
            (line,) = made(tmp_path, "county", "node", "status").json["lines"]
            if line["owed"] == 0:
                break
            time.sleep(0.5)
        assert line["owed"] == 0
    shown = made(tmp_path, "east", "journal", "show", f"accounts.person/{added.json['person']}")
    assert shown.json["state"] is None and shown.json["version"] > 0


def _by_a_neighbour(tmp_path: Path) -> None:
    """South has no line: east hands its file to the county and brings the answer back; neither can be read on the way."""
    there, back = tmp_path / "south.parts", tmp_path / "answer.parts"
    assert made(tmp_path, "south", "sync", "export", "-o", str(there)).json["bytes"] == there.stat().st_size
    assert made(tmp_path, "east", "sync", "import", str(there)).json["code"] == "exchange.not_for_us"
    assert made(tmp_path, "east", "sync", "forward", str(there), "-o", str(back)).json["parts"] > 0
    assert made(tmp_path, "east", "sync", "import", str(back)).json["code"] == "exchange.not_for_us"
    brought = made(tmp_path, "south", "sync", "import", str(back)).json
    assert brought["ok"] and brought["came"] > 0
    assert made(tmp_path, "south", "journal", "verify").code == 0
    lines = made(tmp_path, "county", "node", "status").json["lines"]
    assert {line["region"]: line["owing"] for line in lines} == {"331003001000": 0, "331003002000": 0}


def test_a_code_of_one_county_at_the_address_of_another(tmp_path: Path) -> None:
    """Somebody in between answers with a key of his own: it is not the one that the code names."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    assert made(tmp_path, "county", "init", "--region", "331003").code == 0
    code = made(tmp_path, "county", "node", "code", "331003001").json["code"]

    class Between(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            said = b'{"node":"331003a","region":"331003000000","name":"x","key":"%s","box_key":"%s","ticket":"t","known":0}'
            answer = said % (b"ab" * 32, b"cd" * 32)
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    with HTTPServer(("127.0.0.1", 0), Between) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        asked = made(tmp_path, "east", "node", "init", "--region", "331003001", "--parent", address, "--code", code)
        server.shutdown()
    assert asked.json["code"] == "exchange.other_parent"
    assert made(tmp_path, "east", "node", "status").json["code"] == "cli.not_initialised"


def test_a_burnt_machine_is_rebuilt_from_the_county_and_its_last_stick(tmp_path: Path) -> None:
    """What had gone over the line and what lay on the stick is there; the old machine, should it turn up, writes no more."""
    import shutil

    who = ("--role", "leader", "--organisation", "镇应急办")
    assert made(tmp_path, "county", "init", "--region", "331003").code == 0
    with serving(tmp_path / "county", **QUICK) as (address, _):
        enrolled(tmp_path, "east", "331003001", address)
        assert made(tmp_path, "east", "sync", "now").code == 0
        first = made(tmp_path, "east", "user", "add", "zhao.yi", "--name", "赵一", *who).json["person"]
        assert made(tmp_path, "east", "sync", "now").json["ok"]
        second = made(tmp_path, "east", "user", "add", "qian.er", "--name", "钱二", *who).json["person"]
        stick = tmp_path / "last.parts"
        assert made(tmp_path, "east", "sync", "export", "-o", str(stick)).code == 0
        shutil.move(tmp_path / "east", tmp_path / "burnt")

        code = made(tmp_path, "county", "node", "code", "331003001").json["code"]
        asks = ("--region", "331003001", "--parent", address, "--code", code)
        anew = ("node", "rebuild", *asks, "--stick", str(stick), "--wait", "0")
        waiting = made(tmp_path, "east", *anew)
        assert (waiting.code, waiting.json["waiting"]) == (1, True)
        assert waiting.json["node"].startswith("331003001b")
        (request,) = made(tmp_path, "county", "node", "requests").json["requests"]
        assert made(tmp_path, "county", "node", "approve", request["id"]).code == 0
        rebuilt = made(tmp_path, "east", *anew)
        assert rebuilt.code == 0, rebuilt.err
        burnt = made(tmp_path, "burnt", "node", "status").json["heads"]
        last = next(head["seq"] for head in burnt if head["node"] == "331003001a")
        assert rebuilt.json["former"] == {"331003001a": last} and rebuilt.json["ok"]
        for person in (first, second):
            for place in ("county", "east"):
                assert made(tmp_path, place, "journal", "show", f"accounts.person/{person}").json["version"] > 0
        assert made(tmp_path, "burnt", "sync", "now").json["code"] == "exchange.revoked"
        late = made(tmp_path, "other", *anew)
        assert late.json["code"] == "exchange.revoked"
        assert made(tmp_path, "east", "journal", "verify").code == 0


def test_the_configuration_of_the_servers_names_every_node_below(tmp_path: Path) -> None:
    assert made(tmp_path, "county", "init", "--region", "331003").code == 0
    told = made(tmp_path, "county", "node", "broker", "--below", "331003002").json
    assert (told["region"], told["below"]) == ("331003", ["331003002"])
    assert "domain: anlan-331003 }" in told["config"] and "$ANLAN_NATS_331003002" in told["config"]
    assert "ANLAN_NATS_PARENT" not in told["config"]
    wrong = made(tmp_path, "county", "node", "broker", "--below", "999999999")
    assert wrong.json["code"] == "kernel.region.unknown"
