"""Regions as clerks write and read them: a 12-digit code, 东城街道, 东城街道某某村 or the whole name."""

from __future__ import annotations

import re

from anlan.kernel.codes import check_region, region_level, region_pad, region_prefix
from anlan.kernel.errors import BadInput
from anlan.kernel.text import normalise_width
from anlan.platform import regions
from anlan.platform.regions import tree

_BLANKS = re.compile(r"[\s·•\-—/、,，>]+")
# Labels by code for one snapshot of the regions: a list asks for the same few dozen on every page.
_labels: tuple[object, dict[str, str]] = (None, {})
_index: tuple[int, dict[str, dict[str, tuple[str, ...]]]] = (0, {})


def label(code: str) -> str:
    """Name of a region below its county (东城街道某某村), the county's own name; an unknown code itself."""
    global _labels
    if not code:
        return ""
    spans = tree.snapshot()
    if _labels[0] is not spans:
        _labels = (spans, {})
    if code not in _labels[1]:
        _labels[1][code] = _label(code)
    return _labels[1][code]


def _label(code: str) -> str:
    chain = regions.path(code)
    if not chain:
        return code
    return "".join(f.name for f in chain[-2:]) if chain[-1].level == "village" else chain[-1].name


def _names(county: str) -> dict[str, tuple[str, ...]]:
    """Codes by every way to write a region of a county; more than one code where the writing is ambiguous."""
    global _index
    spans = tree.snapshot()
    if _index[0] != id(spans):
        _index = (id(spans), {})
    if county not in _index[1]:
        found: dict[str, list[str]] = {}
        inside = [county, *(code for level in ("town", "village") for code, _ in regions.choices(county, level))]
        for code in inside:
            writing = ""
            for facts in reversed(regions.path(code)):
                writing = facts.name + writing
                found.setdefault(writing, []).append(code)
        _index[1][county] = {name: tuple(dict.fromkeys(codes)) for name, codes in found.items()}
    return _index[1][county]


def read(text: str, prefix: str = "") -> str:
    """The 12-digit code of what a clerk wrote.

    Args:
        prefix: digits of the reader's own region; names are looked for in its county only.
    Raises:
        BadInput: "ledger.region.unknown", "ledger.region.ambiguous" with the codes, "ledger.region.gone" with the
            regions that took its place, or "kernel.region.*".
    """
    written = _BLANKS.sub("", normalise_width(text, punctuation=True))
    if written.isdigit():
        return _coded(written)
    codes = _names(region_pad(prefix[:6])).get(written, ()) if len(prefix) >= 6 else ()
    if len(codes) > 1:
        codes = tuple(code for code in codes if code.startswith(prefix)) or codes
    if not codes:
        raise BadInput("ledger.region.unknown", value=text[:40])
    if len(codes) > 1:
        raise BadInput("ledger.region.ambiguous", value=text[:40], codes="、".join(codes[:4]))
    return codes[0]


def _coded(written: str) -> str:
    if problems := check_region(written):
        raise BadInput(problems[0].code, **problems[0].facts)
    code = region_pad(written)
    if regions.exists(code):
        return code
    if regions.path(code) and (heirs := [h for h in regions.successors(code) if h != code]):
        raise BadInput("ledger.region.gone", value=written, heirs="、".join(f"{label(h)}（{h}）" for h in heirs))
    town = code[:9] + "000"
    # Villages of other counties are not held here: their town vouches for them.
    if region_level(code) == "village" and regions.exists(town) and not regions.children(town):
        return code
    raise BadInput("ledger.region.unknown", value=written)


def options(prefix: str) -> list[tuple[str, str]]:
    """(code, name) of every town and village in `prefix` (6, 9 or 12 digits), each town followed by its villages."""
    found: list[tuple[str, str]] = []
    for code, name in towns(prefix):
        town = code + "000"
        if len(prefix) < 12:
            found.append((town, name))
        found += [(f.code, name + f.name) for f in regions.children(town) if f.code.startswith(prefix)]
    return found


def towns(prefix: str) -> list[tuple[str, str]]:
    """(9 digits, name) of the towns in `prefix`, or of the one town that `prefix` lies in."""
    if len(prefix) >= 9:
        return [(prefix[:9], regions.name(prefix[:9] + "000"))]
    within = region_pad(prefix) if prefix else ""
    return [(region_prefix(code), name) for code, name in regions.choices(within, "town")]
