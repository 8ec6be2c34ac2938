"""The one router of reporting."""

from __future__ import annotations

from ninja import Router

router = Router()
