"""The ways of answering: link, short message, keypad, desk; each repeatable, each bound to who was called."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from anlan.accounts.services.deputies import deputy_set
from anlan.calling.models import Attempt, Call
from anlan.calling.services.answers import call_answer_for, keypad_answer, link_answer, sms_answer
from anlan.calling.services.attempts import delivery_report
from anlan.calling.services.calls import call_close
from anlan.kernel.errors import BadInput, NotAllowed, NotFound
from anlan.platform.clock import frozen
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.refold import entry_of
from calling.call_factory import NIGHT, NOON, PHONES, Open, Wire, chain, opened, phones, standing, work
from inspection.factories import World

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ready(world: World, open_matters: Open, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> World:
    """The town's officer, then the grid worker; messages carry links."""
    monkeypatch.setitem(settings.CALLING, "ANLAN_PUBLIC_URL", "https://anlan.example/")
    phones(world)
    chain(world, {"post": "town"}, {"post": "grid"})
    return world


def token(wire: Wire, number: str) -> str:
    """The token in the last message to this number."""
    text = next(m.text for m in reversed(wire.sent) if m.number == number)
    found = re.search(r"https://anlan\.example/c/([\w-]+)/", text)
    assert found
    return found[1]


def test_the_message_says_what_where_and_how_and_nothing_personal(ready: World, wire: Wire) -> None:
    opened()
    work(NOON)
    link = f"https://anlan.example/c/{token(wire, PHONES['town'])}/"
    assert wire.sent[0].text == (
        f"【加急】氨气浓度超高（东城街道）。请回复1（正在赶赴）、2（已知悉）或3（误报），或打开 {link} 答复。"
    )


def test_a_link_answers_once_without_login_or_script(ready: World, wire: Wire) -> None:
    call = opened()
    work(NOON)
    path = f"/c/{token(wire, PHONES['town'])}/"
    client = Client(enforce_csrf_checks=True)
    with frozen(NOON + MINUTE):
        for _ in range(2):
            page = client.get(path)
            body = page.content.decode()
            assert page.status_code == 200
            assert "氨气浓度超高" in body
            assert "东城街道" in body
            assert "<script" not in body
        assert [b in body for b in ("我已收到正在赶赴", "已知悉", "误报")] == [True] * 3
        assert standing(call).state == "calling"
        assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
        assert client.post(path, {"word": "nonsense"}).status_code == 422
        answer = client.post(path, {"word": "on_my_way"}, follow=True)
        assert "您已答复：我已收到正在赶赴（2026-03-02 12:01）。" in answer.content.decode()
        again = client.post(path, {"word": "false_alarm"}, follow=True)
        assert "您已答复：我已收到正在赶赴" in again.content.decode()
    held = standing(call)
    assert (held.state, held.word, held.channel) == ("answered", "on_my_way", "link")
    assert held.answered_by == ready.county.person["town"]
    assert held.answers.count() == 1


def test_a_link_is_of_one_person_and_one_call_and_ends(ready: World, wire: Wire) -> None:
    opened()
    work(NOON)
    mine = token(wire, PHONES["town"])
    with pytest.raises(NotFound, match=r"calling.link.not_found"):
        link_answer(token=mine[:-1] + "x", word="seen", now=NOON)
    with pytest.raises(NotFound, match=r"calling.link.not_found"):
        link_answer(token="", word="seen", now=NOON)
    with pytest.raises(NotFound, match=r"calling.link.expired"):
        link_answer(token=mine, word="seen", now=NOON + timedelta(hours=48))
    with frozen(NOON):
        assert Client().get(f"/c/{mine[:-1]}x/").status_code == 404
    assert mine not in str(list(Attempt.objects.values()))


