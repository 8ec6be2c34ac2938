"""The law of accidents: grades, deadlines, the loop and its checks, pure."""

from __future__ import annotations

from anlan.accident.rules.loop import ACCIDENT_LOOP
from anlan.kernel.loops import Loop

LOOPS: tuple[Loop, ...] = (ACCIDENT_LOOP,)
