"""A signed POST to a program of the county's own, such as the gateway of a voice provider that rings and reads aloud.

Settings: ANLAN_CALL_WEBHOOK_URL, _SECRET. The body is JSON: attempt, number, title, text, link, urgency, drill;
`Anlan-Signature` is the hex HMAC-SHA-256 of the body. A 2xx answer takes it; 404, 410 and 422 refuse it for good.
"""

from __future__ import annotations

import hashlib
import hmac

import orjson
from django.conf import settings

from anlan.calling.channels import http
from anlan.calling.channels.base import Message, Refused, Sent

_FOR_GOOD = frozenset({404, 410, 422})


class WebhookChannel:
    """One POST for each message."""

    numbered = True

    def ready(self) -> bool:
        """Whether an address is set."""
        return bool(settings.CALLING["ANLAN_CALL_WEBHOOK_URL"])

    def send(self, message: Message) -> Sent | Refused:
        """Hand it over."""
        body = orjson.dumps(
            {
                "attempt": message.attempt, "number": message.number, "title": message.title, "text": message.text,
                "link": message.link, "urgency": message.urgency, "drill": message.drill,
            }
        )  # fmt: skip
        secret = settings.CALLING["ANLAN_CALL_WEBHOOK_SECRET"].encode()
        headers = {
            "Content-Type": "application/json",
            "Anlan-Signature": hmac.new(secret, body, hashlib.sha256).hexdigest(),
        }
        url = settings.CALLING["ANLAN_CALL_WEBHOOK_URL"]
        status, _ = http.ask(url, method="POST", body=body, headers=headers)
        if 200 <= status < 300:
            return Sent(message.attempt)
        why = f"answer_{status}" if status else "unreachable"
        return Refused(permanent=status in _FOR_GOOD, why=why)
