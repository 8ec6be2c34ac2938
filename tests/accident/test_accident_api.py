"""An accident by the API from its report to its end: every route, who may take it, what is refused and what stays behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accident.factories import BODY, FOUND, WHEN, caller, closed, codes, filed, investigated, row
from anlan.accident.models import Accident
from anlan.platform import clock
from anlan.platform.journal.models import JournalEntry
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db
LATE = NOW + timedelta(days=31)


def test_from_the_report_to_the_closed_case(world: World) -> None:
    town, bureau = caller(world, "town"), caller(world, "enforcement")
    with clock.frozen(NOW):
        status, made = town("POST", "/accidents", BODY | {"enterprise_id": world.enterprise})
        assert (status, made["number"], made["state"]) == (201, "SG-331003a-2026-000001", "reported")
        assert (made["grade"], made["version"]) == ("general", 1)
        path = f"/accidents/{made['id']}"
        up = {"base": 1, "note": "电话报告市局"}
        assert town("POST", f"{path}/report_up", up) == (200, made | {"version": 2})
        change = {"base": 2, "deaths": 3, "serious_injuries": 0, "kind": "change", "note": "一名伤员不治"}
        assert town("POST", f"{path}/correct", change)[1]["grade"] == "larger"
        assert town("POST", f"{path}/amend", {"base": 3, "sector": "building", "category": "fall"})[0] == 200
        assert town("POST", f"{path}/investigate", {"base": 4, "team": "本镇"})[0] == 403
        status, stood = bureau("POST", f"{path}/investigate", {"base": 4, "team": "应急管理局牵头"})
        assert (status, stood["state"]) == (200, "investigating")
        assert bureau("POST", f"{path}/extend", {"base": 5, "days": 30, "note": "市政府批准"})[0] == 200
        answer = bureau("POST", f"{path}/close", {"base": 6, "files": [world.photo("enforcement")], **FOUND})
        assert (answer[0], answer[1]["state"], answer[1]["version"]) == (200, "closed", 7)
        judged = {"base": 7, "nature": "other", "note": "经复核系自身疾病"}
        assert bureau("POST", f"{path}/judge", judged)[0] == 200
        assert row(made["id"]).counted == 0
        assert bureau("POST", f"{path}/judge", judged | {"base": 8, "nature": "production"})[0] == 200
        held = bureau("GET", path)[1]
    assert (held["deaths"], held["serious_injuries"], held["loss_yuan"]) == (3, 0, 1_205_000)
    assert (held["sector"], held["category"], held["closed_on"], held["counted"]) == (
        "building",
        "fall",
        "2026-03-02",
        1,
    )
    kinds = [line["kind"].rpartition(".")[2] for line in bureau("GET", f"{path}/history")[1]["items"]]
    assert kinds == ["judged", "judged", "closed", "extended", "investigated", "amended", "corrected", "reported_up",
                     "reported"]  # fmt: skip
    corrected = JournalEntry.objects.get(kind="accident.accident.corrected")
    assert '"old":{"deaths":1,"loss_yuan":1205000,"minor_injuries":0,"serious_injuries":1}' in corrected.body


def test_a_former_accident_is_filed_closed(world: World) -> None:
    town = caller(world, "town")
    body = BODY | {"occurred_at": "2023-05-01T08:00:00+08:00", "received_at": "2023-05-01T09:00:00+08:00", **FOUND}
    with clock.frozen(NOW):
        assert codes(town("POST", "/accidents/record", body | {"closed_on": "2023-04-30"})[1]) == [
            "accident.closed_too_early"
        ]
        status, made = town("POST", "/accidents/record", body | {"closed_on": "2023-06-30"})
    held = row(made["id"])
    assert (status, held.state, str(held.closed_on), held.counted) == (201, "closed", "2023-06-30", 1)
    assert held.direct_cause == FOUND["direct_cause"]


def test_revoking_keeps_the_entry_and_takes_it_out_of_the_count(world: World) -> None:
    bureau = caller(world, "enforcement")
    stays, twice = filed(world), filed(world, place="二车间")
    stay, twin = f"/accidents/{stays}", f"/accidents/{twice}"
    asked = {"base": 1, "kind": "duplicate", "note": "与前一条为同一起"}
    with clock.frozen(NOW):
        for other in ("", twice, "nonsense"):
            refused = bureau("POST", f"{twin}/revoke", asked | {"duplicate_of": other})
            assert (refused[0], codes(refused[1])) == (409, ["accident.duplicate_unknown"]), other
        assert caller(world, "town")("POST", f"{twin}/revoke", asked | {"duplicate_of": stays})[0] == 403
        assert bureau("POST", f"{twin}/revoke", asked | {"duplicate_of": stays})[1]["state"] == "revoked"
        assert bureau("POST", f"{stay}/revoke", {"base": 1, "kind": "false", "note": "演习"})[1]["state"] == "revoked"
        refused = bureau("POST", f"{stay}/correct", {"base": 2, "kind": "change", "deaths": 2})
        assert codes(refused[1]) == ["kernel.loop.not_from_here"]
    assert (row(twice).duplicate_of, row(twice).counted, row(stays).revocation) == (stays, 0, "false")
    assert Accident.objects.count() == 2


def test_bad_input_is_refused_whole_and_leaves_nothing_behind(world: World) -> None:
    town = caller(world, "town")
    before = JournalEntry.objects.count()
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    cases: list[tuple[dict[str, Any], int, list[str] | str]] = [
        ({"deaths": -1}, 409, ["accident.negative"]),
        ({"deaths": 100_001}, 409, ["accident.too_many"]),
        ({"loss_yuan": 10**18}, 409, ["accident.too_many"]),
        ({"occurred_at": tomorrow}, 409, ["accident.in_future", "accident.received_too_early"]),
        ({"occurred_at": "0001-01-01T00:00:00+08:00"}, 409, ["accident.implausible"]),
        ({"received_at": tomorrow}, 409, ["accident.in_future"]),
        ({"lon": 2.35, "lat": 48.85}, 409, ["kernel.geo.outside_china"]),
        ({"lon": 121.2}, 409, ["accident.place_half"]),
        ({"place": "二\x00车间"}, 409, ["kernel.text.hidden"]),
        ({"sector": "nonsense", "category": "nonsense"}, 409, ["accident.category_unknown", "accident.sector_unknown"]),
        ({"region": "331003"}, 403, "platform.region_outside"),
        ({"region": "331003999"}, 422, "ledger.region.unknown"),
        ({"region": "331003002000"}, 403, "platform.region_outside"),
        ({"enterprise_id": "01900000-0000-7000-8000-0000000000ff"}, 404, "registry.enterprise.not_found"),
        ({"enterprise_id": world.other_enterprise}, 404, "registry.enterprise.not_found"),
        ({"files": ["f" * 64]}, 422, "platform.attachment.unknown"),
    ]
    with clock.frozen(NOW):
        for change, wanted, said in cases:
            status, body = town("POST", "/accidents", BODY | change)
            found = codes(body) if isinstance(said, list) else body["code"]
            assert (status, found) == (wanted, said), change
        for change in (
            {"deaths": "viele"},
            {"deaths": 1.5},
            {"occurred_at": "2026-03-01T10:00:00"},
            {"deaths": 10**40},
        ):
            assert town("POST", "/accidents", BODY | change)[0] in {409, 422}, change
    assert JournalEntry.objects.count() == before
    assert not Accident.objects.exists()


def test_the_same_accident_is_filed_once(world: World) -> None:
    town, other = caller(world, "town"), caller(world, "enforcement")
    with clock.frozen(NOW):
        status, made = town("POST", "/accidents", BODY, **{"Idempotency-Key": "a-1"})
        assert town("POST", "/accidents", BODY, **{"Idempotency-Key": "a-1"}) == (status, made)
        again = other("POST", "/accidents", BODY)
    assert (again[0], codes(again[1])) == (409, ["accident.entered_already"])
    assert made["number"] in again[1]["violations"][0]["message"]
    assert Accident.objects.count() == 1


def test_a_double_click_is_one_step_and_a_stale_page_none(world: World) -> None:
    bureau, path = caller(world, "enforcement"), f"/accidents/{filed(world)}"
    begin = {"base": 1, "team": "应急管理局牵头"}
    with clock.frozen(NOW):
        first = bureau("POST", f"{path}/investigate", begin, **{"Idempotency-Key": "s-1"})
        assert bureau("POST", f"{path}/investigate", begin, **{"Idempotency-Key": "s-1"}) == first
        status, stale = bureau("POST", f"{path}/investigate", begin)
        assert (status, stale["code"]) == (409, "accident.stale")
        status, stale = bureau("POST", f"{path}/correct", {"base": 1, "kind": "change", "deaths": 2})
        assert (status, stale["code"]) == (409, "accident.stale")
    assert JournalEntry.objects.filter(kind="accident.accident.investigated").count() == 1


@pytest.mark.parametrize(
    ("role", "sees", "files", "investigates"),
    [
        ("leader", 200, 403, 403),
        ("supervision", 200, 201, 200),
        ("enforcement", 200, 201, 200),
        ("town", 200, 201, 403),
        ("department", 404, 201, 404),
        ("auditor", 200, 403, 403),
        ("other_town", 404, 403, 404),
        ("other_office", 404, 201, 404),
        ("grid", 403, 403, 404),
        ("expert", 403, 403, 404),
        ("admin", 403, 403, 404),
        ("enterprise", 403, 403, 404),
        ("other_enterprise", 403, 403, 404),
    ],
)
def test_who_sees_files_and_investigates(world: World, role: str, sees: int, files: int, investigates: int) -> None:
    """The accident is one of the first enterprise, whose office is the first one; the one filed names no enterprise."""
    key = filed(world, enterprise_id=world.enterprise)
    before, call = JournalEntry.objects.count(), caller(world, role)
    with clock.frozen(NOW):
        assert call("GET", f"/accidents/{key}")[0] == sees
        assert (call("GET", "/accidents")[1].get("total") or 0) == (1 if sees == 200 else 0)
        begun = call("POST", f"/accidents/{key}/investigate", {"base": 1, "team": "调查组"})[0]
        refused = JournalEntry.objects.count() == before
        made = call("POST", "/accidents", BODY | {"place": "另一处"})[0]
    assert (begun, made) == (investigates, files)
    assert refused is (investigates != 200)


def test_an_accident_of_no_enterprise_is_seen_by_every_office_of_the_region(world: World) -> None:
    key = filed(world, "supervision", sector="road", category="")  # whichever office files it
    seen = {r: caller(world, r)("GET", f"/accidents/{key}")[0] for r in ("supervision", "other_office", "department")}
    assert seen == {"supervision": 200, "other_office": 200, "department": 200}
    assert caller(world, "other_town")("GET", f"/accidents/{key}")[0] == 404


def test_after_the_period_the_bureau_corrects_in_words(world: World) -> None:
    town, bureau, path = caller(world, "town"), caller(world, "enforcement"), f"/accidents/{closed(world)}"
    change = {"base": 3, "kind": "finding", "deaths": 2}
    with clock.frozen(LATE):
        assert codes(town("POST", f"{path}/correct", change | {"note": "补报"})[1]) == ["accident.late_right_missing"]
        assert codes(bureau("POST", f"{path}/correct", change)[1]) == ["accident.late_reason_missing"]
        assert bureau("POST", f"{path}/correct", change | {"note": "调查核定"})[0] == 200
    assert JournalEntry.objects.filter(kind="accident.accident.corrected").get().body.count('"late":true') == 1


def test_deadlines_follow_what_is_amended(world: World) -> None:
    town, key = caller(world, "town"), filed(world)
    with clock.frozen(NOW):
        base = {"base": 1, "sector": "road", "category": "", "occurred_at": (WHEN - timedelta(days=1)).isoformat()}
        assert town("POST", f"/accidents/{key}/amend", base)[0] == 200
        refused = town("POST", f"/accidents/{key}/amend", {"base": 2, "place": BODY["place"]})
        assert codes(refused[1]) == ["accident.nothing_changed"]
        assert town("POST", f"/accidents/{key}/amend", {"base": 2, "region": "331003002000"})[0] == 403
        assert town("POST", f"/accidents/{key}/amend", {"base": 2, "enterprise_id": world.enterprise})[0] == 200
        assert town("POST", f"/accidents/{key}/amend", {"base": 3, "enterprise_id": ""})[0] == 200
    held = row(key)
    assert (held.supplement_until.date().isoformat(), held.investigation_due_at.date().isoformat()) == (
        "2026-03-08", "2026-04-30",
    )  # fmt: skip
    assert (held.enterprise_id, held.office_id, held.region) == (None, None, "331003001001")


def test_no_moment_that_cannot_be_is_taken_anywhere(world: World) -> None:
    """Near the ends of the calendar nothing can be reckoned; what is asked there is refused, never a failure."""
    town, key = caller(world, "town"), filed(world)
    with clock.frozen(NOW):
        for at in ("9999-12-31T23:59:59-08:00", "9999-12-20T00:00:00Z", "0001-01-01T00:00:00+08:00"):
            for field in ("occurred_at", "received_at", "learned_at"):
                assert town("POST", "/accidents", BODY | {"place": "另一处", field: at})[0] == 409, (field, at)
                assert town("POST", f"/accidents/{key}/amend", {"base": 1, field: at})[0] == 409, (field, at)
            assert town("POST", f"/accidents/{key}/report_up", {"base": 1, "at": at})[0] == 409, at
            former = BODY | {"place": "另一处", "closed_on": at[:10]}
            assert town("POST", "/accidents/record", former)[0] == 409, at
        assert town("POST", f"/accidents/{key}/amend", {"base": 1, "lon": 200.0, "lat": 28.0})[0] == 409
    assert Accident.objects.count() == 1


def test_the_actions_say_who_may_what(world: World) -> None:
    key = investigated(world)
    with clock.frozen(NOW):
        told = caller(world, "town")("GET", f"/accidents/{key}/actions")[1]
        may = {a["id"] for a in told["actions"] if a["allowed"]}
        assert (told["state"], may) == ("investigating", {"report_up", "correct", "amend"})
        told = caller(world, "enforcement")("GET", f"/accidents/{key}/actions")[1]
        assert {a["id"] for a in told["actions"] if a["allowed"]} == {
            "close", "revoke", "report_up", "correct", "amend", "judge", "extend",
        }  # fmt: skip
    assert caller(world, "other_town")("GET", f"/accidents/{key}/actions")[0] == 404
