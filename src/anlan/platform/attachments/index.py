"""Finding pictures that look like a given one among all stored: looks cut into four bands of 16 bits, each indexed.

Two looks that differ in at most seven bits agree in one band but for one bit (seven bits can't be two in each of four), so
asking every band for its value and the sixteen values one bit away misses none of them, and few that differ in ten.
The table is this server's own and derived: what is missing is computed from the stored bytes (`refresh`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import connection
from PIL import Image

from anlan.platform.attachments import files
from anlan.platform.attachments.facts import IMAGES, UNREADABLE
from anlan.platform.attachments.looks import FAR, VERSION, Grey, asking, distance, grey_of, looks_of
from anlan.platform.attachments.models import Attachment, AttachmentLook
from anlan.platform.database import writing

__all__ = ["grey_held", "looks_held", "near", "near_turned", "put", "refresh", "remove"]

_BANDS = 4
_WORD = 0xFFFF
_SLICE = 200


def put(pictures: Iterable[tuple[str, Sequence[int]]]) -> None:
    """Index pictures by (sha256, looks); one without looks is remembered as looked at. Call it in a transaction."""
    rows = [
        AttachmentLook(sha256=sha256, place=place, look=_signed(look, 64), **_bands(look))
        for sha256, looks in pictures
        for place, look in (enumerate(looks) if looks else [(-1, 0)])
    ]
    AttachmentLook.objects.bulk_create(rows, ignore_conflicts=True)


def remove(sha256: str) -> None:
    """Forget a picture whose bytes were blanked."""
    AttachmentLook.objects.filter(sha256=sha256).delete()


def looks_held(sha256: str) -> tuple[int, ...]:
    """The looks of a picture; none for one without detail, for what is no picture, and before it is indexed (refresh)."""
    if not Attachment.objects.filter(pk=sha256, looked=VERSION).exists():
        return ()
    held = AttachmentLook.objects.filter(sha256=sha256, place__gte=0).order_by("place").values_list("look", flat=True)
    return tuple(look & 0xFFFF_FFFF_FFFF_FFFF for look in held)


def near(looks: Sequence[int], *, without: str, far: int = FAR) -> list[tuple[str, int]]:
    """(sha256, bits that differ) of indexed pictures whose look, or that of a crop, is near; the nearest first.

    Args:
        looks: of the picture asked about, as stored. without: its own sha256. far: most bits that may differ.
    """
    bits: dict[int, int] = {}
    for asked in asking(tuple(looks)):
        for key, held in _candidates(asked):
            differ = distance(asked, held & 0xFFFF_FFFF_FFFF_FFFF)
            if differ <= far:
                bits[key] = min(differ, bits.get(key, far))
    found: dict[str, int] = {}
    for key, sha256 in _pictures(bits, without):
        found[sha256] = min(bits[key], found.get(sha256, far))
    return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))


def near_turned(looks: Mapping[int, int], *, without: str, far: int = FAR) -> list[tuple[str, int]]:
    """(sha256, turn) of indexed pictures that one of these looks, given by turn, is near; the nearest first.

    A turned copy is near in few bits and need not be cropped too: only looks that share a whole band are found, which
    are all that differ in three bits and most that differ in six.
    """
    bits: dict[int, tuple[int, int]] = {}
    for key, held in _sharing([_words(look) for look in looks.values()]):
        differ, turn = min((distance(look, held & 0xFFFF_FFFF_FFFF_FFFF), turn) for turn, look in looks.items())
        if differ <= far:
            bits[key] = differ, turn
    found: dict[str, tuple[int, int]] = {}
    for key, sha256 in _pictures(bits, without):
        found[sha256] = min(bits[key], found.get(sha256, bits[key]))
    return [(sha256, turn) for sha256, (_, turn) in sorted(found.items(), key=lambda pair: (pair[1], pair[0]))]


def _pictures(rows: Iterable[int], without: str) -> Iterator[tuple[int, str]]:
    """(row, sha256) of these looks, but for those of one picture."""
    keys = list(rows)
    for start in range(0, len(keys), _SLICE):
        held = AttachmentLook.objects.filter(pk__in=keys[start : start + _SLICE], place__gte=0).exclude(sha256=without)
        yield from held.values_list("pk", "sha256")


def _candidates(look: int) -> list[tuple[int, int]]:
    """(row, look) of every look that shares a band with this one but for at most one bit, from the indexes alone."""
    flips = (0, *(1 << n for n in range(16)))
    return _sharing([{name: word ^ flip for name, word in _words(look).items()} for flip in flips])


def _sharing(asked: Sequence[Mapping[str, int]]) -> list[tuple[int, int]]:
    """(row, look) of every look of which a band has a value that is asked for in that band."""
    parts, values = [], []
    for name in (f"band{n}" for n in range(_BANDS)):
        probes = sorted({_signed(words[name], 16) for words in asked})
        marks = ", ".join(["%s"] * len(probes))
        parts.append(f'SELECT "id", "look" FROM "attachment_looks" WHERE "{name}" IN ({marks})')
        values += probes
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return cursor.fetchall()


def _words(look: int) -> dict[str, int]:
    return {f"band{n}": (look >> 16 * n) & _WORD for n in range(_BANDS)}


def _bands(look: int) -> dict[str, int]:
    return {name: _signed(word, 16) for name, word in _words(look).items()}


def _signed(value: int, bits: int) -> int:
    """The same bits as the signed number that both databases keep."""
    return value - (1 << bits) if value >> (bits - 1) else value


def grey_held(sha256: str) -> Grey | None:
    """The stored picture in grey, None where its bytes are not held any more or were damaged on the disk."""
    path = files.path_of(sha256)
    if not path.is_file():
        return None
    try:
        with Image.open(path, formats=list(IMAGES.values())) as image:
            return grey_of(image)
    except UNREADABLE:
        return None


def refresh(most: int | None = None) -> int:
    """Index the stored files that are not indexed yet, or were by an older version of the looks; the newest first.

    What an older version found stays until it is replaced. A file whose bytes are missing keeps it: there is nothing
    better, and it is not asked for again.

    Args:
        most: files of one call, None: all.
    Returns:
        How many were looked at, files that are no pictures among them.
    """
    count = 0
    waiting = Attachment.objects.filter(looked__lt=VERSION).order_by("-looked", "-stored_at")
    while keys := list(
        waiting.values_list("pk", "media_type")[: _SLICE if most is None else min(_SLICE, most - count)]
    ):
        greys = {key: grey_held(key) for key, media_type in keys if media_type in IMAGES}
        made = {key: looks_of(grey) for key, grey in greys.items() if grey is not None}
        with writing():
            here = set(Attachment.objects.filter(pk__in=made, erased=0).values_list("pk", flat=True))
            AttachmentLook.objects.filter(sha256__in=made).delete()
            put((key, looks) for key, looks in made.items() if key in here)
            Attachment.objects.filter(pk__in=[key for key, _ in keys]).update(looked=VERSION)
        count += len(keys)
    return count
