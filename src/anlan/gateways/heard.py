"""What a protocol must offer to be served, and what it gives: the interface between `tcp.py` and `hj212.py` and its like.

A protocol is a module of this package with `open_session()`; `--listen hj212=…` finds `anlan.gateways.hj212`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from anlan.kernel.errors import BadInput
from anlan.kernel.telemetry import Moment
from anlan.protocols import PROTOCOLS

__all__ = ["EVENT", "READINGS", "REFUSED", "Heard", "Plug", "Session", "now_ms", "plug"]

READINGS, EVENT, REFUSED = "readings", "event", "refused"


@dataclass(slots=True)
class Heard:
    """One message, or one piece of the stream that is none.

    Attributes:
        kind: of the report, `READINGS`, `EVENT` (a message without readings) or `REFUSED`.
        reply: bytes to send once this is on disk, b"" for none. urgent: something in it changed by more than a little, so
            it is handed on at once and not with the next parcel.
        raw: of what was refused, latin-1. The rest as in `kernel.telemetry.Report`.
    """

    kind: str
    identity: str
    message: str
    moments: tuple[Moment, ...] = ()
    warnings: tuple[str, ...] = ()
    reply: bytes = b""
    urgent: bool = False
    raw: str = ""


class Session(Protocol):
    """What one connection has said so far. No sockets and no clock in it; it may raise, which ends the connection."""

    def feed(self, data: bytes, now: int) -> list[Heard]:
        """What these bytes complete. `now`: epoch ms."""

    def close(self) -> list[Heard]:
        """The stream has ended: what was left over."""


class Plug(Protocol):
    """A protocol's module."""

    def open_session(self) -> Session:
        """The state of a new connection."""


def plug(protocol: str) -> Plug:
    """The module that serves a protocol.

    Raises:
        BadInput: "gateways.listen.protocol" when there is none.
    """
    name = f"{__package__}.{protocol}"
    if protocol not in PROTOCOLS or find_spec(name) is None:
        known = (word for word in sorted(PROTOCOLS) if find_spec(f"{__package__}.{word}"))
        raise BadInput("gateways.listen.protocol", protocol=protocol, known="、".join(known))
    module: Plug = import_module(name)  # type: ignore[assignment]
    return module


def now_ms() -> int:
    """This computer's clock, epoch milliseconds UTC."""
    return time.time_ns() // 1_000_000
