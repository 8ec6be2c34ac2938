"""Enrolment: a code from the node above, a request with it, a person's approval; and revocation.

The code carries a secret and the fingerprint of the node above, so that both sides know each other before a word is
believed. What is journaled is the statement whose key it is; nothing of a code or a private key ever is.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare

from anlan.kernel.codes import region_pad
from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from anlan.kernel.nodes import stem
from anlan.kernel.region_codes import region_prefix
from anlan.kernel.text import normalise_width
from anlan.platform import regions
from anlan.platform.database import writing
from anlan.platform.exchange import keys
from anlan.platform.exchange.models import EnrolCode, EnrolRequest, Peer, PeerLink
from anlan.platform.exchange.trust import statement_id, statements
from anlan.platform.journal import node
from anlan.platform.journal.models import Node
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.rules.exchange import PEER
from anlan.platform.scope import SYSTEM, Scope

__all__ = [
    "CODE_HOURS", "Card", "code_make", "code_parts", "enrol_approve", "enrol_ask", "enrol_refuse", "peer_revoke", "parent_name",
    "requests_waiting",
]  # fmt: skip

RIGHT = "platform.peers"
CODE_HOURS = 72
_SECRET, _PRINT = 10, 10
_HEX = re.compile(r"[0-9a-f]{64}")
_NAME_MOST = 60


@dataclass(frozen=True, slots=True)
class Card:
    """Who a node is: region, name, keys; `ticket` and `known` in an answer to a request: how to ask on, and how many
    incarnations of the asking node's region are known already."""

    node: str
    region: str
    name: str
    key: str
    box_key: str
    ticket: str = ""
    known: int = 0


def _digest(secret: bytes) -> str:
    return hashlib.sha256(b"anlan-enrol\0" + secret).hexdigest()


def code_make(*, scope: Scope, region: str, now: datetime) -> str:
    """A code for one node of a region below this server, good for three days and one request; it is shown once.

    Raises:
        NotAllowed: without "platform.peers", or outside the scope. BadInput: "kernel.region.*", "exchange.region_not_below".
    """
    scope.require(RIGHT)
    code = region_pad(region)
    scope.require_region(code)
    mine = region_prefix(node.own().region)
    if not (region_prefix(code).startswith(mine) and region_prefix(code) != mine) or not regions.exists(code):
        raise BadInput("exchange.region_not_below", region=code, own=mine)
    secret = secrets.token_bytes(_SECRET)
    with writing():
        EnrolCode.objects.filter(expires_at__lt=now).delete()
        EnrolCode.objects.create(
            id=_digest(secret), region=code, made_by=scope.person, expires_at=now + timedelta(hours=CODE_HOURS)
        )
    text = base64.b32encode(secret + keys.fingerprint(keys.public_key())).decode()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def code_parts(code: str) -> tuple[bytes, bytes]:
    """Secret and fingerprint within a code as a person typed it.

    Raises:
        BadInput: "exchange.code_malformed".
    """
    plain = re.sub(r"[\s\-—–]", "", normalise_width(code)).upper().replace("0", "O").replace("1", "I").replace("8", "B")
    try:
        raw = base64.b32decode(plain)
    except ValueError as error:
        raise BadInput("exchange.code_malformed") from error
    if len(raw) != _SECRET + _PRINT:
        raise BadInput("exchange.code_malformed")
    return raw[:_SECRET], raw[_SECRET:]


def enrol_ask(*, code: str, region: str, name: str, key: str, box_key: str, now: datetime) -> Card:
    """Take a node's request, by a code of ours; a person decides. The same node may ask again with the same code.

    Raises:
        NotAllowed: "exchange.code_wrong" for a code that is unknown, used, expired or of another region.
        BadInput: "exchange.code_malformed", "exchange.key_malformed", "exchange.name".
    """
    secret, _ = code_parts(code)
    if not (_HEX.fullmatch(key) and _HEX.fullmatch(box_key)):
        raise BadInput("exchange.key_malformed")
    if not 0 < len(name.strip()) <= _NAME_MOST or any(ord(c) < 32 for c in name):
        raise BadInput("exchange.name", most=_NAME_MOST)
    ticket = hashlib.sha256(b"anlan-ticket\0" + secret + key.encode()).hexdigest()
    with writing():
        held = EnrolCode.objects.filter(pk=_digest(secret), expires_at__gt=now).first()
        asked = EnrolRequest.objects.filter(pk=_ticket(ticket)).first()
        if held is None or not constant_time_compare(held.region, region_pad(region)) or (held.used and asked is None):
            raise NotAllowed("exchange.code_wrong")
        if asked is None:
            EnrolCode.objects.filter(pk=held.pk).update(used=1)
            EnrolRequest.objects.create(
                id=_ticket(ticket), region=held.region, name=name.strip(), key=key, box_key=box_key, asked_at=now
            )
    own = node.own()
    known = sum(stem(n) == region_prefix(held.region) for n in Node.objects.values_list("id", flat=True))
    return Card(own.id, own.region, regions.name(own.region), keys.public_key(), keys.box_key(), ticket, known)


