"""What a centre answers to devices: 401 with a challenge, 200 to who knows the password, and to what registered devices send.

Pure: no socket, no clock, no randomness of its own. Source: GB/T 28181-2016, clauses 9.1 (registration) and 9.6 (keep-alive);
what is bounded, and that nobody unregistered is believed: house rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anlan.protocols.gb28181.decode import Message
from anlan.protocols.gb28181.digest import challenge_text, verifies
from anlan.protocols.gb28181.encode import reply
from anlan.protocols.gb28181.message import SipMessage

__all__ = ["Outcome", "Registrar"]

_NONCE_LIVES, _MOST_NONCES, _MOST_DEVICES = timedelta(minutes=5), 10_000, 20_000
_LONGEST = 86_400


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is sent back, and whether what was said is believed. `registered`: True came, False went, None neither."""

    reply: SipMessage | None
    believed: bool
    registered: bool | None = None


@dataclass(slots=True)
class Registrar:
    """Registrations of one centre.

    Attributes:
        realm: domain that devices log in to, ten digits. password_of: code of a device -> its password, None for a stranger.
        fresh: gives a nonce or a tag that nobody can guess.
    """

    realm: str
    password_of: Callable[[str], str | None]
    fresh: Callable[[], str]
    _nonces: dict[str, datetime] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _until: dict[str, datetime] = field(default_factory=dict)

    def online(self, device: str, now: datetime) -> bool:
        """Whether a device is registered now.

        Source: GB/T 28181-2016, clause 9.1.
        """
        until = self._until.get(device)
        return until is not None and now < until

    def take(self, message: Message, now: datetime) -> Outcome:
        """The answer to one message. Responses and bare bodies are answered by nothing; believed is who is registered.

        Source: GB/T 28181-2016, clauses 9.1.2.1 and 9.6.
        """
        sip = message.sip
        if sip is None:
            return Outcome(None, self.online(message.device, now))
        if sip.status:
            return Outcome(None, self.online(sip.device, now))
        if sip.method == "ACK":
            return Outcome(None, False)
        if sip.method == "REGISTER":
            return self._register(message, sip, now)
        if not self.online(sip.device, now):
            return Outcome(reply(sip, 403, self.fresh()), False)
        if sip.method in ("MESSAGE", "NOTIFY", "INFO", "OPTIONS", "BYE", "CANCEL"):
            return Outcome(reply(sip, 200, self.fresh()), True)
        return Outcome(reply(sip, 405, self.fresh()), False)

    def _register(self, message: Message, sip: SipMessage, now: datetime) -> Outcome:
        given, device = message.credentials, sip.device
        if given is None or not device:
            return self._challenged(sip, now)
        password = self.password_of(device)
        known = given.nonce in self._nonces and now < self._nonces[given.nonce]
        # A stranger is challenged like anybody: what is registered here can't be found out by asking.
        right = password is not None and given.username == device and verifies(given, sip.method, password)
        if not right or given.realm != self.realm:
            return self._challenged(sip, now)
        if not known or self._used(given.nonce, given.nc):
            return self._challenged(sip, now, stale=True)
        seconds = _expires(sip)
        if not seconds:
            self._until.pop(device, None)
            return Outcome(reply(sip, 200, self.fresh(), [("Expires", "0")]), True, registered=False)
        self._until[device] = now + timedelta(seconds=seconds)
        while len(self._until) > _MOST_DEVICES:
            del self._until[min(self._until, key=lambda each: self._until[each])]
        more = [("Contact", sip.header("Contact")), ("Expires", str(seconds)), ("Date", _date(now))]
        return Outcome(reply(sip, 200, self.fresh(), more), True, registered=True)

    def _challenged(self, sip: SipMessage, now: datetime, *, stale: bool = False) -> Outcome:
        for old in [nonce for nonce, until in self._nonces.items() if until <= now]:
            del self._nonces[old]
            self._counts.pop(old, None)
        while len(self._nonces) >= _MOST_NONCES:
            oldest = next(iter(self._nonces))
            del self._nonces[oldest]
            self._counts.pop(oldest, None)
        nonce = self.fresh()
        self._nonces[nonce] = now + _NONCE_LIVES
        challenge = ("WWW-Authenticate", challenge_text(self.realm, nonce, stale=stale))
        return Outcome(reply(sip, 401, self.fresh(), [challenge]), False)

    def _used(self, nonce: str, count: str) -> bool:
        """Whether an answer to this challenge came already: each counts up (with qop), or comes once (without).

        Source: RFC 2617, clause 3.2.2 (nonce-count).
        """
        number = int(count, 16) if 0 < len(count) <= 8 and all(c in "0123456789abcdefABCDEF" for c in count) else 1
        if number <= self._counts.get(nonce, 0):
            return True
        self._counts[nonce] = number
        return False


def _expires(sip: SipMessage) -> int:
    text = sip.header("Expires")
    return min(int(text), _LONGEST) if text.isascii() and text.isdigit() and len(text) < 9 else 3600


def _date(now: datetime) -> str:
    """The moment for devices that set their clock by it: local time. Source: GB/T 28181-2016, clause 9.10 (time)."""
    return (now + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}"
