"""Direct economic loss: kept in whole yuan, read and written in 万元. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

from anlan.kernel.errors import BadInput

__all__ = ["loss_text", "loss_yuan"]

_WAN = 10_000
_AMOUNT = re.compile(r"-?[0-9]{1,11}(?:\.[0-9]{1,4})?")


def loss_yuan(typed: str) -> int:
    """Yuan of a loss typed in 万元, `120.5` or `1,200`; up to four decimals, for one yuan is the smallest.

    Raises:
        BadInput: "accident.loss_malformed".
    Source: house rule.
    """
    written = typed.strip().removesuffix("万元").strip().replace(",", "").replace("，", "")
    if not _AMOUNT.fullmatch(written):
        raise BadInput("accident.loss_malformed", value=typed[:30])
    return int(Decimal(written) * _WAN)


def loss_text(yuan: int) -> str:
    """A loss in 万元 as people write it: 1205000 is `120.5`. Source: house rule."""
    return format((Decimal(yuan) / _WAN).normalize(), "f")
