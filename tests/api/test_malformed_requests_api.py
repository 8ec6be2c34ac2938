"""Requests that can't be read, methods and host names that do not exist: 4xx in Chinese, never 500, never English."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from anlan.kernel.messages import render
from anlan.platform.attachments.models import Attachment

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_as: Callable[[str], Client], tmp_path: Path, settings: Any) -> Client:
    settings.MEDIA_ROOT = tmp_path
    client = client_as("town")
    client.raise_request_exception = False
    return client


def photo(colour: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (colour, 20, 200)).save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def part(name: str, data: bytes) -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
    return head.encode() + data + b"\r\n--x--\r\n"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"abc"),
        ("multipart/form-data; boundary=x", part("a" * 5000 + ".png", photo(1))),
        ("multipart/form-data; boundary=x", part("a." + "p" * 5000, photo(1))),
    ],
    ids=["no-boundary", "long-name", "long-ending"],
)
def test_an_upload_that_cannot_be_read_is_refused_in_chinese(client: Client, content_type: str, body: bytes) -> None:
    answer = client.generic("POST", "/api/v1/attachments", body, content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (400, "api.multipart")
    assert answer.json()["message"].startswith("上传内容无法解析")
    keyed = {"Idempotency-Key": "k-1"}
    again = client.generic("POST", "/api/v1/attachments", body, content_type=content_type, headers=keyed)
    assert (again.status_code, again.json()["code"]) == (400, "api.multipart")
    page = client.generic("POST", "/inspection/inspections/new", body, content_type=content_type)
    assert page.status_code == 400
    assert render("ui.bad_request", {}) in page.content.decode()


def test_a_large_file_with_a_long_ending_is_no_failure(client: Client) -> None:
    body = part("a." + "p" * 600, b"z" * 3_000_000)
    answer = client.generic("POST", "/api/v1/attachments", body, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.json()["code"]) == (422, "platform.attachment.type_refused")


def test_a_wrong_method_is_told_the_right_ones(client: Client) -> None:
    answer = client.generic("PUT", "/api/v1/attachments", b"{}", content_type="application/json")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.json()["code"] == "api.method"
    assert answer.json()["message"] == "该接口不支持 PUT 方法，可用：POST。"
    assert set(answer.json()) == {"code", "message", "facts", "violations", "request_id"}


def test_a_foreign_host_name_is_refused_in_chinese(client: Client) -> None:
    answer = client.get("/api/v1/registry/enterprises", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "api.host")
    page = client.get("/login", headers={"host": "evil.example"})
    assert page.status_code == 400
    assert render("ui.bad_host", {}) in page.content.decode()


def test_the_same_key_with_other_bytes_of_the_same_length_is_another_request(client: Client) -> None:
    def upload(data: bytes) -> Any:
        form = {"file": SimpleUploadedFile("a.png", data)}
        return client.post("/api/v1/attachments", form, headers={"Idempotency-Key": "k-1"})

    one, other = photo(1), photo(2)
    assert len(one) == len(other)
    first = upload(one)
    assert first.status_code == 201
    again = upload(one)
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, first.json(), "true")
    refused = upload(other)
    assert (refused.status_code, refused.json()["code"]) == (422, "api.idempotency_reused")
    assert Attachment.objects.count() == 1
