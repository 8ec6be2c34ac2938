"""The ledger of 挂牌督办: read only, services write it."""

from __future__ import annotations

from anlan.accounts import queries as accounts
from anlan.platform.ledger.declare import Column, Ledger

LISTINGS = Ledger(
    id="inspection.listing",
    model="inspection.Listing",
    label="挂牌督办",
    plural="listings",
    columns=(
        Column("number", search=True, entered=False, width=26),
        Column("level", filter=True, entered=False, width=10),
        Column("enterprise.name", label="企业", search=True, entered=False, width=32),
        Column("hazard.description", label="隐患描述", search=True, entered=False, width=40),
        Column("state", filter=True, entered=False, width=12),
        Column("due_at", filter=True, entered=False, width=18),
        Column("follow_due_at", filter=True, entered=False, width=18),
        Column("region", label="所在区划", filter=True, entered=False, width=20),
        Column("listed_at", filter=True, show=False, entered=False, width=18),
        Column("ended_at", filter=True, show=False, entered=False, width=18),
        Column("office", filter=True, show=False, entered=False, choices=accounts.office_choices, width=20),
        Column("enterprise", label="企业编号", filter=True, show=False, entered=False, width=38),
        Column("hazard.number", label="隐患编号", show=False, search=True, entered=False, width=26),
        Column("notice_number", show=False, search=True, entered=False, width=24),
        Column("issuer", show=False, entered=False, width=24),
        Column("reason", show=False, entered=False, width=40),
        Column("requirement", show=False, entered=False, width=40),
        Column("followed_at", show=False, entered=False, width=18),
        Column("end_number", show=False, entered=False, width=24),
        Column("end_note", show=False, entered=False, width=40),
    ),
    order=("-created_at",),
    view="inspection.view",
    page="/inspection/listings/{}".format,
    retirable=False,
)
