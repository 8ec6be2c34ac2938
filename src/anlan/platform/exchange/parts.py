"""A part: some lines of JSON in CloudEvents form, compressed, signed by its sender for its receiver, and sealed.

The same bytes go over HTTP, through a broker and on a stick. Reading bounds everything: a part that would unpack to more
than its limit is refused before it does. Source: CloudEvents 1.0.2 (JSON format); house rule (docs/explanation/exchange.md).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from anlan.kernel.canonical import holds_nul
from anlan.kernel.errors import ProtocolError
from anlan.platform.exchange import keys

__all__ = [
    "HEAD_BYTES", "MOST_PLAIN", "MOST_SEALED", "Part", "event", "joined", "open_part", "part_length", "seal_part", "split",
]  # fmt: skip

MAGIC = b"ANLANX1\n"
MOST_SEALED = 24 * 1024 * 1024
MOST_PLAIN = 64 * 1024 * 1024
_MOST_LINES = 100_000
_LENGTH = struct.Struct(">I")
HEAD_BYTES = len(MAGIC) + _LENGTH.size
_LEVEL = 6
_KEY, _SIGNATURE = 32, 64


@dataclass(frozen=True, slots=True)
class Part:
    """An opened part: the sender's Ed25519 key (64 hex digits, its signature verified) and its lines."""

    sender: str
    lines: Sequence[Mapping[str, Any]]


def event(type_: str, source: str, id_: str, data: Mapping[str, Any], **more: str) -> bytes:
    """One line: a CloudEvent whose type is `cn.anlan.<type_>`."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "type": f"cn.anlan.{type_}",
            "source": f"/nodes/{source}",
            "id": id_,
            **more,
            "data": data,
        }
    )


def seal_part(lines: Iterable[bytes], receiver: str) -> bytes:
    """Lines as one part for the holder of the box key `receiver`.

    Raises:
        ProtocolError: "exchange.key_malformed".
    """
    packed = zlib.compress(b"\n".join(lines), _LEVEL)
    signature = keys.sign(_signed(packed, receiver))
    sealed = keys.seal_box(bytes.fromhex(keys.public_key()) + signature + packed, receiver)
    return MAGIC + _LENGTH.pack(len(sealed)) + sealed


def _signed(packed: bytes, receiver: str) -> bytes:
    """The receiver stands in it: a part can't be handed on as if it had been written to somebody else."""
    return b"anlan-part/1\n" + receiver.encode() + b"\n" + packed


def joined(parts: Iterable[bytes]) -> bytes:
    """Parts one behind the other: what one request or one file holds."""
    return b"".join(parts)


def part_length(head: bytes, at: int = 0) -> int:
    """How many sealed bytes follow a part's head, which begins at byte `at` of its file.

    Raises:
        ProtocolError: "exchange.not_a_part", "exchange.too_large".
    """
    if len(head) != HEAD_BYTES or not head.startswith(MAGIC):
        raise ProtocolError("exchange.not_a_part", at=at)
    length: int = _LENGTH.unpack_from(head, len(MAGIC))[0]
    if length > MOST_SEALED:
        raise ProtocolError("exchange.too_large", limit=MOST_SEALED)
    return length


def split(data: bytes) -> Iterator[bytes]:
    """The sealed parts within some bytes.

    Raises:
        ProtocolError: "exchange.not_a_part" where they do not go on as one, "exchange.too_large".
    """
    at = 0
    while at < len(data):
        start = at + HEAD_BYTES
        length = part_length(data[at:start], at)
        if start + length > len(data):
            raise ProtocolError("exchange.not_a_part", at=at)
        yield data[start : start + length]
        at = start + length


def open_part(sealed: bytes) -> Part:
    """Decrypt, verify the signature, unpack.

    Raises:
        ProtocolError: "exchange.not_for_us", "exchange.signature", "exchange.too_large", "exchange.malformed".
    """
    plain = keys.open_box(sealed)
    sender, signature, packed = plain[:_KEY].hex(), plain[_KEY : _KEY + _SIGNATURE], plain[_KEY + _SIGNATURE :]
    if not keys.signed_by(sender, signature, _signed(packed, keys.box_key())):
        raise ProtocolError("exchange.signature")
    return Part(sender, [_read(line) for line in _unpacked(packed)])


def _unpacked(packed: bytes) -> list[bytes]:
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(packed, MOST_PLAIN)
    except zlib.error as error:
        raise ProtocolError("exchange.malformed") from error
    if reader.unconsumed_tail:
        raise ProtocolError("exchange.too_large", limit=MOST_PLAIN)
    if not reader.eof:
        raise ProtocolError("exchange.malformed")
    lines = text.split(b"\n")
    if len(lines) > _MOST_LINES:
        raise ProtocolError("exchange.too_large", limit=_MOST_LINES)
    return lines


def _read(line: bytes) -> Mapping[str, Any]:
    if holds_nul(line):
        raise ProtocolError("exchange.malformed")  # what is looked up or stored of it would be refused by PostgreSQL
    try:
        found = orjson.loads(line)
    except ValueError as error:
        raise ProtocolError("exchange.malformed") from error
    if not (type(found) is dict and type(found.get("type")) is str and type(found.get("data")) is dict):
        raise ProtocolError("exchange.malformed")
    return found
