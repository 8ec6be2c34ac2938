"""Reading regions: the whole tree of this server in memory, loaded from the table, refreshed when it changed.

Outside the installed part (another province's village in a 统一社会信用代码) the shipped reference set answers.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max

from anlan import data
from anlan.kernel.codes import check_region, region_ancestors, region_level, region_pad, region_parent, region_prefix
from anlan.platform.regions.changes import RegionFacts
from anlan.platform.regions.models import Region

_RECHECK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Snapshot:
    spans: dict[str, list[RegionFacts]]
    below: dict[str, list[str]]
    stamp: tuple[int, int]


_snapshot: _Snapshot | None = None
_checked = 0.0


def forget() -> None:
    """Load the tree anew at the next question (after an install, a change, or in another test database)."""
    global _snapshot
    _snapshot = None


def _stamp() -> tuple[int, int]:
    found = Region.objects.aggregate(last=Max("id"), count=Count("id"))
    return found["last"] or 0, found["count"]


def snapshot() -> dict[str, list[RegionFacts]]:
    """Every span of every region of this server by code, oldest first. Do not change it."""
    return _tree().spans


def _tree() -> _Snapshot:
    """The tree in memory. Another process may have changed the table: looked up at most once a minute."""
    global _snapshot, _checked
    if _snapshot is not None and time.monotonic() - _checked < _RECHECK_SECONDS:
        return _snapshot
    _checked, stamp = time.monotonic(), _stamp()
    if _snapshot is None or _snapshot.stamp != stamp:
        _snapshot = _load(stamp)
    return _snapshot


def _load(stamp: tuple[int, int]) -> _Snapshot:
    spans: dict[str, list[RegionFacts]] = defaultdict(list)
    rows = Region.objects.order_by("code", "id").values_list(
        "code", "name", "level", "parent", "valid_from", "valid_until", "successors"
    )
    for code, label, level, parent, since, until, after in rows.iterator(chunk_size=2000):
        spans[code].append(
            RegionFacts(code, label, level, parent, since, until, tuple(after.split(",")) if after else ())
        )
    below: dict[str, list[str]] = defaultdict(list)
    for code, held in spans.items():
        if held[-1].valid_until is None:
            below[held[-1].parent].append(code)
    return _Snapshot(dict(spans), dict(below), stamp)


def _facts(code: str, on: date | None = None) -> RegionFacts | None:
    spans = _tree().spans
    held, full = spans.get(code), code
    if held is None:
        if check_region(code):
            return None
        full = region_pad(code)
        held = spans.get(full)
    if held:
        if on is None:
            return held[-1]
        return next((s for s in reversed(held) if s.holds_on(on)), held[0])
    label = data.region_name(full)
    if label is None:
        return None
    return RegionFacts(full, label, region_level(full), region_parent(full) or "")


def name(code: str, on: date | None = None) -> str:
    """Name of a region, as it was on the day `on` if given; an unknown code is its own name."""
    facts = _facts(code, on)
    return facts.name if facts else code


def exists(code: str) -> bool:
    """Whether the code is a region in force today, anywhere in China as far as the reference set goes."""
    facts = _facts(code)
    return facts is not None and facts.valid_until is None


def path(code: str, on: date | None = None) -> tuple[RegionFacts, ...]:
    """The regions from the province down to `code` itself; unknown ones are left out."""
    if check_region(code):
        return ()
    chain = [f for c in (*region_ancestors(code), region_pad(code)) if (f := _facts(c, on))]
    if chain and len(chain) > 1 and chain[-1].parent != chain[-2].code:
        # Since a merger the region stands under another one than its code says.
        above = _facts(chain[-1].parent, on)
        if above and above.level == chain[-2].level:
            chain[-2] = above
    return tuple(chain)


def full_name(code: str, on: date | None = None, below: str = "") -> str:
    """Names from the province down, 浙江省台州市黄岩区东城街道; `below`: leave out everything down to this code."""
    hidden = {region_pad(below), *region_ancestors(below)} if below else set()
    return "".join(f.name for f in path(code, on) if f.code not in hidden and f.name not in {"市辖区", "县"}) or code


def children(code: str) -> tuple[RegionFacts, ...]:
    """The regions one level below, in force today, in code order; "" gives the provinces."""
    tree = _tree()
    key = region_pad(code) if code else ""
    if key in tree.below:
        return tuple(tree.spans[c][-1] for c in sorted(tree.below[key]))
    wanted = (r for r in data.region_rows(region_prefix(key) if key else "") if (r.parent or "") == key)
    return tuple(RegionFacts(r.code, r.name, r.level, r.parent or "") for r in wanted)


def choices(within: str, level: str = "town") -> list[tuple[str, str]]:
    """(code, name) of the regions of `level` inside `within`, for a drop-down; villages carry their town's name."""
    found = _within(within, level)
    if level == "village":
        return [(f.code, f"{name(f.parent)} {f.name}") for f in found]
    return [(f.code, f.name) for f in found]


def _within(within: str, level: str) -> list[RegionFacts]:
    top = _facts(within) if within else None
    ring: Iterable[RegionFacts] = [top] if top else children("")
    found: list[RegionFacts] = []
    while ring:
        found += [f for f in ring if f.level == level]
        ring = [c for f in ring if f.level != level for c in children(f.code)]
    return found


def search(text: str, within: str = "", limit: int = 20) -> list[RegionFacts]:
    """Regions of this server in force today whose name contains `text` or whose code starts with it."""
    wanted = text.strip()
    if not wanted:
        return []
    prefix = region_prefix(within) if within else ""
    spans = _tree().spans
    hits = [
        held[-1]
        for code, held in spans.items()
        if code.startswith(prefix)
        and held[-1].valid_until is None
        and (wanted in held[-1].name or code.startswith(wanted))
    ]
    return sorted(hits, key=lambda f: (len(f.name), f.code))[:limit]


def history(code: str) -> tuple[RegionFacts, ...]:
    """Every name and span the code has had, oldest first."""
    held = _tree().spans.get(region_pad(code))
    facts = _facts(code)
    return tuple(held) if held else ((facts,) if facts else ())


def successors(code: str) -> tuple[str, ...]:
    """The codes in force today that a region's territory belongs to; itself while it is in force."""
    found: list[str] = []
    waiting, seen = [region_pad(code)], set()
    while waiting:
        current = waiting.pop(0)
        if current in seen:
            continue
        seen.add(current)
        facts = _facts(current)
        if facts is None or facts.valid_until is None:
            found.append(current)
        else:
            waiting += facts.successors
    return tuple(dict.fromkeys(found))
