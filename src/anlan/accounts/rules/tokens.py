"""When an API token may be issued.

Source: house rule.
"""

from __future__ import annotations

from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

LONGEST_DAYS = 365


def check_token(name: str, days: int, *, own: bool) -> list[Violation]:
    """Every reason why a token is refused: it needs a stated use, an end within a year, and is for oneself only.

    Source: house rule.
    """
    problems = []
    if blank(name):
        problems.append(Violation("accounts.token.name_missing", field="name"))
    if not 1 <= days <= LONGEST_DAYS:
        problems.append(Violation("accounts.token.days", {"longest": LONGEST_DAYS}, "days"))
    if not own:
        problems.append(Violation("accounts.token.not_own"))
    return problems
