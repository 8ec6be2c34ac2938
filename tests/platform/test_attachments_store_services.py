"""Attachments are kept once, whole or not at all, and seen only by their uploader and with what they belong to."""

from __future__ import annotations

import errno
import io
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anlan.kernel.errors import BadInput, NotFound, Unavailable
from anlan.platform import attachments
from anlan.platform.attachments import files
from anlan.platform.attachments.models import Attachment, AttachmentLink
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def photo(shade: int = 90) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), (shade, 20, 200)).save(buffer, "JPEG")
    return buffer.getvalue()


def person(name: str, region: str = "331003", subjects: frozenset[str] | None = None) -> Scope:
    return Scope(person=name, post="", name="", rights=frozenset(), region=region, subjects=subjects)


def test_the_same_bytes_twice_are_one_file(now: datetime, tmp_path: Path) -> None:
    first = attachments.store(photo(), "一.jpg", scope=person("a"), now=now)
    second = attachments.store(photo(), "二.jpg", scope=person("b"), now=now)
    assert first.sha256 == second.sha256
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [first.sha256]
    assert Attachment.objects.get().name == "一.jpg"
    assert attachments.visible(first.sha256, person("a")) and attachments.visible(first.sha256, person("b"))


def test_nobody_else_sees_an_attachment_that_belongs_to_nothing_yet(now: datetime) -> None:
    facts = attachments.store(photo(), "一.jpg", scope=person("a"), now=now)
    with pytest.raises(NotFound) as caught:
        attachments.read(facts.sha256, person("b"))
    assert caught.value.code == "platform.attachment.not_found"


@pytest.mark.parametrize("sha256", ["", "0" * 64, "../../etc/passwd", "A" * 64, "0" * 63, None])
def test_an_unknown_hash_opens_nothing(sha256: str) -> None:
    assert attachments.visible(sha256, person("a")) is False


def test_knowing_a_hash_is_not_enough_to_link_it(now: datetime) -> None:
    facts = attachments.store(photo(), "一.jpg", scope=person("a"), now=now)
    with pytest.raises(BadInput) as caught:
        attachments.link([facts.sha256], "inspection.hazard/1", scope=person("thief"))
    assert caught.value.code == "platform.attachment.unknown"
    assert AttachmentLink.objects.values_list("subject", flat=True).get() == "person/a"


def test_a_linked_attachment_is_seen_with_its_subject_and_only_within_the_scope(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.platform.regions.models import Region
    from anlan.platform.scope import ScopedBy

    # Any table with a region column will do: what is tested is that the subject's own policy decides.
    monkeypatch.setattr(Region, "SCOPED_BY", ScopedBy(region="code", prefixed=False), raising=False)
    monkeypatch.setitem(CATALOGUE.projections, "test.place", Region)
    place = Region.objects.create(code="331003001000", name="东城街道", level="town")
    facts = attachments.store(photo(), "一.jpg", scope=person("a"), now=now)
    attachments.link([facts.sha256, facts.sha256], f"test.place/{place.pk}", scope=person("a"))
    assert attachments.read(facts.sha256, person("b", "331003001")).sha256 == facts.sha256
    assert attachments.visible(facts.sha256, person("c", "331003002")) is False
    assert attachments.visible(facts.sha256, person("d", "331003001", frozenset({"x"}))) is False


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "platform.attachment.disk_full"), (errno.EACCES, "platform.attachment.not_written")],
)
def test_a_full_disk_is_a_refusal_and_leaves_nothing_behind(
    now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", fails)
    with pytest.raises(Unavailable) as caught:
        attachments.store(photo(), "一.jpg", scope=person("a"), now=now)
    assert caught.value.code == code
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    assert Attachment.objects.count() == 0


def test_a_thumbnail_is_small_and_carries_no_exif(now: datetime) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 39.0, 0.0), 3: "E", 4: (121.0, 15.0, 0.0)})
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), "blue").save(buffer, "JPEG", exif=exif)
    facts = attachments.store(buffer.getvalue(), "一.jpg", scope=person("a"), now=now)
    path = files.thumbnail(facts.sha256, 320)
    assert path is not None
    with Image.open(path) as small:
        assert small.size == (320, 213)
        assert dict(small.getexif()) == {}


def test_erasing_removes_bytes_and_facts_and_keeps_the_hash(
    now: datetime, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    facts = attachments.store(photo(), "姓名.jpg", scope=person("a"), now=now)
    files.thumbnail(facts.sha256, 160)
    with django_capture_on_commit_callbacks(execute=True):
        attachments.erase(facts.sha256)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
    row = Attachment.objects.get()
    assert (row.sha256, row.name, row.look, row.erased) == (facts.sha256, "", "", 1)
    with pytest.raises(NotFound):
        attachments.read(facts.sha256, person("a"))
    assert attachments.facts_of([facts.sha256]) == {}
