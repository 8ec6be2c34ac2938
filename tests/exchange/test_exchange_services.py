"""Nodes exchange entries: each once, in full where they concern the receiver, and nothing that was not signed is taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.nodes import Federation, NodeProcess, Refused, federation

pytestmark = [pytest.mark.slow, pytest.mark.once]
COUNTY, EAST, SOUTH, VILLAGE = "331003", "331003001", "331003002", "331003001001"


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Federation]:
    """A county and two of its towns, which have met once."""
    with federation(tmp_path) as made:
        made.node("county", COUNTY)
        made.node("east", EAST, "county")
        made.node("south", SOUTH, "county")
        made.settle()
        yield made


def test_a_town_works_alone_and_its_hazards_arrive_once(three: Federation) -> None:
    east, top, south = three.nodes["east"], three.nodes["county"], three.nodes["south"]
    three.pass_time(hours=1)
    key = east.found(role="town", description="配电箱无盖")
    east.order(role="town", hazard=key)
    told = east.say(key=top.key)
    assert top.hear(data=told)["admitted"] > 0
    assert top.hear(data=told)["admitted"] == 0
    three.settle()
    assert top.state(hazard=key) == east.state(hazard=key) == ("ordered", 0)
    assert south.state(hazard=key) is None
    for node in (top, east, south):
        held = node.tally()
        assert held["twice"] == 0 and held["verified"]
    assert len({tuple(sorted(n.marks().items())) for n in (top, east, south)}) == 1


def test_a_neighbour_gets_stubs_and_no_personal_data(three: Federation) -> None:
    east, top, south = three.nodes["east"], three.nodes["county"], three.nodes["south"]
    person = three.world.county.person
    top.phone(person=person["grid"], number="13900000001")
    top.phone(person=person["other_town"], number="13900000002")
    three.settle()
    assert (east.phone_of(person=person["grid"]), south.phone_of(person=person["grid"])) == ("13900000001", "")
    assert (east.phone_of(person=person["other_town"]), south.phone_of(person=person["other_town"])) == ("", "13900000002")
    key = east.found(role="town", description="邻镇看不到的一段话")
    three.settle()
    assert "邻镇看不到的一段话" in str(top.run(source=_TEXTS, key=key))
    assert south.run(source=_TEXTS, key=key) == []
    assert south.tally()["links"] == top.tally()["links"] > south.tally()["entries"]


_TEXTS = """
from anlan.platform.journal.models import JournalEntry, Head
sid = Head.objects.filter(subject=f"inspection.hazard/{key}").values_list("sid", flat=True).first()
answer = list(JournalEntry.objects.filter(sid=sid).values_list("text", flat=True)) if sid else []
"""


def test_people_and_roles_travel_and_credentials_do_not(three: Federation) -> None:
    source = """
