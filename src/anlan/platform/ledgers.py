"""The ledger of documents: list, filter, search and export; documents are issued and stepped on their own pages only."""

from __future__ import annotations

from anlan.platform.ledger.declare import Column, Ledger

LEDGERS = [
    Ledger(
        id="platform.document",
        model="platform.Document",
        label="文书",
        plural="documents",
        columns=(
            Column("number", search=True, entered=False, width=28),
            Column("label", filter=False, search=True, entered=False, width=22),
            Column("title", search=True, entered=False, width=32),
            Column("state", filter=True, entered=False, width=10),
            Column("issued_at", filter=True, entered=False, width=18),
            Column("served_at", entered=False, width=18),
            Column("way", filter=True, entered=False, show=False, width=12),
            Column("receiver", entered=False, show=False, width=16),
            Column("region", "所属区划", filter=True, entered=False, width=20),
        ),
        order=("-issued_at", "-id"),
        view="platform.document.view",
        page=lambda key: f"/documents/{key}",
        retirable=False,
    )
]
