"""Worlds that stand for a whole module: one transaction, rolled back at the end, with the county's own node in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

COUNTY = "331003000000"


def install_node() -> None:
    """What `anlan init` leaves behind: the node of the county. Needed again after a test that flushed the tables."""
    from anlan.platform.journal import node
    from anlan.platform.journal.models import Node

    node.forget()
    if not Node.objects.filter(own=1).exists():
        node.start(COUNTY)


@contextmanager
def standing(blocker: Any) -> Iterator[None]:
    """Open the database for a fixture of a module; everything written inside is gone afterwards.

    Tests are stolen between workers, so a test that flushes the tables may have run on this worker before: the node is
    looked for here too, not only before each test.
    """
    from anlan.platform import regions
    from anlan.platform.journal import node

    with blocker.unblock():
        regions.forget()
        with transaction.atomic():
            install_node()
            yield
            transaction.set_rollback(True)
        node.forget()
        regions.forget()
