"""A hostile neighbour, a clumsy user and a failing machine: what they leave behind heals by itself."""

from __future__ import annotations

import errno
import hashlib
import os
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from anlan.kernel.errors import BadInput, NotAllowed, ProtocolError, Unavailable
from anlan.platform.attachments import files
from anlan.platform.attachments.models import Attachment
from anlan.platform.exchange import accept, bell, enrol, file, filing, parts, status, turn, wire
from anlan.platform.exchange.models import FileWanted, Peer, PeerLink
from anlan.platform.exchange.watch import silence_watch
from exchange.test_exchange_unfit_services import SISTER, TOWN, Town
from pictures import jpeg, scene
from platform_helpers import EAST, NOW, opened, subject

pytestmark = pytest.mark.django_db(transaction=True)
MS = int(NOW.timestamp() * 1000)
ABOUT = "things.thing/01900000-0000-7000-8000-000000000001"


def row(town: Town) -> PeerLink:
    return PeerLink.objects.get(pk=town.key)


def told(town: Town, *lines: bytes, **header: Any) -> turn.Said:
    return turn.hear(town.sealed(*lines, town.header(**header)), now=NOW)


def wants(town: Town) -> tuple[str, ...]:
    return turn.wanted(row(town))


def spoken(town: Town) -> dict[str, Any]:
    """Our next turn's header, said to the town."""
    line = list(turn.say(row(town), now=NOW, want=wants(town), fills=turn.asked(row(town))))[0]
    return dict(next(one["data"] for one in parts.open_part(line[parts.HEAD_BYTES :]).lines if one["type"] == "cn.anlan.turn"))


def test_what_is_asked_over_a_line_that_is_down_is_not_given_up() -> None:
    town = Town()
    told(town, parts.event("counts", TOWN, "counts", {ABOUT: 3}), number=MS)
    for _ in range(20):
        spoken(town)
    assert wants(town) == (ABOUT,)
    for turns in range(1, 9):
        assert wants(town) == (ABOUT,)
        told(town, number=MS + turns, heard=spoken(town)["number"])
    assert wants(town) == ()  # heard eight times and not given: it holds it no more


def test_a_server_whose_tables_were_put_back_learns_which_of_its_turns_were_heard() -> None:
    """Told while its clock stood in 2099: what it says today would be old to the neighbour until then."""
    town, ahead = Town(), MS + 73 * 365 * 86_400_000
    told(town, number=ahead)
    assert spoken(town)["heard"] == ahead
    told(town, number=ahead, heard=ahead + 5)  # also by a turn that says nothing else of today
    assert spoken(town)["number"] == ahead + 6


@pytest.mark.parametrize("number", [2**62 - 1, 2**53, MS + 101 * 365 * 86_400_000, -1, 0, 1.5, True, "7", None, [], {}])
def test_no_number_makes_all_later_turns_old(number: Any) -> None:
    town = Town()
    told(town, number=MS)
    told(town, number=number, vector={TOWN: "9:aa"}, heard=number)
    assert orjson.loads(row(town).vector) == {} and row(town).told < 2**61
    told(town, number=MS + 1, vector={TOWN: "5:aa"})
    assert orjson.loads(row(town).vector) == {TOWN: "5:aa"}


def test_of_two_turns_heard_at_once_the_later_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    town, take, inner = Town(), accept.runs_accept, [True]

    def meanwhile(*given: Any) -> accept.Accepted:
        if inner and inner.pop():
            told(town, number=MS + 2, vector={TOWN: "8:aa"}, want=["things.thing/2"])
        return take(*given)

    monkeypatch.setattr(accept, "runs_accept", meanwhile)
    told(town, number=MS + 1, vector={TOWN: "3:aa"}, want=["things.thing/1"])
    assert orjson.loads(row(town).vector) == {TOWN: "8:aa"} and row(town).heard == MS + 2
    assert set(turn.asked(row(town))) == {"things.thing/1", "things.thing/2"}


def test_what_is_heard_while_a_turn_is_made_stays_wanted() -> None:
    town = Town()
    told(town, want=["things.thing/1"], number=MS)
    saying = turn.said(row(town), now=NOW, fills=["things.thing/1"])
    next(saying)
    told(town, parts.event("counts", TOWN, "counts", {ABOUT: 3}), want=["things.thing/2"], number=MS + 1)
    list(saying)
    assert wants(town) == (ABOUT,) and turn.asked(row(town)) == ("things.thing/2",)


