"""Tables of the exchange: what is known of other nodes' keys (journaled), and the links of this server (local)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Local, Projection
from anlan.platform.rules.exchange import PEER
from anlan.platform.scope import ScopedBy


class Peer(Projection):
    """上下级节点: one node's statement that a key is that of a node of a region. It counts where its author has a say.

    `author`: stem of the node that says so. `stem`: region prefix of the node spoken of. `key`: Ed25519, `box_key`:
    X25519, 64 hex digits each. `limits`: of a revoked key, JSON {node id: last seq that counts still}.
    """

    SUBJECT: ClassVar[str] = PEER
    SCOPED_BY: ClassVar[ScopedBy] = ScopedBy()
    TRAVELS: ClassVar[str] = "everywhere"

    author = models.CharField("登记节点", max_length=12)
    stem = models.CharField("节点区划", max_length=12)
    name = models.CharField("名称", max_length=60)
    key = models.CharField("签名公钥", max_length=64)
    box_key = models.CharField("加密公钥", max_length=64)
    relation = models.CharField("关系", max_length=10)
    state = models.CharField("状态", max_length=10)
    limits = models.TextField("吊销时已收到", null=True)
    enrolled_at = models.DateTimeField("接入时间")
    revoked_at = models.DateTimeField("吊销时间", null=True)

    class Meta:
        db_table = "platform_peer"
        verbose_name = verbose_name_plural = "上下级节点"
        indexes = [
            models.Index(fields=["key"], name="platform_peer_key"),
            models.Index(fields=["stem"], name="platform_peer_stem"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.stem}）"


class PeerLink(Local):
    """A neighbour of this server: the node above, or one that was enrolled here.

    Attributes:
        key: its Ed25519 key. role: "parent" or "child". url: where the node above answers; "" for one below.
        state: "waiting" (asked, not approved yet) or "open"; `ticket`: its request at the node above while it waits.
        turn_at: when it was last heard of (ms). entry_at: when an entry of it was last really received (ms).
        offset_ms: its clock minus ours. version: its program's. vector: what it said it holds, JSON {node: seq}.
        stopped: which chains it does not take and why, JSON {node: reason}; `refused`: the same of ours.
        vault_node, vault_after: up to which of its vault's rows we hold. silent_at: since when its silence is told.
        sent: what a carrier that keeps messages has for it already, beside `vector`, in the same form.
        files: attachments it asked for last, JSON {hash: bytes it has}.
        wanted: subjects of which it holds more entries whole than we, JSON {subject: [entries, how often we asked]}; kept,
            because a stick or a broken line answers much later. told, heard: numbers of the last turn said to it and heard of
            it; an older one (a stick that was long under way, one played again) says nothing of today.
        asked: subjects that it asked for and has not got yet.
    """

    key = models.CharField(primary_key=True, max_length=64)
    box_key = models.CharField(max_length=64)
    node = models.CharField(max_length=24)
    region = models.CharField(max_length=12)
    name = models.CharField(max_length=60, default="")
    role = models.CharField(max_length=8)
    url = models.CharField(max_length=300, default="")
    state = models.CharField(max_length=8, default="open")
    ticket = models.CharField(max_length=64, default="")
    turn_at = models.BigIntegerField(null=True)
    entry_at = models.BigIntegerField(null=True)
    offset_ms = models.BigIntegerField(null=True)
    version = models.CharField(max_length=40, default="")
    vector = models.TextField(default="{}")
    sent = models.TextField(default="{}")
    stopped = models.TextField(default="{}")
    refused = models.TextField(default="{}")
    vault_node = models.CharField(max_length=24, default="")
    vault_after = models.BigIntegerField(default=0)
    silent_at = models.BigIntegerField(null=True)
    files = models.TextField(default="{}")
    wanted = models.TextField(default="{}")
    asked = models.TextField(default="[]")
    told = models.BigIntegerField(default=0)
    heard = models.BigIntegerField(default=0)

    class Meta:
        db_table = "exchange_link"


class SignedHead(Local):
    """A node's own signature over its chain up to `seq`: what lets others carry it on. `node`: an id of the chain."""

    pk = models.CompositePrimaryKey("node", "seq")
    node = models.CharField(max_length=24)
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    key = models.CharField(max_length=64)
    signature = models.BinaryField()

    class Meta:
        db_table = "exchange_head"


class FileWanted(Local):
    """An attachment that a received entry of `subject` names and that is not here yet. `id`: hash and subject."""

    id = models.CharField(primary_key=True, max_length=160)
    sha256 = models.CharField(max_length=64)
    subject = models.CharField(max_length=90)
    asked_at = models.BigIntegerField(default=0)

    class Meta:
        db_table = "exchange_file"
        indexes = [
            models.Index(fields=["sha256"], name="exchange_file_sha256"),
            models.Index(fields=["asked_at"], name="exchange_file_asked"),
        ]


class EnrolCode(Local):
    """A code with which one node of one region may ask to be enrolled, once. `id`: SHA-256 of its secret part."""

    id = models.CharField(primary_key=True, max_length=64)
    region = models.CharField(max_length=12)
    made_by = models.CharField(max_length=36)
    expires_at = models.DateTimeField()
    used = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "exchange_code"


class EnrolRequest(Local):
    """A node that asks to be enrolled: `waiting` until a person approves or refuses. `id`: SHA-256 of its ticket."""

    id = models.CharField(primary_key=True, max_length=64)
    region = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    box_key = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="waiting")
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_request"