from anlan.accounts.models import Account, Person, Role
answer = (Person._default_manager.count(), Role._default_manager.count(), Account.objects.count())
"""
    people, roles, accounts = three.nodes["county"].run(source=source)
    assert three.nodes["east"].run(source=source)[1:] == (roles, 0)
    assert 0 < three.nodes["east"].run(source=source)[0] <= people and accounts > 0


def test_two_at_work_on_one_hazard_while_cut_off_end_in_the_merge_queue(three: Federation) -> None:
    east, top = three.nodes["east"], three.nodes["county"]
    key = east.found(role="town", description="疏散通道堵塞")
    three.settle()
    three.pass_time(minutes=5)
    east.order(role="town", hazard=key, days=5)
    top.order(role="supervision", hazard=key, days=20)
    three.settle()
    assert top.contests() == east.contests() == [f"inspection.hazard/{key}"]
    assert top.state(hazard=key) == east.state(hazard=key) == ("ordered", 1)
    assert top.run(source=_DECIDE, key=key) is None
    three.settle()
    assert top.contests() == east.contests() == []
    assert top.state(hazard=key) == east.state(hazard=key) == ("ordered", 0)


_DECIDE = """
from anlan.cli.acting import scope_of
from anlan.platform import clock
from anlan.platform.journal import queue
now = clock.now()
scope = scope_of(None, now)
(one,) = queue.open_contests(scope)
queue.decide(
    scope=scope, subject=one.subject, index=0, tip=one.contest["standing"], reason="以先作出的为准", base=one.version, now=now
)
"""


def test_a_village_below_a_town_is_heard_by_the_county(three: Federation) -> None:
    village = three.node("village", VILLAGE, "east")
    three.settle()
    key = village.found(role="grid", description="渔船缆绳老化")
    three.settle()
    assert three.nodes["county"].state(hazard=key) == ("found", 0)
    assert village.marks() == three.nodes["county"].marks()
    assert three.nodes["county"].run(source=_RELAYED, node=village.id) is True


_RELAYED = """
from anlan.platform.exchange.models import SignedHead
from anlan.platform.exchange.trust import keys_of
heads = SignedHead.objects.filter(node=node)
answer = bool(heads) and all(keys_of(node).signs(h.key, h.seq) for h in heads)
"""


def test_a_stick_carries_what_the_line_can_not(three: Federation, tmp_path: Path) -> None:
    east, top = three.nodes["east"], three.nodes["county"]
    key = east.found(role="town", description="断网期间发现")
    stick = tmp_path / "east.parts"
    assert east.export(path=str(stick)) == stick.stat().st_size
    assert "断网期间发现".encode() not in stick.read_bytes()
    with pytest.raises(Refused) as refused:
        three.nodes["south"].import_(path=str(stick))
    assert refused.value.code == "exchange.not_for_us"
    whole = stick.read_bytes()
    stick.write_bytes(whole[:-40])
    with pytest.raises(Refused) as refused:
        top.import_(path=str(stick))
    assert refused.value.code == "exchange.not_a_part"
    stick.write_bytes(whole)
    assert top.import_(path=str(stick))["came"] > 0
    assert top.import_(path=str(stick))["came"] == 0
    assert top.state(hazard=key) == ("found", 0)
    for missing in (tmp_path / "none.parts", tmp_path):
        with pytest.raises(Refused) as refused:
            top.import_(path=str(missing))
        assert refused.value.code == "exchange.not_readable"
    with pytest.raises(Refused) as refused:
        east.export(path=str(tmp_path / "no folder" / "x.parts"))
    assert refused.value.code == "exchange.not_written"
    with pytest.raises(Refused) as refused:
        east.export(path=str(stick), name="331003009")
    assert refused.value.code == "exchange.no_link"


_WATCH = """
from anlan.platform import clock
from anlan.platform.exchange.watch import silence_watch
answer = silence_watch(clock.now())
"""


def test_a_stick_holds_the_photos_whole(three: Federation, tmp_path: Path) -> None:
    east, top = three.nodes["east"], three.nodes["county"]
    key, large = east.found_with_photo(role="town", size=2_000_000)
    east.export(path=str(tmp_path / "a.parts"))
    top.import_(path=str(tmp_path / "a.parts"))
    assert top.state(hazard=key) == ("found", 0)
    assert top.photo(sha256=large, role="leader") == east.photo(sha256=large, role="town")


_MANY = """
from anlan.kernel.entry import Draft
from anlan.platform import clock
from anlan.platform.journal import node, record
from anlan.platform.scope import SYSTEM
own = node.own()
for n in range(count):
    draft = Draft("platform.exchange.refused", f"platform.exchange/{own.id}:{n}", own.region, {"facts": "字" * 80_000})
    record.record(draft, scope=SYSTEM, now=clock.now(), base=None)