def test_whoever_comes_second_or_after_the_end_is_told_politely(ready: World, wire: Wire) -> None:
    first, second = opened(key="1"), opened(key="2")
    work(NOON)
    work(NOON + 5 * MINUTE)
    town = token(wire, PHONES["town"])
    link_answer(token=token(wire, PHONES["grid"]), word="seen", now=NOON + 6 * MINUTE)
    assert Call.objects.filter(state="answered").count() == 1
    with frozen(NOON + 7 * MINUTE):
        page = Client().get(f"/c/{town}/").content.decode()
        answered = Call.objects.get(state="answered")
        mine = Attempt.objects.filter(person_id=ready.county.person["town"], channel="sms").order_by("-sent_at", "-id")
        if mine[0].call_id == answered.pk:
            assert "已有同事应答。您仍可答复，会一并记录。" in page
            later = Client().post(f"/c/{town}/", {"word": "seen"}, follow=True).content.decode()
            assert "此前已有人应答，您的答复已一并记录，谢谢。" in later
    call_close(subject="test.matter/1", reason="", now=NOON + 8 * MINUTE)
    call_close(subject="test.matter/2", reason="", now=NOON + 8 * MINUTE)
    assert {standing(first).state, standing(second).state} == {"closed"}


def test_after_the_matter_was_closed_an_answer_is_kept_beside_it(ready: World, wire: Wire) -> None:
    call = opened()
    work(NOON)
    mine = token(wire, PHONES["town"])
    call_close(subject="test.matter/1", reason="已恢复", now=NOON + MINUTE)
    with frozen(NOON + 2 * MINUTE):
        assert "该事项已经办结，不需要再处理" in Client().get(f"/c/{mine}/").content.decode()
    assert link_answer(token=mine, word="seen", now=NOON + 2 * MINUTE).first is False
    assert (standing(call).state, call.answers.get().repeated) == ("closed", 1)


def test_a_short_message_answers_by_its_number(ready: World, wire: Wire) -> None:
    call = opened()
    work(NOON)
    with pytest.raises(NotFound, match=r"calling.reply.nobody"):
        sms_answer(number="13999999999", text="1", now=NOON)
    with pytest.raises(NotFound, match=r"calling.reply.nobody"):
        sms_answer(number=PHONES["grid"], text="1", now=NOON)
    with pytest.raises(BadInput, match=r"calling.reply.unclear"):
        sms_answer(number=PHONES["town"], text="哪位", now=NOON)
    assert sms_answer(number=f"+86{PHONES['town']}", text="1", now=NOON + MINUTE).first
    assert sms_answer(number=PHONES["town"], text="2", now=NOON + 2 * MINUTE).word == "on_my_way"
    held = standing(call)
    assert (held.state, held.word, held.channel, held.answers.count()) == ("answered", "on_my_way", "sms", 1)


def test_a_reply_means_the_latest_call_that_still_waits(ready: World) -> None:
    first, second = opened(key="1"), opened(NOON + MINUTE, key="2")
    work(NOON)
    work(NOON + MINUTE)
    sms_answer(number=PHONES["town"], text="2", now=NOON + 2 * MINUTE)
    assert (standing(first).state, standing(second).state) == ("calling", "answered")
    sms_answer(number=PHONES["town"], text="1", now=NOON + 3 * MINUTE)
    assert (standing(first).state, standing(first).word) == ("answered", "on_my_way")


def test_a_stray_word_long_after_answers_no_forgotten_call(ready: World) -> None:
    call = opened()
    work(NOON)
    late = NOON + timedelta(hours=48)
    for answer in (sms_answer, lambda text, **given: keypad_answer(key=text, attempt="", **given)):
        with pytest.raises(NotFound, match=r"calling.reply.nobody"):
            answer(number=PHONES["town"], text="1", now=late)
    assert standing(call).state == "calling"
    assert sms_answer(number=PHONES["town"], text="1", now=late - MINUTE).first


def test_a_reply_that_is_handed_in_twice_answers_no_other_call(ready: World) -> None:
    first, second = opened(key="1"), opened(NOON + MINUTE, key="2")
    work(NOON + MINUTE)
    for seconds in (0, 5, 60):
        done = sms_answer(number=PHONES["town"], text="1", now=NOON + 2 * MINUTE + timedelta(seconds=seconds))
        assert (done.call_id, done.first) == (str(second.pk), True)
    assert standing(first).state == "calling"
    # Later, or in other words, it is said of the other one.
    assert sms_answer(number=PHONES["town"], text="1", now=NOON + 5 * MINUTE).call_id == str(first.pk)


