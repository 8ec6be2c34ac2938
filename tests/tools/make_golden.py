"""Make the golden journal of the present version: `pytest tests/tools/make_golden.py` (asked for by path only).

It is a test module so that it runs in the suite's database; it refuses to overwrite a journal that exists.
"""

import base64
import gzip
from pathlib import Path

import orjson
import pytest
from golden import FOLDER, play

from anlan import __version__
from anlan.platform.journal import sequence
from anlan.platform.journal.digest import table_digests
from anlan.platform.journal.models import Node
from anlan.platform.journal.receive import links_of


@pytest.mark.django_db(transaction=True)
def test_make_golden_journal() -> None:
    file = Path(FOLDER) / f"journal-{__version__}.jsonl.gz"
    assert not file.exists(), f"{file} exists: a released journal is never remade"
    play()
    sequence.sequence_pending()
    lines = []
    for node in Node.objects.order_by("id"):
        after = 0
        while links := links_of(node.id, after):
            after = links[-1].seq
            lines += [
                {
                    "node": link.node,
                    "seq": link.seq,
                    "entry": link.entry,
                    "body_hash": link.body_hash.hex(),
                    "body": link.body.decode(),
                    "text": link.text.decode() if link.text else None,
                    "text_hash": base64.b64encode(link.text_hash).decode() if link.text_hash else None,
                }
                for link in links
            ]
    lines.append({"digests": table_digests()})
    file.write_bytes(gzip.compress(b"\n".join(orjson.dumps(line) for line in lines) + b"\n", mtime=0))