"""


def test_large_entries_go_in_runs_that_fit(three: Federation) -> None:
    east, top = three.nodes["east"], three.nodes["county"]
    east.run(source=_MANY, count=40)
    told = east.say(key=top.key)
    assert 0 < top.hear(data=told)["admitted"] < 40
    three.settle()
    assert top.marks() == east.marks()
    assert top.tally()["verified"]


def test_silence_is_said_once_and_the_return_once(three: Federation) -> None:
    top = three.nodes["county"]
    assert top.run(source=_WATCH) == (0, 0)
    three.pass_time(minutes=4)
    three.meet("east")
    assert [top.run(source=_WATCH), top.run(source=_WATCH)] == [(1, 0), (0, 0)]
    (silent,) = [line for line in top.lines() if line["silent"]]
    assert silent["node"] == three.nodes["south"].id
    three.meet("south")
    assert [top.run(source=_WATCH), top.run(source=_WATCH)] == [(0, 1), (0, 0)]
    assert top.kinds(prefix="platform.exchange.") == ["platform.exchange.silent", "platform.exchange.returned"]
    assert not any(line["silent"] for line in top.lines())


def test_photos_follow_in_pieces_to_those_who_may_see_them(three: Federation) -> None:
    east, top, south = three.nodes["east"], three.nodes["county"], three.nodes["south"]
    _, small = east.found_with_photo(role="town")
    three.settle()
    assert top.photo(sha256=small, role="leader") == east.photo(sha256=small, role="town") > 0
    assert south.photo(sha256=small, role="leader") is None
    _, large = east.found_with_photo(role="town", size=3_000_000)
    lost = east.say(key=top.key)
    three.settle()
    assert top.photo(sha256=large, role="leader") == east.photo(sha256=large, role="town") > 3_000_000
    assert top.hear(data=lost)["admitted"] == 0
    assert south.photo(sha256=large, role="leader") is None
    assert south.run(source=_WANTED) == top.run(source=_WANTED) == 0


_WANTED = """
from anlan.platform.exchange.models import FileWanted
answer = FileWanted.objects.count()
"""


_SEEN = """
from __main__ import WORLD
from django.conf import settings
settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
client = WORLD.client(role)
answers = [client.get(f"/attachments/{sha256}{asked}") for asked in ("?w=320", "")]
bodies = [b"".join(a) if a.streaming else a.content for a in answers]
answer = [(a.status_code, body[:2] == b"\\xff\\xd8", len(body)) for a, body in zip(answers, bodies)]
"""


_ORIGINAL = """
from __main__ import WORLD
from anlan.platform.attachments import screens
answer = screens._on_its_way(sha256, None, WORLD.scope["leader"])
"""


def test_of_a_large_photo_a_small_one_is_seen_first(three: Federation) -> None:
    east, top, south = three.nodes["east"], three.nodes["county"], three.nodes["south"]
    _, sha256 = east.found_with_photo(role="town", size=3_000_000)
    heard = top.hear(data=east.say(key=top.key))
    assert heard["file_bytes"] == 0
    east.hear(data=top.say(key=east.key))
    assert top.hear(data=east.say(key=top.key))["file_bytes"] > 500_000
    (small, drawn, length), (original, _, _) = top.run(source=_SEEN, sha256=sha256, role="leader")
    assert (small, drawn, original) == (200, True, 404) and length < 64 * 1024
    assert [a[0] for a in top.run(source=_SEEN, sha256=sha256, role="other_town")] == [404, 404]
    with pytest.raises(Refused) as refused:
        top.run(source=_ORIGINAL, sha256=sha256)
    assert refused.value.code == "platform.attachment.on_its_way"
    awaits = "from __main__ import WORLD\nfrom anlan.platform import attachments\n"
    awaits += "answer = attachments.awaited(key, WORLD.scope[role])"
    told = [n.run(source=awaits, key=sha256, role="leader") for n in (top, south)]
    assert told == [True, False]
    # Said once: with the small picture here only pieces follow.
    east.hear(data=top.say(key=east.key))
    three.settle()
    assert [a[0] for a in top.run(source=_SEEN, sha256=sha256, role="leader")] == [200, 200]
    assert top.photo(sha256=sha256, role="leader") > 3_000_000


_TAKE = """
from base64 import b64encode
from io import BytesIO
from PIL import Image
from anlan.platform.attachments import files
from anlan.platform.exchange import filing
from anlan.platform.journal import node
from anlan.platform.exchange.models import FileWanted
from anlan.platform.attachments.store import release
name = "ab" * 32
def drawn(size, kind="JPEG"):
    out = BytesIO()
    Image.new("RGB", size, (9, 9, 9)).save(out, kind)
    return b64encode(out.getvalue()).decode()
def take(content, sha256=name):
    return filing.thumbs_take([{"type": "cn.anlan.thumb", "data": {"sha256": sha256, "content": content}}], node.own().id)
