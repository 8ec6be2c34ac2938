"""What the journal, the vault, the attachments and the region tree refuse, by code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from anlan.kernel.entry import Draft
from anlan.kernel.errors import AnlanError
from anlan.platform import vault
from anlan.platform.jobs import verify_journal
from anlan.platform.journal import audit, corrections, node, queue, receive, sequence
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.ledger.history import visible_subject
from anlan.platform.scope import Scope
from anlan.platform.vault import seal
from platform_helpers import NOW, SCOPE, Peer, opened, stepped, subject

pytestmark = pytest.mark.django_db(transaction=True)

COUNTY = Scope(
    "p1", "o1", "县级", frozenset({"platform.operate", "platform.redact", "vault.reveal", "journal.read"}), "331003"
)


def code_of(call: Any, *args: Any, **given: Any) -> str:
    """The code of the refusal; nothing was recorded by the refused call."""
    before = JournalEntry.objects.count()
    with pytest.raises(AnlanError) as error:
        call(*args, **given)
    assert JournalEntry.objects.count() == before
    return error.value.code


def test_a_draft_that_json_does_not_know_is_refused_whole() -> None:
    draft = Draft(kind="things.thing.opened", subject=subject(), region="331003000000", data={"name": "甲\x00乙"})
    assert code_of(record, draft, scope=SCOPE, now=NOW, base=NEW) == "journal.draft.refused"


def test_a_contest_that_is_none_or_a_side_that_is_none_is_refused() -> None:
    s = subject()
    first = record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    given = {"scope": SCOPE, "subject": s, "reason": "核实", "now": NOW}
    assert code_of(queue.decide, index=0, tip=first.id, base=1, **given) == "journal.contest_not_found"
    record(stepped(s, "open", "closed"), scope=SCOPE, now=NOW, base=1)
    peer = Peer()
    peer.bear(stepped(s, "open", "rejected", text={"note": "不符"}), tip=first.id, base=first.id)
    receive.receive(peer.links, region="331003002000", now=NOW)
    base = version_of(s)
    assert code_of(queue.decide, index=0, tip=first.id, base=base, **given) == "journal.contest_choice_unknown"
    assert code_of(queue.decide, index=7, tip=first.id, base=base, **given) == "journal.contest_not_found"
    assert Head.objects.get(subject=s).open


def test_links_of_two_nodes_in_one_call_are_refused() -> None:
    links = [
        receive.Link(name, 1, subject().partition("/")[2], b"0" * 32, b"0" * 32)
        for name in ("331003002a", "331003003a")
    ]
    assert code_of(receive.receive, links, region="331003002000", now=NOW) == "journal.receive.mixed"


def test_a_correction_needs_a_range_and_a_redaction_its_entries_and_both_a_reason_and_a_basis() -> None:
    entry = record(opened("阀门", subject()), scope=SCOPE, now=NOW, base=NEW)
    sequence.sequence_pending()
    told = {"reason": "当事人申请", "basis": "个人信息保护法第四十七条"}
    clock = {"scope": COUNTY, "node_id": node.own().id, "first": 1, "last": 1, "offset_ms": 1000, "now": NOW} | told
    assert code_of(corrections.clock_correct, **clock | {"first": 0}) == "journal.clock.range_empty"
    assert code_of(corrections.clock_correct, **clock | {"first": 5, "last": 4}) == "journal.clock.range_empty"
    assert code_of(corrections.clock_correct, **clock | {"last": 10**6}) == "journal.clock.range_unknown"
    assert code_of(corrections.clock_correct, **clock | {"node_id": "110101a"}) == "journal.clock.node_unknown"
    assert code_of(corrections.clock_correct, **clock | {"offset_ms": 0}) == "journal.clock.offset"
    assert code_of(corrections.clock_correct, **clock | {"offset_ms": 10**14}) == "journal.clock.offset"
    assert code_of(corrections.clock_correct, **clock | {"basis": " "}) == "platform.correction.basis_missing"
    text = {"scope": COUNTY, "now": NOW, "entries": [entry.id]} | told
    for nothing in (" ", "因", "\u200b\u200b"):
        assert code_of(corrections.redact, **text | {"reason": nothing}) == "platform.correction.basis_missing"
    gone = "01900000-0000-7000-8000-00000000dead"
    assert code_of(corrections.redact, **text | {"entries": [gone]}) == "journal.entry_not_found"
    assert code_of(corrections.redact, **text | {"entries": ["不是编号"]}) == "journal.entry_not_found"
    assert code_of(corrections.redact, **text | {"scope": replace(COUNTY, office="x")}) == "platform.not_allowed"
    elsewhere = replace(COUNTY, region="331002")
    assert code_of(corrections.clock_correct, **clock | {"scope": elsewhere}) == "platform.region_outside"


def test_a_server_without_a_node_says_how_to_start() -> None:
    from anlan.platform.journal.models import Node

    Node.objects.update(own=0)
    node.forget()
    assert code_of(node.own) == "journal.node.not_initialised"


def test_a_broken_chain_makes_the_nightly_check_fail() -> None:
    entry = record(opened("阀门", subject()), scope=SCOPE, now=NOW, base=NEW)
    sequence.sequence_pending()
    JournalEntry.objects.filter(pk=entry.id).update(body=JournalEntry.objects.get(pk=entry.id).body + " ")
    assert code_of(verify_journal, NOW) == "platform.job.chain_broken"


@pytest.mark.parametrize("cursor", ["x", "-1", "１２", "9" * 20])
def test_a_cursor_that_was_not_given_out_is_refused(cursor: str) -> None:
    assert code_of(audit.entry_list, COUNTY, cursor=cursor) == "journal.audit.cursor"


def test_the_history_of_an_unknown_subject_or_of_another_county_is_not_found() -> None:
    assert code_of(visible_subject, COUNTY, "things.thing/none") == "ledger.history_missing"
    s = subject()
    record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    elsewhere = Scope("p9", "o9", "外县", frozenset({"journal.read"}), "331002")
    assert code_of(visible_subject, elsewhere, s) == "ledger.history_missing"


def test_what_the_vault_does_not_hold_or_can_t_open_is_not_shown(settings: Any) -> None:
    given = {"region": "331003000000", "reason": "复核", "now": NOW}
    assert code_of(vault.reveal, COUNTY, "wells.well/1", "phone", **given) == "vault.value_missing"
    sealed = seal.seal("13800001234", "wells.well/1\0phone")
    assert code_of(seal.unseal, sealed, "wells.well/2\0phone") == "vault.value_damaged"
    assert code_of(seal.unseal, sealed[:-1] + bytes([sealed[-1] ^ 1]), "wells.well/1\0phone") == "vault.value_damaged"
    assert seal.unseal(sealed, "wells.well/1\0phone") == "13800001234"


@pytest.mark.parametrize(
    ("key", "code"), [("", "vault.key_missing"), ("不是密钥", "vault.key_malformed"), ("ab", "vault.key_malformed")]
)
def test_a_vault_without_its_key_seals_nothing(settings: Any, key: str, code: str) -> None:
    settings.VAULT_KEY = key
    assert code_of(seal.seal, "13800001234", "x") == code
