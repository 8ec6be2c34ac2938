"""The disk is full: what was being written is refused as a whole, what was there stays, and work goes on afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client

from anlan.kernel.entry import Draft
from anlan.platform.attachments.models import Attachment
from anlan.platform.database import is_sqlite
from anlan.platform.journal import chain
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.record import record
from anlan.platform.scope import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _only_sqlite(db: None) -> None:
    if not is_sqlite():
        pytest.skip("PostgreSQL's own disk can't be filled from here")


@contextmanager
def full_disk() -> Iterator[None]:
    """SQLite answers "database or disk is full" as soon as the file would grow."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


def note(number: int, now: datetime) -> None:
    data = {"words": "长" * 3000}
    draft = Draft(kind="platform.note.made", subject=f"platform.note/{number}", region="331003000000", data=data)
    record(draft, scope=SYSTEM, now=now, base=None)


def test_an_entry_that_finds_no_room_leaves_nothing_and_the_next_one_fits_again(now: datetime) -> None:
    note(0, now)
    written = 1
    with full_disk(), pytest.raises(OperationalError, match="full"):
        for number in range(1, 200):
            note(number, now)
            written += 1
    assert JournalEntry.objects.count() == written
    assert chain.verify().ok
    note(1000, now)
    assert JournalEntry.objects.count() == written + 1
    assert chain.verify().ok


def test_the_api_says_so_and_nothing_is_kept(client_as: Callable[[str], Client], tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = client_as("town")
    client.raise_request_exception = False
    answers = []
    with full_disk():
        for number in range(400):
            upload = SimpleUploadedFile(f"{number}.pdf", b"%PDF-1.7\n" + str(number).encode() + b"\n%%EOF\n")
            answers.append(client.post("/api/v1/attachments", {"file": upload}).status_code)
            if answers[-1] != 201:
                break
    assert answers[-1] == 503
    assert Attachment.objects.count() == len(answers) - 1
