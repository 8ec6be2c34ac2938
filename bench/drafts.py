"""How well the draft checker finds, and how fast: precision and recall per rule over labelled drafts, seconds by length.

Run: `python bench/drafts.py --json`. Prints one line of JSON. Sets: the reports that the rules were tuned on, those of the
second set (first held out, see tests/vectors/drafts/ORIGIN.md), single sentences, and numbers of clean reports changed by
script. A planted slip counts as found when its own rule names a passage that touches it; as `other_rule` when only another
rule does. Every finding that touches no planted slip counts against precision.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "reporting")]

from planted import VECTORS, Draft, drafts, mutations  # noqa: E402

from anlan.reporting.drafts.check import check  # noqa: E402
from anlan.reporting.drafts.finding import Finding  # noqa: E402

RULES = range(1, 12)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.parse_args()
    sets = {
        "tuning": score(list(drafts("tuning.txt"))),
        "holdout": score(list(drafts("holdout.txt"))),
        "sentences": sentences(),
        "mutations": mutated(),
    }
    print(
        json.dumps(
            {"bench": "drafts", "load_average": os.getloadavg()[0], **sets, "speed": speed()}, ensure_ascii=False
        )
    )


def touches(finding: Finding, draft: Draft) -> bool:
    """Whether the finding, or the other passage it names, touches the planted slip."""
    return any(p.start <= draft.end and p.end >= draft.start for p in (finding.place, *finding.others))


def score(all_: list[Draft]) -> dict[str, Any]:
    """Precision and recall of each rule, and of all together, over clean drafts and drafts with one slip each."""
    found, missed, other, false = Counter[int](), Counter[int](), Counter[int](), Counter[int]()
    known: set[tuple[int, str]] = set()
    for draft in all_:
        findings = check(draft.text)
        if draft.rule == 0:
            known = {(f.rule, f.place.quote) for f in findings}
            false.update(f.rule for f in findings)
            continue
        fresh = [f for f in findings if (f.rule, f.place.quote) not in known]
        near = [f for f in fresh if touches(f, draft)]
        counted = found if any(f.rule == draft.rule for f in near) else other if near else missed
        counted[draft.rule] += 1
        false.update(f.rule for f in fresh if f not in near)
    clean = sum(d.rule == 0 for d in all_)
    rules = {str(n): figures(found[n], missed[n], other[n], false[n]) for n in RULES}
    total = figures(found.total(), missed.total(), other.total(), false.total())
    return {"clean_reports": clean, "planted": len(all_) - clean, "all": total, "rules": rules}


def figures(found: int, missed: int, other: int, false: int) -> dict[str, Any]:
    """Recall counts a slip that only another rule saw as missed; null where nothing was planted or said."""
    planted = found + missed + other
    return {
        "found": found,
        "missed": missed,
        "other_rule": other,
        "false": false,
        "recall": round(found / planted, 3) if planted else None,
        "precision": round(found / (found + false), 3) if found + false else None,
    }


def sentences() -> dict[str, Any]:
    """The single sentences: found or not, and findings on honest ones."""
    found, missed, false = Counter[int](), Counter[int](), Counter[int]()
    for line in (VECTORS / "sentences.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("+"):
            rule, text = line[1:].split(" ", 1)
            (found if any(f.rule == int(rule) for f in check(text)) else missed)[int(rule)] += 1
        elif line.startswith("-"):
            false.update(f.rule for f in check(line[1:].strip()))
    return {str(n): figures(found[n], missed[n], 0, false[n]) for n in RULES}


def mutated() -> dict[str, Any]:
    """Numbers of the clean reports changed by script where one change must show: in a list with its total, beside a rate."""
    found = missed = 0
    for draft in mutations(random.Random(7)):
        found += any(touches(f, draft) for f in check(draft.text))
        missed += not any(touches(f, draft) for f in check(draft.text))
    return {"changed": found + missed, "found": found, "recall": round(found / (found + missed), 3)}


def speed() -> dict[str, float]:
    """CPU seconds for 20,000 characters and for five megabytes."""
    text = "\n".join(re.sub(r"=== .*", "", d.text) for d in drafts("tuning.txt") if not d.rule)
    seconds = {}
    for name, length in (("20k_chars_s", 20_000), ("5mb_s", 1_750_000)):
        long = (text * (length // len(text) + 1))[:length]
        begun = time.process_time()
        check(long)
        seconds[name] = round(time.process_time() - begun, 3)
    return seconds


if __name__ == "__main__":
    main()
