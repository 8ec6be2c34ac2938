"""Attachments between nodes: asked for by their hash when an entry that names them has come, sent in pieces, checked whole.

A piece that was lost is asked for again from where the file ends here; a file is kept only when its bytes are those hashed.
Of a large picture a small one goes first: over a thin line people see what was photographed long before the original is there.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from PIL import Image

from anlan.kernel.entry import Entry
from anlan.kernel.errors import AnlanError
from anlan.platform.attachments import expect, files, take_over
from anlan.platform.attachments.facts import IMAGES
from anlan.platform.attachments.models import Attachment, AttachmentLink
from anlan.platform.database import writing
from anlan.platform.exchange.models import FileWanted
from anlan.platform.exchange.parts import event
from anlan.platform.exchange.select import concerns
from anlan.platform.journal import node

__all__ = ["file_lines", "files_expect", "files_take", "files_wanted", "thumb_lines", "thumbs_take", "whole_files"]

log = logging.getLogger(__name__)
FOLDER = "exchange-files"
_HASH = re.compile(r"[0-9a-f]{64}")
_PIECE = 768 * 1024
_MOST_PIECES = 2
_MOST_ASKED = 8
_NOTHING = -1
"""Said instead of a size where not even a small picture is here."""
_SMALL, _SMALL_BYTES, _LARGE_BYTES = 320, 64 * 1024, 96 * 1024


def files_expect(entries: Iterable[Entry]) -> None:
    """Note the attachments that received entries name: those held are shown with their subject, others will be asked for."""
    named = {(sha256, entry.subject) for entry in entries if entry.text for sha256 in _hashes(entry.text)}
    if not named:
        return
    with writing():
        missing = expect(named)
        rows = [FileWanted(id=f"{sha256}:{subject}", sha256=sha256, subject=subject) for sha256, subject in sorted(missing)]
        FileWanted.objects.bulk_create(rows, ignore_conflicts=True)


def _hashes(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value} if _HASH.fullmatch(value) else set()
    if isinstance(value, Mapping):
        return {found for part in (*value.keys(), *value.values()) for found in _hashes(part)}
    return {found for part in value for found in _hashes(part)} if isinstance(value, list | tuple) else set()


def _place(sha256: str) -> Path:
    return Path(settings.DATA_DIR) / FOLDER / f"{sha256}.part"


def files_wanted(now: datetime) -> dict[str, int]:
    """Which files to ask for now, those asked for longest ago first, and how many bytes of each are here (-1: nothing)."""
    rows = FileWanted.objects.order_by("asked_at", "id").values_list("sha256", flat=True)[: _MOST_ASKED * 4]
    asked = list(dict.fromkeys(rows))[:_MOST_ASKED]
    if asked:
        with writing():
            FileWanted.objects.filter(sha256__in=asked).update(asked_at=int(now.timestamp() * 1000))
    return {sha256: _have(sha256) for sha256 in asked}


def _have(sha256: str) -> int:
    if (place := _place(sha256)).is_file():
        return place.stat().st_size
    return 0 if files.thumbnail_path(sha256, _SMALL).is_file() else _NOTHING


def _sendable(sha256: str, receiver: str) -> Attachment | None:
    """A file that is held and that a subject of the receiver's region shows."""
    held = Attachment.objects.filter(pk=sha256, erased=0).first()
    subjects = AttachmentLink.objects.filter(sha256=sha256).values_list("subject", flat=True)
    return held if held is not None and concerns(subjects, receiver) else None


def thumb_lines(wanted: Mapping[str, int], receiver: str) -> list[bytes]:
    """Small pictures of the large ones among what a neighbour asks for, where it has nothing of them. Args as `file_lines`."""
    found: list[bytes] = []
    for sha256, have in wanted.items():
        held = _sendable(sha256, receiver) if have == _NOTHING else None
        if held is None or held.media_type not in IMAGES or held.size < _LARGE_BYTES:
            continue
        try:
            small = files.thumbnail(sha256, _SMALL)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            log.error("exchange: attachment %s can't be drawn small: %s", sha256, error)
            continue
        if small is not None:
            data = {"sha256": sha256, "content": b64encode(small.read_bytes()).decode()}
            found.append(event("thumb", node.own().id, f"{sha256}:small", data))
    return found


