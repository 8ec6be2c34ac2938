"""Files of the spool: records one behind the other, each with length and checksum, so that a torn end is seen.

A record holds the reports of one commit as a packed parcel. Numbers of reports go on without gaps from record to record;
a file is named after the first number that may stand in it. Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["Record", "Segment", "encode_record", "records", "segment_path", "segments", "sync_folder"]

_MAGIC = b"ANs1"
# Magic, checksum of all that follows it, length of the parcel, number of its first report, number of reports.
_HEAD = struct.Struct("<4sIIQI")
_FACTS = struct.Struct("<IQI")
_SUFFIX = ".spool"
_PORTION = 1_048_576


class Record(NamedTuple):
    """One record: number of its first report, number of reports, their parcel; where it begins and ends in the file."""

    first: int
    count: int
    parcel: bytes
    start: int
    end: int


class Segment(NamedTuple):
    """One file, and the number of the first report that may stand in it."""

    first: int
    path: Path


def segments(folder: Path) -> list[Segment]:
    """The files of a spool, oldest first."""
    found = [p for p in folder.glob(f"*{_SUFFIX}") if p.stem.isdigit()]
    return sorted(Segment(int(path.stem), path) for path in found)


def segment_path(folder: Path, first: int) -> Path:
    """Where the file stands whose first report has this number."""
    return folder / f"{first:016d}{_SUFFIX}"


def encode_record(first: int, count: int, parcel: bytes) -> bytes:
    """The bytes of a record."""
    facts = _FACTS.pack(len(parcel), first, count)
    return _HEAD.pack(_MAGIC, zlib.crc32(parcel, zlib.crc32(facts)), len(parcel), first, count) + parcel


def records(descriptor: int, start: int, end: int) -> Iterator[Record]:
    """Whole records of a file between two places. What is torn or damaged is passed over: `start` then lies behind the
    end of the record before."""
    place = start
    while place + _HEAD.size <= end:
        record = _record(descriptor, place, end)
        if record is None:
            place = _next_magic(descriptor, place + 1, end)
            continue
        place = record.end
        yield record


def _record(descriptor: int, place: int, end: int) -> Record | None:
    head = os.pread(descriptor, _HEAD.size, place)
    if len(head) < _HEAD.size:
        return None
    magic, checksum, length, first, count = _HEAD.unpack(head)
    if magic != _MAGIC or place + _HEAD.size + length > end:
        return None
    parcel = os.pread(descriptor, length, place + _HEAD.size)
    if len(parcel) < length or zlib.crc32(parcel, zlib.crc32(_FACTS.pack(length, first, count))) != checksum:
        return None
    return Record(first, count, parcel, place, place + _HEAD.size + length)


def _next_magic(descriptor: int, place: int, end: int) -> int:
    """Where a record may begin from here on; the end if nowhere. Parcels are JSON: no head can stand within one."""
    while place < end:
        part = os.pread(descriptor, min(_PORTION, end - place), place)
        found = part.find(_MAGIC)
        if found >= 0:
            return place + found
        if len(part) <= len(_MAGIC):
            break
        place += len(part) - len(_MAGIC) + 1
    return end


def sync_folder(folder: Path) -> None:
    """Make names that were added to a folder or taken from it survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