def test_a_key_answers_the_attempt_it_names_else_the_number(ready: World, monkeypatch, wire: Wire) -> None:
    from anlan.calling import channels

    monkeypatch.setitem(channels.CHANNELS, "webhook", Wire())
    chain(ready, {"post": "town", "urgent": "短信、语音和其他接口"}, name="测试链", kind="test.matter")
    one, two = opened(key="1"), opened(key="2")
    work(NOON)
    attempt = Attempt.objects.get(call_id=one.pk, channel="webhook")
    with pytest.raises(BadInput, match=r"calling.reply.unclear"):
        keypad_answer(number="", key="9", attempt=str(attempt.pk), now=NOON)
    keypad_answer(number="", key="3", attempt=str(attempt.pk), now=NOON)
    assert (standing(one).word, standing(one).channel) == ("false_alarm", "keypad")
    with pytest.raises(NotFound, match=r"calling.reply.nobody"):
        keypad_answer(number=PHONES["town"], key="1", attempt="999999", now=NOON)
    assert standing(two).state == "calling"
    keypad_answer(number=PHONES["town"], key="1", attempt="", now=NOON)
    assert standing(two).word == "on_my_way"


def test_the_desk_answers_on_behalf_with_reason_and_true_time(ready: World) -> None:
    call = opened()
    town = ready.county.person["town"]
    given: dict[str, Any] = {
        "call_id": str(call.pk), "person_id": town, "word": "on_my_way", "reason": "本人回电值班室",
        "at": NOON + 2 * MINUTE, "now": NOON + 10 * MINUTE,
    }  # fmt: skip
    for role in ("grid", "auditor", "enterprise", "expert"):
        with pytest.raises(NotAllowed, match=r"platform.not_allowed"):
            call_answer_for(scope=ready.scope[role], **given)
    with pytest.raises(NotFound, match=r"calling.call.not_found"):
        call_answer_for(scope=ready.scope["other_town"], **given)
    with pytest.raises(BadInput, match=r"calling.answer.refused") as refused:
        call_answer_for(scope=ready.scope["supervision"], **given | {"person_id": "nobody", "at": None, "reason": ""})
    assert {v.code for v in refused.value.violations} == {
        "calling.answer.person_missing", "calling.answer.at_missing", "calling.answer.reason_missing",
    }  # fmt: skip
    assert call_answer_for(scope=ready.scope["supervision"], **given).first
    assert call_answer_for(scope=ready.scope["supervision"], **given).first
    held = standing(call)
    row = call.answers.get()
    assert (held.answered_by, held.channel, held.answered_at) == (town, "desk", NOON + 2 * MINUTE)
    assert (row.by, row.reason) == (ready.county.person["supervision"], "本人回电值班室")
    entry = entry_of(JournalEntry.objects.get(kind="calling.call.answered"))
    assert dict(entry.data) == {
        "matter": "test.matter/1", "stage": "raised", "person": town, "channel": "desk", "word": "on_my_way",
        "at": "2026-03-02T12:02:00+08:00", "by": ready.county.person["supervision"],
    }  # fmt: skip
    assert dict(entry.text) == {"reason": "本人回电值班室"}
    assert (entry.time, entry.actor) == (NOON + 2 * MINUTE, ready.county.person["supervision"])


def test_a_deputy_is_called_and_answers_in_the_post(ready: World, wire: Wire) -> None:
    values = {
        "post_id": ready.county.post["town"], "person_id": ready.county.person["leader"], "starts_on": "2026-03-02",
        "until_on": "2026-03-05", "reason": "休假",
    }  # fmt: skip
    deputy_set(scope=ready.scope["admin"], values=values, now=NOON - MINUTE)
    call = opened()
    work(NOON)
    assert wire.numbers == [PHONES["leader"]]
    sms_answer(number=PHONES["leader"], text="1", now=NOON)
    entry = entry_of(JournalEntry.objects.get(kind="calling.call.answered"))
    assert (entry.actor, entry.post) == (ready.county.person["leader"], ready.county.post["town"])
    assert standing(call).answered_by == ready.county.person["leader"]


