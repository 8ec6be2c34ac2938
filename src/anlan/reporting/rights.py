"""The right that the draft checker asks for. The command line needs none: it runs without our records."""

from __future__ import annotations

RIGHTS: dict[str, str] = {"reporting.draft.check": "审稿"}