unasked = take(drawn((100, 80)))
FileWanted.objects.create(id=f"{name}:x/1", sha256=name, subject="x/1")
bad = [take(c) for c in (None, 7, "", "x", "eA==", drawn((400, 80)), drawn((80, 700)), drawn((90, 90), "PNG"), "A" * 200000)]
bad += [take(drawn((9, 9)), s) for s in ("../x", None, 7, "AB" * 32)]
good, again = take(drawn((100, 80))), take(drawn((100, 80)))
wanted = filing.files_wanted(__import__("anlan.platform.clock", fromlist=["now"]).now())[name]
release({"x/1": [name]}, [name])
answer = (unasked, bad, good > 0, again, wanted, files.thumbnail_path(name, 320).exists(), FileWanted.objects.count())
"""


def test_small_pictures_are_only_what_they_should_be_and_a_redaction_awaits_none(three: Federation) -> None:
    unasked, bad, good, again, wanted, left, awaited = three.nodes["county"].run(source=_TAKE)
    assert (unasked, set(bad), good, again, wanted, left, awaited) == (0, {0}, True, 0, 0, False, 0)


def test_what_moved_into_a_town_is_whole_there_by_sticks_alone(three: Federation, tmp_path: Path) -> None:
    """The early entries are asked for by a stick that goes up later, and come with the next one down, in whatever process."""
    top, town = three.nodes["county"], three.nodes["east"]
    firm = top.enterprise(role="supervision", name="迁入厂", region="331003002000", number=77)
    three.settle()
    three.pass_time(minutes=1)
    top.move(enterprise_id=firm, region="331003001000")

    def carry(giver: NodeProcess, taker: NodeProcess, name: str = "") -> None:
        stick = tmp_path / "stick.parts"
        giver.export(path=str(stick), name=name)
        taker.import_(path=str(stick))

    def entries(node: NodeProcess) -> int:
        return node.run(source=_ENTRIES, subject=f"registry.enterprise/{firm}")

    before = entries(town)
    carry(top, town, town.id)
    assert entries(town) < entries(top) == 2 and before == 0
    for _ in range(2):  # a stick that was lost on its way up: what it asked is asked again
        town.export(path=str(tmp_path / "lost.parts"))
    for node in (top, town):
        node.kill()
        node.begin()
    carry(town, top)
    carry(top, town, town.id)
    assert entries(town) == entries(top) == 2
    for node, link in ((town, ""), (top, town.id)):
        assert node.run(source=_WAITS, name=link) == ((), ())
    assert town.scoped_digest(region="331003001") == top.scoped_digest(region="331003001")


_ENTRIES = """
from anlan.platform.journal.models import Head, JournalEntry
answer = JournalEntry.objects.filter(sid__in=Head.objects.filter(subject=subject).values("sid")).count()
"""
_WAITS = """
from anlan.platform.exchange import turn
from anlan.platform.exchange.file import link_named
answer = turn.wanted(link_named(name)), turn.asked(link_named(name))
"""


def test_what_two_towns_registered_twice_is_decided_at_the_county_and_stands_so_in_both(three: Federation) -> None:
    """An enterprise that two towns registered, and a hazard that town and county filed, while they were apart."""
    top, east, south = (three.nodes[n] for n in ("county", "east", "south"))
    twins = [
        east.enterprise(role="town", name="两镇都登记的厂", region="331003001000", number=55),
        south.enterprise(role="other_town", name="两镇都登记的厂", region="331003002000", number=55),
    ]
    hazards = [east.found(role="town", description="配电箱无盖"), top.found(role="supervision", description="配电箱没有盖子")]
    assert top.run(source=_PAIRS) == []
    three.settle()
    pairs = {frozenset(pair) for pair in top.run(source=_PAIRS)}
    assert pairs >= {frozenset(twins)}
    three.pass_time(minutes=1)
    top.run(source=_KEEP, keep=twins[0], gone=twins[1])
    three.settle()
    assert frozenset(twins) not in {frozenset(pair) for pair in top.run(source=_PAIRS)}
    for node in (top, south):
        assert node.run(source=_INTO, key=twins[1]) == twins[0]
    assert [top.state(hazard=key) for key in hazards] == [("found", 0)] * 2
    assert top.marks() == east.marks() == south.marks()
    for node in (east, south):
        assert node.scoped_digest(region=node.region) == top.scoped_digest(region=node.region)


_PAIRS = """
from __main__ import WORLD
from anlan.platform.journal.duplicates import duplicates
answer = [[str(row.pk) for row in one.rows] for one in duplicates(WORLD.scope["leader"])]
"""
_KEEP = """
from __main__ import WORLD
from anlan.platform import clock
from anlan.platform.journal.duplicates import duplicate_merge
from anlan.platform.journal.record import version_of
bases = [version_of(f"registry.enterprise/{one}") for one in (keep, gone)]
duplicate_merge(
    scope=WORLD.scope["leader"], kind="registry.enterprise", keep=keep, gone=gone, reason="现场核实", bases=bases,
    now=clock.now(),
)
"""
_INTO = """
from anlan.registry.models import Enterprise
answer = str(Enterprise._default_manager.get(pk=key).merged_into_id)
"""


def test_a_turn_played_again_makes_no_silent_town_look_alive(three: Federation) -> None:
    """Somebody on the line keeps yesterday's turns and sends them once more; an old stick arrives late."""
    top, east = three.nodes["county"], three.nodes["east"]

    def line() -> dict[str, Any]:
        return next(one for one in top.lines() if one["node"] == east.id)

    key = east.found(role="town", description="昨天的一条")
    kept = east.say(key=top.key)
    top.hear(data=kept)
    three.pass_time(minutes=2)
    three.meet("east")
    three.pass_time(hours=5)
    before = line()
    assert before["silent"] and not top.hear(data=kept)["admitted"]
    three.pass_time(minutes=1)
    after = line()
    assert after["silent"] and after["heard_at"] == before["heard_at"] and after["owing"] == before["owing"] == 0
    assert top.state(hazard=key) == ("found", 0)
    # A clock that was put back does not make what the town says old: its numbers go on.
    east.drift = -timedelta(minutes=9)
    three.meet("east")
    assert not line()["silent"] and line()["heard_at"] > before["heard_at"]
