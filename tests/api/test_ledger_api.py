"""The routes that a ledger's declaration gives: who may call them, paging, filters, writes, idempotency, errors."""

import orjson
import pytest
from django.test import Client

from anlan.accounts.services.tokens import token_create
from anlan.platform import clock
from anlan.platform.idempotency import ApiAnswer, forget_old
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger.services import ledger_create
from ledger_app.ledgers import WELLS
from ledger_app.models import Keeper, Well

pytestmark = pytest.mark.django_db

EAST, SOUTH = "331003001000", "331003002000"
WELL = {"code": "SJ-001", "name": "东门井", "region": EAST, "use": "fire", "depth_m": 30.5, "phone": "13800001234"}


@pytest.fixture
def wells(county):
    """Twelve wells, nine in the first town and three in the second, one a minute."""
    from datetime import UTC, datetime, timedelta

    start = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    ids = []
    for i in range(12):
        values = {
            "code": f"SJ-{i:03d}",
            "name": f"{'消防' if i % 3 == 0 else '村口'}井{i}",
            "region": EAST if i < 9 else SOUTH,
            "use": "fire" if i % 3 == 0 else "farm",
            "drilled_on": f"2020-03-{i + 1:02d}",
            "labels": ["deep"] if i % 2 else [],
            "lon": 121.2 + i / 100,
            "lat": 28.6,
        }
        ids.append(
            ledger_create(
                scope=county.scope["supervision_all"], ledger=WELLS, values=values, now=start + timedelta(minutes=i)
            )
        )
    return ids


@pytest.fixture
def county(county):
    """The small county, with a person of the bureau who sees every office's rows (wells have no office here)."""
    from dataclasses import replace

    county.scope["supervision_all"] = replace(county.scope["supervision"], office=None)
    return county


def token_client(county, role):
    made = token_create(scope=county.scope[role], account=county.account[role], name="测试", days=7, now=clock.now())
    return lambda method, path, body=None, **headers: Client().generic(
        method,
        f"/api/v1{path}",
        orjson.dumps(body) if body is not None else b"",
        content_type="application/json",
        headers={"Authorization": f"Bearer {made.raw}", **headers},
    )


def test_nothing_answers_without_login(county):
    for path in ("/wells/wells", "/wells/wells/export.csv", "/wells/wells.geojson", "/registry/enterprises"):
        answer = Client().get(f"/api/v1{path}")
        assert answer.status_code == 401
        assert answer.json()["code"] == "api.unauthenticated"
    assert Client().post("/api/v1/wells/wells", b"{}", content_type="application/json").status_code == 401


def test_unknown_route_is_a_json_error(api_as):
    status, body = api_as("town")("get", "/no/such/thing")
    assert (status, body["code"]) == (404, "api.no_such_route")
    assert body["request_id"]


def test_list_pages_through_everything_once(api_as, wells):
    call = api_as("leader")
    seen, cursor = [], ""
    while cursor is not None:
        status, body = call("get", f"/wells/wells?limit=5&cursor={cursor}")
        assert (status, body["total"]) == (200, 12)
        seen += [row["id"] for row in body["items"]]
        cursor = body["next"]
    assert seen == wells[::-1]


def test_list_row_has_every_column_under_its_json_name(api_as, wells):
    body = api_as("leader")("get", "/wells/wells?limit=1")[1]
    assert body["items"][0] == {
        "id": wells[11],
        "code": "SJ-011",
        "name": "村口井11",
        "region": SOUTH,
        "use": "farm",
        "depth_m": None,
        "share": None,
        "drilled_on": "2020-03-12",
        "checked_at": None,
        "households": None,
        "guarded": None,
        "labels": ["deep"],
        "phone": "",
        "address": "",
        "lon": 121.31,
        "lat": 28.6,
        "note": "",
        "keeper_id": None,
        "keeper_name": None,
        "changed_at": "2026-03-02T02:11:00Z",
        "contested": 0,
        "retired_at": None,
        "created_at": "2026-03-02T02:11:00Z",
    }


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("use=fire", [0, 3, 6, 9]),
        ("use=fire&region=331003001", [0, 3, 6]),
        ("q=消防", [0, 3, 6, 9]),
        ("q=消防 井3", [3]),
        ("q=sj-01", [10, 11]),
        ("labels=deep&use=fire", [3, 9]),
        ("drilled_on_from=2020-03-05&drilled_on_to=2020-03-06", [4, 5]),
        ("name=消防井0", [0]),
        ("q=没有", []),
        ("retired=only", []),
        ("sort=code&limit=200&use=fire", [0, 3, 6, 9]),
    ],
)
def test_declared_filters(api_as, wells, query, codes):
    status, body = api_as("leader")("get", f"/wells/wells?{query}")
    assert status == 200
    assert sorted(row["code"] for row in body["items"]) == [f"SJ-{i:03d}" for i in codes]
    assert body["total"] == len(codes)


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("colour=red", "ledger.filter_unknown", "colour"),
        ("use=washing", "ledger.value.not_listed", "use"),
        ("drilled_on_from=soon", "kernel.text.not_a_date", "drilled_on_from"),
        ("region=西天", "ledger.region.unknown", "region"),
        ("sort=phone", "ledger.filter_value", "sort"),
        ("retired=maybe", "ledger.filter_value", "retired"),
        ("depth_m_min=deep", "kernel.text.not_a_number", "depth_m_min"),
    ],
)
def test_questions_that_are_not_declared_are_refused(api_as, wells, query, code, field):
    status, body = api_as("leader")("get", f"/wells/wells?{query}")
    assert (status, body["code"]) == (422, "ledger.filter_refused")
    assert [(v["code"], v["field"]) for v in body["violations"]] == [(code, field)]


