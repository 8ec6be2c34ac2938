"""The pages of calls: one's own, the desk's board, a record with its answers, the printed sheet, the ledgers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings

from anlan.accounts.services.posts import post_hand_over
from anlan.calling.models import Call, Link
from anlan.calling.services.sheets import sheet_make
from anlan.kernel.errors import BadInput, NotAllowed, NotFound, RuleViolation
from anlan.platform.clock import frozen
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger.services import ledger_create, ledger_retire
from calling.call_factory import NOON, PHONES, Open, Wire, chain, opened, phones, row, standing, work
from inspection.factories import World

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ready(world: World, open_matters: Open, wire: Wire) -> Iterator[World]:
    phones(world)
    chain(world, {"post": "town"}, {"post": "grid"})
    with frozen(NOON + 2 * MINUTE):
        yield world


def page(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_ones_own_calls_are_answered_by_a_button(ready: World) -> None:
    call = opened()
    work(NOON)
    client = ready.client("town")
    body = page(client, "/my-calls")
    assert "氨气浓度超高" in body
    assert "我已收到正在赶赴" in body
    assert 'data-loud="1"' in body
    answer = client.post(f"/calls/{call.pk}/answer", {"word": "seen"}, follow=True)
    assert "已登记答复：已知悉。" in answer.content.decode()
    assert "没有等待您答复的叫应" in page(client, "/my-calls")
    assert client.get(f"/calls/{call.pk}/answer").status_code == 405


def test_the_board_shows_first_what_nobody_answered(ready: World) -> None:
    opened(NOON - 60 * MINUTE, key="old")
    work(NOON - 55 * MINUTE)
    work(NOON - 50 * MINUTE)
    opened(key="new", urgency="critical", title="大坝渗漏")
    body = page(ready.client("leader"), "/calls/board")
    assert "无人应答" in body
    assert "叫应链上已无人可叫，请值班人员立即人工处理。" in body
    assert body.index("氨气浓度超高") < body.index("大坝渗漏")
    for role, status in (("grid", 403), ("enterprise", 403), ("admin", 403), ("auditor", 200)):
        page(ready.client(role), "/calls/board", status)


def test_an_office_sees_the_calls_of_its_own_matters_only(ready: World) -> None:
    own, others = ready.county.office, ready.county.other_office
    mine = opened(key="own", title="甲厂氨气超限", office_id=own).pk
    theirs = opened(key="else", title="乙厂断电", office_id=others).pk
    opened(key="none", title="山洪预警")
    body = page(ready.client("supervision"), "/calls/board")
    assert "甲厂氨气超限" in body
    assert "山洪预警" in body
    assert "乙厂断电" not in body
    page(ready.client("supervision"), f"/calls/{mine}")
    page(ready.client("supervision"), f"/calls/{theirs}", 404)
    answer = ready.client("supervision").get(f"/api/v1/calling/calls/{theirs}")
    assert answer.status_code == 404
    for call in (mine, theirs):
        page(ready.client("leader"), f"/calls/{call}")


def test_a_record_shows_everything_and_takes_an_answer_on_behalf(ready: World) -> None:
    call = opened()
    work(NOON)
    client = ready.client("supervision")
    body = page(client, f"/calls/{call.pk}")
    assert "短信 已发出 2026-03-02 12:00" in body
    assert "还没有人答复。" in body
    assert "发起叫应" in body
    refused = client.post(f"/calls/{call.pk}/answer-for", {"person": "", "word": "seen"})
    assert refused.status_code == 422
    assert "请填写实际答复的时间" in refused.content.decode()
    form = {"person": ready.county.person["town"], "word": "on_my_way", "reason": "回电", "at": "2026-03-02T12:01"}
    told = client.post(f"/calls/{call.pk}/answer-for", form, follow=True).content.decode()
    assert "代为答复（吴明）" in told
    assert (standing(call).channel, standing(call).answered_at) == ("desk", NOON + MINUTE)
    history = page(client, f"/history/calling.call/{call.pk}")
    assert "第1环节" in history
    assert "我已收到正在赶赴" in history
    assert "inapp" not in history
    for role in ("grid", "other_town", "enterprise"):
        page(ready.client(role), f"/calls/{call.pk}", 404)
        assert ready.client(role).post(f"/calls/{call.pk}/answer-for", form).status_code in {403, 404}


def test_the_sheet_has_whole_numbers_and_every_look_is_journaled(ready: World) -> None:
    opened()
    work(NOON)
    shift = row("calling.shift", name="夜班", starts="17:30", ends="08:30", region="331003001000")
    row("calling.roster_line", on="2026-03-02", shift_id=shift, position="duty", post_id=ready.county.post["grid"],
        region="331003001000")  # fmt: skip
    client = ready.client("town")
    assert client.get("/calls/sheet").status_code == 405
    body = client.post("/calls/sheet", {"reason": "台风断网"}).content.decode()
    assert PHONES["town"] in body
    assert PHONES["grid"] in body
    assert body.count("夜班") == 1
    assert JournalEntry.objects.filter(kind="platform.vault.revealed").count() == 2
    with pytest.raises(BadInput, match=r"vault.reason_missing"):
        sheet_make(scope=ready.scope["town"], reason=" ", now=NOON)
    for role in ("auditor", "grid"):
        with pytest.raises(NotAllowed, match=r"platform.not_allowed"):
            sheet_make(scope=ready.scope[role], reason="断网", now=NOON)


def test_a_sheet_of_too_many_people_is_refused(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    opened()
    monkeypatch.setattr("anlan.calling.services.sheets.MOST_PEOPLE", 0)
    with pytest.raises(BadInput, match=r"calling.sheet.too_many"):
        sheet_make(scope=ready.scope["town"], reason="断网", now=NOON)


def test_the_roster_of_a_night_is_called_over_midnight(ready: World, wire: Wire) -> None:
    shift = row("calling.shift", name="夜班", starts="17：30", ends="8:30", region="331003001000")
    row("calling.roster_line", on="2026-03-02", shift_id=shift, position="duty", post_id=ready.county.post["grid"],
        region="331003001000")  # fmt: skip
    chain(ready, {"position": "duty"}, name="值班链", kind="test.matter")
    night = NOON.replace(day=3, hour=1)
    opened(night)
    work(night)
    assert wire.numbers == [PHONES["grid"]]


def test_a_post_that_was_handed_over_is_answered_for_by_its_heir(ready: World, wire: Wire) -> None:
    county = ready.county
    for_town = {
        "scope": ready.scope["admin"],
        "id": county.post["town"],
        "to": county.post["town_second"],
        "base": None,
    }
    phones(ready, {"town_second": "13800000009"})
    post_hand_over(**for_town, now=NOON)
    opened()
    work(NOON)
    assert wire.numbers == ["13800000009"]


def test_without_a_chain_the_default_holds_and_nobody_on_duty_means_the_leaders(
    world: World, open_matters: Open, wire: Wire
):
    phones(world)
    call = opened()
    work(NOON)
    assert (call.step, call.chain_name, wire.numbers) == (2, "", [PHONES["leader"]])


def test_where_nobody_can_be_called_the_desk_sees_it_at_once(world: World, open_matters: Open, wire: Wire) -> None:
    chain(world, {"position": "technical"})
    call = opened()
    assert (Call.objects.get(pk=call.pk).state, wire.sent) == ("exhausted", [])
    with frozen(NOON):
        assert "没有可以叫应的人员。" in page(world.client("leader"), f"/calls/{call.pk}")
        paper = world.client("town").post("/calls/sheet", {"reason": "台风断网"}).content.decode()
        assert "无人可叫，请人工指派" in paper
        assert "氨气浓度超高" in paper


def test_the_ledgers_refuse_what_is_no_step_or_shift(ready: World) -> None:
    key = chain(ready, {}, name="另一条")
    base = {"chain_id": key, "place": 2, "holder": "position", "minutes": 5, "urgent": "短信"}
    with pytest.raises(RuleViolation, match=r"ledger.rule_refused") as refused:
        row("calling.link", **base)
    assert [v.code for v in refused.value.violations] == ["calling.chain.holder_missing"]
    with pytest.raises(BadInput, match=r"ledger.values_refused") as odd:
        row("calling.link", **base | {"position": "duty", "urgent": "电报"})
    assert [v.code for v in odd.value.violations] == ["calling.chain.channel_unknown"]
    with pytest.raises(BadInput) as clock:
        row("calling.shift", name="x", starts="早上", ends="08:00", region="331003001000")
    assert [v.code for v in clock.value.violations] == ["calling.shift.clock_malformed"]


def test_a_town_reaches_into_no_chain_of_its_county(ready: World) -> None:
    key = chain(ready, {"position": "duty"}, name="县链", region="331003000000")
    link = str(Link.objects.get(chain_id=key).pk)
    town = ready.scope["town"]
    assert "calling.chain.change" in town.rights
    before = JournalEntry.objects.count()
    step = {"chain": key, "place": 2, "holder": "position", "position": "duty", "minutes": 5, "urgent": "短信"}
    with pytest.raises(BadInput, match=r"ledger.values_refused"):
        ledger_create(scope=town, ledger="calling.link", values=step, now=NOON)
    for ledger, id in (("calling.chain", key), ("calling.link", link)):
        with pytest.raises(NotFound, match=r"ledger.row_missing"):
            ledger_retire(scope=town, ledger=ledger, id=id, reason="不要了", base=None, now=NOON)
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("path", ["chain", "link", "shift", "rosterline", "call"])
def test_the_desk_lists_the_ledgers(ready: World, path: str) -> None:
    opened()
    page(ready.client("leader"), f"/desk/calling/{path}/")
    assert settings.CALLING["ANLAN_SMS_URL"] == ""
