"""Folds of reporting: (row, entry) -> row, pure."""

from __future__ import annotations

from anlan.kernel.ledger_fold import plain_folds

FOLDS = {**plain_folds("value")}
