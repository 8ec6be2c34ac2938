"""Attachments between nodes: asked for by their hash when an entry that names them has come, sent in pieces, checked whole.

A piece that was lost is asked for again from where the file ends here; a file is kept only when its bytes are those hashed.
Of a large picture a small one goes first: over a thin line people see what was photographed long before the original is there.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from PIL import Image

from anlan.kernel.entry import Entry
from anlan.kernel.errors import BadInput, Unavailable
from anlan.kernel.nodes import above, stem
from anlan.platform.attachments import expect, files, take_over
from anlan.platform.attachments.facts import IMAGES
from anlan.platform.attachments.models import Attachment, AttachmentLink
from anlan.platform.database import writing
from anlan.platform.exchange.models import FileWanted
from anlan.platform.exchange.parts import event
from anlan.platform.exchange.select import concerns
from anlan.platform.journal import node
from anlan.platform.journal.models import Head

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


def _awaited(sha256: Any, sender: str) -> list[str]:
    """The subjects for which a file is awaited, if a neighbour has a say about one of them: nobody checks a small picture by
    its hash, and pieces of others would spoil what has come. A node below brings what is shown in its region only."""
    if not (type(sha256) is str and _HASH.fullmatch(sha256)):
        return []
    subjects = list(FileWanted.objects.filter(sha256=sha256).values_list("subject", flat=True))
    if not subjects or above(sender, node.own().id):
        return subjects
    stood = Head.objects.filter(subject__in=subjects).values_list("region", "former")
    within = any(code.startswith(stem(sender)) for r, f in stood for code in (r, *(f or "").split(",")))
    return subjects if within else []


def thumbs_take(lines: Sequence[Mapping[str, Any]], sender: str) -> int:
    """Keep the small pictures of files that are awaited; bytes that were new. The original replaces them.

    Args:
        sender: id of the node that sends them.
    """
    came = 0
    for line in lines:
        sha256 = line["data"].get("sha256")
        if not _awaited(sha256, sender):
            continue
        target = files.thumbnail_path(sha256, _SMALL)
        if not target.is_file() and (small := _small(line["data"].get("content"))):
            try:
                files.write(target, small)
            except Unavailable as error:  # a full disk for files must not hold up what is said
                log.error("exchange: small picture %s is not kept: %s", sha256, error.code)
                continue
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
        if held is None:
            continue
        # As much as there is and not whole: what came over there was spoiled or left by a crash, so it begins anew.
        have = 0 if have >= held.size else have
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
            data = orjson.loads(pieces[-1])["data"]
            have = data["at"] + _PIECE
            if have >= data["size"]:
                break


def files_take(lines: Sequence[Mapping[str, Any]], sender: str, now: datetime) -> int:
    """Put pieces to what is here, and keep the files that are whole; bytes that were new. `sender` as of `thumbs_take`."""
    came = 0
    for line in lines:
        data = line["data"]
        sha256, at, size = data.get("sha256"), data.get("at"), data.get("size")
        if not (type(at) is int and type(size) is int and 0 < size <= settings.UPLOAD_MAX_BYTES):
            continue
        if not (subjects := _awaited(sha256, sender)):
            continue  # nobody here asked for it
        try:
            piece = b64decode(data.get("content"), validate=True)
        except (TypeError, ValueError, NotBase64):
            continue
        name = data.get("name")
        try:
            came += _piece(sha256, at, size, name if type(name) is str else "", piece, subjects, now)
        except (OSError, Unavailable) as error:  # a disk that is full or away: asked for again when there is room
            log.error("exchange: a piece of attachment %s is not kept: %s", sha256, error)
    return came


def _piece(sha256: str, at: int, size: int, name: str, piece: bytes, subjects: list[str], now: datetime) -> int:
    place = _place(sha256)
    have = place.stat().st_size if place.is_file() else 0
    if at == 0 and have >= size:
        # The other side begins anew, for there is as much as there should be: a crash or a full disk came before its keeping,
        # or it is spoiled.
        if _finished(place, sha256, name, subjects, now):
            return len(piece)
        have = 0
    if at != have or have + len(piece) > size or not piece:
        return 0
    _put(place, at, piece)
    if at + len(piece) == size:
        _finished(place, sha256, name, subjects, now)
    return len(piece)


def _finished(place: Path, sha256: str, name: str, subjects: list[str], now: datetime) -> bool:
    """Keep a file if what is here is all of it; else it is asked for anew, from its beginning."""
    whole = place.read_bytes()
    right = hashlib.sha256(whole).hexdigest() == sha256
    if right:
        files.thumbnail_path(sha256, _SMALL).unlink(missing_ok=True)  # made here from the bytes that were hashed
        try:
            take_over(whole, name, subjects, now=now)
        except BadInput as error:
            # Erased by a redaction meanwhile, or of a kind that this version refuses: it is not asked for again.
            log.warning("exchange: attachment %s is not kept: %s", sha256, error.code)
        FileWanted.objects.filter(sha256=sha256).delete()
    place.unlink(missing_ok=True)
    return right


def _put(place: Path, at: int, piece: bytes) -> None:
    """Write a piece at its own place and not at the end: two workers that hear it at once write the same bytes twice."""
    place.parent.mkdir(exist_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT, 0o640), "wb") as out:
        out.seek(at)
        out.write(piece)
