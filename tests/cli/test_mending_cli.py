"""Redacting, correcting a clock, changing a region, a subject at a moment: from the command line, by a named person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from anlan.cli import boot, main
from anlan.kernel.entry import Draft, Step
from anlan.platform import clock, regions
from anlan.platform.journal import node, sequence
from anlan.platform.journal.models import JournalEntry, JournalSeq
from anlan.platform.journal.record import NEW, record
from anlan.platform.scope import SYSTEM
from platform_helpers import subject

pytestmark = pytest.mark.django_db

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(county: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("leader", "journal", "redact", …)` -> (exit code, JSON, standard error); "" for a command that names nobody."""
    monkeypatch.setattr(boot, "ready", lambda: None)
    monkeypatch.setattr(boot, "choose", lambda folder: None)

    def call(role: str, *arguments: object) -> tuple[int, Any, str]:
        told = ("--reason", "当事人申请", "--basis", "文号1")
        who = ("--as", county.account[role].username, *told) if role else ()
        done = CliRunner().invoke(main, [*map(str, arguments), *who, "--json"])
        lines = done.stdout.splitlines()
        return done.exit_code, json.loads(lines[-1]) if lines else None, done.stderr

    return call


@pytest.fixture
def thing(county: Any) -> tuple[str, str]:
    """A subject of the first town with a word of free text: (subject, entry)."""
    scope, now = county.scope["town"], clock.now()
    s = subject(now)
    text = {"note": "某某家住某处"}
    draft = Draft("things.thing.opened", s, scope.region.ljust(12, "0"), {"name": "阀门"}, text, step=Step("", "open"))
    return s, record(draft, scope=scope, now=now, base=NEW).id


def test_redacting_needs_yes_and_the_right(run: Run, thing: tuple[str, str]) -> None:
    _, entry = thing
    assert run("leader", "journal", "redact", entry)[1]["code"] == "platform.correction.not_confirmed"
    assert run("admin", "journal", "redact", entry, "--yes")[1]["code"] == "platform.not_allowed"
    assert JournalEntry.objects.get(pk=entry).text is not None
    code, answer, _ = run("leader", "journal", "redact", entry, "--yes")
    assert (code, answer["entries"], answer["erased"], answer["kept"]) == (0, 1, [], {})
    assert JournalEntry.objects.get(pk=entry).text is None
    assert JournalEntry.objects.get(kind="platform.redaction.redacted").actor


def test_a_clock_is_corrected(run: Run, thing: tuple[str, str]) -> None:
    sequence.sequence_pending()
    seq = JournalSeq.objects.get(entry=thing[1]).seq
    span = ("--node", node.own().id, "--first", seq, "--last", seq, "--offset-ms", "-5000")
    assert run("leader", "journal", "correct-clock", *span, "--yes")[0] == 1
    assert run("admin", "journal", "correct-clock", *span)[0] == 1
    assert run("admin", "journal", "correct-clock", *span, "--yes")[0] == 0
    assert JournalEntry.objects.filter(kind="platform.clock.corrected").count() == 1


def test_a_region_is_changed(run: Run) -> None:
    regions.regions_install(scope=SYSTEM, region="331003000000", now=clock.now())
    change = ("region", "change", "331003001000", "merged", "--on", "2027-05-01", "--successor", "331003002000")
    below = ("--below", "331003001001=331003002777")
    assert run("town", *change, *below, "--yes")[1]["code"] == "platform.not_allowed"
    code, answer, _ = run("admin", *change, *below, "--yes")
    assert (code, answer["below"]["331003001001"], answer["staying"]) == (0, "331003002777", 0)
    assert answer["moved"] > 0
    code, answer, told = run("admin", *change, "--yes")
    assert (code, answer["code"]) == (1, "platform.region.change_refused") and "331003001000" in told


def test_a_subject_is_shown_as_it_stood_and_as_it_was_known(county: Any, run: Run, thing: tuple[str, str]) -> None:
    s, _ = thing
    scope, now = county.scope["town"], clock.now()
    later = Draft("things.thing.stepped", s, scope.region.ljust(12, "0"), step=Step("open", "closed"))
    record(later, scope=scope, now=now + timedelta(hours=2), base=1)
    between = (now + timedelta(hours=1)).astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    for known in ((), ("--known",)):
        code, answer, _ = run("", "journal", "show", s, "--as-of", between, *known)
        assert (code, answer["exists"], answer["fields"]["state"]) == (0, True, "open")
    assert run("", "journal", "show", s, "--as-of", "2020-01-01 00:00")[1]["exists"] is False
    assert run("", "journal", "show", s, "--as-of", "昨天")[1]["code"] == "kernel.text.not_a_date"
    assert run("", "journal", "show", s, "--known")[0] == 2
