"""Short messages through any provider's HTTP interface: address, method, body and what its answer means are settings.

Settings (config/env.py): ANLAN_SMS_URL, _METHOD, _FORMAT, _BODY, _HEADERS, _SUCCESS, _ID, _PERMANENT. Places in URL, body and
headers: {number} {text} {title} {link} {attempt}.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

import orjson
from django.conf import settings

from anlan.calling.channels import http
from anlan.calling.channels.base import Message, Refused, Sent

_TYPES = {"json": "application/json; charset=utf-8", "form": "application/x-www-form-urlencoded; charset=utf-8"}


def _body(form: str, template: str, values: dict[str, str]) -> bytes | None:
    if not template:
        return None
    if form == "json":
        return orjson.dumps(http.fill_json(orjson.loads(template), values))
    pairs = [(name, http.fill(text, values)) for name, text in urllib.parse.parse_qsl(template, keep_blank_values=True)]
    return urllib.parse.urlencode(pairs).encode()


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text) if pattern else None
    return (match[1] if match.groups() else match[0]) if match else ""


class SmsChannel:
    """One POST or GET for each message."""

    numbered = True

    def ready(self) -> bool:
        """Whether a provider's address is set."""
        return bool(settings.CALLING["ANLAN_SMS_URL"])

    def send(self, message: Message) -> Sent | Refused:
        """Hand it to the provider."""
        given: dict[str, Any] = settings.CALLING
        values = {
            "number": message.number, "text": message.text, "title": message.title, "link": message.link,
            "attempt": message.attempt,
        }  # fmt: skip
        method = given["ANLAN_SMS_METHOD"]
        body = None if method == "GET" else _body(given["ANLAN_SMS_FORMAT"], given["ANLAN_SMS_BODY"], values)
        headers = {name: http.fill(text, values) for name, text in given["ANLAN_SMS_HEADERS"].items()}
        if body is not None:
            headers.setdefault("Content-Type", _TYPES[given["ANLAN_SMS_FORMAT"]])
        url = http.fill(given["ANLAN_SMS_URL"], values, quoted=True)
        status, answer = http.ask(url, method=method, body=body, headers=headers)
        if status == 0:
            return Refused(permanent=False, why="unreachable")
        if given["ANLAN_SMS_PERMANENT"] and re.search(given["ANLAN_SMS_PERMANENT"], answer):
            return Refused(permanent=True, why="number_refused")
        if 200 <= status < 300 and re.search(given["ANLAN_SMS_SUCCESS"], answer):
            return Sent(_found(given["ANLAN_SMS_ID"], answer)[:100] or message.attempt)
        return Refused(permanent=False, why=f"answer_{status}")