def _ticket(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def requests_waiting(scope: Scope) -> list[EnrolRequest]:
    """The nodes that wait for a person of this scope, the first to ask first.

    Raises:
        NotAllowed: without "platform.peers".
    """
    scope.require(RIGHT)
    waiting = EnrolRequest.objects.filter(state="waiting").order_by("asked_at", "id")
    return [one for one in waiting if scope.covers(one.region)]


def _waiting(scope: Scope, request_id: str) -> EnrolRequest:
    scope.require(RIGHT)
    found = EnrolRequest.objects.filter(pk=request_id).first()
    if found is None or not scope.covers(found.region):
        raise NotFound("exchange.request_unknown")
    if found.state != "waiting":
        raise Conflict("exchange.request_decided")
    return found


def enrol_approve(*, scope: Scope, request_id: str, now: datetime) -> str:
    """Enrol a node that asked: its key speaks for its region from now on, an earlier machine's no longer.

    Returns:
        Id of the statement (`platform.peer`).
    Raises:
        NotAllowed: without "platform.peers". NotFound: "exchange.request_unknown".
        Conflict: "exchange.request_decided", "exchange.key_revoked" for a key that was revoked: it never comes back.
    """
    with writing():
        asked = _waiting(scope, request_id)
        span = region_prefix(asked.region)
        subject = f"{PEER}/{statement_id(stem(node.own().id), asked.key)}"
        if any(row.key == asked.key and row.state == "revoked" for row in statements([span])):
            raise Conflict("exchange.key_revoked")
        for before in Peer._default_manager.filter(author=stem(node.own().id), stem=span, state="enrolled"):
            if before.key != asked.key:
                _revoke(before, scope, now, "replaced")
        data = {"stem": span, "name": asked.name, "key": asked.key, "box_key": asked.box_key, "relation": "child"}
        if not version_of(subject):
            record(Draft(f"{PEER}.enrolled", subject, node.own().region, data), scope=scope, now=now, base=NEW)
        EnrolRequest.objects.filter(pk=asked.pk).update(state="approved")
        PeerLink.objects.update_or_create(
            key=asked.key,
            defaults={"box_key": asked.box_key, "node": span, "region": asked.region, "name": asked.name, "role": "child"},
        )
    return subject.partition("/")[2]


def enrol_refuse(*, scope: Scope, request_id: str) -> None:
    """Turn a request down; a new one needs a new code. Raises as `enrol_approve`."""
    with writing():
        asked = _waiting(scope, request_id)
        EnrolRequest.objects.filter(pk=asked.pk).update(state="refused")


def peer_revoke(*, scope: Scope, peer_id: str, now: datetime, reason: str) -> None:
    """Revoke a node's key: nothing that it signs from now on is taken, here and wherever this entry arrives.

    Raises:
        NotAllowed: without "platform.peers". NotFound: "exchange.peer_unknown". BadInput: "exchange.reason_missing".
        Conflict: "exchange.peer_revoked".
    """
    scope.require(RIGHT)
    if len(reason.strip()) < 2:
        raise BadInput("exchange.reason_missing")
    with writing():
        found = Peer._default_manager.filter(pk=peer_id, author=stem(node.own().id), relation="child").first()
        if found is None or not scope.covers(found.stem.ljust(12, "0")):
            raise NotFound("exchange.peer_unknown")
        if found.state == "revoked":
            raise Conflict("exchange.peer_revoked")
        _revoke(found, scope, now, reason.strip())


def _revoke(found: Peer, scope: Scope, now: datetime, reason: str) -> None:
    """Beside the revocation stands how far each chain of the region is held: what was sent before still counts."""
    held = {n: seq for n, seq in Node.objects.values_list("id", "last_seq") if stem(n) == found.stem}
    subject = f"{PEER}/{found.pk}"
    draft = Draft(f"{PEER}.revoked", subject, node.own().region, {"key": found.key, "limits": held}, {"reason": reason})
    record(draft, scope=scope, now=now, base=version_of(subject))


def parent_name(card: Card, *, url: str, now: datetime) -> PeerLink:
    """Write down who stands above this server, as its code and its answer proved it; it is asked for turns from now on."""
    own = node.own()
    subject = f"{PEER}/{statement_id(stem(own.id), card.key)}"
    span = region_prefix(card.region)
    data = {"stem": span, "name": card.name, "key": card.key, "box_key": card.box_key, "relation": "parent"}
    with writing():
        if not version_of(subject):
            record(Draft(f"{PEER}.parent_named", subject, own.region, data), scope=SYSTEM, now=now, base=NEW)
        link, _ = PeerLink.objects.update_or_create(
            key=card.key,
            defaults={
                "box_key": card.box_key, "node": card.node, "region": card.region, "name": card.name, "role": "parent",
                "url": url, "state": "waiting", "ticket": card.ticket,
            },
        )  # fmt: skip
    return link
