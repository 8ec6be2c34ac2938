"""Parcels over NATS JetStream, for a server that is more than one machine. Needs the package nats-py.

Source: house rule (docs/howto/gateway.md); DESIGN of the bus: subjects `anlan.<province>.<city>.<county>.…`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from anlan.kernel.errors import BadInput, Unavailable

__all__ = ["STREAM", "JetStream", "nats_library", "open_stream", "subject"]

logger = logging.getLogger(__name__)

STREAM = "ANLAN_PARCELS"
_SUBJECTS = "anlan.*.*.*.sensing.parcel"
_SECONDS = 5.0


def subject(region: str) -> str:
    """Where the parcels of a county are published: six digits of its code, by level.

    `region` may have more digits. Raises:
        BadInput: "gateways.nats.region".
    """
    if len(region) < 6 or not region.isascii() or not region.isdigit():
        raise BadInput("gateways.nats.region", value=region)
    return f"anlan.{region[:2]}.{region[2:4]}.{region[4:6]}.sensing.parcel"


def nats_library() -> Any:
    """The package nats-py.

    Raises:
        Unavailable: "gateways.nats.missing" when it is not installed.
    """
    try:
        import nats
    except ImportError as error:
        raise Unavailable("gateways.nats.missing", permanent=True) from error
    return nats


async def open_stream(address: str) -> tuple[Any, Any]:
    """A connection and the JetStream behind it; the stream of parcels is made where there is none.

    A parcel stays in the stream until the ingest has it (work queue). A full stream refuses new ones, which then stay with
    the gateway; it never drops old ones.

    Raises:
        OSError, TimeoutError, nats.errors.Error: the server can't be reached, or has no JetStream.
    """
    nats = nats_library()
    # One attempt: with 0 this library tries for ever, and how long to wait is decided by whoever hands on.
    client = await asyncio.wait_for(
        nats.connect(
            address,
            connect_timeout=_SECONDS,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            error_cb=_said,
        ),
        _SECONDS,
    )
    async with contextlib.AsyncExitStack() as unless_it_works:
        unless_it_works.push_async_callback(client.close)
        stream = client.jetstream()
        try:
            await stream.stream_info(STREAM)
        except nats.js.errors.NotFoundError:
            queue, new = nats.js.api.RetentionPolicy.WORK_QUEUE, nats.js.api.DiscardPolicy.NEW
            await stream.add_stream(name=STREAM, subjects=[_SUBJECTS], retention=queue, discard=new)
        unless_it_works.pop_all()
    return client, stream


class JetStream:
    """The carrier over JetStream. The key of a parcel is its message id, so what is sent twice is kept once."""

    # Servers take a megabyte in a message unless they are told otherwise.
    bytes_at_once = 500_000

    def __init__(self, address: str, region: str) -> None:
        """`address`: nats://host:port, with user and password where they are needed.

        Raises:
            Unavailable: "gateways.nats.missing" when nats-py is not installed. BadInput: "gateways.nats.region".
        """
        self._nats = nats_library()
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
                self._client, self._stream = await open_stream(self._address)
            await self._stream.publish(self._subject, parcel, timeout=_SECONDS, headers={"Nats-Msg-Id": key})
        except (OSError, TimeoutError, self._nats.errors.Error) as error:
            await self.close()
            raise Unavailable("gateways.nats.unreachable", reason=str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Close the connection."""
        client, self._client, self._stream = self._client, None, None
        if client is not None and not client.is_closed:
            await client.close()


async def _said(error: Exception) -> None:
    """What nats-py meets in the background comes back from `send` too."""
    logger.debug("nats: %s", error)
