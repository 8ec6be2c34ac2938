"""The door of the checker: a text in, findings out. Rule 12 (figures of our own ledgers) will need records and stands apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from anlan.reporting.drafts.finding import SEVERITIES, Finding
from anlan.reporting.drafts.reading import Reading, read
from anlan.reporting.drafts.rules.balance import balance
from anlan.reporting.drafts.rules.blanks import blanks
from anlan.reporting.drafts.rules.comparisons import comparisons
from anlan.reporting.drafts.rules.counts import counts
from anlan.reporting.drafts.rules.dates import dates
from anlan.reporting.drafts.rules.magnitude import magnitude
from anlan.reporting.drafts.rules.measures import measures
from anlan.reporting.drafts.rules.numbering import numbering
from anlan.reporting.drafts.rules.overlap import overlap
from anlan.reporting.drafts.rules.parts import parts
from anlan.reporting.drafts.rules.rates import rates
from anlan.reporting.drafts.rules.reuse import reuse
from anlan.reporting.drafts.rules.sections import sections
from anlan.reporting.drafts.rules.targets import targets

__all__ = ["RULES", "Rule", "check", "findings_of"]

Rule = Callable[[Reading], Iterator[Finding]]
# In the order of the list in docs/howto/check-draft.md. A rule that asks records would take them beside the reading.
RULES: tuple[tuple[int, Rule], ...] = (
    (1, parts),
    (1, balance),
    (1, sections),
    (2, rates),
    (3, comparisons),
    (4, reuse),
    (5, magnitude),
    (6, blanks),
    (7, counts),
    (8, targets),
    (9, measures),
    (10, overlap),
    (11, dates),
    (11, numbering),
)


def check(text: str) -> list[Finding]:
    """Every contradiction in a report, in the order of the text.

    Args:
        text: a report of any length, paragraphs on lines of their own; offsets of the findings count its characters.
    Returns:
        Findings; the same place is named once for a rule. Time grows with the length of the text.
    Source:
        House rule: the draft checker, rules 1 to 11.
    """
    return findings_of(read(text))


def findings_of(reading: Reading) -> list[Finding]:
    """`check` for whoever holds the reading already.

    Source: house rule.
    """
    found: dict[tuple[int, int, int], Finding] = {}
    for _, rule in RULES:
        for finding in rule(reading):
            found.setdefault((finding.rule, finding.place.start, finding.place.end), finding)
    order = {name: n for n, name in enumerate(SEVERITIES)}
    return sorted(found.values(), key=lambda f: (f.place.start, f.rule, order[f.severity], f.place.end))