def test_a_drill_reaches_only_its_participants_and_says_so(ready: World, wire: Wire) -> None:
    call = opened(drill=True, participants=(ready.county.person["grid"],))
    work(NOON)
    work(NOON + 60 * MINUTE)
    assert wire.numbers == [PHONES["grid"]]
    assert wire.sent[0].text.startswith("【演练】【加急】")
    assert wire.sent[0].drill
    assert {bool(e) for e in Call.objects.values_list("drill", flat=True)} == {True}
    assert standing(call).state == "exhausted"
    with frozen(NOON + MINUTE):
        assert "【演练】氨气浓度超高" in Client().get(f"/c/{token(wire, PHONES['grid'])}/").content.decode()


def test_a_drill_is_not_told_to_a_group(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from anlan.calling import channels

    group = Wire()
    monkeypatch.setitem(channels.CHANNELS, "apprise", group)
    chain(ready, {"post": "town", "urgent": "站内、短信、群消息和邮件"}, name="群链", kind="test.matter")
    opened(drill=True, participants=(ready.county.person["town"],))
    work(NOON)
    assert group.sent == []
    opened(key="2")
    work(NOON)
    assert group.numbers == [PHONES["town"]]


def test_routine_matters_wait_for_the_morning_and_their_minutes_with_them(ready: World, wire: Wire) -> None:
    call = opened(NIGHT, urgency="routine")
    assert work(NIGHT).sent == 1
    assert wire.sent == []
    work(NIGHT + 60 * MINUTE)
    assert standing(call).step == 0
    morning = NIGHT.replace(day=3, hour=7, minute=0)
    work(morning)
    assert wire.numbers == [PHONES["town"]]
    work(morning + 5 * MINUTE)
    assert wire.numbers == [PHONES["town"], PHONES["grid"]]
    opened(NIGHT, key="2", urgency="critical")
    assert work(NIGHT).sent == 2


def test_delivery_reports_change_what_stands_of_an_attempt(ready: World) -> None:
    call = opened()
    work(NOON)
    attempt = Attempt.objects.get(call_id=call.pk, channel="sms")
    assert not delivery_report(channel="sms", provider_id="unknown", delivered=True, now=NOON)
    assert not delivery_report(channel="sms", provider_id="", delivered=True, now=NOON)
    assert delivery_report(channel="sms", provider_id=f"p{attempt.pk}", delivered=False, now=NOON)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.why, attempt.told_at) == ("failed", "not_delivered", NOON)
    # "Not yet" and "delivered" may come in any order, and each of them twice: what was delivered stays so.
    for delivered in (True, False, True):
        assert delivery_report(channel="sms", provider_id=f"p{attempt.pk}", delivered=delivered, now=NOON + MINUTE)
        attempt.refresh_from_db()
        assert (attempt.state, attempt.why, attempt.told_at) == ("delivered", "", NOON + MINUTE)
    for delivered in (True, True, False):  # in whatever order they come, what arrived has arrived
        delivery_report(channel="sms", provider_id=f"p{attempt.pk}", delivered=delivered, now=NOON + MINUTE)
        attempt.refresh_from_db()
        assert (attempt.state, attempt.why, attempt.told_at) == ("delivered", "", NOON + MINUTE)


def test_without_a_number_the_next_step_still_comes(ready: World, wire: Wire) -> None:
    phones(ready, {"town": ""})
    call = opened()
    work(NOON)
    assert list(Attempt.objects.filter(call_id=call.pk, channel="sms").values_list("state", "why")) == [
        ("failed", "number_missing")
    ]
    work(NOON + 5 * MINUTE)
    assert wire.numbers == [PHONES["grid"]]
