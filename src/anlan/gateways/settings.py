"""What a gateway is told at its start. Read from the environment by the command line, never here.

Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from anlan.gateways.tcp import Limits
from anlan.kernel.errors import BadInput

__all__ = ["Address", "Settings", "read_listen"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where one protocol is listened for; port 0: the system chooses."""

    protocol: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """One gateway.

    Attributes:
        listen: at least one. spool: folder. spool_bytes: most that it may hold. label: what the gateway's name begins with.
        ingest: address of the server whose ingest takes the parcels. token: shown to it. host: of the Host header, "" for
            that of the address. nats: address of a JetStream server, used instead of the ingest when given. region: six
            digits of the county, in the subject there.
    """

    listen: tuple[Address, ...]
    spool: Path
    spool_bytes: int = 4096 * 1024 * 1024
    label: str = "gateway"
    ingest: str = "http://127.0.0.1:8000"
    token: str = field(default="", repr=False)
    host: str = ""
    nats: str = field(default="", repr=False)
    region: str = "331003"
    limits: Limits = field(default_factory=Limits)


def read_listen(text: str) -> Address:
    """An address as written on the command line: `hj212=0.0.0.0:5212`, IPv6 in brackets.

    Raises:
        BadInput: "gateways.listen.malformed".
    """
    protocol, equals, where = text.partition("=")
    host, colon, port = where.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (protocol and equals and host and colon and port.isascii() and port.isdigit() and int(port) < 65536):
        raise BadInput("gateways.listen.malformed", value=text)
    return Address(protocol, host, int(port))
