"""Photos beside those of a closing: copies, old ones and ones from elsewhere are marked for those who review."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.queries.self_checks import self_check_get
from anlan.inspection.services.doubts import ConfirmInput, hazard_confirm
from anlan.inspection.services.hazards import hazard_close
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from inspection.factories import NOW, World
from inspection.listing_samples import Listed, listed, major
from inspection.self_check_factory import mended, reported
from inspection.test_doubt_services import doubted, keep
from pictures import again, scene, smaller

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def marks(row: Hazard | Listing) -> list[tuple[str, str]]:
    """(kind, stage of this hazard's earlier photo) of the last entry's findings."""
    entry = queries.history_of(row)[1][-1]
    return [(f["kind"], (f.get("facts") or {}).get("stage", "")) for f in entry.data.get("doubts") or ()]


def hazard(key: str) -> Hazard:
    return Hazard.objects.get(pk=key)


def page(world: World, role: str, path: str) -> str:
    return str(world.client(role).get(path).content.decode())


def visit(world: World, image: Any, **facts: Any) -> Listed:
    """A listed hazard, followed up a day later with this picture."""
    case = listed(world)
    case.now += DAY
    case.follow(photos=(keep(world, "town", image, **facts),))
    return case


def test_a_visit_shown_by_a_copy_from_another_hazard_is_marked(world: World) -> None:
    other = world.found(photos=(keep(world, "town", scene(1)),))
    case = visit(world, smaller(scene(1)))
    assert marks(case.row) == [("other_look", "")]
    path = f"/inspection/listings/{case.key}"
    number = hazard(other).number
    assert f"照片存疑：这张照片与隐患{number}的照片是同一张画面" in page(world, "supervision", path)
    assert "照片存疑" not in page(world, "enterprise", path)


def test_a_visit_shown_by_the_visit_before_is_marked(world: World) -> None:
    case = visit(world, scene(1))
    assert marks(case.row) == []
    case.now += DAY
    case.follow(photos=(keep(world, "town", smaller(scene(1)), quality=60),))
    assert marks(case.row) == [("own_look", "listing_follow")]
    assert "出自同一次拍摄" in page(world, "supervision", f"/inspection/listings/{case.key}")


def test_an_honest_second_visit_is_not_marked(world: World) -> None:
    case = visit(world, scene(1))
    case.now += DAY
    case.follow(photos=(keep(world, "town", again(scene(1)), taken_at=case.now),))
    assert marks(case.row) == []


def test_a_photo_older_than_the_listing_or_from_far_away_is_marked(world: World) -> None:
    case = visit(world, scene(1), taken_at=NOW - DAY, place=(121.5, 28.9))
    assert [kind for kind, _ in marks(case.row)] == ["before_listing", "far"]
    assert "早于挂牌督办的时间" in page(world, "supervision", f"/inspection/listings/{case.key}")


def test_a_visit_s_photo_of_another_listing_is_known(world: World) -> None:
    first = visit(world, scene(1))
    second = major(world)
    second.propose()
    second.sign()
    second.now += 2 * DAY
    second.follow(photos=(keep(world, "town", smaller(scene(1))),))
    assert marks(second.row) == [("other_look", "")]
    assert first.hazard != second.hazard


def test_a_review_shown_by_a_visit_s_photo_waits_for_a_second_look(world: World) -> None:
    case = visit(world, scene(1))
    key = world.submitted()
    copy = keep(world, "town", smaller(scene(1)), quality=60)
    hazard_close(scope=world.scope["town"], item=world.closing(key, photos=(copy,)), now=NOW + 2 * DAY)
    assert (hazard(key).state, marks(hazard(key))) == ("doubted", [("other_look", "")])
    assert case.hazard != key


def test_unlisting_shown_by_a_copy_is_marked(world: World) -> None:
    world.found(photos=(keep(world, "town", scene(1)),))
    case = listed(world)
    case.close()
    case.apply()
    case.unlist(photos=(keep(world, "supervision", smaller(scene(1))),))
    assert (case.row.state, marks(case.row)) == ("unlisted", [("other_look", "")])
    assert "照片存疑" in page(world, "supervision", f"/inspection/listings/{case.key}")


def test_a_look_back_shown_by_a_copy_or_an_old_photo_is_marked(world: World) -> None:
    world.found(photos=(keep(world, "town", scene(1)),))
    key, later = world.closed(), NOW + 40 * DAY
    photo = keep(world, "town", smaller(scene(1)), taken_at=NOW)
    item = LookBackInput(hazard_id=key, note="未反弹", photos=(photo,))
    hazard_look_back(scope=world.scope["town"], item=item, now=later)
    assert [kind for kind, _ in marks(hazard(key))] == ["other_look", "before_closing"]
    shown = page(world, "supervision", f"/inspection/hazards/{key}")
    assert "早于隐患销号的时间" in shown
    assert "照片存疑：" in shown
    assert "照片存疑：" not in page(world, "enterprise", f"/inspection/hazards/{key}")


def test_the_photo_of_a_second_look_is_judged_too(world: World) -> None:
    key = doubted(world)
    world.found(photos=(keep(world, "town", scene(3)),))
    item = ConfirmInput(hazard_id=key, note="已到现场", photos=(keep(world, "enforcement", smaller(scene(3))),))
    hazard_confirm(scope=world.scope["enforcement"], item=item, now=NOW + 3 * DAY)
    assert (hazard(key).state, marks(hazard(key))) == ("closed", [("other_look", "")])


def test_a_self_check_shown_by_a_visit_s_photo_is_odd(world: World) -> None:
    visit(world, scene(1))
    photo = keep(world, "enterprise", smaller(scene(1)))
    key = reported(world, mended(world, before=(photo,)))
    held = self_check_get(world.scope["supervision"], key)
    assert "same_photo" in held.doubts.split()
