"""The main job, walked once through HTTP against a running server with the demo county: `make demo CHECK=1`.

Officer inspects and files a hazard with a photo, order, the enterprise submits, the review sends back, it submits again,
the second review closes, the town's count moves, another town sees nothing, the auditor sees the whole history.
"""

from __future__ import annotations

import http.cookiejar
import io
import json
import re
import secrets
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from PIL import Image, ImageDraw

from anlan.kernel.errors import Unavailable
from anlan.platform import clock

_TIMEOUT = 60
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_OFFICERS = re.compile(r'<select[^>]*name="co_reviewer"[^>]*>(.*?)</select>', re.DOTALL)
_OPTION = re.compile(r'<option value="([^"]*)"')
_KINDS = ["found", "ordered", "submitted", "returned", "submitted", "closed"]


@dataclass
class Caller:
    """One logged-in person: cookies, CSRF token, JSON in and out."""

    address: str
    username: str
    password: str
    opener: urllib.request.OpenerDirector = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        """Log in through the login page, as a browser does."""
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        page = self.send("GET", "/login")[1].decode()
        found = _TOKEN.search(page)
        form = {"csrfmiddlewaretoken": found.group(1) if found else ""}
        form |= {"username": self.username, "password": self.password}
        body = urllib.parse.urlencode(form).encode()
        self.send("POST", "/login", body, {"Content-Type": "application/x-www-form-urlencoded"})
        names = {cookie.name: cookie.value or "" for cookie in self.cookies}
        _expect(f"login {self.username}", "sessionid" in names, names.keys())
        self.token = names.get("csrftoken", "")

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """The parsed answer of an API route.

        Raises:
            Unavailable: "cli.demo.check_failed" when the status is another than `status`.
        """
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
        got, raw = self.send(method, f"/api/v1{path}", data, headers)
        _expect(f"{method} {path}", got == status, f"{got} {raw[:400].decode(errors='replace')}")
        return json.loads(raw) if raw else None

    def upload(self, name: str, data: bytes) -> str:
        """The SHA-256 of a stored file."""
        boundary = secrets.token_hex(16)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = (
            f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + data + f"\r\n--{boundary}--\r\n".encode()
        )
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        got, raw = self.send("POST", "/api/v1/attachments", body, headers)
        _expect("POST /attachments", got == 201, f"{got} {raw[:400].decode(errors='replace')}")
        return str(json.loads(raw)["sha256"])

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of one request; redirects are followed, refusals are answers."""
        sent = {"X-CSRFToken": self.token, "Referer": self.address, **(headers or {})}
        request = urllib.request.Request(self.address + path, data=body, headers=sent, method=method)
        try:
            with self.opener.open(request, timeout=_TIMEOUT) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@cache
def _words() -> dict[str, str]:
    return tomllib.loads(resources.files("anlan.demo").joinpath("data/check.toml").read_text(encoding="utf-8"))


def _expect(step: str, held: bool, seen: object) -> None:
    if not held:
        raise Unavailable("cli.demo.check_failed", permanent=True, step=step, seen=str(seen)[:500])


def _photo(shade: int) -> bytes:
    """A picture that no camera took: a coloured board with a mark of its own."""
    image = Image.new("RGB", (1200, 900), (70 + shade, 110, 150))
    draw = ImageDraw.Draw(image)
    for _ in range(24):
        x, y = secrets.randbelow(1100), secrets.randbelow(800)
        draw.rectangle((x, y, x + 90, y + 60), fill=tuple(secrets.randbelow(256) for _ in range(3)))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def walk(
    address: str, accounts: Sequence[Mapping[str, str]], tell: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """Walk the main job once.

    Args:
        address: `http://127.0.0.1:8000`. accounts: username and password of the demo's accounts.
        tell: called with each step's name.
    Returns:
        What was done: address, hazard number, its steps, the town's counts before and after.
    Raises:
        Unavailable: "cli.demo.check_failed" with the step and what was seen instead.
    """
    known = {a["username"]: a for a in accounts}

    def caller(username: str) -> Caller:
        if tell:
            tell(username)
        return Caller(address, username, known[username]["password"])

    officer, firm = caller("town"), caller("enterprise")
    enterprise = firm.call("GET", "/registry/enterprises?limit=1")["items"][0]
    span = _span(officer)
    before = officer.call("GET", span)["total"]
    hazard_id = _found(officer, enterprise["id"])
    _mended(officer, firm, hazard_id)
    after = officer.call("GET", span)["total"]
    _expect("count moves", (after["found"], after["closed"]) == (before["found"] + 1, before["closed"] + 1), after)
    outsider, auditor = caller("town2"), caller("auditor")
    for path in (f"/inspection/hazards/{hazard_id}", f"/inspection/hazards/{hazard_id}/history"):
        outsider.call("GET", path, status=404)
    history = auditor.call("GET", f"/inspection/hazards/{hazard_id}/history")
    entries = history["items"] if isinstance(history, dict) else history
    kinds = sorted(entry["kind"].rpartition(".")[2] for entry in entries)
    _expect("history", kinds == sorted(_KINDS), kinds)
    hazard = auditor.call("GET", f"/inspection/hazards/{hazard_id}")
    return {
        "ok": True,
        "address": address,
        "hazard": hazard["number"],
        "enterprise": enterprise["name"],
        "steps": _KINDS,
        "found": [before["found"], after["found"]],
        "closed": [before["closed"], after["closed"]],
        "other_town_sees": 0,
        "history_entries": len(entries),
    }


def _span(officer: Caller) -> str:
    """The address of the town's counts over the last year."""
    latest = officer.call("GET", "/inspection/hazards?limit=1")["items"]
    until = clock.now().astimezone(clock.SHANGHAI).date().isoformat()
    region = latest[0]["region"][:9] if latest else ""
    since = f"{int(until[:4]) - 1}{until[4:8]}01"
    return f"/inspection/hazards/counts?since={since}&until={until}&region={region}&by=town"


