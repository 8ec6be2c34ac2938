"""Holding Python's cyclic garbage collector back while a bounded piece of work makes many objects that all live on."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

__all__ = ["no_collecting"]

_lock = threading.Lock()
_holders = 0
_was_on = True


@contextlib.contextmanager
def no_collecting() -> Iterator[None]:
    """No cyclic collection within the block, in the whole process; nests, and threads may overlap.

    Some thousand entries on their way into tables are walked by the collector again and again, a sixth of the work,
    and there are no cycles in them: they go by their reference counts. Only for work whose size is bounded.
    """
    global _holders, _was_on
    with _lock:
        if _holders == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _holders += 1
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if _holders == 0 and _was_on:
                gc.enable()
