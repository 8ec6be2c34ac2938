"""The one router of inspection: paths shared with the ledgers' routes must be declared on the same router."""

from __future__ import annotations

from ninja import Router

router = Router()
