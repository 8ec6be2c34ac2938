"""What a file is, told from its bytes and never from its name; and whether it may be kept. Pure: no Django, no disk."""

from __future__ import annotations

import hashlib
import io
import struct
import unicodedata
import warnings
import zipfile
import zlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from PIL import ExifTags, Image, ImageOps

from anlan.kernel.errors import BadInput
from anlan.platform.attachments.looks import grey_of, in_grey, looks_of

__all__ = ["EXTENSIONS", "IMAGES", "UNREADABLE", "AttachmentFacts", "examine", "look_of", "safe_name"]

IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
# A report with what proves it (reporting.reports.package): these parts and no other.
_PACKAGE = "application/vnd.anlan.report+zip"
_PACKAGE_PARTS, _PACKAGE_REPORTS = {"figures.json", "figures.sig", "index.html"}, {"report.docx", "report.xlsx"}
EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    _OFFICE["word/document.xml"]: ".docx",
    _OFFICE["xl/workbook.xml"]: ".xlsx",
    _OFFICE["ppt/presentation.xml"]: ".pptx",
    _PACKAGE: ".zip",
}

MAX_PIXELS = 50_000_000
"""A 50-megapixel photo is 150 MB when unpacked; more is a trap, not a photo."""
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
# Kinds that may hold several pictures of which only the first is looked at, while a page shows them all.
_MOVING = frozenset({"image/png", "image/webp"})
# No camera's clock says another year by itself; and near the ends of the calendar no zone can be reckoned with.
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_CHINA_TIME = timezone(timedelta(hours=8))
# Everything Pillow's decoders are known to raise on bytes they can't read.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """What is known of one file.

    Attributes:
        sha256: 64 hex digits. size: bytes. media_type: from the content. name: cleaned file name.
        width, height: pixels as shown (turned upright), images only.
        taken_at: aware UTC from EXIF, as the camera says. lon, lat: WGS-84 degrees from EXIF.
        look: 16 hex digits; photos that look alike differ in few of its 64 bits.
        looks: what the index finds the picture by (looks.looks_of); known while it is being stored, not among the values.
    """

    sha256: str
    media_type: str
    size: int
    name: str
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    look: str = ""
    looks: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON values; `taken_at` as ISO text."""
        values = asdict(self)
        del values["looks"]
        values["taken_at"] = self.taken_at.isoformat() if self.taken_at else None
        return values


def examine(data: bytes, filename: str, limit_bytes: int) -> AttachmentFacts:
    """Tell what `data` is and refuse what may not be kept.

    Raises:
        BadInput: "platform.attachment.empty|too_large|type_refused|damaged|too_many_pixels|animated|unpacks_too_large|
            macros".
    Source: house rule; accepted are JPEG, PNG, WebP, PDF, the workbooks and documents of ECMA-376, and packages of reports.
    """
    name = safe_name(filename)
    if not data:
        raise BadInput("platform.attachment.empty", name=name)
    if len(data) > limit_bytes:
        raise BadInput("platform.attachment.too_large", name=name, limit_mb=limit_bytes // 1048576)
    media_type = _media_type(data, name)
    digest = hashlib.sha256(data).hexdigest()
    if media_type in IMAGES:
        return AttachmentFacts(digest, media_type, len(data), name, **_image_facts(data, media_type, name))
    return AttachmentFacts(digest, media_type, len(data), name)


def safe_name(filename: str) -> str:
    """The last part of a file name without control and path characters, at most 120 long; "file" if none is left."""
    last = unicodedata.normalize("NFC", filename.replace("\\", "/").rpartition("/")[2])
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    stem, dot, extension = kept.strip(" .").rpartition(".")
    if dot and len(extension) <= 10:
        return f"{stem[: 119 - len(extension)]}.{extension}" if stem else f"file.{extension}"
    return kept.strip(" .")[:120] or "file"


def _media_type(data: bytes, name: str) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-2048:]:
            raise BadInput("platform.attachment.damaged", name=name)
        return "application/pdf"
    if data.startswith(b"PK\x03\x04"):
        return _office_type(data, name)
    raise BadInput("platform.attachment.type_refused", name=name)


