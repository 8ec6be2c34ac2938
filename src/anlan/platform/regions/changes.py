"""What a change of regions does to the table, pure: renamed, recoded, merged, split, founded.

Old names stay at their date. Source: house rule; 民政部 publishes such changes by date, and a record keeps the name its
region had when it was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from anlan.kernel.codes import check_region, region_level, region_pad, region_parent, region_prefix
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

ACTIONS = {"renamed": "更名", "recoded": "变更代码", "merged": "并入", "split": "拆分", "founded": "设立"}


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """One region under one name: 12-digit code, level, parent's code, the days it held (`valid_until` exclusive)."""

    code: str
    name: str
    level: str
    parent: str
    valid_from: date | None = None
    valid_until: date | None = None
    successors: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether this name and code were in force on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )


Spans = Mapping[str, Sequence[RegionFacts]]


def check_change(spans: Spans, code: str, change: Mapping[str, Any]) -> list[Violation]:
    """Every reason why `change` can't be applied to the region `code`.

    Args:
        change: action, on (ISO date), name (renamed, founded), successors [{code, name}] (recoded and merged: one;
            split: two or more), below {code: new code} (merged, split: codes that regions below get under a successor).
    Returns:
        "platform.region.action|name_missing|successors|unknown|exists|code_malformed|level_differs|date|below".
    """
    action, found = change.get("action"), []
    if action not in ACTIONS:
        return [Violation("platform.region.action", {"action": str(action)}, "action")]
    named = [code, *(str(s.get("code", "")) for s in change.get("successors", ()))]
    below = dict(change.get("below") or {})
    if malformed := [c for c in (*named, *below, *below.values()) if len(c) != 12 or check_region(c)]:
        return [Violation("platform.region.code_malformed", {"code": malformed[0]}, "successors")]
    try:
        on = date.fromisoformat(str(change.get("on")))
    except ValueError:
        return [Violation("platform.region.date", {}, "on")]
    current = next((s for s in spans.get(code, ()) if s.valid_until is None), None)
    if action == "founded" and current is not None:
        found.append(Violation("platform.region.exists", {"code": code}, "code"))
    if action != "founded" and current is None:
        found.append(Violation("platform.region.unknown", {"code": code}, "code"))
    if current is not None and current.valid_from is not None and on <= current.valid_from:
        found.append(Violation("platform.region.date", {}, "on"))
    if action in {"renamed", "founded"} and blank(str(change.get("name", ""))):
        found.append(Violation("platform.region.name_missing", {}, "name"))
    count = len(named) - 1
    if {"recoded": count != 1, "merged": count != 1, "split": count < 2}.get(action, count != 0):
        found.append(Violation("platform.region.successors", {"action": ACTIONS[action], "count": count}, "successors"))
    if any(region_level(c) != region_level(code) for c in named):
        found.append(Violation("platform.region.level_differs", {}, "successors"))
    return found or _check_below(spans, code, named[1:], below)


def _check_below(spans: Spans, code: str, successors: Sequence[str], below: Mapping[str, str]) -> list[Violation]:
    """New codes are given to regions directly below `code`, of their level, under a successor, each once and still free."""
    heirs, given = tuple(map(region_prefix, successors)), list(below.values())
    return [
        Violation("platform.region.below", {"code": old, "new": new}, "below")
        for old, new in below.items()
        if old not in children_of(spans, code)
        or region_level(old) != region_level(new)
        or not new.startswith(heirs)
        or given.count(new) > 1
        or new in spans
    ]


def children_of(spans: Spans, code: str) -> list[str]:
    """The codes in force that stand directly under `code`."""
    return sorted(c for c, held in spans.items() if held[-1].parent == code and held[-1].valid_until is None)


def codes_below(spans: Spans, code: str, heir: str, given: Mapping[str, str]) -> dict[str, str]:
    """A code under `heir` for every region directly below `code`: the one given, else its own last digits while they are
    free there, else the next free number of its hundred (which says whether it is a 居委会 or a 村委会), else any free one.

    House rule (ADR 0016): until the official code is published; the region is re-coded then, and its subjects follow.
    """
    found = dict(given)
    old, stem = region_prefix(code), region_prefix(heir)
    for child in children_of(spans, code):
        own = region_prefix(child)[len(old) :] if child.startswith(old) else ""
        if child in found or not own or child == heir:
            continue
        taken, width = {*spans, *found.values()}, len(own)
        number = int(own)
        hundred = number - number % 100
        later = (*range(number + 1, hundred + 100), *range(hundred + 1, number), *range(1, 10**width))
        numbers = (f"{n:0{width}d}" for n in (number, *later))
        if free := next((c for n in numbers if (c := (stem + n).ljust(12, "0")) not in taken), None):
            found[child] = free
    return found


def apply_change(spans: Spans, code: str, change: Mapping[str, Any]) -> dict[str, list[RegionFacts]]:
    """The spans of every code that `change` touches, as they stand afterwards (checked before with `check_change`).

    A recoded region takes its descendants along: 331003001205 becomes <new prefix>205 in force from the same day. Those
    of a merged or split region that the change names in `below` get the code that stands there; of a merged one the
    others keep theirs and stand under its successor.
    """
    on, action = date.fromisoformat(change["on"]), change["action"]
    touched: dict[str, list[RegionFacts]] = {}

    def of(key: str) -> list[RegionFacts]:
        return touched.setdefault(key, list(spans.get(key, ())))

    def close(key: str, successors: tuple[str, ...]) -> RegionFacts:
        ended = replace(of(key)[-1], valid_until=on, successors=successors)
        touched[key][-1] = ended
        return ended

    def begin(key: str, name: str, parent: str | None = None) -> None:
        if any(s.valid_until is None for s in of(key)):
            return
        touched[key].append(RegionFacts(key, name, region_level(key), parent or region_parent(key) or "", on))

    if action == "founded":
        begin(code, change["name"])
    elif action == "renamed":
        close(code, ())
        begin(code, change["name"], spans[code][-1].parent)
    elif action == "recoded":
        _recode(spans, code, change["successors"][0], close, begin)
    else:
        heirs = [(region_pad(s["code"]), s.get("name", "")) for s in change["successors"]]
        below = change.get("below") or {}
        close(code, tuple(heir for heir, _ in heirs if heir != code))
        for heir, name in heirs:
            begin(heir, name or _name_now(spans, heir))
        for child, target in below.items():
            _recode(spans, child, {"code": target}, close, begin)
        if action == "merged":
            for child in [c for c in children_of(spans, code) if c not in below]:
                ended = close(child, ())
                begin(child, ended.name, heirs[0][0])
    return touched


def _name_now(spans: Spans, code: str) -> str:
    held = spans.get(code)
    return held[-1].name if held else code


def _recode(spans: Spans, code: str, successor: Mapping[str, str], close: Any, begin: Any) -> None:
    old, new = region_prefix(code), region_prefix(successor["code"])
    for key in [c for c, held in spans.items() if c.startswith(old) and held[-1].valid_until is None]:
        target = (new + key[len(old) :])[:12]
        ended = close(key, (target,))
        begin(target, (successor.get("name") if key == code else None) or ended.name)
