"""What a file is told to be, and which files are refused, from their bytes alone."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from PIL import Image

from anlan.kernel.errors import BadInput
from anlan.platform.attachments.facts import EXTENSIONS, examine, look_of, safe_name

LIMIT = 20 * 1024 * 1024


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), exif: Image.Exif | None = None, **how: object
) -> bytes:
    image = Image.new("RGB", size)
    for x in range(size[0]):
        for y in range(0, size[1], 4):
            image.putpixel((x, y), (x * 3 % 256, y * 5 % 256, (x + y) % 256))
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"exif": exif} if exif else {}), **how)
    return buffer.getvalue()


def office(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def refusal(data: bytes, name: str = "现场.jpg", limit: int = LIMIT) -> str:
    with pytest.raises(BadInput) as caught:
        examine(data, name, limit)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("WEBP"), "image/webp"),
        (b"%PDF-1.7\n...\n%%EOF\n", "application/pdf"),
        (office(("word/document.xml", b"<w/>")), next(k for k, v in EXTENSIONS.items() if v == ".docx")),
        (office(("xl/workbook.xml", b"<w/>")), next(k for k, v in EXTENSIONS.items() if v == ".xlsx")),
        (office(("ppt/presentation.xml", b"<w/>")), next(k for k, v in EXTENSIONS.items() if v == ".pptx")),
    ],
)
def test_type_comes_from_the_content_and_not_from_the_name(data: bytes, media_type: str) -> None:
    assert examine(data, "任意名称.bin", LIMIT).media_type == media_type


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "platform.attachment.empty"),
        (b"<html><script>alert(1)</script></html>", "platform.attachment.type_refused"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "platform.attachment.type_refused"),
        (b"GIF89a" + b"\0" * 40, "platform.attachment.type_refused"),
        (b"MZ" + b"\0" * 200, "platform.attachment.type_refused"),
        (b"%PDF-1.7\nbroken off", "platform.attachment.damaged"),
        (b"\xff\xd8\xff\xe0" + b"<html>" * 40, "platform.attachment.damaged"),
        (picture("JPEG", (400, 300))[:-900], "platform.attachment.damaged"),
        (picture("PNG", (400, 300))[:-400], "platform.attachment.damaged"),
        (picture("WEBP", (400, 300))[:-400], "platform.attachment.damaged"),
        (office(("word/document.xml", b"<w/>"))[:-30], "platform.attachment.damaged"),
        (office(("evil.html", b"<html>")), "platform.attachment.type_refused"),
        (office(("xl/workbook.xml", b"<w/>"), ("xl/vbaProject.bin", b"x")), "platform.attachment.macros"),
    ],
)
def test_what_is_not_an_accepted_file_is_refused_by_its_bytes(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_thirty_megabytes_are_refused_before_anything_is_decoded() -> None:
    assert refusal(b"\xff\xd8\xff" + bytes(30 * 1024 * 1024)) == "platform.attachment.too_large"


def test_a_picture_of_too_many_pixels_is_refused_without_unpacking_it() -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    assert refusal(bomb.getvalue(), "照片.png") == "platform.attachment.too_many_pixels"


def test_a_workbook_that_unpacks_to_more_than_the_limit_is_refused() -> None:
    bomb = office(("xl/workbook.xml", b"<w/>"), ("xl/worksheets/sheet1.xml", bytes(201 * 1024 * 1024)))
    assert len(bomb) < 1024 * 1024
    assert refusal(bomb, "台账.xlsx") == "platform.attachment.unpacks_too_large"


def test_facts_of_a_photo_with_exif_are_read() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: shown, the picture is turned
    exif.get_ifd(0x8769)[36867] = "2026:11:20 14:05:09"
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 39.0, 0.36), 3: "E", 4: (121.0, 15.0, 43.2)})
    facts = examine(picture(exif=exif), "IMG_0001.JPG", LIMIT)
    assert (facts.width, facts.height) == (48, 64)
    assert facts.taken_at == datetime(2026, 11, 20, 6, 5, 9, tzinfo=UTC)
    assert (facts.lon, facts.lat) == (121.262, 28.6501)
    assert facts.as_dict()["taken_at"] == "2026-11-20T06:05:09+00:00"


@pytest.mark.parametrize(
    ("stated", "offset"),
    [
        ("0000:00:00 00:00:00", ""),
        ("昨天", ""),
        ("2026-11-20", ""),
        ("2026:02:30 10:00:00", ""),
        ("0001:01:01 00:00:00", "+08:00"),
        ("9999:12:31 23:59:59", "-12:00"),
        ("9999:12:31 20:00:00", "+00:00"),
    ],
)
def test_a_camera_without_a_usable_clock_states_no_time(stated: str, offset: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({36867: stated, 36881: offset})
    assert examine(picture(exif=exif), "a.jpg", LIMIT).taken_at is None


def test_a_place_that_is_none_on_earth_states_no_place() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (999.0, 0.0, 0.0), 3: "E", 4: (121.0, 0.0, 0.0)})
    facts = examine(picture(exif=exif), "a.jpg", LIMIT)
    assert (facts.lon, facts.lat) == (None, None)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused_because_only_its_first_one_would_be_looked_at(kind: str) -> None:
    moving = picture(kind, save_all=True, append_images=[Image.new("RGB", (64, 48), "red")])
    assert refusal(moving) == "platform.attachment.animated"


def test_the_same_picture_saved_again_smaller_looks_alike() -> None:
    image = Image.radial_gradient("L").resize((800, 600))
    other = Image.linear_gradient("L").resize((800, 600))
    again = image.resize((400, 300))
    assert (int(look_of(image), 16) ^ int(look_of(again), 16)).bit_count() <= 2
    assert (int(look_of(image), 16) ^ int(look_of(other), 16)).bit_count() >= 16


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("..\\..\\etc/passwd", "passwd"),
        ("现场 照片.jpg", "现场 照片.jpg"),
        ('<img src=x onerror="alert(1)">.png', "img src=x onerror=alert(1).png"),
        ("\u202egpj.exe", "gpj.exe"),
        ("...", "file"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_file_names_lose_what_could_mislead(given: str, kept: str) -> None:
    assert safe_name(given) == kept
