"""Which simulated devices the demo county has. Pure, no Django: whoever starts the simulator needs it before that."""

from __future__ import annotations

__all__ = ["DEVICES", "PROFILE", "SEED"]

PROFILE, DEVICES, SEED = "huangyan", 30, 1
