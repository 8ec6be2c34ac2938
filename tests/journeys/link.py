"""The bad link between a phone and the server: it can be cut, and it can swallow an answer that the server has given."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class Sent:
    """One write as it passed: its key and what the server answered; `lost`: the phone never heard the answer."""

    path: str
    key: str
    status: int
    lost: bool


@dataclass
class Link:
    """A proxy in front of the server. `swallow(path, count)` is asked after each write that the server answered."""

    url: str = ""
    swallow: Callable[[str, int], bool] = lambda path, count: False
    writes: list[Sent] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, key: str, status: int) -> bool:
        """Write down an answered write; whether its answer is to be lost."""
        with self.guard:
            count = sum(1 for w in self.writes if w.path == path)
            lost = self.swallow(path, count)
            self.writes.append(Sent(path, key, status, lost))
            return lost

    def to(self, path: str) -> list[Sent]:
        """The writes to one address, in order."""
        return [w for w in self.writes if w.path == path]


@contextlib.contextmanager
def link(upstream: str) -> Iterator[Link]:
    """A link to the server at `upstream`, on a port that the system assigns."""
    made, target = Link(), urlsplit(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            onward = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=60)
            onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP:
                    onward.putheader(name, value)
            onward.putheader("Content-Length", str(len(body)))
            onward.endheaders(body)
            answer = onward.getresponse()
            content = answer.read()
            onward.close()
            write = self.command == "POST"
            if write and made.note(self.path, self.headers.get("Idempotency-Key", ""), answer.status):
                self.close_connection = True
                self.connection.close()
                return
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = _pass

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A phone that hangs up, or a connection that was cut on purpose, is no news."""

    with Quiet(("127.0.0.1", 0), Handler) as serving:
        made.url = f"http://127.0.0.1:{serving.server_port}"
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            serving.shutdown()
            thread.join()