@pytest.mark.parametrize("query", ["cursor=abc", "cursor=W10", "limit=0", "limit=201", "limit=x"])
def test_bad_paging_is_refused(api_as, county, query):
    assert api_as("leader")("get", f"/wells/wells?{query}")[0] == 422


def test_cursor_of_another_order_is_refused(api_as, wells):
    call = api_as("leader")
    cursor = call("get", "/wells/wells?limit=2")[1]["next"]
    status, body = call("get", f"/wells/wells?limit=2&sort=code&cursor={cursor}")
    assert (status, body["code"]) == (422, "ledger.cursor")


def test_paging_by_a_column_with_empty_and_equal_values_loses_nothing(api_as, wells):
    Well.objects.filter(code__in=["SJ-003", "SJ-007"]).update(drilled_on=None)
    Well.objects.filter(code__in=["SJ-001", "SJ-002"]).update(drilled_on="2020-03-03")
    for sort in ("drilled_on", "-drilled_on", "use", "-depth_m"):
        seen, cursor = [], ""
        while cursor is not None:
            body = api_as("leader")("get", f"/wells/wells?limit=2&sort={sort}&cursor={cursor}")[1]
            seen += [row["id"] for row in body["items"]]
            cursor = body["next"]
        assert sorted(seen) == sorted(wells), sort


def test_town_sees_its_own_rows_only(api_as, wells):
    body = api_as("town")("get", "/wells/wells")[1]
    assert (body["total"], {row["region"] for row in body["items"]}) == (9, {EAST})
    foreign = api_as("town")("get", f"/wells/wells/{wells[11]}")
    absent = api_as("town")("get", "/wells/wells/019a0000-0000-7000-8000-000000000000")
    assert foreign[0] == absent[0] == 404
    assert foreign[1] | {"request_id": ""} == absent[1] | {"request_id": ""}
    assert api_as("town")("get", f"/wells/wells/{wells[11]}/history")[0] == 404
    features = api_as("town")("get", "/wells/wells.geojson")[1]["features"]
    assert len(features) == 9


def test_create_read_change_retire(county):
    call = token_client(county, "town")
    made = call("POST", "/wells/wells", WELL)
    assert made.status_code == 201
    key = made.json()["id"]
    assert made["Location"] == f"/api/v1/wells/wells/{key}"
    assert made["ETag"] == '"1"'
    assert (made.json()["phone"], made.json()["version"]) == ("138****1234", 1)
    changed = call("PATCH", f"/wells/wells/{key}", {"name": "东门老井"}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "东门老井", 2)
    stale = call("PATCH", f"/wells/wells/{key}", {"name": "别名", "base": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "journal.conflict")
    missing = call("PATCH", f"/wells/wells/{key}", {"name": "别名"})
    assert (missing.status_code, missing.json()["code"]) == (422, "api.base_missing")
    gone = call("POST", f"/wells/wells/{key}/retire", {"reason": "已填埋", "base": 2})
    assert gone.json() == {"id": key, "retired": True, "version": 3}
    assert call("GET", "/wells/wells").json()["total"] == 0
    history = call("GET", f"/wells/wells/{key}/history").json()["items"]
    assert [h["label"] for h in history] == ["注销", "修改", "登记"]
    assert history[1]["changes"] == [{"field": "name", "label": "名称", "old": "东门井", "new": "东门老井"}]
    assert history[0]["text"] == [{"label": "原因", "text": "已填埋"}]
    assert {h["actor_name"] for h in history} == {"蒋安"}


def test_refused_create_names_every_field_and_writes_nothing(county):
    call = token_client(county, "town")
    before = JournalEntry.objects.count()
    answer = call("POST", "/wells/wells", {"code": "SJ-1", "use": "washing", "nonsense": 1})
    assert answer.status_code == 422
    body = answer.json()
    assert body["code"] == "ledger.values_refused"
    assert {v["field"]: v["code"] for v in body["violations"]} == {
        "use": "ledger.value.not_listed",
        "nonsense": "ledger.value.unknown_field",
        "name": "ledger.value.required",
        "region": "ledger.value.required",
    }
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b"\xff"])
def test_body_that_is_no_object_is_refused(county, raw):
    made = token_create(scope=county.scope["town"], account=county.account["town"], name="测", days=7, now=clock.now())
    answer = Client().post(
        "/api/v1/wells/wells", raw, content_type="application/json", headers={"Authorization": f"Bearer {made.raw}"}
    )
    assert answer.status_code == 422
    assert answer.json()["code"] in {"api.malformed", "api.body_not_object"}


