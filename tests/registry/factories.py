"""Synthetic enterprises, made through the services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from anlan.kernel.codes import make_uscc
from anlan.platform.scope import Scope
from anlan.registry.services.enterprises import enterprise_create

TOWN, OTHER_TOWN, VILLAGE = "331003001000", "331003002000", "331003001001"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def firm(serial: int = 1, **values: Any) -> dict[str, Any]:
    """Values of a valid synthetic enterprise of the first town; `values` replace single ones."""
    return {
        "name": f"测试第{serial}机械有限公司",
        "uscc": make_uscc("331003", serial),
        "region": TOWN,
        "address": "测试路1号",
        "lon": 121.2621,
        "lat": 28.6502,
        "industry": "C3411",
        "classes": ["机械"],
        "tags": [],
        "scale": "小型",
        "level": "县级",
        **values,
    }


def make_enterprise(scope: Scope, serial: int = 1, *, now: datetime = NOW, **values: Any) -> str:
    """One registered enterprise; its id."""
    return enterprise_create(scope=scope, values=firm(serial, **values), now=now)
