"""The closing lines of several pytest runs as one, in pytest's own words; the last line of `make test`."""

import re
import sys
from collections import Counter
from pathlib import Path

_PART = re.compile(r"(\d+) (passed|failed|error|errors|skipped|deselected|xfailed|xpassed|warning|warnings)\b")
_TIME = re.compile(r" in ([\d.]+)s")


def total(outputs: list[str]) -> tuple[Counter, float]:
    """Counts by word, and seconds, over the last closing line of each output."""
    counts, seconds = Counter(), 0.0
    for output in outputs:
        closing = [
            line for line in output.splitlines() if _TIME.search(line) and (_PART.search(line) or "no tests" in line)
        ]
        if not closing:
            counts["error"] += 1
            continue
        seconds += float(_TIME.search(closing[-1]).group(1))
        for number, word in _PART.findall(closing[-1]):
            counts[word.rstrip("s") if word in {"errors", "warnings"} else word] += int(number)
    return counts, seconds


if __name__ == "__main__":
    found, spent = total([Path(name).read_text(encoding="utf-8", errors="replace") for name in sys.argv[2:]])
    if sys.argv[1] != "0" and not (found["failed"] or found["error"]):
        found["error"] += 1  # ruff or an import contract, which pytest does not count
    order = ["failed", "passed", "skipped", "xfailed", "xpassed", "error"]
    words = [f"{found[w]} {w}{'s' if w == 'error' and found[w] > 1 else ''}" for w in order if found[w]]
    print(f"{', '.join(words) or 'no tests ran'} in {spent:.2f}s")
