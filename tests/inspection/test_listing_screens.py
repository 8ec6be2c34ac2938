"""挂牌督办 through its pages: offered to whom, refused with words and what was typed, recorded once."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anlan.inspection.models import Listing
from anlan.platform import clock
from inspection.factories import NOW, World
from inspection.listing_samples import WHAT, WHY, Listed, applied, listed, major
from inspection.test_hazard_screens import picture

pytestmark = pytest.mark.django_db


def hidden(html: str, act: str) -> dict[str, str]:
    form = html[html.index(f'id="act-{act}"') :]
    return dict(re.findall(r'<input type="hidden" name="(base|once)" value="([^"]+)">', form[: form.index("</form>")]))


def page(case: Listed, client: Client) -> str:
    with clock.frozen(case.now):
        answer = client.get(f"/inspection/listings/{case.key}")
    assert answer.status_code == 200
    return answer.content.decode()


def post(case: Listed, client: Client, act: str, **values: Any) -> Any:
    held = hidden(page(case, client), act)
    with clock.frozen(case.now):
        return client.post(f"/inspection/listings/{case.key}/{act}", held | values)


def offered(html: str) -> set[str]:
    return set(re.findall(r'id="act-([a-z_]+)"', html))


def test_a_hazard_is_proposed_from_its_page_and_signed_on_the_listing_s(world: World) -> None:
    case, office = major(world), world.client("supervision")
    with clock.frozen(NOW):
        url = f"/inspection/listings/new?hazard={case.hazard}"
        assert url in office.get(f"/inspection/hazards/{case.hazard}").content.decode()
        assert "listings/new" not in world.client("town").get(f"/inspection/hazards/{case.hazard}").content.decode()
        form = office.get(url).content.decode()
        assert 'name="due_on" value="2026-04-01"' in form
        typed = {
            "hazard": case.hazard,
            "note": WHY,
            "requirement": WHAT,
            "due_on": "2026-05-01",
            "base": "2",
            "once": "n",
        }
        refused = office.post("/inspection/listings/new", typed)
        assert refused.status_code == 409
        html = refused.content.decode()
        assert "督办期限不能晚于整改期限2026-04-01" in html
        assert f"{WHY}</textarea>" in html
        typed |= {"due_on": "2026-03-20", "follower": world.scope["town"].person}
        done = office.post("/inspection/listings/new", typed)
        assert done.status_code == 302
        assert office.post("/inspection/listings/new", typed).url == done.url
    case.key = str(Listing.objects.get().id)
    assert offered(page(case, office)) == {"reassign", "withdraw"}
    leader = world.client("leader")
    assert offered(page(case, leader)) == {"sign", "decline", "cancel"}
    assert post(case, leader, "sign", note="同意").status_code == 302
    assert "跟踪督办人</dt><dd>蒋安" in page(case, leader)
    assert offered(page(case, office)) == {"follow", "notice", "reassign"}
    assert offered(page(case, world.client("auditor"))) == set()
    with clock.frozen(NOW):
        assert world.client("town").get("/inspection/listings/new", {"hazard": case.hazard}).status_code == 403


def test_visits_application_review_and_notices_through_the_page(world: World) -> None:
    case = listed(world)
    town, office, firm = (world.client(r) for r in ("town", "supervision", "enterprise"))
    refused = post(case, town, "follow", note="", photos=picture(3))
    assert refused.status_code == 409
    html = refused.content.decode()
    assert "请填写跟踪督办看到的情况" in html
    kept = re.findall(r'name="photos_kept" value="([0-9a-f]{64})"', html)
    assert len(kept) == 1
    assert post(case, town, "follow", note="已停用", photos_kept=kept[0], at="不是时间").status_code == 422
    assert post(case, town, "follow", note="已停用", photos_kept=kept[0]).status_code == 302
    assert post(case, office, "notice").status_code == 302
    assert f"/documents/{case.row.notice_document}" in page(case, office)
    assert "隐患尚未销号，不能摘牌" in page(case, firm)
    case.close()
    assert post(case, firm, "apply", note="已更换并验收").status_code == 302
    assert post(case, office, "return", note="资料不全").status_code == 302
    assert "资料不全" in page(case, firm)
    assert post(case, office, "reassign", follower=world.county.person["town_second"]).status_code == 302
    assert "跟踪督办人</dt><dd>孔达" in page(case, office)
    assert post(case, firm, "apply", note="已补齐").status_code == 302
    co = world.county.person["enforcement"]
    assert post(case, office, "unlist", note="合格", co_reviewer=co, photos=picture(5)).status_code == 302
    html = page(case, office)
    assert ("出具摘牌通知书" in html, offered(html)) == (True, {"notice", "withdraw"})
    assert post(case, office, "notice").status_code == 302
    assert offered(page(case, office)) == set()
    with clock.frozen(case.now):
        again = office.post(f"/inspection/listings/{case.key}/notice", {"base": str(case.version())})
    assert (again.status_code, "通知书已经出具" in again.content.decode()) == (409, True)


def test_an_upper_listing_is_recorded_with_its_scan(world: World) -> None:
    case, office = major(world), world.client("supervision")
    scan = SimpleUploadedFile("通知.pdf", pdf(), "application/pdf")
    typed = {
        "hazard": case.hazard, "upper": "1", "level": "province", "issuer": "浙江省应急管理厅", "notice_number": "浙1号",
        "notice_on": "2026-03-01", "note": WHY, "requirement": WHAT, "due_on": "2026-03-20", "base": "2", "once": "u",
        "follower": world.scope["town"].person, "photos": scan,
    }  # fmt: skip
    with clock.frozen(NOW):
        form = office.get(f"/inspection/listings/new?hazard={case.hazard}&upper=1").content.decode()
        assert "通知扫描件" in form
        assert office.post("/inspection/listings/new", typed).status_code == 302
    case.key = str(Listing.objects.get().id)
    html = page(case, world.client("enterprise"))
    assert ("浙江省应急管理厅" in html, "扫描件1" in html, "省级" in html) == (True, True, True)
    case.close()
    end = {"notice_number": "浙2号", "notice_on": "2026-03-02", "photos": picture(7)}
    assert post(case, office, "receive_end", **end).status_code == 302
    assert "摘牌扫描件" in page(case, office)


def pdf() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (60, 80), (240, 240, 240)).save(out, "PDF")
    return out.getvalue()


def test_lists_export_and_refusals(world: World) -> None:
    case = applied(world)
    leader = world.client("leader")
    listing = leader.get("/desk/inspection/listing/").content.decode()
    assert (case.row.number in listing, "申请摘牌" in listing, "县级" in listing) == (True, True, True)
    assert case.row.number not in world.client("other_town").get("/desk/inspection/listing/").content.decode()
    with clock.frozen(case.now):
        assert world.client("other_town").get(f"/inspection/listings/{case.key}").status_code == 404
        unknown = leader.post(f"/inspection/listings/{case.key}/burn", {"base": "1"})
        assert (unknown.status_code, leader.get(f"/inspection/listings/{case.key}/sign").status_code) == (404, 405)
        assert Client().get(f"/inspection/listings/{case.key}").status_code == 302
    html = leader.get(f"/inspection/hazards/{case.hazard}").content.decode()
    assert f"/inspection/listings/{case.key}" in html
