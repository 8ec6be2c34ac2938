"""Finding pictures that look like a given one among all stored: each process holds every look (table.py) and compares it.

The rows are this server's own and derived: what is missing is computed from the stored bytes (`refresh`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from PIL import Image

from anlan.platform.attachments import files
from anlan.platform.attachments.facts import IMAGES, UNREADABLE
from anlan.platform.attachments.looks import FAR, VERSION, Grey, asking, distance, grey_of, looks_of
from anlan.platform.attachments.models import Attachment, AttachmentLook
from anlan.platform.attachments.table import looks_table
from anlan.platform.database import writing

__all__ = ["FAR_TURNED", "grey_held", "looks_held", "near", "near_turned", "put", "refresh", "remove"]

_Turn = TypeVar("_Turn")
_ALL = (1 << 64) - 1
FAR_TURNED = 7
"""Most bits in which a turned copy may differ: it is near in few and need not be cropped too."""
_SLICE = 200
_GREYS = 12


def put(pictures: Iterable[tuple[str, Sequence[int]]]) -> None:
    """Index pictures by (sha256, looks); one without looks is remembered as looked at. Call it in a transaction."""
    rows = [
        AttachmentLook(sha256=sha256, place=place, look=_signed(look))
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
    return tuple(look & _ALL for look in held)


def near(looks: Sequence[int], *, without: str, far: int = FAR) -> list[tuple[str, int]]:
    """(sha256, bits that differ) of indexed pictures whose look, or that of a crop, is near; the nearest first.

    Args:
        looks: of the picture asked about, as stored. without: its own sha256. far: most bits that may differ.
    """
    asked = asking(tuple(looks))
    found: dict[str, int] = {}
    for sha256, held in _pictures(looks_table().near(asked, far), without):
        differ = min(distance(look, held) for look in asked)
        if differ <= far:
            found[sha256] = min(differ, found.get(sha256, far))
    return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))


def near_turned(looks: Mapping[_Turn, int], *, without: str, far: int = FAR_TURNED) -> list[tuple[str, _Turn]]:
    """(sha256, turn) of indexed pictures that one of these looks, given by turn, is near; the nearest first."""
    turns = list(looks)
    found: dict[str, tuple[int, int]] = {}
    for sha256, held in _pictures(looks_table().near(list(looks.values()), far), without):
        nearest = min((distance(looks[turn], held), place) for place, turn in enumerate(turns))
        if nearest[0] <= far:
            found[sha256] = min(nearest, found.get(sha256, nearest))
    return [(sha256, turns[place]) for sha256, (_, place) in sorted(found.items(), key=lambda pair: (pair[1], pair[0]))]


def _pictures(rows: Iterable[int], without: str) -> Iterator[tuple[str, int]]:
    """(sha256, look) of these rows as they stand now, but for those of one picture."""
    keys = list(rows)
    for start in range(0, len(keys), _SLICE):
        held = AttachmentLook.objects.filter(pk__in=keys[start : start + _SLICE], place__gte=0).exclude(sha256=without)
        for sha256, look in held.values_list("sha256", "look"):
            yield sha256, look & _ALL


def _signed(look: int) -> int:
    """The same 64 bits as the signed number that both databases keep."""
    return look - (1 << 64) if look >> 63 else look


def grey_held(sha256: str) -> Grey | None:
    """The stored picture in grey, None where its bytes are not held any more or were damaged on the disk."""
    path = files.path_of(sha256)
    try:
        state = path.stat()
    except OSError:
        return None
    return _grey_in(str(path), state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=_GREYS)
def _grey_in(path: str, size: int, written_ns: int) -> Grey | None:
    """The picture in a file of this state; the last few are kept, since each photo of a step is laid over several."""
    try:
        with Image.open(path, formats=list(IMAGES.values())) as image:
            grey = grey_of(image)
    except UNREADABLE:
        return None
    grey.flags.writeable = False
    return grey


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
