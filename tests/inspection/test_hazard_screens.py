from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.inspection.models import Hazard
from anlan.platform import clock
from inspection.factories import NOW, World
from pictures import jpeg, scene

pytestmark = pytest.mark.django_db


def picture(colour: int = 10) -> SimpleUploadedFile:
    return SimpleUploadedFile("现场.jpg", jpeg(scene(colour, (320, 240))), "image/jpeg")


def form_of(page: Any, action: str) -> dict[str, str]:
    """The hidden fields of the form for one step."""
    html = page.content.decode()
    form = html[html.index(f'id="step-{action}"') :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'<input type="hidden" name="(base|once)" value="([^"]+)">', form))


def test_whole_loop_through_the_pages(world: World) -> None:
    town, firm = world.client("town"), world.client("enterprise")
    with clock.frozen(NOW):
        filed = town.post(
            "/inspection/hazards/new",
            {
                "enterprise": world.enterprise,
                "description": "配电箱前堆放杂物",
                "grade": "general",
                "source": "town",
                "once": "form-1",
                "photos": picture(1),
            },
        )
        assert filed.status_code == 302
        url = filed["Location"]
        hazard = Hazard.objects.get()
        assert url == f"/inspection/hazards/{hazard.id}"
        page = town.get(url)
        assert 'id="step-order"' in page.content.decode()
        order = form_of(page, "order") | {"by": "days", "days": "7", "note": "立即清理"}
        assert town.post(f"{url}/order", order).status_code == 302
    with clock.frozen(NOW + timedelta(days=1)):
        submit = form_of(firm.get(url), "submit") | {"note": "已清理", "photos": picture(2)}
        assert firm.post(f"{url}/submit", submit).status_code == 302
    with clock.frozen(NOW + timedelta(days=2)):
        back = form_of(town.get(url), "return") | {"note": "仍有杂物", "photos": picture(3)}
        assert town.post(f"{url}/return", back).status_code == 302
        again = form_of(firm.get(url), "submit") | {"note": "已全部清理", "photos": picture(4)}
        assert firm.post(f"{url}/submit", again).status_code == 302
        second = world.county.person["town_second"]
        close = form_of(town.get(url), "close") | {"note": "合格", "photos": picture(5), "co_reviewer": second}
        assert town.post(f"{url}/close", close).status_code == 302
    hazard.refresh_from_db()
    assert (hazard.state, hazard.returned_count, hazard.photos.count()) == ("closed", 1, 5)
    seen = world.client("auditor").get(url).content.decode()
    assert [word in seen for word in ("登记隐患", "责令限期整改", "提交整改", "退回", "复查销号")] == [True] * 5


def test_refused_step_keeps_what_was_typed_and_the_uploaded_photo(world: World) -> None:
    key = world.submitted()
    url = f"/inspection/hazards/{key}"
    town = world.client("town")
    with clock.frozen(NOW + timedelta(days=2)):
        close = form_of(town.get(url), "close") | {"note": "现场合格", "photos": picture()}
        answer = town.post(f"{url}/close", close)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "复查人员不得少于两人" in html
    assert "现场合格" in html
    kept = re.findall(r'name="photos_kept" value="([0-9a-f]{64})"', html)
    assert len(kept) == 1
    with clock.frozen(NOW + timedelta(days=2)):
        second = close | {"photos_kept": kept[0], "co_reviewer": world.county.person["town_second"]}
        second.pop("photos")
        assert town.post(f"{url}/close", second).status_code == 302
    assert Hazard.objects.get().state == "closed"


def test_buttons_a_person_may_not_press_are_greyed_with_the_reason(world: World) -> None:
    key = world.ordered()
    html = world.client("enterprise").get(f"/inspection/hazards/{key}").content.decode()
    assert 'id="step-submit"' in html
    assert 'id="step-close"' not in html
    assert re.search(r'<button class="btn" disabled title="[^"]+">复查销号</button> <small class="why">', html)


def test_hazard_page_of_another_town_is_not_found(world: World) -> None:
    key = world.found()
    client = world.client("other_town")
    assert client.get(f"/inspection/hazards/{key}").status_code == 404
    assert client.post(f"/inspection/hazards/{key}/order", {"by": "days", "days": "3"}).status_code == 404
    assert world.client("other_enterprise").get(f"/inspection/hazards/{key}").status_code == 404


def test_steps_do_nothing_by_get_and_unknown_steps_are_missing(world: World) -> None:
    key = world.found()
    client = world.client("town")
    assert client.get(f"/inspection/hazards/{key}/order").status_code == 405
    assert client.post(f"/inspection/hazards/{key}/vanish").status_code == 404
    assert Hazard.objects.get().state == "found"


def test_text_of_a_hazard_is_escaped(world: World) -> None:
    key = world.found(description="<script>alert(1)</script>")
    html = world.client("town").get(f"/inspection/hazards/{key}").content.decode()
    assert "<script>alert(1)</script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_file_that_is_no_picture_is_refused_beside_the_form(world: World) -> None:
    key = world.ordered()
    bad = SimpleUploadedFile("a.jpg", b"<html>not a picture</html>", "image/jpeg")
    with clock.frozen(NOW + timedelta(days=1)):
        answer = world.client("enterprise").post(f"/inspection/hazards/{key}/submit", {"note": "已整改", "photos": bad})
    assert answer.status_code == 422
    assert "已整改" in answer.content.decode()


def test_finding_the_enterprise_works_without_scripts(world: World) -> None:
    html = world.client("town").get("/inspection/hazards/new", {"q": "测试甲"}).content.decode()
    assert f'href="?enterprise={world.enterprise}"' in html
    assert world.other_enterprise not in html


def test_people_without_the_right_get_no_form(world: World) -> None:
    for role in ("leader", "auditor", "enterprise", "admin"):
        assert world.client(role).get("/inspection/hazards/new").status_code == 403


def test_campaign_tag_is_added_and_removed_on_the_page(world: World) -> None:
    key, campaign = world.found(), world.campaign("春雷行动")
    client = world.client("town")
    url = f"/inspection/hazards/{key}"
    assert client.post(f"{url}/tags", {"campaign": campaign}).status_code == 302
    assert "春雷行动" in client.get(url).content.decode()
    assert [t.key for t in Hazard.objects.get().tags.all()] == [campaign]
    assert client.post(f"{url}/tags", {"campaign": campaign, "act": "remove"}).status_code == 302
    assert Hazard.objects.get().tags.count() == 0
