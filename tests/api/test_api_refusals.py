"""What the doors refuse before any service is asked: versions, limits, bodies, years, thumbnails."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from anlan.config.api import violation_of
from anlan.kernel.messages import render
from anlan.platform.attachments import files

pytestmark = pytest.mark.django_db
NONE = "01900000-0000-7000-8000-00000000dead"


@pytest.mark.parametrize("base", ["neu", "-1", True, "1" * 10])
def test_a_version_that_is_no_number_is_refused(api_as: Any, base: Any) -> None:
    status, body = api_as("supervision")("patch", f"/wells/wells/{NONE}", {"base": base, "name": "井"})
    assert (status, body["code"]) == (422, "api.base_malformed")


@pytest.mark.parametrize("limit", ["0", "-1", "x", "１", "100000"])
def test_a_page_has_a_length_within_reason(api_as: Any, limit: str) -> None:
    status, body = api_as("leader")("get", f"/wells/wells?limit={limit}")
    assert (status, body["code"]) == (422, "api.limit")


def test_a_fault_that_pydantic_names_and_we_do_not_is_still_a_sentence() -> None:
    found = violation_of({"type": "url_scheme", "loc": ("body", "values", "site"), "msg": "x", "input": 1})
    assert (found.code, found.field) == ("api.invalid.other", "site")
    assert found.message == render("api.invalid.other", {"field": "site"})


@pytest.mark.parametrize("year", ["1066", "3000", "今年", "２０２６"])
def test_figures_of_a_year_without_any_are_refused(client_as: Any, year: str) -> None:
    answer = client_as("leader").get("/figures", {"year": year})
    assert answer.status_code == 422
    sentence = render("ui.figures.year", {"year": year, "first": 1, "last": 1})
    assert sentence.partition("，")[0] in answer.content.decode()


def test_a_thumbnail_has_few_sizes_and_lost_bytes_are_said_so(client_as: Any, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    out = io.BytesIO()
    Image.new("RGB", (90, 60), (90, 20, 200)).save(out, "PNG")
    client = client_as("town")
    sha = client.post("/api/v1/attachments", {"file": SimpleUploadedFile("现场.png", out.getvalue())}).json()["sha256"]
    odd = client.get(f"/attachments/{sha}?w=161")
    assert odd.status_code == 422
    assert render("platform.attachment.no_thumbnail", {}) in odd.content.decode()
    files.path_of(sha).unlink()
    lost = client.get(f"/attachments/{sha}")
    assert lost.status_code == 404
    assert render("platform.attachment.bytes_missing", {}) in lost.content.decode()
