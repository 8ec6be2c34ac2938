"""Uploading and showing attachments over HTTP: wrong types, sizes, strangers, and how the bytes are served."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from anlan.platform import attachments
from anlan.platform.attachments.models import Attachment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), (90, 20, 200)).save(buffer, "JPEG")
    return buffer.getvalue()


def upload(client: Client, data: bytes, name: str = "现场.jpg") -> Any:
    return client.post("/api/v1/attachments", {"file": SimpleUploadedFile(name, data)})


def test_an_uploaded_photo_is_answered_with_its_facts_and_shown(client_as: Callable[[str], Client]) -> None:
    client = client_as("town")
    answer = upload(client, photo())
    assert answer.status_code == 201
    facts = answer.json()
    assert (facts["media_type"], facts["width"], facts["height"], facts["name"]) == ("image/jpeg", 900, 600, "现场.jpg")
    assert client.get(f"/api/v1/attachments/{facts['sha256']}").json() == facts
    shown = client.get(f"/attachments/{facts['sha256']}")
    assert b"".join(shown.streaming_content) == photo()
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert shown["Content-Disposition"] == "inline; filename*=UTF-8''%E7%8E%B0%E5%9C%BA.jpg"
    again = client.get(f"/attachments/{facts['sha256']}", headers={"If-None-Match": shown["ETag"]})
    assert again.status_code == 304


def test_documents_are_handed_over_and_never_opened_in_place(client_as: Callable[[str], Client]) -> None:
    client = client_as("town")
    sha256 = upload(client, b"%PDF-1.7\n%%EOF\n", "报告.pdf").json()["sha256"]
    shown = client.get(f"/attachments/{sha256}")
    assert shown["Content-Disposition"].startswith("attachment; ")
    assert shown["Content-Type"] == "application/pdf"
    assert client.get(f"/attachments/{sha256}?w=320").status_code == 422


def test_a_thumbnail_comes_in_four_widths_only(client_as: Callable[[str], Client]) -> None:
    client = client_as("town")
    sha256 = upload(client, photo()).json()["sha256"]
    shown = client.get(f"/attachments/{sha256}?w=320")
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).size == (320, 213)
    assert [client.get(f"/attachments/{sha256}?w={w}").status_code for w in ("321", "-1", "1e9", "")] == [422] * 4


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html><script>alert(1)</script></html>", "platform.attachment.type_refused"),
        (photo()[:-400], "platform.attachment.damaged"),
        (b"\xff\xd8\xff" + bytes(30 * 1024 * 1024), "platform.attachment.too_large"),
        (b"", "platform.attachment.empty"),
    ],
    ids=["html as image", "truncated", "30 MB", "empty"],
)
def test_a_bad_upload_is_refused_with_its_reason_and_kept_nowhere(
    client_as: Callable[[str], Client], tmp_path: Path, data: bytes, code: str
) -> None:
    answer = upload(client_as("town"), data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert Attachment.objects.count() == 0
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_an_upload_without_a_file_or_without_a_login_is_refused(
    client: Client, client_as: Callable[[str], Client]
) -> None:
    assert client_as("town").post("/api/v1/attachments", {}).status_code == 422
    assert upload(client, photo()).status_code == 401
    assert Attachment.objects.count() == 0


def test_another_town_gets_404_for_what_belongs_to_this_one(county: Any, client_as: Callable[[str], Client]) -> None:
    client = client_as("town")
    sha256 = upload(client, photo()).json()["sha256"]
    attachments.link([sha256], f"accounts.person/{county.person['town']}", scope=county.scope["town"])
    stranger = client_as("other_town")
    for address in (f"/attachments/{sha256}", f"/attachments/{sha256}?w=320", f"/api/v1/attachments/{sha256}"):
        assert stranger.get(address).status_code == 404
    assert client.get(f"/attachments/{sha256}").status_code == 200


def test_showing_is_reading_only(client_as: Callable[[str], Client]) -> None:
    client = client_as("town")
    sha256 = upload(client, photo()).json()["sha256"]
    assert [client.generic(m, f"/attachments/{sha256}").status_code for m in ("POST", "DELETE", "PUT")] == [405] * 3
