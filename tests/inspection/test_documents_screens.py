"""Pages and routes of documents: buttons, signing, refusing, serving, downloading."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from anlan.kernel.errors import Violation
from anlan.platform import clock
from anlan.platform.documents import queries
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _four_days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=4))


def drawn() -> SimpleUploadedFile:
    picture = Image.new("RGB", (200, 80), "white")
    ImageDraw.Draw(picture).line([(10, 70), (190, 10)], fill="black", width=4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return SimpleUploadedFile("signature.png", out.getvalue(), "image/png")


def issued(world: World, client: Any, template: str = "inspection.order", once: str = "k") -> Any:
    """The document that a button on the hazard's page issues."""
    subject = f"inspection.hazard/{world.ordered()}"
    answer = client.post("/documents/issue", {"template": template, "subject": subject, "once": once})
    assert answer.status_code == 302, answer.content.decode()[:500]
    return queries.documents_of(world.scope["town"], subject)[0]


def test_the_page_of_a_hazard_has_buttons_for_its_documents(world: World) -> None:
    client = world.client("town")
    key = world.ordered()
    page = client.get(f"/inspection/hazards/{key}").content.decode()
    labels = ("责令限期整改指令书", "整改复查意见书", "送达回证", "挂牌督办通知书")
    assert [label in page for label in labels] == [True, True, True, False]
    order = issued(world, client)
    again = client.get(f"/inspection/hazards/{order.about.partition('/')[2]}").content.decode()
    assert order.number in again
    officer = world.client("enterprise").get(f"/inspection/hazards/{order.about.partition('/')[2]}").content.decode()
    assert order.number in officer
    assert "/documents/issue" not in officer
    own = queries.document_actions(world.scope["enterprise"], order, NOW + timedelta(days=4))
    assert {a.allowed for a in own} == {False}
    assert own[0].why == Violation("platform.document.right_missing", {"right": "责令限期整改"}).message


def test_a_document_is_downloaded_as_it_was_issued(world: World) -> None:
    client = world.client("town")
    order = issued(world, client)
    answer = client.get(f"/documents/{order.pk}/file")
    assert answer.content[:4] == b"PK\x03\x04"
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E8%B4%A3%E4%BB%A4")
    archive = client.get("/documents/print", {"id": [str(order.pk)]})
    assert archive["Content-Type"] == "application/zip"
    assert client.get("/documents/print").status_code == 404


def test_signing_on_the_screen(world: World) -> None:
    client = world.client("town")
    order = issued(world, client)
    pad = client.get(f"/documents/{order.pk}/pad").content.decode()
    assert "anlan/sign.js" in pad
    fields = {"base": "1", "once": "s", "form": "signature", "signer": "party", "name": "王厂长"}
    assert client.post(f"/documents/{order.pk}/sign", fields).status_code == 409
    refused = client.post(f"/documents/{order.pk}/sign", fields)
    assert "请在屏幕上签名，或选择扫描件。" in refused.content.decode()
    answer = client.post(f"/documents/{order.pk}/sign", fields | {"file": drawn()})
    assert answer.status_code == 302
    page = client.get(f"/documents/{order.pk}").content.decode()
    assert "王厂长" in page
    assert "已签字" in page


def test_refusing_serving_and_a_step_without_a_base(world: World) -> None:
    client = world.client("town")
    order = issued(world, client)
    url = f"/documents/{order.pk}"
    fields = {"base": "1", "once": "r", "reason": "拒绝签字", "witness1": "甲"}
    refused = client.post(f"{url}/refuse", fields)
    assert refused.status_code == 409
    assert "请填写姓名。" in refused.content.decode()
    assert client.post(f"{url}/refuse", fields | {"witness2": "乙"}).status_code == 302
    stale = client.post(f"{url}/serve", {"way": "lien", "receiver": "门卫", "once": "s"})
    assert stale.status_code == 422
    assert Violation("platform.document.base_missing").message in stale.content.decode()
    assert client.post(f"{url}/serve", {"base": "2", "way": "lien", "receiver": "门卫", "at": "x"}).status_code == 422
    served = client.post(f"{url}/serve", {"base": "2", "way": "lien", "receiver": "门卫", "at": "2026-03-06T10:00"})
    assert served.status_code == 302
    page = client.get(url).content.decode()
    assert "留置送达" in page
    assert "2026-03-06 10:00" in page
    assert client.post(f"{url}/fold", {"base": "3"}).status_code == 404


