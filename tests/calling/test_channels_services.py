"""The channels over real sockets: what goes to a provider, what its answers mean, and what becomes of the attempt."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import sys
import threading
import time
import types
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.db import OperationalError

from anlan.calling.channels import CHANNELS, Message, Refused, Sent, http
from anlan.calling.models import Attempt, Call
from anlan.calling.queries import calls_mine
from anlan.calling.services import attempts, errands, runs
from anlan.calling.services.calls import call_escalate, call_open
from anlan.calling.services.runs import calls_run
from anlan.config.env import CALLING, EnvError, read
from anlan.kernel.errors import BadInput, RuleViolation
from calling.call_factory import NOON, PHONES, Open, Wire, chain, matter, opened, phones, work
from inspection.factories import World


def time_of(hour: int, minute: int) -> datetime:
    """That local time of the day of NOON."""
    return NOON.replace(hour=hour, minute=minute)


MESSAGE = Message("7", "13800000001", "氨气“超高”", "请回复1", "https://anlan.example/c/t/", "urgent")


class Dripping(BaseHTTPRequestHandler):
    """Answers byte by byte: each comes in good time, the whole of it does not."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        whole = b"HTTP/1.0 200 OK\r\n\r\n" + b'{"code": 0, "msgid": "m9"}'.ljust(self.server.length)
        with contextlib.suppress(OSError):
            for at in range(len(whole)):
                self.wfile.write(whole[at : at + 1])
                time.sleep(0.05)

    def log_message(self, *given: Any) -> None:
        """Quiet."""


class Door(BaseHTTPRequestHandler):
    """Answers as it is told and remembers what came."""

    def _take(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.server.got.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        status, body = self.server.answer
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = _take

    def log_message(self, *given: Any) -> None:
        """Quiet."""


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server = HTTPServer(("127.0.0.1", 0), Door)
    server.got, server.answer = [], (200, '{"code": 0, "msgid": "m9"}')
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch, door: Any):
    def setup(**given: Any) -> None:
        base = {
            "ANLAN_SMS_URL": f"{door.url}/send",
            "ANLAN_SMS_SUCCESS": '"code": 0',
            "ANLAN_SMS_ID": r'"msgid": "(\w+)"',
        }
        for name, value in (base | given).items():
            monkeypatch.setitem(settings.CALLING, name, value)

    return setup


def test_a_json_body_holds_any_text(sms: Any, door: Any) -> None:
    body = '{"to": ["{number}"], "args": {"text": "{title}：{text}", "n": 1}, "key": "{attempt}"}'
    sms(ANLAN_SMS_BODY=body, ANLAN_SMS_HEADERS={"X-Key": "k {attempt}"})
    assert CHANNELS["sms"].send(MESSAGE) == Sent("m9")
    method, path, headers, sent = door.got[0]
    assert (method, path, headers["X-Key"]) == ("POST", "/send", "k 7")
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(sent) == {
        "to": ["13800000001"], "args": {"text": "氨气“超高”：请回复1", "n": 1}, "key": "7",
    }  # fmt: skip


def test_a_form_and_an_address(sms: Any, door: Any) -> None:
    sms(ANLAN_SMS_FORMAT="form", ANLAN_SMS_BODY="mobile={number}&content={title}&sign=a")
    CHANNELS["sms"].send(MESSAGE)
    assert parse_qs(door.got[0][3].decode()) == {"mobile": ["13800000001"], "content": ["氨气“超高”"], "sign": ["a"]}
    sms(ANLAN_SMS_METHOD="GET", ANLAN_SMS_URL=f"{door.url}/s?m={{number}}&t={{text}}")
    CHANNELS["sms"].send(MESSAGE)
    assert door.got[1][:2] == ("GET", "/s?m=13800000001&t=%E8%AF%B7%E5%9B%9E%E5%A4%8D1")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((200, '{"code": 0}'), Sent("7")),
        ((200, '{"code": 1}'), Refused(False, "answer_200")),
        ((500, '{"code": 0}'), Refused(False, "answer_500")),
        ((302, ""), Refused(False, "answer_302")),
        ((200, "BAD_NUMBER"), Refused(True, "number_refused")),
        ((400, "BAD_NUMBER"), Refused(True, "number_refused")),
    ],
)
def test_what_an_answer_means(sms: Any, door: Any, answer: tuple[int, str], expected: Sent | Refused) -> None:
    sms(ANLAN_SMS_PERMANENT="BAD_NUMBER")
    door.answer = answer
    assert CHANNELS["sms"].send(MESSAGE) == expected
    assert len(door.got) == 1


