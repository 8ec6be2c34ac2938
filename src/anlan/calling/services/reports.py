"""What providers tell us: delivery reports, replies, keys. They show a secret; what they name is looked up, never believed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from anlan.calling.models import ReplySeen
from anlan.calling.services.answers import keypad_answer, sms_answer
from anlan.calling.services.attempts import delivery_report
from anlan.kernel.errors import BadInput, NotAllowed
from anlan.platform.database import writing

__all__ = ["keypad_take", "reply_take", "report_take", "require_secret"]

_KEPT = timedelta(days=30)


def require_secret(name: str, shown: str) -> None:
    """Refuse a provider that does not show the secret of the setting `name`; an empty setting refuses everybody.

    Raises:
        NotAllowed: "calling.provider.secret".
    """
    secret = settings.CALLING[name]
    if not secret or not hmac.compare_digest(secret.encode(), shown.encode()):
        raise NotAllowed("calling.provider.secret")


def _fields(setting: str, count: int, values: Mapping[str, Any]) -> list[str]:
    names = settings.CALLING[setting]
    if len(names) < count:
        raise BadInput("calling.provider.fields", setting=setting)
    # No database takes a NUL, and none of ours has one.
    return [str(values.get(name, "")).replace("\0", "").strip() for name in names[:count]]


def report_take(*, values: Mapping[str, Any], now: datetime) -> bool:
    """A delivery report; whether it names one of ours.

    Raises:
        BadInput: "calling.provider.fields" for a wrong setting.
    """
    number, state = _fields("ANLAN_SMS_REPORT_FIELDS", 2, values)
    good = settings.CALLING["ANLAN_SMS_REPORT_FIELDS"][2:]
    return delivery_report(channel="sms", provider_id=number, delivered=state in good, now=now)


def reply_take(*, values: Mapping[str, Any], now: datetime) -> bool:
    """A reply by short message; whether it answered the call (False: somebody had). Raises as `answers.sms_answer`.

    Where the setting names a third field, the provider's number of the reply, one that is delivered again answers nothing:
    the person may be called for something else by then. Without numbers the same words within two minutes are one reply.
    """
    number, text, *given = _fields("ANLAN_SMS_REPLY_FIELDS", min(3, len(settings.CALLING["ANLAN_SMS_REPLY_FIELDS"])), values)
    if not (given and given[0]):
        return sms_answer(number=number, text=text, now=now).first
    key = hashlib.sha256(f"{number}\0{given[0]}".encode()).hexdigest()
    with writing():
        ReplySeen.objects.filter(seen_at__lt=now - _KEPT).delete()
        if ReplySeen.objects.filter(pk=key).exists():
            return False
        answered = sms_answer(number=number, text=text, now=now, known=True)
        ReplySeen.objects.create(id=key, seen_at=now)
    return answered.first


def keypad_take(*, values: Mapping[str, Any], now: datetime) -> bool:
    """A key pressed on the telephone; as `reply_take`."""
    number, key, attempt = _fields("ANLAN_KEYPAD_FIELDS", 3, values)
    return keypad_answer(number=number, key=key, attempt=attempt, now=now).first
