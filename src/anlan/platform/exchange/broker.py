"""This node's own NATS server: the streams in which turns wait, one each way for every neighbour.

Needs the package nats-py. Names and configuration: `platform/rules/broker.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from anlan.kernel.errors import Unavailable
from anlan.platform.rules import broker as names

__all__ = ["Broker", "nats_library"]

log = logging.getLogger("anlan.exchange")
_SECONDS = 5.0
_KEPT_S = 7 * 86_400.0
"""How long what was said waits for a neighbour's server. What is older is said again when the neighbour says what it lacks."""
_ACK_WAIT_S = 30.0
_CONSUMER = "exchange"
_CLUSTER = 3


def nats_library() -> Any:
    """The package nats-py.

    Raises:
        Unavailable: "exchange.nats_missing" when it is not installed.
    """
    try:
        import nats
    except ImportError as error:
        raise Unavailable("exchange.nats_missing", permanent=True) from error
    return nats


class Broker:
    """A connection to this node's server."""

    def __init__(self, client: Any, own: str) -> None:
        self._nats, self._client, self._own = nats_library(), client, own
        self._stream = client.jetstream(timeout=_SECONDS)
        # A stream of a cluster stands on three of its servers: one may be lost.
        self._replicas = _CLUSTER if len(client.servers) >= _CLUSTER else 1

    @classmethod
    async def connected(cls, addresses: str, own: str) -> Broker:
        """Connect to one of some addresses, parted by commas; `own`: region prefix of this node.

        Raises:
            OSError, TimeoutError, nats.errors.Error: none answers.
        """
        nats = nats_library()
        servers = addresses.split(",")
        client = await asyncio.wait_for(
            nats.connect(
                servers,
                connect_timeout=_SECONDS,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                error_cb=_said,
            ),
            _SECONDS * (1 + len(servers)),
        )
        return cls(client, own)

    @property
    def closed(self) -> bool:
        return bool(self._client.is_closed)

    @property
    def most_bytes(self) -> int:
        """The largest message that the server takes."""
        return int(self._client.max_payload)

    async def streams(self, neighbour: str) -> None:
        """Make the two streams of a neighbour (region prefix) where they are missing."""
        api = self._nats.js.api
        out = api.StreamConfig(
            name=names.outgoing(neighbour), subjects=[names.subject(self._own, neighbour)], max_age=_KEPT_S,
            num_replicas=self._replicas,
        )  # fmt: skip
        # Its server's domain is reached through the leaf; while that is down the source waits and is tried again.
        outside = api.ExternalStream(api=f"$JS.{names.domain(neighbour)}.API")
        into = api.StreamConfig(
            name=names.incoming(neighbour), retention=api.RetentionPolicy.WORK_QUEUE, num_replicas=self._replicas,
            sources=[api.StreamSource(name=names.outgoing(self._own), external=outside)],
        )  # fmt: skip
        for config in (out, into):
            try:
                await self._stream.stream_info(config.name)
            except self._nats.js.errors.NotFoundError:
                await self._stream.add_stream(config)

    async def hearing(self, neighbour: str) -> Any:
        """What a neighbour said, to be fetched one at a time: the order holds, also when one is delivered again."""
        config = self._nats.js.api.ConsumerConfig(ack_wait=_ACK_WAIT_S, max_ack_pending=1)
        return await self._stream.pull_subscribe(
            "", durable=_CONSUMER, stream=names.incoming(neighbour), config=config
        )

    async def next(self, heard: Any, seconds: float) -> Any | None:
        """The next message of `hearing`, None when none came in time.

        Raises:
            ConnectionError: the connection has ended.
        """
        try:
            (message,) = await heard.fetch(1, timeout=seconds)
        except self._nats.errors.TimeoutError:
            if self.closed:
                raise ConnectionError("closed") from None
            return None
        return message

    async def speak(self, neighbour: str, data: bytes, entry: str) -> None:
        """Store a part in the stream to a neighbour; `entry`, where there is one, is its message id."""
        headers = {"Nats-Msg-Id": entry} if entry else None
        await self._stream.publish(names.subject(self._own, neighbour), data, timeout=_SECONDS, headers=headers)

    async def close(self) -> None:
        with contextlib.suppress(self._nats.errors.Error, OSError):
            await self._client.close()


async def _said(error: Exception) -> None:
    """What nats-py meets in the background comes back from what we call too."""
    log.debug("nats: %s", error)