def test_nobody_there(sms: Any, door: Any) -> None:
    sms(ANLAN_SMS_URL="http://127.0.0.1:9/")
    assert CHANNELS["sms"].send(MESSAGE) == Refused(False, "unreachable")
    for address in ("nonsense", "file:///etc/passwd", "http://[::1"):
        sms(ANLAN_SMS_URL=address)
        assert CHANNELS["sms"].send(MESSAGE) == Refused(False, "unreachable")


@pytest.mark.parametrize("length", [26, 200], ids=["head", "body"])
def test_an_answer_byte_by_byte_is_waited_for_no_longer_than_another(
    sms: Any, door: Any, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    # Within the limit from byte to byte; the head alone takes longer than the limit, or the body does.
    monkeypatch.setattr(http, "_SECONDS", 0.5 if length < 100 else 2.5)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    server.length = length
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sms(ANLAN_SMS_URL=f"http://127.0.0.1:{server.server_address[1]}/send", ANLAN_SMS_BODY='{"to": "{number}"}')
    assert CHANNELS["sms"].send(MESSAGE) == Refused(permanent=False, why="unreachable")
    server.shutdown()
    server.server_close()


def test_a_webhook_is_signed(monkeypatch: pytest.MonkeyPatch, door: Any) -> None:
    monkeypatch.setitem(settings.CALLING, "ANLAN_CALL_WEBHOOK_URL", f"{door.url}/hook")
    monkeypatch.setitem(settings.CALLING, "ANLAN_CALL_WEBHOOK_SECRET", "shh")
    assert CHANNELS["webhook"].ready()
    assert CHANNELS["webhook"].send(MESSAGE) == Sent("7")
    _, _, headers, sent = door.got[0]
    assert headers["Anlan-Signature"] == hmac.new(b"shh", sent, hashlib.sha256).hexdigest()
    assert json.loads(sent)["number"] == "13800000001"
    for status, permanent in ((404, True), (422, True), (503, False)):
        door.answer = (status, "")
        assert CHANNELS["webhook"].send(MESSAGE) == Refused(permanent, f"answer_{status}")


def test_apprise_is_imported_only_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []

    class Group:
        def add(self, url: str) -> bool:
            heard.append(url)
            return not url.startswith("bad")

        def notify(self, **given: Any) -> bool:
            heard.append(given)
            return given["body"] != "lost"

    library = types.SimpleNamespace(Apprise=Group, NotifyType=types.SimpleNamespace(WARNING="warning"))
    assert not CHANNELS["apprise"].ready()
    monkeypatch.setitem(sys.modules, "apprise", library)
    monkeypatch.setitem(settings.CALLING, "ANLAN_APPRISE_URLS", ("dingtalk://token/{number}", "bad://x"))
    assert CHANNELS["apprise"].send(MESSAGE) == Sent("7")
    assert heard == [
        "dingtalk://token/13800000001", {"title": "氨气“超高”", "body": "请回复1", "notify_type": "warning"}, "bad://x",
    ]  # fmt: skip
    monkeypatch.setitem(settings.CALLING, "ANLAN_APPRISE_URLS", ("bad://x",))
    assert CHANNELS["apprise"].send(MESSAGE) == Refused(True, "address_unknown")


def test_one_address_that_fails_does_not_make_the_others_hear_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Group:
        def __init__(self) -> None:
            self.urls: list[str] = []

        def add(self, url: str) -> bool:
            self.urls.append(url)
            return True

        def notify(self, **given: Any) -> bool:
            return all("down" not in url for url in self.urls)  # as apprise has it: one that fails fails them all

    library = types.SimpleNamespace(Apprise=Group, NotifyType=types.SimpleNamespace(WARNING="warning"))
    monkeypatch.setitem(sys.modules, "apprise", library)
    monkeypatch.setitem(settings.CALLING, "ANLAN_APPRISE_URLS", ("dingtalk://token", "mailto://down"))
    assert CHANNELS["apprise"].send(MESSAGE) == Sent("7")
    monkeypatch.setitem(settings.CALLING, "ANLAN_APPRISE_URLS", ("mailto://down",))
    assert CHANNELS["apprise"].send(MESSAGE) == Refused(False, "not_taken")


def test_settings_that_cannot_be_used_stop_the_start() -> None:
    assert read({"ANLAN_SMS_HEADERS": "A: b\\nC: d"})["ANLAN_SMS_HEADERS"] == {"A": "b", "C": "d"}
    for name, value in (
        ("ANLAN_SMS_METHOD", "PUT"), ("ANLAN_SMS_SUCCESS", "("), ("ANLAN_SMS_HEADERS", "no colon"), ("ANLAN_SMS_FORMAT", "x"),
    ):  # fmt: skip
        with pytest.raises(EnvError, match=name):
            read({name: value})
    assert {v.name for v in CALLING} == set(settings.CALLING)


@pytest.mark.django_db
class TestAttempts:
    """What becomes of an attempt when a provider refuses, or a worker dies."""

    @pytest.fixture(autouse=True)
    def _ready(self, world: World, open_matters: Open, wire: Wire) -> None:
        self.world = world
        phones(world)
        chain(world, {"post": "town"}, {"post": "grid"})

    def states(self) -> list[tuple[int, str, str]]:
        rows = Attempt.objects.filter(channel="sms").order_by("id")
        return list(rows.values_list("tries", "state", "why"))

    def test_what_failed_for_the_moment_is_tried_three_times(self, wire: Wire) -> None:
        wire.refuse = lambda message: Refused(False, "answer_503")
        opened()
        for seconds in (0, 19, 20, 79, 80, 200):
            work(NOON + timedelta(seconds=seconds))
        assert self.states() == [(1, "failed", "answer_503"), (2, "failed", "answer_503"), (3, "failed", "answer_503")]

    def test_a_wrong_number_is_not_tried_again(self, wire: Wire) -> None:
        wire.refuse = lambda message: Refused(True, "number_refused")
        opened()
        work(NOON)
        work(NOON + timedelta(seconds=200))
        assert self.states() == [(1, "failed", "number_refused")]

    def test_an_unreachable_provider_holds_up_no_other_channel(self, wire: Wire) -> None:
        wire.refuse = lambda message: Refused(False, "unreachable")
        for key in range(5):
            opened(key=str(key))
        assert (work(NOON).refused, len(wire.sent)) == (1, 1)
        assert Attempt.objects.filter(channel="inapp", state="sent").count() == 5

    def test_a_channel_that_breaks_holds_up_nobody_and_tells_no_number(
        self, wire: Wire, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(message: Message) -> None:
            if message.title == "坏":
                raise ValueError(f"no such address: {message.number}")

        wire.refuse = broken
        opened(key="1", title="坏", urgency="critical")
        opened(key="2")
        assert (work(NOON).failed, len(wire.sent)) == (1, 2)
        assert self.states() == [(1, "failed", "channel_broken"), (1, "sent", ""), (2, "queued", "")]
        assert "ValueError" in caplog.text
        assert PHONES["town"] not in caplog.text

    def test_a_call_that_cannot_be_escalated_holds_up_no_other(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        bad, good = opened(key="1"), opened(NOON + timedelta(seconds=1), key="2")
        work(NOON)
        Call.objects.filter(pk=bad.pk).update(steps="?")
        done = work(NOON + timedelta(minutes=6))
        assert (done.escalated, done.failed, Call.objects.get(pk=good.pk).step) == (1, 1, 1)
        assert wire.numbers[-1] == PHONES["grid"]
        assert str(bad.pk) in caplog.text

    def test_where_no_named_channel_is_set_up_the_page_still_calls(self, world: World) -> None:
        chain(world, {"post": "town", "urgent": "语音和其他接口", "critical": ""}, name="语音链", kind="test.matter")
        for urgency in ("urgent", "critical"):
            call = opened(key=urgency, urgency=urgency)
            assert list(Attempt.objects.filter(call_id=call.pk).values_list("channel", flat=True)) == ["inapp"]
        assert len(calls_mine({world.county.person["town"]})) == 2

    def test_what_a_dead_worker_held_under_a_clock_that_ran_ahead_is_tried_again(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.killed(monkeypatch)
        far = NOON.replace(year=2090)
        Attempt.objects.filter(state="sending").update(lease_until=far)
        assert work(NOON + timedelta(seconds=1), "w2").recovered == 1

    def test_a_call_made_under_a_clock_that_ran_ahead_goes_on_to_its_next_step(self, wire: Wire) -> None:
        call = opened(NOON.replace(year=2090))
        assert work(NOON).escalated == 1
        assert wire.numbers == [PHONES["grid"]]
        assert work(NOON + timedelta(minutes=4)).escalated == 0
        assert Call.objects.get(pk=call.pk).step == 1

    def killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A worker that dies when a message has gone out and before it is written down."""
        opened()
        with monkeypatch.context() as killed:
            finish = attempts.attempt_finish
            killed.setattr(runs, "attempt_finish", lambda **g: sys.exit() if g["taken"].token else finish(**g))
            with pytest.raises(SystemExit):
                work(NOON)

    def test_what_a_dead_worker_held_is_tried_again_once_its_lease_is_over(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.killed(monkeypatch)
        assert work(NOON + timedelta(seconds=59), "w2").recovered == 0
        assert work(NOON + timedelta(seconds=60), "w2").recovered == 1
        work(NOON + timedelta(seconds=80), "w2")
        assert self.states() == [(1, "lost", "interrupted"), (2, "sent", "")]

    def test_critical_matters_go_out_first_and_urgent_ones_wait_their_turn(self, wire: Wire) -> None:
        for key in range(21):
            opened(key=str(key))
        opened(key="grave", urgency="critical", title="大坝渗漏")
        assert work(NOON).sent == 22 + 20
        assert wire.sent[0].title == "大坝渗漏"
        assert len(wire.sent) == 20
        assert Attempt.objects.filter(channel="sms", state="queued").count() == 2

    def test_a_silent_provider_holds_up_neither_others_nor_the_next_step(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(errands, "_PATIENCE_S", 1.0)
        free = threading.Event()
        wire.refuse = lambda message: None if message.number == PHONES["grid"] else free.wait(60) and None
        call, other = opened(key="1"), opened(NOON + timedelta(minutes=1), key="2")
        over = call.until
        # The first message hangs; the pass ends all the same, and so does the first call's time.
        work(NOON + timedelta(minutes=1))
        assert [why for tries, _, why in self.states() if tries == 1] == ["silent", "silent"]
        assert work(over).escalated == 1
        assert PHONES["grid"] in wire.numbers
        assert other.state == "calling"
        free.set()

    def test_slow_messages_are_under_way_together(self, wire: Wire) -> None:
        both = threading.Barrier(2)

        def meet(message: Message) -> None:
            both.wait(60)  # neither gets through before the other has begun

        wire.refuse = meet
        opened(key="1")
        opened(key="2")
        assert work(NOON).sent == 4
        assert [state for _, state, _ in self.states()] == ["sent", "sent"]

    def test_a_broken_channel_or_call_stops_no_other(self, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        def breaks(message: Message) -> None:
            raise ZeroDivisionError

        wire.refuse = breaks
        bad, good = opened(key="1"), opened(key="2")
        work(NOON)
        assert [(state, why) for tries, state, why in self.states() if tries == 1] == [("failed", "channel_broken")] * 2

        def stalled(*, call_id: str, now: datetime) -> str:
            if call_id == str(bad.pk):
                raise RuleViolation("journal.subject_stalled", subject=f"calling.call/{call_id}")
            return call_escalate(call_id=call_id, now=now)

        monkeypatch.setattr(runs, "call_escalate", stalled)
        wire.refuse = None
        assert work(NOON + timedelta(minutes=5)).escalated == 1
        assert Call.objects.get(pk=good.pk).step == 1

    def test_where_no_channel_is_set_up_the_pages_say_it(self, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wire, "ready", lambda: False)
        opened(key="1", chain_id=chain(self.world, {"post": "town", "urgent": "短信"}, name="只有短信"))
        work(NOON)
        assert list(Attempt.objects.values_list("channel", "state")) == [("inapp", "sent")]

    @pytest.mark.parametrize("moment", [time_of(21, 59), time_of(22, 30)], ids=["retry", "worker was down"])
    def test_a_routine_message_never_slips_into_the_night(self, wire: Wire, moment: datetime) -> None:
        wire.refuse = lambda message: Refused(False, "answer_503")
        opened(time_of(21, 59), urgency="routine")
        for seconds in (0, 65):
            work(moment + timedelta(seconds=seconds))
        assert all(sent_at < time_of(22, 0) for sent_at in self.sent_at())

    def sent_at(self) -> list[datetime]:
        return list(Attempt.objects.filter(channel="sms", sent_at__isnull=False).values_list("sent_at", flat=True))

    def test_a_pass_that_breaks_writes_down_what_was_under_way(self, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        free = threading.Event()
        wire.refuse = lambda message: free.wait(60) and None
        opened()

        def locked(**given: Any) -> Any:
            if wire.sent:
                free.set()
                raise OperationalError("database is locked")
            return attempts.attempt_take(**given)

        monkeypatch.setattr(runs, "attempt_take", locked)
        with pytest.raises(OperationalError):
            work(NOON)
        assert self.states() == [(1, "sent", "")]

    def test_what_never_went_out_counts_for_no_limit(self, wire: Wire) -> None:
        wire.refuse = lambda message: Refused(False, "answer_503")
        for key in range(20):
            opened(key=str(key))
        work(NOON)
        wire.refuse = None
        call = opened(key="after")
        work(NOON + timedelta(seconds=1))
        assert Attempt.objects.get(call_id=call.pk, channel="sms").state == "sent"

    def test_a_drill_uses_up_nothing_of_the_limit_for_what_is_real(self, wire: Wire) -> None:
        named = (self.world.county.person["town"],)
        for key in range(20):
            opened(key=f"drill{key}", drill=True, participants=named)
        work(NOON)
        call = opened(key="real")
        work(NOON + timedelta(seconds=1))
        assert Attempt.objects.get(call_id=call.pk, channel="sms").state == "sent"

    def test_a_matter_that_cannot_be_called_for_is_refused_with_every_reason(self) -> None:
        with pytest.raises(BadInput, match=r"calling.matter.refused") as refused:
            call_open(matter=matter(urgency="soon", region="x", kind="other"), now=NOON)
        assert {v.code for v in refused.value.violations} == {
            "calling.matter.kind_unknown", "calling.matter.subject_malformed", "calling.matter.urgency_unknown",
            "calling.matter.region_malformed",
        }  # fmt: skip

    def test_two_workers_never_take_the_same_attempt(self, wire: Wire) -> None:
        opened()
        done = [calls_run(holder=f"w{n}", tick=lambda: NOON).sent for n in range(2)]
        assert (done, wire.numbers) == ([2, 0], [PHONES["town"]])
