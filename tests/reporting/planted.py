"""Reports with planted slips, `⟦rule:wrong→right⟧`, as clean drafts and as drafts with exactly one slip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "drafts"
_SLIP = re.compile(r"⟦(?P<rule>\d+):(?P<wrong>[^⟦⟧→]*)→(?P<right>[^⟦⟧]*)⟧")


@dataclass(frozen=True)
class Draft:
    """A text; `rule` 0 when clean, else the rule of the slip that stands from `start` to `end`."""

    name: str
    text: str
    rule: int = 0
    start: int = 0
    end: int = 0


def reports(file: str) -> dict[str, str]:
    """The reports of a file by name, with their marks."""
    parts = re.split(r"^=== (\S+).*\n", (VECTORS / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def drafts(file: str) -> Iterator[Draft]:
    """Each report clean, then once for each slip."""
    for name, marked in reports(file).items():
        yield Draft(name, _SLIP.sub(lambda m: m["right"], marked))
        for number, slip in enumerate(_SLIP.finditer(marked)):
            if slip["wrong"] != slip["right"]:
                yield _one(name, marked, number, slip)


def _one(name: str, marked: str, number: int, slip: re.Match[str]) -> Draft:
    before = _SLIP.sub(lambda m: m["right"], marked[: slip.start()])
    after = _SLIP.sub(lambda m: m["right"], marked[slip.end() :])
    text = before + slip["wrong"] + after
    return Draft(f"{name}#{number + 1}", text, int(slip["rule"]), len(before), len(before) + len(slip["wrong"]))


# A total with its parts, or a rate with its two numbers: changing any one of these numbers must be seen.
_BOUND = (
    re.compile(r"合计(?P<n>\d+)[家处项人支次台]"),
    re.compile(r"其余(?P<n>\d+)处"),
    re.compile(r"已整改(?:完成)?\d+[处项]?，整改率(?:为)?(?P<n>\d+\.\d)%"),
    re.compile(r"事故(?P<n>\d+)起，同比下降\d"),
    re.compile(r"整改率(?P<n>\d+\.\d)%"),
    re.compile(r"(?P<n>\d+)[个类]?(?:行业|环节|大类)[：（]"),
    re.compile(r"共计(?P<n>\d+)[支次]"),
)


def mutations(chance: Random) -> Iterator[Draft]:
    """Clean reports of both files with one number that others depend on changed by a tenth to a half."""
    for file in ("tuning.txt", "holdout.txt"):
        for clean in [d for d in drafts(file) if not d.rule]:
            for pattern in _BOUND:
                for match in pattern.finditer(clean.text):
                    old = match["n"]
                    less = float(old) * (1 - chance.uniform(0.1, 0.5))
                    new = f"{less:.1f}" if "." in old else str(max(1, int(less)))
                    if new != old:
                        start = match.start("n")
                        text = clean.text[:start] + new + clean.text[match.end("n") :]
                        yield Draft(f"{clean.name}~", text, 1, start, start + len(new))
