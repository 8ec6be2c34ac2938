"""One HTTP request to a provider: no redirects, a few seconds, a bounded answer, and no exception for what a network does."""

from __future__ import annotations

import http.client
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

__all__ = ["ask", "fill", "fill_json"]

_SECONDS = 8.0
_MOST_BYTES = 64 * 1024
_PLACE = re.compile(r"\{([a-z]+)\}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """A provider that has moved is set up anew, never followed with somebody's number."""


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


def _read(answer: Any) -> str:
    """The text, as much of it as comes in time: a provider that dribbles keeps no call waiting."""
    until, found = time.monotonic() + _SECONDS, b""
    while len(found) < _MOST_BYTES and time.monotonic() < until:
        part = answer.read1(4096)
        if not part:
            break
        found += part
    return found[:_MOST_BYTES].decode("utf-8", "replace")


def ask(url: str, *, method: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, str]:
    """Status and text of the answer; (0, "") where there was none."""
    if not url.startswith(("http://", "https://")):
        return 0, ""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        request = urllib.request.Request(url, data=body, method=method, headers=dict(headers))
        with opener.open(request, timeout=_SECONDS) as answer:
            return answer.status, _read(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _read(error)
    except (OSError, http.client.HTTPException, ValueError):
        return 0, ""