def test_same_key_and_request_gets_the_same_answer_once(county):
    call = token_client(county, "town")
    first = call("POST", "/wells/wells", WELL, **{"Idempotency-Key": "k-1"})
    second = call("POST", "/wells/wells", WELL, **{"Idempotency-Key": "k-1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert second["Location"] == first["Location"]
    assert Well.objects.count() == 1
    other = call("POST", "/wells/wells", WELL | {"name": "西门井"}, **{"Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["code"]) == (422, "api.idempotency_reused")
    somebody_else = token_client(county, "leader")("POST", "/wells/wells", WELL, **{"Idempotency-Key": "k-1"})
    assert somebody_else.status_code != 201


def test_refusal_is_not_kept_under_its_key(county):
    call = token_client(county, "town")
    bad = call("POST", "/wells/wells", WELL | {"region": SOUTH}, **{"Idempotency-Key": "k-2"})
    assert bad.status_code == 403
    assert ApiAnswer.objects.count() == 0
    again = call("POST", "/wells/wells", WELL | {"region": SOUTH}, **{"Idempotency-Key": "k-2"})
    assert again.status_code == 403


def test_kept_answers_are_forgotten_after_a_week(county):
    from datetime import timedelta

    token_client(county, "town")("POST", "/wells/wells", WELL, **{"Idempotency-Key": "k-3"})
    assert forget_old(clock.now() + timedelta(days=6)) == 0
    assert forget_old(clock.now() + timedelta(days=8)) == 1


@pytest.mark.parametrize("key", ["", "x" * 121, "k\u00e9y"])
def test_unusable_key_is_refused(county, key):
    answer = token_client(county, "town")("POST", "/wells/wells", WELL, **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "api.idempotency_key")


def test_session_write_needs_the_csrf_token(county):
    client = Client(enforce_csrf_checks=True)
    client.force_login(county.account["town"])
    answer = client.post("/api/v1/wells/wells", orjson.dumps(WELL), content_type="application/json")
    assert answer.status_code in {401, 403}
    assert Well.objects.count() == 0


def test_reader_may_not_write(api_as, wells):
    call = api_as("auditor")
    assert call("post", "/wells/wells", WELL)[0] == 403
    assert call("patch", f"/wells/wells/{wells[0]}", {"name": "x", "base": 1})[0] == 403
    assert call("post", f"/wells/wells/{wells[0]}/retire", {"reason": "测试", "base": 1})[0] == 403


def test_geojson_holds_the_points_and_follows_every_change(county, wells):
    call = token_client(county, "town")
    features = {f["id"]: f for f in call("GET", "/wells/wells.geojson?use=fire").json()["features"]}
    assert sorted(f["properties"]["code"] for f in features.values()) == ["SJ-000", "SJ-003", "SJ-006"]
    assert features[wells[0]] == {
        "type": "Feature",
        "id": wells[0],
        "geometry": {"type": "Point", "coordinates": [121.2, 28.6]},
        "properties": {
            "code": "SJ-000",
            "region": EAST,
            "use": "fire",
            "guarded": None,
        },
    }
    call("PATCH", f"/wells/wells/{wells[0]}", {"lon": 121.5, "base": 1})
    moved = {f["id"]: f for f in call("GET", "/wells/wells.geojson?use=fire").json()["features"]}
    assert moved[wells[0]]["geometry"]["coordinates"] == [121.5, 28.6]
    unchanged = call("GET", "/wells/wells.geojson?use=fire")
    again = call("GET", "/wells/wells.geojson?use=fire", **{"If-None-Match": unchanged["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_total_follows_every_change(county, wells):
    call = token_client(county, "town")
    assert call("GET", "/wells/wells").json()["total"] == 9
    call("POST", "/wells/wells", WELL | {"code": "SJ-900"})
    assert call("GET", "/wells/wells").json()["total"] == 10


def test_exports_are_files(client_as, wells):
    client = client_as("town")
    csv = b"".join(client.get("/api/v1/wells/wells/export.csv?use=fire").streaming_content).decode("utf-8-sig")
    assert [line.split(",")[0] for line in csv.splitlines()] == ["编号", "SJ-006", "SJ-003", "SJ-000"]
    book = client.get("/api/v1/wells/wells/export.xlsx")
    assert book["Content-Disposition"] == 'attachment; filename="wells.xlsx"'
    assert b"".join(book.streaming_content)[:2] == b"PK"


def test_row_whose_keeper_has_not_arrived_is_still_listed(api_as, wells):
    Well.objects.filter(pk=wells[0]).update(keeper_id="019a0000-0000-7000-8000-000000000009")
    body = api_as("leader")("get", "/wells/wells?q=消防井0")[1]
    assert [(row["code"], row["keeper_name"]) for row in body["items"]] == [("SJ-000", None)]
    assert body["total"] == 1


def test_search_finds_rows_by_the_name_behind_a_key(api_as, county, wells):
    from anlan.platform.ledger.services import ledger_create as create
    from ledger_app.ledgers import KEEPERS

    key = create(
        scope=county.scope["supervision_all"],
        ledger=KEEPERS,
        values={"name": "韩看井", "region": EAST},
        now=clock.now(),
    )
    Well.objects.filter(pk=wells[4]).update(keeper_id=key)
    assert Keeper.objects.count() == 1
    body = api_as("leader")("get", "/wells/wells?q=看井")[1]
    assert [(row["code"], row["keeper_name"]) for row in body["items"]] == [("SJ-004", "韩看井")]


def test_documentation_is_served_without_foreign_hosts(client):
    schema = client.get("/api/v1/openapi.json")
    assert schema.status_code == 200
    paths = schema.json()["paths"]
    create = paths["/api/v1/wells/wells"]["post"]
    assert create["requestBody"]["content"]["application/json"]["schema"]["required"] == ["code", "name", "region"]
    assert create["operationId"] == "wells_well_create"
    names = [p["name"] for p in paths["/api/v1/wells/wells"]["get"]["parameters"]]
    assert names[:3] == ["name", "region", "use"]
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert b"//cdn" not in page.content
    policy = page["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy


def test_validation_error_of_a_written_route_is_chinese(api_as, county):
    status, body = api_as("town")(
        "post", "/registry/enterprises/019a0000-0000-7000-8000-000000000000/rename", {"base": "x"}
    )
    assert (status, body["code"]) == (422, "api.invalid")
    assert {v["field"] for v in body["violations"]} >= {"base", "name"}
    assert {v["code"] for v in body["violations"]} <= {"api.invalid.int_parsing", "api.invalid.missing"}


def test_request_id_is_kept_or_made(client):
    assert client.get("/api/v1/wells/wells", headers={"X-Request-ID": "abc-123"}).json()["request_id"] == "abc-123"
    made = client.get("/api/v1/wells/wells", headers={"X-Request-ID": "<script>"}).json()["request_id"]
    assert len(made) == 16


def test_defect_answers_with_an_id_and_no_trace(api_as, county, monkeypatch, caplog):
    from anlan.platform.ledger import queries

    def broken(*args, **kwargs):
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(queries, "total", broken)
    status, body = api_as("leader")("get", "/wells/wells")
    assert (status, body["code"]) == (500, "api.internal")
    assert "ZeroDivisionError" not in str(body)
    assert body["request_id"] in caplog.text


def test_database_that_is_away_is_unavailable_and_writes_nothing(county, monkeypatch):
    from django.db import OperationalError

    from anlan.platform.ledger import services

    def full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(services, "record", full)
    answer = token_client(county, "town")("POST", "/wells/wells", WELL, **{"Idempotency-Key": "k-9"})
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "api.unavailable", "5")
    assert (Well.objects.count(), ApiAnswer.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_same_requests_at_once_are_done_once(county):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    call = token_client(county, "town")

    def send(_):
        try:
            return call("POST", "/wells/wells", WELL, **{"Idempotency-Key": "k-10"})
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1
    assert Well.objects.count() == 1
    assert sorted(a.headers.get("Idempotent-Replayed", "") for a in answers) == ["", "true", "true", "true"]
