"""One connection to the node above, kept open between turns: with TLS a new one costs more than an idle hour of turns.

Goes through the proxy of the environment, follows no redirect: a node that has moved is entered anew by a person.
"""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Iterator, Mapping
from types import TracebackType
from urllib.parse import urlsplit

import orjson

from anlan.kernel.errors import AnlanError, BadInput, NotAllowed, ProtocolError, Unavailable
from anlan.platform.exchange.parts import MOST_SEALED

__all__ = ["Wire"]

_SECONDS = 60.0
_SAID = 64 * 1024
_KNOWN: dict[int, type[AnlanError]] = {403: NotAllowed, 422: BadInput}


class Wire:
    """A connection to the server at an address, made when it is needed. `with Wire(url) as wire: wire.post(…)`."""

    def __init__(self, url: str) -> None:
        """Raises: BadInput: "exchange.url"."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise BadInput("exchange.url", url=url) from error
        if parts.scheme not in {"http", "https"} or not host:
            raise BadInput("exchange.url", url=url)
        self._url, self._base = url, parts.path.rstrip("/")
        self._scheme, self._host, self._port = parts.scheme, host, port
        self._open: http.client.HTTPConnection | None = None

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        held, self._open = self._open, None
        if held is not None:
            held.close()

    def post(self, path: str, body: bytes, kind: str) -> bytes:
        """The answer's bytes.

        Raises:
            Unavailable: "exchange.unreachable", also for a 5xx. NotAllowed, BadInput: as the other side said.
            ProtocolError: "exchange.too_large".
        """
        answer = self._ask("POST", path, body, {"Content-Type": kind})
        try:
            found: bytes = answer.read(MOST_SEALED + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: chunks of no length
            raise self._unreachable(error) from error
        if len(found) > MOST_SEALED:
            self.close()
            raise ProtocolError("exchange.too_large", limit=MOST_SEALED)
        return found

    def bytes_of(self, path: str, headers: Mapping[str, str], seconds: float) -> Iterator[bytes]:
        """An answer that stays open, byte by byte, until the other side ends it or is silent for `seconds`.

        Raises as `post`.
        """
        answer = self._ask("GET", path, None, headers)
        assert self._open is not None
        if self._open.sock is not None:
            self._open.sock.settimeout(seconds)
        try:
            while one := answer.read(1):
                yield one
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._unreachable(error) from error
        finally:
            self.close()

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        kept = self._open is not None
        try:
            try:
                answer = self._answer(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                if not kept:
                    raise
                self.close()  # the other side ended an idle connection: turns may be said twice, so they are said again
                answer = self._answer(method, path, body, headers)
            if answer.status != 200:
                said = answer.read(_SAID)
                self.close()
                raise _said(answer.status, said, self._url)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._unreachable(error) from error
        return answer

    def _answer(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        proxy = self._proxy()
        if self._open is None:
            self._open = self._connection(proxy)
        plain = proxy and self._scheme == "http"
        place = self._host if self._port is None else f"{self._host}:{self._port}"
        target = f"http://{place}{self._base}{path}" if plain else self._base + path
        self._open.request(method, target, body, dict(headers))
        return self._open.getresponse()

    def _proxy(self) -> str:
        if urllib.request.proxy_bypass(self._host):
            return ""
        return urllib.request.getproxies().get(self._scheme, "")

    def _connection(self, proxy: str) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._scheme == "https" else http.client.HTTPConnection
        if not proxy:
            return kind(self._host, self._port, timeout=_SECONDS)
        between = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        made = kind(between.hostname or "", between.port or 80, timeout=_SECONDS)
        if self._scheme == "https":
            made.set_tunnel(self._host, self._port)
        return made

    def _unreachable(self, error: Exception) -> Unavailable:
        self.close()
        return Unavailable("exchange.unreachable", url=self._url, why=str(error) or type(error).__name__)


def _said(status: int, body: bytes, url: str) -> AnlanError:
    """The other side's refusal, in its words where it has some."""
    try:
        told = orjson.loads(body)
        code, facts = str(told["code"]), dict(told.get("facts") or {})
    except (ValueError, KeyError, TypeError):
        return Unavailable("exchange.unreachable", url=url, why=f"HTTP {status}")
    if not code.startswith("exchange."):
        return Unavailable("exchange.unreachable", url=url, why=f"HTTP {status} {code}")
    return _KNOWN.get(status, Unavailable)(code, **{str(k): str(v)[:200] for k, v in facts.items() if k != "violations"})
