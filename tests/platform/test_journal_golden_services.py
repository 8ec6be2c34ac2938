"""The journal of every release still folds to the tables it folded to then."""

import hashlib

import pytest
from golden import Golden, golden_journals

from anlan.platform.clock import now
from anlan.platform.journal import chain, node, rebuild, receive
from anlan.platform.journal.digest import table_digests

GOLDEN = list(golden_journals())
NOTHING = hashlib.sha256().hexdigest()


def test_there_is_a_golden_journal() -> None:
    assert [g.name for g in GOLDEN][0] == "journal-0.1.0.jsonl.gz"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("golden", GOLDEN, ids=lambda g: g.name)
def test_golden_journal_folds_to_the_same_tables(golden: Golden) -> None:
    node.start("331000000000")  # another server, so that everything is received, nothing remembered
    for links in golden.links.values():
        for start in range(0, len(links), 500):
            received = receive.receive(links[start : start + 500], region="331003000000", now=now())
            assert received.stopped is None
    assert chain.verify().ok
    # Tables that came later hold nothing of it.
    later = dict.fromkeys(table_digests().keys() - golden.digests.keys(), NOTHING)
    assert table_digests() == golden.digests | later
    assert rebuild.rebuild(check=True, shuffle=1).ok
