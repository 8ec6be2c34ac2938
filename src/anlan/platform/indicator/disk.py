"""The base of a ledger's arrays on disk: one folder for each version, and a file that names the one in force.

Written whole beside the old one and then named, so a process that dies in between leaves the old one. What does not fit the
declaration or this database is not read. It can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from anlan.platform.indicator.arrays import Part, Table, empty_of
from anlan.platform.indicator.declare import Column, Facts
from anlan.platform.ledger.changes import Positions

__all__ = ["forget", "load", "save", "stamp"]

_SHAPE = 1
_NAME = "current.json"
_FORGOTTEN = "forgotten"


def _home(facts_id: str | None = None) -> Path:
    home = Path(settings.DATA_DIR) / "columns"
    return home / facts_id if facts_id else home


def _fingerprint(facts: Facts, columns: Mapping[str, Column]) -> str:
    said = [_SHAPE, facts.id, str(facts.counted), sorted(map(repr, columns.items())), sorted(map(repr, facts.columns.items()))]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def save(table: Table, columns: Mapping[str, Column]) -> None:
    """Write the base of a table whose part is empty, and name it the one in force. A full disk leaves the old one."""
    home = _home(table.facts.id)
    version = uuid.uuid4().hex
    folder = home / version
    said = {
        "made": _fingerprint(table.facts, columns),
        "version": version,
        "words": table.words,
        "chains": {node: [seq, last.hex()] for node, (seq, last) in table.positions.chains.items()},
        "waiting": sorted(table.positions.waiting),
        "many": sorted(table.base.many),
    }
    try:
        folder.mkdir(parents=True)
        np.save(folder / "ids.npy", table.base.ids)
        for name, array in table.base.data.items():
            np.save(folder / f"data-{name}.npy", array)
        for name, (starts, words) in table.base.many.items():
            np.save(folder / f"starts-{name}.npy", starts)
            np.save(folder / f"words-{name}.npy", words)
        for file in folder.iterdir():
            # Named only when it lies on the disk: a power cut may leave pages of noughts behind a file's head.
            with file.open("rb+") as held:
                os.fsync(held.fileno())
        fresh = home / f"{version}.json"
        fresh.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        os.replace(fresh, home / _NAME)
    except OSError:
        # It only saves time at the next start.
        shutil.rmtree(folder, ignore_errors=True)
        return
    for old in home.iterdir():
        if old.is_dir() and old.name != version:
            shutil.rmtree(old, ignore_errors=True)


def load(facts: Facts, columns: Mapping[str, Column]) -> Table | None:
    """The base that was written last; None where there is none that fits."""
    home = _home(facts.id)
    try:
        said: dict[str, Any] = json.loads((home / _NAME).read_text(encoding="utf-8"))
        if said["made"] != _fingerprint(facts, columns):
            return None
        folder = home / said["version"]

        def read(name: str) -> np.ndarray:
            return np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)

        base = Part(
            read("ids"), {name: read(f"data-{name}") for name in columns},
            {name: (read(f"starts-{name}"), read(f"words-{name}")) for name in said["many"]},
        )  # fmt: skip
        if not _whole(base):
            return None
        chains = {node: (int(seq), bytes.fromhex(last)) for node, (seq, last) in said["chains"].items()}
        return Table(facts, base, empty_of(base), said["words"], Positions(chains, frozenset(said["waiting"])))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError):
        return None


def _whole(base: Part) -> bool:
    """Whether all arrays are of as many rows: a file put back from elsewhere would be counted against others' rows."""
    same = base.ids.shape == (base.size, 2) and all(array.shape == (base.size,) for array in base.data.values())
    return same and all(len(starts) == base.size + 1 and starts[-1] == len(words) for starts, words in base.many.values())


def forget() -> None:
    """Take the files away, and say so to every process that holds what stood in them (`stamp`)."""
    with contextlib.suppress(OSError):
        shutil.rmtree(_home())
    with contextlib.suppress(OSError):
        _home().mkdir(parents=True)
        (_home() / _FORGOTTEN).write_text(uuid.uuid4().hex, encoding="ascii")


def stamp() -> str:
    """Another text after every `forget`, by whatever process on this data folder."""
    try:
        return (_home() / _FORGOTTEN).read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
