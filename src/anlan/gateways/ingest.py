"""Parcels by HTTP to the ingest of a server: one connection kept open, one parcel at a time.

Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

import asyncio
import http.client
import logging
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from anlan.kernel.errors import BadInput, Unavailable

__all__ = ["PATH", "Ingest"]

logger = logging.getLogger(__name__)

PATH = "/api/v1/sensing/parcels"
_SECONDS = 60
# Answers that say that this parcel is at fault, not the moment.
_NEVER = (400, 413, 422)


class Ingest:
    """The carrier over HTTP. A parcel needs no kept answer: taken twice it changes nothing (kernel/telemetry.py)."""

    bytes_at_once = 2_000_000

    def __init__(self, address: str, token: str, host: str = "") -> None:
        """`address`: http(s)://host:port of the server; `host`: Host header, "" for that of the address.

        Raises:
            BadInput: "gateways.ingest.address".
        """
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadInput("gateways.ingest.address", value=address)
        self._parts, self._path = parts, f"{parts.path.rstrip('/')}{PATH}"
        self._headers = {"Content-Type": "application/json", "Authorization": f"Token {token}"}
        self._headers |= {"Host": host} if host else {}
        self._connection: http.client.HTTPConnection | None = None
        self._thread = ThreadPoolExecutor(1, "ingest")

    async def send(self, parcel: bytes, key: str) -> None:
        """Return when the server has stored the parcel.

        Raises:
            Unavailable: "gateways.ingest.unreachable", "gateways.ingest.refused" with the status: try again later.
            BadInput: "gateways.ingest.parcel": this parcel will never be taken.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._send, parcel, key)

    def _send(self, parcel: bytes, key: str) -> None:
        status = self._post(parcel, key)
        if status in _NEVER:
            raise BadInput("gateways.ingest.parcel", status=status)
        if status != 200:
            self._drop()
            raise Unavailable("gateways.ingest.refused", status=status)

    def _post(self, parcel: bytes, key: str) -> int:
        """The answer's status. A connection that the server closed while nothing was sent is opened anew once."""
        kept = self._connection is not None
        try:
            if self._connection is None:
                self._connection = self._open()
            self._connection.request("POST", self._path, parcel, {**self._headers, "Anlan-Parcel": key})
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            if kept:
                return self._post(parcel, key)
            raise Unavailable("gateways.ingest.unreachable", reason=str(error) or type(error).__name__) from error
        return answer.status

    def _open(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        return kind(str(self._parts.hostname), self._parts.port, timeout=_SECONDS)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def close(self) -> None:
        """Close the connection."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)
        self._thread.shutdown(wait=False)