def _office_type(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {m.filename: m.file_size for m in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OSError) as error:
        raise BadInput("platform.attachment.damaged", name=name) from error
    if sum(members.values()) > MAX_UNPACKED_BYTES:
        raise BadInput("platform.attachment.unpacks_too_large", name=name, limit_mb=MAX_UNPACKED_BYTES // 1048576)
    if any(m.lower().endswith("vbaproject.bin") for m in members):
        raise BadInput("platform.attachment.macros", name=name)
    for marker, media_type in _OFFICE.items():
        if marker in members and "[Content_Types].xml" in members:
            return media_type
    if members.keys() - _PACKAGE_REPORTS == _PACKAGE_PARTS:
        return _PACKAGE
    raise BadInput("platform.attachment.type_refused", name=name)


def _image_facts(data: bytes, media_type: str, name: str) -> dict[str, Any]:
    formats = [IMAGES[media_type]]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower and refuses
            with Image.open(io.BytesIO(data), formats=formats) as probe:
                if probe.width * probe.height > MAX_PIXELS:
                    raise _too_many_pixels(name)
                if media_type in _MOVING and getattr(probe, "is_animated", False):
                    raise BadInput("platform.attachment.animated", name=name)
                probe.verify()
            # verify() reads no pixels: only decoding the whole picture finds the one that breaks off.
            with Image.open(io.BytesIO(data), formats=formats) as image:
                image.load()
                upright = ImageOps.exif_transpose(image)
                taken_at, lon, lat = _exif_facts(image)
                return {
                    "width": upright.width,
                    "height": upright.height,
                    "taken_at": taken_at,
                    "lon": lon,
                    "lat": lat,
                    "look": look_of(upright),
                    "looks": looks_of(grey_of(upright)),
                }
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(name) from error
    except UNREADABLE as error:
        raise BadInput("platform.attachment.damaged", name=name) from error


def _too_many_pixels(name: str) -> BadInput:
    return BadInput("platform.attachment.too_many_pixels", name=name, limit=MAX_PIXELS // 1_000_000)


def look_of(image: Image.Image) -> str:
    """A 64-bit gradient fingerprint: which of two neighbours on a 9 x 8 grey grid is lighter. Survives re-encoding.

    Source: house rule (used to find one photo handed in for two hazards, never as proof by itself).
    """
    grid = in_grey(image).resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (grid[row * 9 + column] < grid[row * 9 + column + 1])
    return f"{bits:016x}"


def _exif_facts(image: Image.Image) -> tuple[datetime | None, float | None, float | None]:
    exif = image.getexif()
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    lon, lat = _degrees(gps, 3, "W", 180.0), _degrees(gps, 1, "S", 90.0)
    if lon is None or lat is None or (lon == 0.0 and lat == 0.0):
        lon = lat = None
    return _taken_at(detail), lon, lat


def _taken_at(detail: dict[int, Any]) -> datetime | None:
    stated = detail.get(ExifTags.Base.DateTimeOriginal)
    try:
        moment = datetime.strptime(str(stated).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - zone comes next
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    offset = str(detail.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\x00 ")
    try:
        zone = datetime.strptime(offset, "%z").tzinfo if offset else _CHINA_TIME
    except ValueError:
        zone = _CHINA_TIME
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _degrees(gps: dict[int, Any], tag: int, negative: str, limit: float) -> float | None:
    """Degrees of one axis: `tag` holds (degrees, minutes, seconds), `tag` - 1 its hemisphere."""
    try:
        degrees, minutes, seconds = (float(part) for part in gps[tag + 1])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not 0.0 <= value <= limit:  # also drops nan, which a zero denominator makes
        return None
    return round(-value if str(gps.get(tag, "")).strip("\x00 ").upper() == negative else value, 7)
