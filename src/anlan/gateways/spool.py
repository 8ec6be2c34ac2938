"""The spool: what devices sent, on disk before they are answered, until the ingest has it.

One process writes (`append`, one thread) and hands on (`read`, `forwarded`, another thread). Numbers are never used twice:
they follow from the last file, and the last file is never deleted; a folder without files gets a new name.

Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import struct
import threading
import zlib
from pathlib import Path
from typing import IO

from anlan.gateways.segments import Record, Segment, encode_record, records, segment_path, segments, sync_folder
from anlan.kernel.errors import Conflict, Unavailable

__all__ = ["SEGMENT_BYTES", "Spool"]

logger = logging.getLogger(__name__)

SEGMENT_BYTES = 16 * 1024 * 1024
_NAME, _LOCK, _PLACE = "gateway.json", "in-use.lock", "forwarded"
# Turn, first number of the file, place in it, number of the next report to hand on; then a checksum. Two slots in turns.
_SLOT = struct.Struct("<QQQQ")
_SLOT_BYTES = _SLOT.size + 4


class Spool:
    """An open spool. `name` is the gateway's own; `waiting` counts reports that are durable and not handed on."""

    def __init__(self, folder: Path, label: str, *, limit: int, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Open a folder, cut a torn end off, find out what was handed on.

        Args:
            folder: made when missing. label: what the gateway's name begins with. limit: most bytes of all files.
        Raises:
            Conflict: "gateways.spool.in_use".
            Unavailable: "gateways.spool.unusable" when the folder can't be written.
        """
        self.folder, self._limit, self._segment_bytes = folder, limit, segment_bytes
        self._guard = threading.Lock()
        self._write = self._read = self._place = -1
        self._lock: IO[str] | None = None
        self._damaged = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._hold()
            self._open(label)
        except OSError as error:
            self.close()
            raise Unavailable("gateways.spool.unusable", folder=str(folder), reason=error.strerror or "") from error

    def _hold(self) -> None:
        self._lock = (self.folder / _LOCK).open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            raise Conflict("gateways.spool.in_use", folder=str(self.folder)) from error

    def _open(self, label: str) -> None:
        found = segments(self.folder)
        name = self.folder / _NAME
        if not found or not name.is_file():
            # Without files nobody knows which numbers are used up: go on under another name, from 1.
            self._rename(name, f"{label}-{secrets.token_hex(4)}")
        self.name: str = json.loads(name.read_text(encoding="utf-8"))["name"]
        self._segments = found or [self._make(1)]
        self._total = sum(s.path.stat().st_size for s in self._segments)
        last = self._segments[-1]
        self._write = os.open(last.path, os.O_RDWR | os.O_CLOEXEC)
        self._end = self._cut(last)
        self._resume()

    def _rename(self, path: Path, name: str) -> None:
        draft = path.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"name": name}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        (self.folder / _PLACE).unlink(missing_ok=True)
        sync_folder(self.folder)

    def _make(self, first: int) -> Segment:
        path = segment_path(self.folder, first)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        sync_folder(self.folder)
        return Segment(first, path)

    def _cut(self, last: Segment) -> int:
        """Cut the torn end off the file that was written last; its length then. Fixes the next number."""
        size = os.fstat(self._write).st_size
        end, self.next = 0, last.first
        for record in records(self._write, 0, size):
            end, self.next = record.end, record.first + record.count
        if end < size:
            logger.warning("spool: %d bytes of an unfinished record cut off, nobody was answered for them", size - end)
            os.ftruncate(self._write, end)
            os.fsync(self._write)
            self._total -= size - end
        return end

    def _resume(self) -> None:
        """Where handing on continues: as noted, unless the note is missing or its file is gone."""
        self._place = os.open(self.folder / _PLACE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._turn, first, place, number = max(self._slots(), default=(0, 0, 0, 0))
        oldest = self._segments[0].first
        if first < oldest or place > segment_path(self.folder, first).stat().st_size:
            first, place, number = max(first, oldest), 0, max(first, oldest)
        self._at = (first, place)
        self._number = number

    def _slots(self) -> list[tuple[int, ...]]:
        found = []
        for turn in (0, 1):
            slot = os.pread(self._place, _SLOT_BYTES, turn * _SLOT_BYTES)
            if len(slot) == _SLOT_BYTES and zlib.crc32(slot[:-4]) == int.from_bytes(slot[-4:], "little"):
                found.append(_SLOT.unpack(slot[:-4]))
        return found

    @property
    def waiting(self) -> int:
        """Reports that are durable and not handed on."""
        return self.next - self._number

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return self._total

    def append(self, parcel: bytes, count: int) -> None:
        """Write one record and wait until it would survive a power cut. On failure nothing of it is left.

        Args:
            parcel: `count` packed reports, numbered from `next` on.
        Raises:
            Unavailable: "gateways.spool.full" at the limit, or with what the system says (disk full).
        """
        record = encode_record(self.next, count, parcel)
        if self._total + len(record) > self._limit:
            raise Unavailable("gateways.spool.full", folder=str(self.folder), reason=f"{self._limit} bytes")
        try:
            if self._end >= self._segment_bytes:
                self._rotate()
            self._put(record)
            os.fdatasync(self._write)
        except OSError as error:
            self._undo()
            raise Unavailable("gateways.spool.full", folder=str(self.folder), reason=error.strerror or "") from error
        with self._guard:
            self._end += len(record)
            self._total += len(record)
            self.next += count

    def _put(self, record: bytes) -> None:
        view, place = memoryview(record), self._end
        while view:
            written = os.pwrite(self._write, view, place)
            view, place = view[written:], place + written

    def _rotate(self) -> None:
        made = self._make(self.next)
        opened = os.open(made.path, os.O_RDWR | os.O_CLOEXEC)
        with self._guard:
            os.close(self._write)
            self._write, self._end = opened, 0
            self._segments.append(made)

    def _undo(self) -> None:
        """After a failed write or sync: cut back. What the disk holds then is unknown if that fails too, so a record that
        is written again later overwrites the same place, and its checksum decides."""
        try:
            os.ftruncate(self._write, self._end)
        except OSError as error:
            logger.warning("spool: an unfinished record could not be cut off: %s", error)

    def read(self, *, reports: int, size: int) -> list[Record]:
        """The next durable records to hand on, in order: at least one, if there is any, within these bounds otherwise.

        Args:
            reports, size: most reports, most bytes.
        """
        found: list[Record] = []
        while True:
            with self._guard:
                place = next(i for i, s in enumerate(self._segments) if s.first == self._at[0])
                segment, is_last = self._segments[place], place + 1 == len(self._segments)
                end = self._end if is_last else segment.path.stat().st_size
            if self._read < 0:
                self._read = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
            behind = self._at[1]
            for record in records(self._read, behind, end):
                self._look(segment, behind, record.start)
                behind = record.end
                reports -= record.count
                size -= len(record.parcel)
                if found and (reports < 0 or size < 0):
                    return found
                found.append(record)
                if reports <= 0 or size <= 0:
                    return found
            if found or is_last:
                return found
            self._look(segment, behind, end)
            with self._guard:
                following = self._segments[place + 1].first
            self._note(following, 0, following)

    def _look(self, segment: Segment, behind: int, start: int) -> None:
        """Bytes between two records can't be read: say so once, and keep the file when it is done with."""
        if start > behind and not self._damaged:
            self._damaged = True
            logger.error("spool: %s is damaged at byte %d; it will be kept as .damaged", segment.path.name, behind)

    def forwarded(self, record: Record) -> None:
        """Everything up to this record has been taken over; files that are no longer needed are deleted."""
        self._note(self._at[0], record.end, record.first + record.count)

    def _note(self, first: int, place: int, number: int) -> None:
        if first != self._at[0] and self._read >= 0:
            os.close(self._read)
            self._read = -1
        self._turn += 1
        slot = _SLOT.pack(self._turn, first, place, number)
        # Not synced: after a power cut some reports are handed on again, and their numbers say so.
        os.pwrite(self._place, slot + zlib.crc32(slot).to_bytes(4, "little"), self._turn % 2 * _SLOT_BYTES)
        self._at, self._number = (first, place), number
        while self._segments[0].first < first:
            with self._guard:
                done = self._segments.pop(0)
                self._total -= done.path.stat().st_size
            if self._damaged:
                done.path.replace(done.path.with_suffix(".damaged"))
                self._damaged = False
            else:
                done.path.unlink()

    def close(self) -> None:
        """Close the files and let go of the folder."""
        for descriptor in (self._write, self._read, self._place):
            if descriptor >= 0:
                os.close(descriptor)
        self._write = self._read = self._place = -1
        if self._lock is not None:
            self._lock.close()
