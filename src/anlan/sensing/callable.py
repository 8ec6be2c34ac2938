"""What of sensing people are called for: alarms that nobody has answered."""

from __future__ import annotations

from anlan.platform.declare import MatterKind
from anlan.sensing import queries

MATTERS = [MatterKind("sensing.alarm", queries.alarm_is_open, "监测报警")]
