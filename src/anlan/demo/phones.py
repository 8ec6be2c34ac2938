"""The phones of the demo county: a provider of short messages for its server, and a page that shows what each phone got.

A demo must never reach a real provider: `anlan demo serve` sends every message here, whatever the environment says. The
page has the buttons of the simulated devices too: what happens to them is what the messages are about.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from anlan.demo.words import words
from anlan.kernel.deadlines import SHANGHAI
from anlan.platform import clock

__all__ = ["Phones", "Said", "phones"]

_SEND, _TELL = "/send", "/scenario"
_MOST_BYTES, _MOST_KEPT = 64 * 1024, 500
_LINK = re.compile(r"https?://[^\s<>\"，。]+")
_STYLE = """
body{margin:0;font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;background:#f4f6f9;color:#1f2933}
main{max-width:720px;margin:0 auto;padding:16px}
h1{font-size:22px}h2{font-size:18px;margin:24px 0 8px}
form{display:flex;flex-wrap:wrap;gap:8px}
button{font:inherit;min-height:44px;padding:0 18px;border:1px solid #1c5fa8;border-radius:6px;background:#fff;color:#1c5fa8}
button.on{background:#1c5fa8;color:#fff}
article{background:#fff;border:1px solid #d5dce4;border-radius:8px;padding:12px 16px;margin:12px 0;overflow-wrap:anywhere}
article p{margin:4px 0}.who{font-weight:600}.when{color:#5a6572;font-size:14px}a{color:#1c5fa8}
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One message as it arrived: number, whose it is ("" where nobody's), text, the link in it ("" for none), when."""

    number: str
    name: str
    text: str
    link: str
    at: str


class Phones:
    """What has arrived, the newest last; `wait` for what comes. Safe to be asked from any thread."""

    def __init__(self, address: str, who: Callable[[str], str]) -> None:
        """`who`: the name behind a number, "" for nobody's."""
        self.address, self.scenario = address, "quiet"
        self.tell: Callable[[str], None] | None = None
        self._who = who
        self._held: deque[Said] = deque(maxlen=_MOST_KEPT)
        self._came = threading.Condition()

    @property
    def url(self) -> str:
        """Where messages are handed in, as ANLAN_SMS_URL."""
        return f"{self.address}{_SEND}"

    def said(self) -> list[Said]:
        """Everything that arrived, the oldest first."""
        with self._came:
            return list(self._held)

    def take(self, values: dict[str, Any]) -> None:
        """A message arrives."""
        text, number = str(values.get("content", "")), str(values.get("mobile", ""))
        link = _LINK.search(text)
        at = clock.now().astimezone(SHANGHAI).strftime("%H:%M:%S")
        with self._came:
            self._held.append(Said(number, self._who(number), text, link[0] if link else "", at))
            self._came.notify_all()

    def wait(self, fits: Callable[[Said], bool], seconds: float) -> Said | None:
        """The first message that fits, also one that arrived before; None when none came in time."""

        def first() -> Said | None:
            return next((said for said in self._held if fits(said)), None)

        with self._came:
            self._came.wait_for(lambda: first() is not None, seconds)
            return first()

    def page(self) -> str:
        """The page, the newest message first."""
        told = words()["phones"]
        shown = "".join(map(_message, reversed(self.said()))) or f"<p>{told['empty']}</p>"
        return (
            f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{told["title"]}</title>'
            f"<style>{_STYLE}</style></head><body><main><h1>{told['title']}</h1><p>{told['lead']}</p>"
            f"{self._buttons(told)}{shown}</main></body></html>"
        )

    def _buttons(self, told: dict[str, str]) -> str:
        if self.tell is None:
            return ""
        made = "".join(
            f'<button name="scenario" value="{word}"{" class=on" if word == self.scenario else ""}>{told[word]}</button>'
            for word in ("leak", "power-cut", "liar", "quiet")
        )
        label = told["calm"] if self.scenario == "quiet" else told[self.scenario]
        return (
            f"<h2>{told['scenario']}</h2><p>{told['now'].format(label=label)}</p>"
            f'<form method="post" action="{_TELL}">{made}</form>'
        )


def _message(said: Said) -> str:
    told, text = words()["phones"], escape(said.text)
    if said.link:
        text = text.replace(escape(said.link), f'<a href="{escape(said.link)}">{escape(said.link)}</a>')
    name = escape(said.name or told["unknown"])
    return (
        f'<article data-number="{escape(said.number)}"><p class="who">{name} {escape(said.number)}</p>'
        f'<p class="when">{said.at}</p><p>{text}</p></article>'
    )


@contextmanager
def phones(who: Callable[[str], str], port: int = 0) -> Iterator[Phones]:
    """Serve the phones on 127.0.0.1 while the context is open; a taken port is replaced by a free one."""
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    except OSError:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    held = _Handler.of[server] = Phones(f"http://127.0.0.1:{server.server_address[1]}", who)
    thread = threading.Thread(target=server.serve_forever, name="phones", daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        del _Handler.of[server]


class _Handler(BaseHTTPRequestHandler):
    of: dict[Any, Phones] = {}

    def do_GET(self) -> None:
        """The page, or all messages as JSON."""
        held = self.of[self.server]
        if self.path == "/messages":
            body = json.dumps([asdict(said) for said in held.said()], ensure_ascii=False)
            self._answer(200, body, "application/json")
        else:
            self._answer(200 if self.path == "/" else 404, held.page(), "text/html")

    def do_POST(self) -> None:
        """A message of the server, or a press of a scenario's button."""
        held = self.of[self.server]
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, _MOST_BYTES)).decode("utf-8", "replace")
        if self.path == _SEND:
            try:
                values = json.loads(body)
            except ValueError:
                self._answer(400, "", "text/plain")
                return
            held.take(values)
            self._answer(200, '{"ok": true}', "application/json")
        elif self.path == _TELL and held.tell is not None:
            word = parse_qs(body).get("scenario", [""])[0]
            if word in ("quiet", "leak", "power-cut", "liar"):
                held.scenario = word
                held.tell(word)
            self.send_response(303)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._answer(404, "", "text/plain")

    def _answer(self, status: int, body: str, kind: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a request is no news."""