def test_another_town_finds_no_document(world: World) -> None:
    order = issued(world, world.client("town"))
    other = world.client("other_town")
    for address in ("", "/file", "/pad"):
        assert other.get(f"/documents/{order.pk}{address}").status_code == 404
    assert other.get("/documents/print", {"id": str(order.pk)}).status_code == 404
    assert other.post(f"/documents/{order.pk}/void", {"base": "1", "reason": "x"}).status_code == 404


def test_a_button_never_issues_what_belongs_to_a_step(world: World) -> None:
    subject = f"inspection.hazard/{world.ordered()}"
    answer = world.client("town").post("/documents/issue", {"template": "inspection.listing", "subject": subject})
    assert answer.status_code == 422
    assert "不能单独出具" in answer.content.decode()


def test_the_desk_lists_documents_with_the_void_ones(world: World) -> None:
    client = world.client("town")
    order = issued(world, client)
    assert (
        client.post(f"/documents/{order.pk}/void", {"base": "1", "once": "v", "reason": "当事人名称有误"}).status_code
        == 302
    )
    listed = client.get("/desk/platform/document/").content.decode()
    assert order.number in listed
    assert "已作废" in listed
    history = client.get(f"/history/platform.document/{order.pk}").content.decode()
    assert "当事人名称有误" in history


def test_the_api_issues_steps_and_lists(world: World) -> None:
    client = world.client("town")

    def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = client.generic(
            method, f"/api/v1/documents{path}", json.dumps(body), content_type="application/json", headers=headers
        )
        return answer.status_code, answer.json()

    subject = f"inspection.hazard/{world.ordered()}"
    status, found = call("GET", f"/templates?subject={subject}")
    assert (status, [t["id"] for t in found["items"]]) == (
        200,
        ["inspection.order", "inspection.review", "inspection.extension", "inspection.transfer", "inspection.receipt"],
    )
    key = {"Idempotency-Key": "issue-0001"}
    first = call("POST", "", {"template": "inspection.order", "subject": subject}, **key)
    assert call("POST", "", {"template": "inspection.order", "subject": subject}, **key)[1]["id"] == first[1]["id"]
    assert (first[0], first[1]["number"]) == (201, "（东城）应急责改〔2026〕1号")
    assert (first[1]["state"], first[1]["version"]) == ("issued", 1)
    one = f"/{first[1]['id']}"
    assert (
        call("POST", f"{one}/refuse", {"base": 1, "reason": "不签", "witnesses": ["甲", "乙"]})[1]["state"] == "refused"
    )
    sent = client.post("/api/v1/attachments", {"file": drawn()}).json()["sha256"]
    assert call("POST", f"{one}/sign", {"base": 2, "name": "王厂长", "file": sent})[1]["state"] == "signed"
    assert call("POST", f"{one}/serve", {"base": 3, "way": "direct", "receiver": "王厂长"})[1]["state"] == "served"
    status, refused = call("POST", f"{one}/void", {"base": 4, "reason": "晚了"})
    assert (status, refused["code"]) == (409, "platform.document.void.refused")
    assert [d["version"] for d in call("GET", f"?subject={subject}")[1]["items"]] == [4]
    assert client.get(f"/api/v1/documents{one}/file").content[:2] == b"PK"
    assert client.get(f"/api/v1/documents/print?ids={first[1]['id']}").content[:2] == b"PK"
    status, refused = call("POST", "", {"template": "inspection.listing", "subject": subject})
    assert (status, refused["code"]) == (422, "platform.document.not_by_hand")