def thumbs_take(lines: Sequence[Mapping[str, Any]]) -> int:
    """Keep the small pictures of files that are awaited; bytes that were new. The original replaces them."""
    came = 0
    for line in lines:
        sha256 = line["data"].get("sha256")
        if not (type(sha256) is str and _HASH.fullmatch(sha256) and FileWanted.objects.filter(sha256=sha256).exists()):
            continue
        target = files.thumbnail_path(sha256, _SMALL)
        if not target.is_file() and (small := _small(line["data"].get("content"))):
            files.write(target, small)
            came += len(small)
    return came


def _small(content: Any) -> bytes:
    """A small JPEG drawn anew from what came; b"" for anything that is none."""
    try:
        raw = b64decode(content, validate=True)
        if len(raw) > _SMALL_BYTES:
            return b""
        with Image.open(io.BytesIO(raw), formats=("JPEG",)) as image:
            if image.width > _SMALL or image.height > 2 * _SMALL:
                return b""
            drawn = io.BytesIO()
            image.convert("RGB").save(drawn, "JPEG", quality=82)
    except (TypeError, ValueError, NotBase64, OSError, Image.DecompressionBombError):
        return b""
    return drawn.getvalue()


def file_lines(wanted: Mapping[str, int], receiver: str) -> list[bytes]:
    """The next pieces of what a neighbour asks for, of the files that it may see.

    Args:
        wanted: hash -> bytes that it has, -1 for nothing at all. receiver: its region prefix.
    """
    found: list[bytes] = []
    for sha256, have in wanted.items():
        held, have = _sendable(sha256, receiver) if len(found) < _MOST_PIECES else None, max(0, have)
        if held is None or have >= held.size:
            continue
        try:
            with files.path_of(sha256).open("rb") as source:
                source.seek(have)
                piece = source.read(_PIECE)
        except OSError as error:  # one file that is lost here must not take the whole answer with it, turn after turn
            log.error("exchange: attachment %s can't be read: %s", sha256, error.strerror)
            continue
        if not piece:
            continue  # cut short on the disk
        data = {"sha256": sha256, "at": have, "size": held.size, "name": held.name, "content": b64encode(piece).decode()}
        found.append(event("file", node.own().id, f"{sha256}:{have}", data))
    return found


def whole_files(wanted: Mapping[str, int], receiver: str) -> Iterator[bytes]:
    """Every piece of these files, for a stick: whoever gets it can't ask again. Arguments as of `file_lines`."""
    for sha256, have in wanted.items():
        have = max(0, have)
        while pieces := file_lines({sha256: have}, receiver):
            yield from pieces
            have += _PIECE


def files_take(lines: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Put pieces to what is here, and keep the files that are whole; bytes that were new."""
    came = 0
    for line in lines:
        data = line["data"]
        sha256, at, size = data.get("sha256"), data.get("at"), data.get("size")
        if not (type(sha256) is str and _HASH.fullmatch(sha256) and type(at) is int and type(size) is int):
            continue
        subjects = list(FileWanted.objects.filter(sha256=sha256).values_list("subject", flat=True))
        if not subjects or not 0 < size <= settings.UPLOAD_MAX_BYTES:
            continue  # nobody here asked for it
        came += _piece(sha256, at, size, str(data.get("name", "")), data.get("content"), subjects, now)
    return came


def _piece(sha256: str, at: int, size: int, name: str, content: Any, subjects: list[str], now: datetime) -> int:
    place = _place(sha256)
    place.parent.mkdir(exist_ok=True)
    have = place.stat().st_size if place.is_file() else 0
    try:
        piece = b64decode(content, validate=True)
    except (TypeError, ValueError, NotBase64):
        return 0
    if at != have or have + len(piece) > size or not piece:
        return 0
    with place.open("ab") as out:
        out.write(piece)
    if have + len(piece) < size:
        return len(piece)
    whole = place.read_bytes()
    place.unlink()
    if hashlib.sha256(whole).hexdigest() != sha256:
        return 0  # asked for anew, from its beginning
    files.thumbnail_path(sha256, _SMALL).unlink(missing_ok=True)  # made here from the bytes that were hashed
    try:
        take_over(whole, name, subjects, now=now)
    except AnlanError as error:
        # Erased by a redaction meanwhile, or of a kind that this version refuses: it is not asked for again.
        log.warning("exchange: attachment %s is not kept: %s", sha256, error.code)
    FileWanted.objects.filter(sha256=sha256).delete()
    return len(piece)
