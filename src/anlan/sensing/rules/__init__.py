"""Rules of sensing: pure, no Django, no clock, no network."""

from __future__ import annotations

from anlan.sensing.rules.alarm import ALARM_LOOP

LOOPS = (ALARM_LOOP,)