def test_names_without_end_are_not_kept() -> None:
    town = Town()
    told(town, parts.event("counts", TOWN, "counts", {"x" * 100_000: 3, ABOUT: 2}), number=MS)
    assert list(orjson.loads(row(town).wanted)) == [ABOUT]


def test_a_note_that_another_worker_writes_too_does_not_end_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    from anlan.kernel.errors import Conflict

    failing, record = [True, True], accept.record.record

    def busy(*given: Any, **more: Any) -> Any:
        if failing:
            failing.pop()
            raise Conflict("journal.conflict", subject="x")
        return record(*given, **more)

    town = Town()
    town.bear(opened("阀门", subject(), region="331003002000"))
    monkeypatch.setattr(accept.record, "record", busy)
    assert told(town, *town.run(), number=MS).stopped == {TOWN: "refused"}
    assert row(town).heard == MS and not failing


@pytest.mark.parametrize("kind", ["head", "fill", "entry", "file"])
def test_lines_nested_as_deep_as_can_be_read(kind: str) -> None:
    town, deep = Town(), "[" * 1020 + "]" * 1020
    line = f'{{"type":"cn.anlan.{kind}","source":{deep},"data":{{"name":{deep},"key":{deep}}}}}'.encode()
    told(town, line, number=MS)
    assert row(town).heard == MS


class Photo:
    """A file of 1 MB that the town's subject names, in two pieces."""

    def __init__(self, region: str = EAST) -> None:
        self.data = jpeg(scene(5, (640, 480))) + os.urandom(1_000_000)
        self.sha256, self.subject = hashlib.sha256(self.data).hexdigest(), subject()
        self.author = Town(region[:9] + "a")
        self.author.bear(opened("阀门", self.subject, region=region))
        told(self.author, *self.author.run(), number=MS)
        FileWanted.objects.create(id=f"{self.sha256}:{self.subject}", sha256=self.sha256, subject=self.subject)

    def piece(self, at: int, data: bytes | None = None, size: int = 0) -> bytes:
        held = self.data[at : at + 768 * 1024] if data is None else data
        said = {"sha256": self.sha256, "at": at, "size": size or len(self.data), "name": "a.jpg"}
        return parts.event("file", "x", "f", said | {"content": b64encode(held).decode()})

    def come(self, sender: Town | None = None, *lines: bytes) -> int:
        return turn.hear((sender or self.author).sealed(*lines), now=NOW).file_bytes

    @property
    def place(self) -> Path:
        return filing._place(self.sha256)

    @property
    def held(self) -> bool:
        return Attachment.objects.filter(pk=self.sha256).exists() and not FileWanted.objects.filter(sha256=self.sha256).exists()


def test_a_photo_that_was_whole_when_the_power_went_is_kept() -> None:
    photo = Photo()
    photo.place.parent.mkdir(exist_ok=True)
    photo.place.write_bytes(photo.data)
    assert photo.come(None, photo.piece(0)) > 0
    assert photo.held and not photo.place.exists()


def test_a_photo_that_was_spoiled_begins_anew() -> None:
    photo = Photo()
    photo.place.parent.mkdir(exist_ok=True)
    photo.place.write_bytes(b"y" * (len(photo.data) + 7))
    photo.come(None, photo.piece(0))
    photo.come(None, photo.piece(768 * 1024))
    assert photo.held


def test_a_holder_begins_anew_where_the_other_side_says_it_has_as_much_or_more() -> None:
    photo = Photo()
    photo.come(None, photo.piece(0), photo.piece(768 * 1024))
    for have in (len(photo.data), len(photo.data) + 9, 2**63):
        (line,) = filing.file_lines({photo.sha256: have}, EAST[:9])
        assert orjson.loads(line)["data"]["at"] == 0
        assert len(list(filing.whole_files({photo.sha256: have}, EAST[:9]))) == 2
    assert len(list(filing.whole_files({photo.sha256: 768 * 1024}, EAST[:9]))) == 1


def test_two_workers_that_hear_one_piece_at_once_write_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, put, inner = Photo(), filing._put, [True]

    def meanwhile(*given: Any) -> None:
        if inner and inner.pop():
            photo.come(None, photo.piece(0))
        put(*given)

    monkeypatch.setattr(filing, "_put", meanwhile)
    photo.come(None, photo.piece(0))
    assert photo.place.stat().st_size == 768 * 1024
    photo.come(None, photo.piece(768 * 1024))
    assert photo.held


