"""One HTTP request to a provider: no redirects, a few seconds, a bounded answer, and no exception for what a network does."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

__all__ = ["ask", "fill", "fill_json"]

_SECONDS = 8.0
_MOST_BYTES = 64 * 1024
_PLACE = re.compile(r"\{([a-z]+)\}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """A provider that has moved is set up anew, never followed with somebody's number."""


class _Deadline:
    """The end of one request, however slowly its bytes come: a timeout of a socket counts from byte to byte."""

    def __init__(self, seconds: float) -> None:
        self.over = threading.Event()
        self._held: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *given: object) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.over.set()
        for line in self._held:
            with suppress(OSError):  # it has ended by itself
                line.shutdown(socket.SHUT_RDWR)

    def handlers(self) -> list[urllib.request.BaseHandler]:
        """What opens connections that this deadline can end."""
        deadline = self

        def watched(kind: type[http.client.HTTPConnection]) -> Any:
            class Watched(kind):  # type: ignore[valid-type, misc]
                def connect(self) -> None:
                    super().connect()
                    deadline._held.append(self.sock)
                    if deadline.over.is_set():
                        raise TimeoutError

            return Watched

        class Plain(urllib.request.HTTPHandler):
            def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
                return self.do_open(watched(http.client.HTTPConnection), request)

        class Secure(urllib.request.HTTPSHandler):
            def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
                return self.do_open(watched(http.client.HTTPSConnection), request)

        return [Plain(), Secure()]


def fill(template: str, values: Mapping[str, str], *, quoted: bool = False) -> str:
    """The template with `{name}` replaced; unknown names stay. quoted: for an address, percent-encoded."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1], match[0])
        return urllib.parse.quote(found, safe="") if quoted else found

    return _PLACE.sub(value, template)


def fill_json(template: Any, values: Mapping[str, str]) -> Any:
    """Every text inside a JSON value, filled: a quotation mark in a title can't break the message."""
    if isinstance(template, dict):
        return {key: fill_json(part, values) for key, part in template.items()}
    if isinstance(template, list):
        return [fill_json(part, values) for part in template]
    return fill(template, values) if isinstance(template, str) else template


def ask(url: str, *, method: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, str]:
    """Status and text of the answer; (0, "") where there was none."""
    if not url.startswith(("http://", "https://")):
        return 0, ""
    with _Deadline(_SECONDS) as deadline:
        found = _ask(urllib.request.build_opener(_NoRedirect, *deadline.handlers()), url, method, body, headers)
    return (0, "") if deadline.over.is_set() else found


def _ask(
    opener: urllib.request.OpenerDirector, url: str, method: str, body: bytes | None, headers: Mapping[str, str]
) -> tuple[int, str]:
    try:
        request = urllib.request.Request(url, data=body, method=method, headers=dict(headers))
        with opener.open(request, timeout=_SECONDS) as answer:
            return answer.status, answer.read(_MOST_BYTES).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_MOST_BYTES).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError):
        return 0, ""
