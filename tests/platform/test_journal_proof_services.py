"""What an export proves to somebody who trusts nobody, and what the kept heads of days prove about the tables."""

import base64
import copy
import json
import subprocess
import sys
from datetime import timedelta

import pytest

from anlan.kernel.entry import chain_hash
from anlan.kernel.errors import NotFound, Unavailable
from anlan.platform import jobs
from anlan.platform.journal import chain, heads, node, receive, sequence, verify_export
from anlan.platform.journal.export import export_subject
from anlan.platform.journal.models import DayHead, JournalEntry, JournalSeq, Node
from anlan.platform.journal.record import NEW, record
from platform_helpers import NOW, SCOPE, Peer, opened, stepped, subject

pytestmark = pytest.mark.django_db(transaction=True)


def opened_here(name="阀门"):
    s = subject()
    record(opened(name, s), scope=SCOPE, now=NOW, base=NEW)
    return s


@pytest.fixture
def proof(tmp_path):
    """A subject of three steps among others, exported; and what was on paper after it was closed."""
    opened_here()
    s = opened_here()
    record(stepped(s, "open", "rejected", text={"note": "退回"}), scope=SCOPE, now=NOW, base=1)
    record(stepped(s, "rejected", "closed", text={"note": "已整改"}), scope=SCOPE, now=NOW, base=2)
    paper = heads.heads()[0].short
    opened_here()
    summary = export_subject(s, tmp_path / "隐患.json", NOW)
    document = json.loads((tmp_path / "隐患.json").read_text())
    return summary, document, paper


def judge(document, *given):
    wanted = [g for g in given if ":" in g]
    key = next((g for g in given if ":" not in g), None)
    return verify_export.verify(document, wanted, key)


def rehashed(document, change):
    """The file as somebody makes it who alters one note and then re-writes everything that hangs on it, but can't sign."""
    forged = copy.deepcopy(document)
    entry = forged["entries"][1]
    entry["text"] = entry["text"].replace("退回", change)
    entry["text_hash"] = verify_export.digest("sha256", entry["text"].encode()).hex()
    whole = verify_export.digest("sha256", entry["body"].encode() + bytes.fromhex(entry["text_hash"]))
    (links,) = forged["chains"]
    blob = bytearray(base64.b64decode(links["body_hashes"]))
    at = (entry["seq"] - links["first"]) * 32
    blob[at : at + 32] = whole
    links["body_hashes"] = base64.b64encode(bytes(blob)).decode()
    link = bytes.fromhex(links["prev_hash"])
    for start in range(0, len(blob), 32):
        link = chain_hash(link, bytes(blob[start : start + 32]))
    links["head"] = link.hex()
    return forged


def test_the_script_beside_the_file_says_no_more_than_it_compared(proof):
    summary, _, paper = proof

    def run(*arguments):
        command = [sys.executable, "-I", summary["verifier"], summary["file"], *arguments]
        ran = subprocess.run(command, capture_output=True, text=True)
        return ran.returncode, [
            line.split()[0] for line in ran.stdout.splitlines() if line[:1].isupper() and line.isascii()
        ]

    assert run() == (0, ["CONSISTENT"])
    assert run("--head", paper) == (0, ["INTACT"])
    assert run("--head", paper, "--key", summary["key"]) == (0, ["INTACT", "SIGNED"])
    assert run("--head", paper.rpartition(":")[0] + ":" + "0" * 16) == (1, ["BROKEN"])
    assert run("--key", "00" * 32) == (1, ["BROKEN"])
    assert run("--nonsense", "x")[0] == run("--head")[0] == 2


def test_one_altered_word_is_found(proof):
    _, document, _ = proof
    document["entries"][2]["text"] = document["entries"][2]["text"].replace("已整改", "未整改")
    problems, _ = judge(document)
    assert len(problems) == 1
    assert "text was altered" in problems[0]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("thorough", [False, True])
def test_an_entry_left_out_is_found_also_the_last_and_also_where_the_claim_is_left_out_too(proof, place, thorough):
    _, document, _ = proof
    gone = document["entries"].pop(place)
    if thorough:
        document["claimed"] = [c for c in document["claimed"] if c[2] != gone["id"]]
    problems, _ = judge(document)
    assert any("missing" in p for p in problems) or (thorough and place == 2)
    assert any("signature" in p for p in problems) or not thorough


def test_an_entry_that_others_name_cannot_be_declared_not_held(proof):
    _, document, _ = proof
    gone = document["entries"].pop(1)
    document["claimed"] = [c for c in document["claimed"] if c[2] != gone["id"]]
    document["outside"] = [gone["id"]]
    assert judge(document)[0] == ["signature: does not fit what the file claims"]


def test_an_entry_doubled_or_smuggled_in_is_found(proof):
    _, document, _ = proof
    double = copy.deepcopy(document)
    double["entries"].append(double["entries"][0])
    assert judge(double)[0] == ["entries: some stand twice"]
    document["claimed"] = document["claimed"][:2]
    assert any("not among those claimed" in p for p in judge(document)[0])


def test_a_chain_hashed_anew_fails_its_signature_the_head_on_paper_and_the_key(proof):
    _, document, paper = proof
    forged = rehashed(document, "通过")
    assert judge(forged)[0] == ["signature: does not fit what the file claims"]
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    own = Ed25519PrivateKey.generate()
    forged["key"] = own.public_key().public_bytes_raw().hex()
    forged["signature"] = own.sign(verify_export.statement(forged)).hex()
    assert judge(forged)[0] == []  # all of it re-written, and nothing from outside to compare with
    assert "not the one that this head was taken from" in judge(forged, paper)[0][0]
    assert "signed with another key" in judge(forged, document["key"])[0][0]


