"""Pictures that no camera is proud of: none stops anything, none is taken for a copy that is not one."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from anlan.kernel.errors import BadInput
from anlan.platform import attachments
from anlan.platform.attachments.facts import examine
from anlan.platform.attachments.framing import copied, one_press
from anlan.platform.attachments.likeness import laid
from anlan.platform.attachments.looks import grey_of, looks_of, turned, turned_looks
from pictures import jpeg, photographed, scene, smaller

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LIMIT = 30 * 1024 * 1024
ORIENTED = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
"""By EXIF orientation: how a picture lies in the file that is shown upright (Image.Transpose)."""


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def sixteen_bits(serial: int) -> bytes:
    levels = np.asarray(scene(serial).convert("L"), np.uint16) * 257
    return written(Image.fromarray(levels), "PNG")


def oriented(serial: int, orientation: int) -> bytes:
    way = ORIENTED[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = scene(serial) if way is None else scene(serial).transpose(Image.Transpose(way))
    return written(image, "JPEG", quality=88, exif=exif)


def clear(serial: int) -> bytes:
    image = scene(serial).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return written(image, "PNG")


ODD: dict[str, Callable[[int], bytes]] = {
    "point": lambda n: written(Image.new("RGB", (1, 1), (n, n, n)), "PNG"),
    "line": lambda n: written(scene(n).resize((640, 1)), "PNG"),
    "black": lambda n: written(Image.new("RGB", (640 + n, 480)), "JPEG"),
    "white": lambda n: written(Image.new("RGB", (640 + n, 480), (255, 255, 255)), "JPEG"),
    "panorama": lambda n: jpeg(scene(n, (12_000, 1_000)), 70),
    "tower": lambda n: jpeg(scene(n, (500, 6_000)), 70),
    "cmyk": lambda n: written(scene(n).convert("CMYK"), "JPEG", quality=88),
    "sixteen_bits": sixteen_bits,
    "two_colours": lambda n: written(scene(n).convert("1"), "PNG"),
    "palette": lambda n: written(scene(n).quantize(128), "PNG"),
    "clear": clear,
    **{f"orientation_{way}": lambda n, way=way: oriented(n, way) for way in ORIENTED},
}
SHOWN = [name for name in ODD if name not in {"point", "line", "black", "white"}]


@pytest.fixture
def keep(county: Any) -> Any:
    """Stores bytes as the town's officer; their hash."""
    return lambda data: attachments.store(data, "a", scope=county.scope["town"], now=NOW).sha256


def everything(keys: Any) -> list[str]:
    return list(keys)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_picture_is_no_copy_of_another_place_s(keep: Any, kind: str) -> None:
    """Black ones too, of two hazards: an eye held over the lens, a dark shaft and a white sky are alike wherever they
    were taken, so likeness proves nothing of them (the same file still does); that they show nothing the reviewer sees."""
    others = [keep(ODD[kind](2)), keep(jpeg(scene(3))), keep(ODD["black"](9)), keep(ODD["white"](9))]
    photo = keep(ODD[kind](1))
    assert attachments.twins(photo, everything) == []
    assert attachments.same_press(photo, others) == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", SHOWN)
def test_an_odd_picture_s_copy_is_found(keep: Any, kind: str) -> None:
    original = keep(ODD[kind](1))
    sizes = {"panorama": (12_000, 1_000), "tower": (500, 6_000)}
    copy = smaller(scene(1, sizes.get(kind, (640, 480))))
    assert [twin.sha256 for twin in attachments.twins(keep(jpeg(copy, 80)), everything)] == [original]


@pytest.mark.parametrize("orientation", ORIENTED)
def test_a_camera_held_in_any_way_takes_the_same_picture(orientation: int) -> None:
    upright, held = (examine(data, "a.jpg", LIMIT) for data in (jpeg(scene(1)), oriented(1, orientation)))
    assert (held.width, held.height) == (640, 480)
    assert (held.looks[0] ^ upright.looks[0]).bit_count() <= 2


def test_a_moving_gif_is_no_photo_and_a_file_that_breaks_off_is_damaged() -> None:
    with pytest.raises(BadInput) as refused:
        examine(written(scene(1), "GIF", save_all=True, append_images=[scene(2)]), "a.gif", LIMIT)
    assert refused.value.code == "platform.attachment.type_refused"
    whole = jpeg(photographed(1))
    for kept in (3, 20, 200, len(whole) // 2, len(whole) - 400):
        with pytest.raises(BadInput) as damaged:
            examine(whole[:kept], "a.jpg", LIMIT)
        assert damaged.value.code == "platform.attachment.damaged"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 70), st.integers(1, 70), st.integers(0, 999))
def test_pictures_of_any_size_are_compared_without_an_error(a: int, b: int, c: int, d: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = (grey_of(Image.fromarray(rng.integers(0, 256, s, np.uint8))) for s in ((a, b), (c, d)))
    looks_of(one)
    turned_looks(one)
    for turn in (0, 1, 4):
        assert 0.0 <= copied(laid(one, turned(other, turn))) <= 1.0
    assert 0.0 <= one_press(one, other) <= 1.0
