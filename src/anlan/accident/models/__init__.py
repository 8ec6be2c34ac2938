"""Tables of accident; both of them projections."""

from __future__ import annotations

from anlan.accident.models.accident import Accident, AccidentFile

__all__ = ["Accident", "AccidentFile"]