def test_a_head_covers_what_stands_before_it_and_no_more(proof):
    _, document, paper = proof
    node_id = paper.split(":")[0]
    (links,) = document["chains"]
    first = JournalSeq.objects.get(node=node_id, seq=links["first"])
    problems, summary = judge(document, f"{first.seq}:{bytes(first.hash).hex()}")
    assert (problems, summary["anchored"], summary["entries"]) == ([], 1, 3)
    assert "1 of 3" in "".join(verify_export.verdict(summary))
    for bad in ("1:00", "x:y:z", f"{node_id}:999:{'0' * 16}", f"{node_id}:2:{'0' * 15}"):
        assert len(judge(document, bad)[0]) == 1


def test_the_first_format_is_not_accepted_for_the_second(proof):
    _, document, _ = proof
    assert judge({**document, "format": "anlan-journal-export/1"})[0]


def test_what_entries_name_and_the_server_does_not_hold_is_said(tmp_path):
    s = opened_here()
    peer = Peer()
    hidden = peer.bear(stepped(s, "open", "rejected"), tip=None)
    peer.bear(stepped(s, "rejected", "closed"), tip=hidden.id, base=hidden.id)
    full, last = peer.links
    stub = receive.Link(full.node, full.seq, full.entry, full.body_hash, full.hash)
    receive.receive([stub, last], region="331003002000", now=NOW)
    export_subject(s, tmp_path / "x.json", NOW)
    document = json.loads((tmp_path / "x.json").read_text())
    assert document["outside"] == [hidden.id]
    problems, summary = judge(document)
    assert problems == []
    assert "NOTE        1 entries" in "\n".join(verify_export.verdict(summary))


def test_ed25519_of_the_script_agrees_with_the_library():
    message = b"anlan"
    signature, key = heads.sign(message), bytes.fromhex(heads.public_key())
    assert verify_export.signed(key, message, signature)
    for at in (0, 31, 32, 63):
        bad = bytearray(signature)
        bad[at] ^= 1
        assert not verify_export.signed(key, message, bytes(bad))
    assert not verify_export.signed(key, message + b"!", signature)
    assert not verify_export.signed(key, message, signature[:-1])
    # RFC 8032, 7.1, test 1: the empty message
    key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert verify_export.signed(key, b"", signature)


def rewrite_tables():
    """What somebody with the database alone can do: alter a note, hash everything anew."""
    first = JournalEntry.objects.order_by("hlc").first()
    text = first.text.replace("初次登记", "事后改写")
    JournalEntry.objects.filter(pk=first.pk).update(text=text, text_hash=verify_export.digest("sha256", text.encode()))
    prev = b""
    for row in JournalSeq.objects.filter(node="331003a").order_by("seq"):
        stored = JournalEntry.objects.get(pk=row.entry)
        whole = verify_export.digest("sha256", stored.body.encode() + bytes(stored.text_hash or b""))
        prev = chain_hash(prev, whole)
        JournalSeq.objects.filter(node=row.node, seq=row.seq).update(body_hash=whole, hash=prev)
    Node.objects.filter(pk="331003a").update(last_hash=prev)
    return prev


def test_tables_hashed_anew_do_not_fit_the_kept_days_nor_can_these_be_signed_anew():
    opened_here()
    sequence.sequence_pending()
    assert heads.keep_day(NOW) == 1
    assert heads.keep_day(NOW + timedelta(minutes=1)) == 0
    opened_here()
    assert chain.verify().ok
    rewrite_tables()
    assert [(b.node, b.seq, b.reason) for b in chain.verify().breaks] == [("331003a", 1, "day_head_differs")]
    DayHead.objects.update(hash=bytes(JournalSeq.objects.get(seq=1).hash))
    assert [b.reason for b in chain.verify().breaks] == ["day_head_signature"]
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    own, kept = Ed25519PrivateKey.generate(), DayHead.objects.get()
    message = heads._statement(kept.node, kept.day, kept.seq, bytes(kept.hash).hex())
    DayHead.objects.update(key=own.public_key().public_bytes_raw().hex(), signature=own.sign(message))
    assert [b.reason for b in chain.verify().breaks] == ["day_head_signature"]


def test_the_job_keeps_the_day_that_ended_and_says_the_head():
    opened_here()
    sequence.sequence_pending()
    line = jobs.keep_heads(NOW)
    assert heads.heads()[0].short in line
    assert [(d.node, str(d.day), d.seq) for d in DayHead.objects.all()] == [("331003a", "2026-11-21", 1)]


def test_the_head_says_when_its_last_entry_was_recorded():
    opened_here()
    (head,) = heads.heads()
    assert (head.node, head.seq, head.own) == (node.own().id, 1, True)
    assert head.as_dict()["at"] == "2026-11-22T09:00:00+08:00"


def test_the_system_page_shows_head_and_key(county, client_as):
    page = client_as("admin").get("/system").content.decode()
    assert heads.heads()[0].hash in page
    assert heads.public_key() in page


def test_refusals(tmp_path, settings):
    with pytest.raises(NotFound):
        export_subject("things.thing/none", tmp_path / "x.json", NOW)
    settings.VAULT_KEY = ""
    with pytest.raises(Unavailable) as refusal:
        heads.sign(b"x")
    assert refusal.value.code == "vault.key_missing"
