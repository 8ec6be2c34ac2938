"""依法删除正文, 校正时钟, 区划变更 and 某一时刻的情况: pages and routes, who may use them, what they refuse and leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.entry import Draft, Step
from anlan.kernel.messages import render
from anlan.platform import clock, regions
from anlan.platform.journal import node, sequence
from anlan.platform.journal.models import JournalEntry, JournalSeq
from anlan.platform.journal.record import NEW, record
from anlan.platform.journal.refold import entry_of
from anlan.platform.scope import SYSTEM
from platform_helpers import subject

pytestmark = pytest.mark.django_db

TOLD = {"reason": "当事人申请", "basis": "个人信息保护法第四十七条"}
YES = TOLD | {"confirmed": "1"}
CLOCK = {"node": "331003a", "first": "1", "last": "1", "offset_seconds": "60"}
REGION = {"code": "331003001000", "action": "renamed", "on": "2027-05-01", "name": "东官河街道"}


def thing(county: Any, role: str = "town") -> tuple[str, str]:
    scope, now = county.scope[role], clock.now()
    s = subject(now)
    draft = Draft(
        "things.thing.opened", s, scope.region.ljust(12, "0"), {"name": "阀门"}, {"note": "某某家住某处"},
        step=Step("", "open"),
    )  # fmt: skip
    return s, record(draft, scope=scope, now=now, base=NEW).id


def count(kind: str) -> int:
    return JournalEntry.objects.filter(kind=kind).count()


@pytest.mark.parametrize(("path", "may"), [("/system/clock", {"admin"}), ("/system/regions", {"admin"})])
def test_only_those_with_the_right_open_the_page(
    county: Any, client_as: Callable[[str], Client], path: str, may: set[str]
) -> None:
    roles = ["leader", "town", "enterprise", "auditor", "admin"]
    assert {role for role in roles if client_as(role).get(path).status_code == 200} == may
    assert {role for role in roles if client_as(role).post(path, YES | CLOCK | REGION).status_code < 400} <= may


def test_the_leader_redacts_from_the_history_with_reason_basis_and_tick(
    county: Any, client_as: Callable[[str], Client]
) -> None:
    s, entry = thing(county)
    client, page = client_as("leader"), f"/history/{s}/redact"
    assert page in client.get(f"/history/{s}").content.decode()
    assert "某某家住某处" in client.get(page).content.decode()
    refused = [{"entries": [entry], **TOLD}, {**YES}, {"entries": [entry], **YES, "basis": ""}]
    assert [client.post(page, form).status_code for form in refused] == [422, 422, 422]
    assert count("platform.redaction.redacted") == 0
    assert client.post(page, {"entries": [entry], **YES}).status_code == 302
    assert JournalEntry.objects.get(pk=entry).text is None
    shown = client.get(f"/history/{s}").content.decode()
    assert "某某家住某处" not in shown and "依法删除" in shown
    told = entry_of(JournalEntry.objects.get(kind="platform.redaction.redacted")).data
    assert {k: told[k] for k in TOLD} == TOLD


def test_an_entry_of_another_subject_is_not_redacted_from_this_page(
    county: Any, client_as: Callable[[str], Client]
) -> None:
    (s, _), (_, other) = thing(county), thing(county)
    answer = client_as("leader").post(f"/history/{s}/redact", {"entries": [other], **YES})
    assert answer.status_code == 422
    assert JournalEntry.objects.get(pk=other).text is not None


def test_nobody_else_redacts_by_page_or_api(
    county: Any, client_as: Callable[[str], Client], api_as: Callable[[str], Any]
) -> None:
    s, entry = thing(county)
    for role in ("town", "auditor", "admin", "enterprise", "other_town"):
        assert client_as(role).post(f"/history/{s}/redact", {"entries": [entry], **YES}).status_code in {403, 404}
        body = {"entries": [entry], **TOLD, "confirmed": True}
        assert api_as(role)("post", "/journal/redactions", body)[0] == 403
        assert f"/history/{s}/redact" not in client_as(role).get(f"/history/{s}").content.decode()
    assert JournalEntry.objects.get(pk=entry).text is not None


def test_the_api_redacts_once_confirmed(county: Any, api_as: Callable[[str], Any]) -> None:
    _, entry = thing(county)
    call = api_as("leader")
    status, answer = call("post", "/journal/redactions", {"entries": [entry], **TOLD})
    assert (status, answer["code"]) == (422, "platform.correction.not_confirmed")
    body = {"entries": [entry], **TOLD, "confirmed": True}
    status, answer = call("post", "/journal/redactions", body)
    assert (status, answer["erased"], answer["kept"]) == (201, [], {})


def test_a_clock_is_corrected_on_the_page_and_by_the_api(
    county: Any, client_as: Callable[[str], Client], api_as: Callable[[str], Any]
) -> None:
    _, entry = thing(county)
    sequence.sequence_pending()
    seq = str(JournalSeq.objects.get(entry=entry).seq)
    form = CLOCK | {"node": node.own().id, "first": seq, "last": seq}
    client = client_as("admin")
    assert client.post("/system/clock", form | TOLD).status_code == 422
    wrong = client.post("/system/clock", form | YES | {"offset_seconds": "一分钟"})
    assert wrong.status_code == 422
    assert render("platform.correction.not_a_number", {"value": "一分钟"}) in wrong.content.decode()
    assert client.post("/system/clock", form | YES).status_code == 302
    body = {"node": node.own().id, "first": int(seq), "last": int(seq), "offset_ms": 5, **TOLD, "confirmed": True}
    assert api_as("admin")("post", "/journal/clock-corrections", body)[0] == 201
    assert api_as("leader")("post", "/journal/clock-corrections", body)[0] == 403
    assert count("platform.clock.corrected") == 2


def test_a_region_is_changed_on_the_page_and_by_the_api(
    county: Any, client_as: Callable[[str], Client], api_as: Callable[[str], Any]
) -> None:
    regions.regions_install(scope=SYSTEM, region="331003000000", now=clock.now())
    client = client_as("admin")
    assert client.post("/system/regions", REGION | TOLD).status_code == 422
    assert client.post("/system/regions", REGION | YES | {"on": "某日"}).status_code == 422
    assert client.post("/system/regions", REGION | YES).status_code == 302
    assert regions.name("331003001000") == "东官河街道"
    body = {
        "code": "331003001000", "action": "recoded", "on": "2027-06-01", "successors": [{"code": "331003031000"}],
        **TOLD, "confirmed": True,
    }  # fmt: skip
    assert api_as("town")("post", "/regions/changes", body)[0] == 403
    status, answer = api_as("admin")("post", "/regions/changes", body)
    assert (status, answer["staying"]) == (201, 0)
    assert answer["moved"] > 0
    assert regions.exists("331003031000")


def test_the_history_page_and_the_api_show_how_it_stood_and_what_was_known(
    county: Any, client_as: Callable[[str], Client], api_as: Callable[[str], Any]
) -> None:
    s, _ = thing(county)
    scope, now = county.scope["town"], clock.now()
    stated = Draft("things.thing.stepped", s, scope.region.ljust(12, "0"), step=Step("open", "closed"))
    record(stated, scope=scope, now=now + timedelta(hours=2), base=1)
    client, call = client_as("auditor"), api_as("auditor")
    between = (now + timedelta(hours=1)).astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    page = client.get(f"/history/{s}", {"at": between}).content.decode()
    assert "阀门" in page
    assert "当时还没有这项记录" in client.get(f"/history/{s}", {"at": "2020-01-01T00:00"}).content.decode()
    bad = client.get(f"/history/{s}", {"at": "昨天"})
    assert bad.status_code == 422 and "昨天" in bad.content.decode()
    for known in ("", "&known=true"):
        at = (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        status, answer = call("get", f"/journal/state?subject={s}&at={at}{known}")
        fields = {f["field"]: f["text"] for f in answer["fields"]}
        assert (status, answer["exists"], fields["state"]) == (200, True, "open")
    assert api_as("other_town")("get", f"/journal/state?subject={s}&at={at}")[0] == 404
