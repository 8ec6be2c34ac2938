"""Which subjects this server is the home of: timed work with effects in the world is done at the home node only."""

from __future__ import annotations

from collections.abc import Callable

from anlan.kernel.region_codes import region_prefix
from anlan.platform.journal.models import Node
from anlan.platform.journal.node import own


def home_test() -> Callable[[str], bool]:
    """A test of 12-digit region codes: whether the deepest enrolled node that holds the region is this server's.

    Earlier incarnations of a node have its region and do not count against it.

    Raises:
        Unavailable: "journal.node.not_initialised".
    """
    mine = region_prefix(own().region)
    deeper = [p for p in map(region_prefix, Node.objects.values_list("region", flat=True)) if len(p) > len(mine)]
    if not deeper:
        return lambda region: region.startswith(mine)
    below = tuple(deeper)
    return lambda region: region.startswith(mine) and not region.startswith(below)
