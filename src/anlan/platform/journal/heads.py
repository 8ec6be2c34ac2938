"""Where each chain stands: shown, printed and written down, so that a re-written journal meets something outside itself.

A head is (node, seq, hash). Each day's heads are kept here too, signed with this server's Ed25519 key, which is derived
from the vault's key and so is in no table: who can write the database alone can not re-hash it unnoticed (ADR 0014).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anlan.kernel import hlc
from anlan.kernel.deadlines import local_time
from anlan.platform.database import writing
from anlan.platform.journal import sequence
from anlan.platform.journal.models import DayHead, JournalEntry, JournalSeq, Node
from anlan.platform.vault.seal import signing_seed

_SHOWN = 16


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of one node's chain; `hash` in hex, `at` when its last entry was recorded (None: a stub)."""

    node: str
    seq: int
    hash: str
    at: datetime | None
    own: bool

    @property
    def short(self) -> str:
        """NODE:SEQ:HASH with 16 of the hash's digits: what is written on paper and given to --head."""
        return f"{self.node}:{self.seq}:{self.hash[:_SHOWN]}"

    def as_dict(self) -> dict[str, Any]:
        """JSON shape of the command's answer."""
        return asdict(self) | {"at": local_time(self.at).isoformat(timespec="seconds") if self.at else None}


def heads() -> list[ChainHead]:
    """The head of every chain that holds something, this server's own first."""
    sequence.sequence_pending()
    return [_head(n) for n in Node.objects.filter(last_seq__gt=0).order_by("-own", "id")]


def own_head() -> ChainHead | None:
    """This server's own head as its transactions see it now; None before its first entry. For what is printed."""
    own = Node.objects.filter(own=1, last_seq__gt=0).first()
    return _head(own) if own else None


def _head(node: Node) -> ChainHead:
    place = JournalSeq.objects.filter(node=node.id, seq=node.last_seq).values_list("entry", flat=True).first()
    stamp = JournalEntry.objects.filter(pk=place).values_list("hlc", flat=True).first()
    at = hlc.to_datetime(stamp) if stamp else None
    return ChainHead(node.id, node.last_seq, bytes(node.last_hash).hex(), at, bool(node.own))


def public_key() -> str:
    """This server's public key, 64 hex digits.

    Raises:
        Unavailable: "vault.key_missing", "vault.key_malformed".
    """
    return _private().public_key().public_bytes_raw().hex()


def sign(message: bytes) -> bytes:
    """Ed25519 signature, 64 bytes. Raises as `public_key`. Source: RFC 8032."""
    return _private().sign(message)


def _private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(signing_seed())


def keep_day(now: datetime) -> int:
    """Keep the heads as they stand for the day that `now` ends (the day before, in China's time); how many were new.

    A day that is kept is never written again.
    """
    day = (local_time(now) - timedelta(days=1)).date()
    key, kept = public_key(), 0
    with writing():
        for head in heads():
            row = DayHead(
                id=f"{head.node}:{day}", node=head.node, day=day, seq=head.seq, hash=bytes.fromhex(head.hash), key=key,
                signature=sign(_statement(head.node, day, head.seq, head.hash)),
            )  # fmt: skip
            kept += not DayHead.objects.filter(pk=row.pk).exists()
            DayHead.objects.bulk_create([row], ignore_conflicts=True)
    return kept


def _statement(node: str, day: date, seq: int, digest: str) -> bytes:
    return f"anlan-day-head/1\n{node}\n{day.isoformat()}\n{seq}\n{digest}".encode()


def broken_days(node: str) -> list[tuple[int, str]]:
    """(seq, reason) of every kept day of a node that the chain as it stands, or its signature, contradicts.

    Raises:
        Unavailable: "vault.key_missing", "vault.key_malformed" where days are kept and the key is gone.
    """
    days = list(DayHead.objects.filter(node=node).order_by("day"))
    places = dict(JournalSeq.objects.filter(node=node, seq__in=[d.seq for d in days]).values_list("seq", "hash"))
    found = []
    for kept in days:
        digest = bytes(kept.hash)
        if kept.seq not in places or bytes(places[kept.seq]) != digest:
            found.append((kept.seq, "day_head_differs"))
        elif kept.key != public_key() or not _fits(kept, digest):
            found.append((kept.seq, "day_head_signature"))
    return found


def _fits(kept: DayHead, digest: bytes) -> bool:
    message = _statement(kept.node, kept.day, kept.seq, digest.hex())
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(kept.key)).verify(bytes(kept.signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
