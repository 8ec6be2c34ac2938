"""Rules of reporting: pure."""

from __future__ import annotations

from anlan.kernel.loops import Loop
from anlan.reporting.rules.round import FILING_LOOP, ROUND_LOOP

LOOPS: tuple[Loop, ...] = (ROUND_LOOP, FILING_LOOP)
