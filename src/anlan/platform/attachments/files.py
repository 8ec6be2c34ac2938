"""The bytes on disk: ATTACHMENTS/ab/cd/<sha256>, written to a temporary name, forced to disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import tempfile
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps

from anlan.kernel.errors import Unavailable

THUMBNAIL_WIDTHS = (160, 320, 640, 1280)


def path_of(sha256: str) -> Path:
    """Where the bytes of `sha256` lie, or would lie."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def thumbnail_path(sha256: str, width: int) -> Path:
    """Where the thumbnail `width` pixels wide is kept."""
    return Path(settings.MEDIA_ROOT) / "thumbs" / str(width) / sha256[:2] / f"{sha256}.jpg"


def write(path: Path, data: bytes) -> None:
    """Write `data` so that `path` is either absent or complete, also after a power cut.

    Raises:
        Unavailable: "platform.attachment.disk_full", "platform.attachment.not_written".
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=".part-", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise Unavailable(
            "platform.attachment.disk_full" if full else "platform.attachment.not_written", reason=error.strerror
        ) from error


def thumbnail(sha256: str, width: int) -> Path | None:
    """The thumbnail's file, made on first use: upright, without EXIF; None when the original is not held.

    Args:
        width: one of THUMBNAIL_WIDTHS; the larger side never grows.
    """
    target = thumbnail_path(sha256, width)
    if target.is_file():
        return target
    original = path_of(sha256)
    if not original.is_file():
        return None
    with Image.open(original) as image:
        image.draft("RGB", (width * 2, width * 2))
        small = ImageOps.exif_transpose(image).convert("RGB")
        small.thumbnail((width, width * 2), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=82, optimize=True)
    write(target, buffer.getvalue())
    return target


def remove(sha256: str) -> None:
    """Remove the bytes and every thumbnail of an erased attachment."""
    for path in (path_of(sha256), *(thumbnail_path(sha256, w) for w in THUMBNAIL_WIDTHS)):
        path.unlink(missing_ok=True)
