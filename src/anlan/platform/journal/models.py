"""The journal's own tables. None of them is a projection: entries are the source, the rest is derived or local."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Local


class JournalEntry(Local):
    """One entry: the author's canonical bytes, never re-serialised, and the few columns that are searched.

    `sid` is this server's number of the subject (`Head.sid`). `text` is the only part that can be redacted.
    """

    id = models.UUIDField(primary_key=True)
    sid = models.BigIntegerField()
    node = models.CharField(max_length=24)
    hlc = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    actor = models.CharField(max_length=36)
    once = models.CharField(max_length=120, null=True)
    body = models.TextField()
    text = models.TextField(null=True)
    text_hash = models.BinaryField(null=True)
    received_at = models.BigIntegerField()

    class Meta:
        db_table = "journal_entry"
        # Ascending, also where the newest are asked for: entries come in this order, and pages filled at their end stay full.
        indexes = [
            models.Index(fields=["sid", "hlc"], name="journal_entry_sid_hlc"),
            models.Index(fields=["actor", "hlc"], name="journal_entry_actor"),
            models.Index(fields=["hlc"], name="journal_entry_hlc"),
            models.Index(fields=["sid", "once"], name="journal_entry_once", condition=models.Q(once__isnull=False)),
            models.Index(
                fields=["hlc"], name="journal_entry_clock", condition=models.Q(kind="platform.clock.corrected")
            ),
        ]


class JournalSeq(Local):
    """The chain: which entry is a node's n-th, and the hash over it and all before. Only sequenced entries leave the node."""

    pk = models.CompositePrimaryKey("node", "seq")
    node = models.CharField(max_length=24)
    seq = models.BigIntegerField()
    entry = models.UUIDField(unique=True)
    body_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        db_table = "journal_seq"


class Head(Local):
    """One row per subject: version (entries held), last entry in order, accepted tip and state, open contests.

    `former`: 12-digit regions where it stood before, with commas between; null for the many that never moved.
    """

    sid = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=90, unique=True)
    version = models.IntegerField(default=0)
    last_hlc = models.BigIntegerField(default=0)
    last_node = models.CharField(max_length=24, default="")
    last_id = models.UUIDField(null=True)
    tip = models.UUIDField(null=True)
    state = models.CharField(max_length=40, null=True)
    region = models.CharField(max_length=12)
    drill = models.SmallIntegerField(default=0)
    settled = models.SmallIntegerField(default=1)
    stalled = models.SmallIntegerField(default=0)
    legal = models.TextField(null=True)
    open = models.TextField(null=True)
    former = models.TextField(null=True)

    class Meta:
        db_table = "journal_head"
        indexes = [
            models.Index(fields=["sid"], name="journal_head_moved", condition=models.Q(former__isnull=False)),
            models.Index(fields=["sid"], name="journal_head_open", condition=models.Q(open__isnull=False)),
            models.Index(fields=["sid"], name="journal_head_stalled", condition=models.Q(stalled=1)),
        ]


class Node(Local):
    """Every node whose chain is held here, this server's own included (`own`=1). A restore starts a new incarnation.

    `last_hlc` is the latest (corrected) clock of its entries here. `fork_seq`: of this number two bodies were seen, since
    `fork_at` (ms). `fence_seq`, `fence_hash`: up to here its chain counts, by the entry of a node above it (forks.py).
    """

    id = models.CharField(primary_key=True, max_length=24)
    own = models.SmallIntegerField(default=0)
    region = models.CharField(max_length=12)
    last_seq = models.BigIntegerField(default=0)
    last_hash = models.BinaryField(default=bytes)
    last_hlc = models.BigIntegerField(default=0)
    fork_seq = models.BigIntegerField(null=True)
    fork_at = models.BigIntegerField(null=True)
    fence_seq = models.BigIntegerField(null=True)
    fence_hash = models.BinaryField(null=True)

    class Meta:
        db_table = "journal_node"


class DayHead(Local):
    """Where a node's chain stood at the end of a day, signed with this server's key (heads.py). Never changed."""

    id = models.CharField(primary_key=True, max_length=40)
    node = models.CharField(max_length=24)
    day = models.DateField()
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    key = models.CharField(max_length=64)
    signature = models.BinaryField()

    class Meta:
        db_table = "journal_day_head"


class Unsequenced(Local):
    """Entries born here that the sequencer has not reached yet (PostgreSQL only; on SQLite they are sequenced at once)."""

    entry = models.UUIDField(primary_key=True)
    hlc = models.BigIntegerField()

    class Meta:
        db_table = "journal_unsequenced"


class Number(Local):
    """The last human number given out, by prefix, node and year."""

    id = models.CharField(primary_key=True, max_length=60)
    last = models.BigIntegerField(default=0)

    class Meta:
        db_table = "journal_number"


class Redaction(Local):
    """Ids of entries whose text the law has erased; kept so that an old copy that arrives later stays blank."""

    entry = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "journal_redaction"