def _found(officer: Caller, enterprise_id: str) -> str:
    """An inspection with one hazard and its photo; returns the hazard's id."""
    checklist = officer.call("GET", "/inspection/checklists?limit=1")["items"][0]
    said = _words()
    started = {"enterprise_id": enterprise_id, "checklist_id": checklist["id"], "kind": "routine"}
    visit = officer.call("POST", "/inspection/inspections", started, status=201)
    sheet = officer.call("GET", f"/inspection/inspections/{visit['id']}/sheet")
    photo = officer.upload("现场.jpg", _photo(0))
    answers = [{"key": item["key"], "result": "pass"} for item in sheet["items"]]
    answers[0] |= {"result": "hazard", "note": said["found"], "place": said["place"], "photos": [photo]}
    filled = officer.call("POST", f"/inspection/inspections/{visit['id']}/items", {"answers": answers})
    conclusion = {"base": filled["version"], "conclusion": said["conclusion"]}
    finished = officer.call("POST", f"/inspection/inspections/{visit['id']}/finish", conclusion)
    _expect("one hazard filed", len(finished["hazards"]) == 1, finished)
    return str(finished["hazards"][0])


def _colleague(officer: Caller, hazard_id: str) -> str:
    """The person id of a second officer, as the page of the hazard offers them: a review is signed by two."""
    page = officer.send("GET", f"/inspection/hazards/{hazard_id}")[1].decode()
    choices = _OFFICERS.search(page)
    ids = [i for i in _OPTION.findall(choices.group(1)) if i] if choices else []
    _expect("a second officer is offered", bool(ids), page[:200])
    return ids[0]


def _mended(officer: Caller, firm: Caller, hazard_id: str) -> None:
    """Ordered, submitted, sent back, submitted again, closed; each step on the version that this person sees."""
    said = _words()

    def step(who: Caller, action: str, **body: Any) -> None:
        seen = who.call("GET", f"/inspection/hazards/{hazard_id}/actions")
        who.call("POST", f"/inspection/hazards/{hazard_id}/{action}", {"base": seen["version"], **body})

    step(officer, "order", note=said["order"], days=7)
    step(firm, "submit", note=said["mended"], photos=[firm.upload("整改.jpg", _photo(40))])
    step(officer, "return", note=said["not_yet"])
    step(firm, "submit", note=said["mended_again"], photos=[firm.upload("再次整改.jpg", _photo(80))])
    photo = officer.upload("复查.jpg", _photo(120))
    colleague = _colleague(officer, hazard_id)
    step(officer, "close", note=said["closed"], photos=[photo], co_reviewer=colleague)
