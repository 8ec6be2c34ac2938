"""Parcels over NATS JetStream, for a server that is more than one machine. Needs the package nats-py.

Source: house rule (docs/howto/gateway.md); DESIGN of the bus: subjects `anlan.<province>.<city>.<county>.…`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from anlan.kernel.errors import BadInput, Unavailable

__all__ = ["STREAM", "JetStream", "subject"]

logger = logging.getLogger(__name__)

STREAM = "ANLAN_PARCELS"
_SUBJECTS = "anlan.*.*.*.sensing.parcel"
_SECONDS = 5.0


def subject(region: str) -> str:
    """Where the parcels of a county are published: six digits of its code, by level.

    Raises:
        BadInput: "gateways.nats.region".
    """
    if len(region) < 6 or not region.isascii() or not region.isdigit():
        raise BadInput("gateways.nats.region", value=region)
    return f"anlan.{region[:2]}.{region[2:4]}.{region[4:6]}.sensing.parcel"


class JetStream:
    """The carrier over JetStream. The key of a parcel is its message id, so what is sent twice is kept once."""

    # Servers take a megabyte in a message unless they are told otherwise.
    bytes_at_once = 500_000

    def __init__(self, address: str, region: str) -> None:
        """`address`: nats://host:port, with user and password where they are needed.

        Raises:
            Unavailable: "gateways.nats.missing" when nats-py is not installed. BadInput: "gateways.nats.region".
        """
        try:
            import nats
        except ImportError as error:
            raise Unavailable("gateways.nats.missing", permanent=True) from error
        self._nats: Any = nats
        self._address, self._subject = address, subject(region)
        self._client: Any = None
        self._stream: Any = None

    async def send(self, parcel: bytes, key: str) -> None:
        """Return when the stream has stored the parcel.

        Raises:
            Unavailable: "gateways.nats.unreachable".
        """
        try:
            if self._stream is None:
                await self._connect()
            await self._stream.publish(self._subject, parcel, timeout=_SECONDS, headers={"Nats-Msg-Id": key})
        except (OSError, TimeoutError, self._nats.errors.Error) as error:
            await self.close()
            raise Unavailable("gateways.nats.unreachable", reason=str(error) or type(error).__name__) from error

    async def _connect(self) -> None:
        # One attempt: with 0 this library tries for ever, and how long to wait is decided by whoever hands on.
        self._client = await asyncio.wait_for(
            self._nats.connect(
                self._address,
                connect_timeout=_SECONDS,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                error_cb=_said,
            ),
            _SECONDS,
        )
        stream = self._client.jetstream()
        try:
            await stream.stream_info(STREAM)
        except self._nats.js.errors.NotFoundError:
            await stream.add_stream(name=STREAM, subjects=[_SUBJECTS])
        self._stream = stream

    async def close(self) -> None:
        """Close the connection."""
        client, self._client, self._stream = self._client, None, None
        if client is not None and not client.is_closed:
            await client.close()


async def _said(error: Exception) -> None:
    """What nats-py meets in the background comes back from `send` too."""
    logger.debug("nats: %s", error)
