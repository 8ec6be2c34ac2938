"""挂牌督办 by the API: every route, its answer, its refusal, and a repeated key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.inspection.models import Listing
from anlan.platform import clock
from anlan.platform.journal.models import JournalEntry
from inspection.factories import CRITERION, NOW, World
from inspection.listing_samples import WHAT, WHY, Listed, applied, listed, major
from inspection.test_inspection_api import caller, codes

pytestmark = pytest.mark.django_db


def test_a_county_listing_by_the_api(world: World) -> None:
    office, leader, firm, town = (caller(world, r) for r in ("supervision", "leader", "enterprise", "town"))
    hazard = world.ordered(days=30, major_criteria=(CRITERION,))
    asked = {
        "base": 2,
        "note": WHY,
        "requirement": WHAT,
        "due_on": "2026-03-20",
        "follower": world.scope["town"].person,
    }
    with clock.frozen(NOW):
        status, refused = office("POST", f"/hazards/{hazard}/listings", asked | {"due_on": "2026-05-01"})
        assert (status, codes(refused)) == (409, ["inspection.listing.due_after_hazard"])
        status, made = office("POST", f"/hazards/{hazard}/listings", asked, **{"Idempotency-Key": "l-1"})
        assert (status, made["state"], made["version"]) == (201, "proposed", 1)
        assert office("POST", f"/hazards/{hazard}/listings", asked, **{"Idempotency-Key": "l-1"})[1] == made
        assert Listing.objects.count() == 1
        path = f"/listings/{made['id']}"
        assert office("POST", f"{path}/sign", {"base": 1})[0] == 403
        assert leader("POST", f"{path}/sign", {"base": 9})[0] == 409
        assert leader("POST", f"{path}/sign", {"base": 1, "note": "同意"})[1]["state"] == "listed"
        status, issued = office("POST", f"{path}/notice", {"base": 2})
        assert (status, issued["state"], issued["version"]) == (200, "listed", 3)
        assert issued["document"] == Listing.objects.get().notice_document
        visit = {"base": 3, "note": "已停用", "photos": [world.photo("town")], "at": "2026-03-02T09:00:00+08:00"}
        status, refused = town("POST", f"{path}/follow", visit)
        assert (status, codes(refused)) == (409, ["inspection.hazard.at_too_early"])
        assert town("POST", f"{path}/follow", visit | {"at": None})[1]["version"] == 4
        other = {"base": 4, "follower": world.county.person["enforcement"]}
        assert office("POST", f"{path}/reassign", other)[1]["version"] == 5
        visits = firm("GET", f"{path}/follow_ups")[1]["items"]
        assert [(v["turn"], v["note"], v["late"], len(v["photos"])) for v in visits] == [(1, "已停用", False, 1)]
        actions = {a["id"]: a["allowed"] for a in firm("GET", f"{path}/actions")[1]["actions"]}
        assert actions == dict.fromkeys(
            ("sign", "decline", "apply", "unlist", "return", "cancel", "follow", "reassign", "notice", "withdraw"), False
        )
    record = firm("GET", path)[1]
    assert (record["state"], record["level"], record["reason"]) == ("listed", "county", WHY)
    assert [row["id"] for row in leader("GET", "/listings?state=listed")[1]["items"]] == [made["id"]]
    assert caller(world, "other_town")("GET", path)[0] == 404


def test_no_route_takes_a_moment_that_cannot_be(world: World) -> None:
    case = listed(world)
    found = world.found()
    town, firm, office = caller(world, "town"), caller(world, "enterprise"), caller(world, "supervision")
    visit = {"base": case.version(), "note": "已停用", "photos": [world.photo("town")]}
    asked = (
        (town, f"/hazards/{found}/order", {"base": 1, "days": 30, "note": "限期整改"}),
        (firm, f"/hazards/{case.hazard}/extend", {"base": world.base(case.hazard), "days": 10, "note": "到货延迟"}),
        (town, f"/listings/{case.key}/follow", visit),
        (office, f"/listings/{case.key}/reassign", {"base": case.version(), "follower": world.mate}),
        (town, "/hazards", {"enterprise_id": world.enterprise, "description": "线路老化"}),
        (town, "/inspections", {"enterprise_id": world.enterprise, "checklist_id": world.checklist(),
                                "officers": [world.county.person["town_second"]]}),
    )  # fmt: skip
    before = JournalEntry.objects.count()
    with clock.frozen(case.now + timedelta(hours=1)):
        for call, path, body in asked:
            for at in ("9999-12-31T23:59:59-08:00", "9999-12-20T00:00:00Z", "0001-01-01T00:00:00+08:00"):
                status, refused = call("POST", path, body | {"at": at})
                assert (status, refused["code"]) == (422, "inspection.at_implausible"), path
            status, refused = call("POST", path, body | {"at": "2030-01-01T00:00:00Z"})
            future = {"inspection.hazard.at_in_future", "inspection.start.at_in_future"}
            assert (status, bool(future & set(codes(refused)))) == (409, True), path
            assert call("POST", path, body | {"at": "2005-01-01T00:00:00Z"})[0] == 409, path
    assert JournalEntry.objects.count() == before
    with clock.frozen(case.now):
        assert office("GET", f"/listings/{case.key}/actions")[0] == 200


def test_the_end_of_a_listing_by_the_api(world: World) -> None:
    case = applied(world)
    office, firm = caller(world, "supervision"), caller(world, "enterprise")
    path = f"/listings/{case.key}"
    with clock.frozen(case.now):
        assert office("POST", f"{path}/return", {"base": case.version(), "note": "未验收"})[1]["state"] == "listed"
        assert (
            firm("POST", f"{path}/apply", {"base": case.version(), "note": "已验收"})[1]["state"] == "unlisting_applied"
        )
        review = {"base": case.version(), "note": "合格", "photos": [world.photo("supervision")]}
        status, refused = office("POST", f"{path}/unlist", review)
        assert (status, codes(refused)) == (409, ["inspection.hazard.close.two_officers"])
        review["co_reviewer"] = world.county.person["enforcement"]
        assert office("POST", f"{path}/unlist", review)[1]["state"] == "unlisted"
        assert office("POST", f"{path}/notice", {"base": case.version()})[0] == 200
    assert case.row.end_document != ""


def test_an_upper_listing_by_the_api(world: World) -> None:
    case = major(world)
    office, leader = caller(world, "supervision"), caller(world, "leader")
    notice = {
        "base": 2, "note": WHY, "requirement": WHAT, "due_on": "2026-03-20", "follower": world.scope["town"].person,
        "level": "city", "notice_number": "台1号", "notice_on": "2026-03-01", "issuer": "台州市应急管理局",
        "photos": [world.photo("supervision")],
    }  # fmt: skip
    with clock.frozen(NOW):
        status, made = office("POST", f"/hazards/{case.hazard}/listings/received", notice)
        assert (status, made["state"]) == (201, "listed")
        case.key = made["id"]
    case.close()
    path = f"/listings/{case.key}"
    end = {"base": 1, "notice_number": "台2号", "notice_on": "2026-03-02", "photos": [world.photo("supervision")]}
    with clock.frozen(case.now):
        assert office("POST", f"{path}/receive_end", end)[1]["state"] == "unlisted"
        assert leader("POST", f"{path}/cancel", {"base": 2, "note": "有误"})[0] == 409


def test_declining_and_cancelling_by_the_api(world: World) -> None:
    leader = caller(world, "leader")
    for act, state in (("decline", "refused"), ("cancel", "cancelled")):
        case = Listed(world, major(world).hazard)
        case.propose()
        with clock.frozen(NOW + timedelta(hours=1)):
            body = {"base": 1, "note": "整改方案可行"}
            assert leader("POST", f"/listings/{case.key}/{act}", body)[1]["state"] == state
            assert leader("POST", f"/listings/{case.key}/{act}", body | {"base": 2})[0] == 409