def test_a_full_disk_loses_no_photo_and_holds_up_no_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = Photo()
    thumb = parts.event("thumb", TOWN, "t", {"sha256": photo.sha256, "content": b64encode(jpeg(scene(1, (90, 90)))).decode()})

    def full(*_: Any) -> None:
        raise Unavailable("platform.attachment.disk_full")

    def no_room(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(filing, "_put", no_room)
        assert told(photo.author, photo.piece(0), number=MS + 1).file_bytes == 0
    with monkeypatch.context() as patched:
        patched.setattr(files, "write", full)
        told(photo.author, thumb, photo.piece(0), photo.piece(768 * 1024), number=MS + 2)
    assert row(photo.author).heard == MS + 2 and not photo.held
    photo.come(None, photo.piece(0))
    assert photo.held


def test_a_town_brings_no_picture_and_no_piece_of_another_town() -> None:
    photo, sister = Photo(), Town(SISTER)
    thumb = parts.event("thumb", SISTER, "t", {"sha256": photo.sha256, "content": b64encode(jpeg(scene(1, (90, 90)))).decode()})
    assert photo.come(sister, thumb, photo.piece(0, b"false")) == 0
    assert not photo.place.exists() and not files.thumbnail_path(photo.sha256, 320).exists()
    assert photo.come(None, thumb) > 0


def test_a_revoked_neighbour_is_not_awaited() -> None:
    town = Town()
    told(town, number=MS)
    later = NOW + timedelta(hours=1)
    peer = Peer._default_manager.get(key=town.key)
    enrol._revoke(peer, accept.SYSTEM, NOW, "replaced")
    assert silence_watch(later) == (0, 0)
    (line,) = status.lines(later)
    assert line.state == "revoked" and not line.silent and not line.stopped


def test_a_stick_that_was_cut_off_between_two_parts_is_said_to_be(tmp_path: Path) -> None:
    town, stick = Town(), tmp_path / "town.parts"
    town.bear(opened("阀门", subject()))
    run, end = town.sealed(*town.run()), town.sealed(town.header(number=MS))
    stick.write_bytes(run)
    cut = file.import_file(stick, now=NOW)
    assert (cut.came, cut.whole) == (1, False)
    stick.write_bytes(run + end)
    assert file.import_file(stick, now=NOW).whole
    for at in range(1, len(run), max(1, len(run) // 40)):
        stick.write_bytes(run[:at])
        with pytest.raises((ProtocolError, BadInput)):
            file.import_file(stick, now=NOW)


def test_an_answer_that_is_named_like_the_stick_does_not_empty_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town, stick = Town(), tmp_path / "town.parts"
    PeerLink.objects.filter(pk=town.key).update(role="parent", url="http://127.0.0.1:9")
    whole = town.sealed(town.header())
    stick.write_bytes(whole)
    with pytest.raises(Unavailable):
        file.forward_file(stick, stick)
    assert stick.read_bytes() == whole and list(tmp_path.iterdir()) == [stick]
    with pytest.raises(BadInput):
        file.forward_file(tmp_path / "none", tmp_path / "answer")
    assert list(tmp_path.iterdir()) == [stick]
    heard: list[bytes] = []
    monkeypatch.setattr(file.http, "hand_on", lambda url, data: heard.append(data) or b"answer")
    with pytest.raises(Unavailable) as refused:
        file.forward_file(stick, tmp_path / "no folder" / "answer")
    assert refused.value.code == "exchange.not_written" and not heard
    assert file.forward_file(stick, stick) == 1 and heard == [whole] and stick.read_bytes() == b"answer"


def test_a_listener_s_moment_that_no_clock_shows() -> None:
    town = Town()
    with pytest.raises(NotAllowed) as refused:
        bell.listener_of({bell.KEY: town.key, bell.AT: "9" * 400, bell.SIGNATURE: "00"}, NOW)
    assert refused.value.code == "exchange.signature"


def test_a_refusal_in_words_that_are_no_facts_can_be_shown() -> None:
    said = orjson.dumps({"code": "exchange.revoked", "facts": {"violations": "abc", "node": "x"}})
    assert wire._said(403, said, "http://x").message

