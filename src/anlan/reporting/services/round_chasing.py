"""Towns that owe their form are chased (催报)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from anlan.kernel.codes import region_pad
from anlan.kernel.entry import Draft
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.record import record_many
from anlan.platform.scope import Scope
from anlan.reporting import queries
from anlan.reporting.errors import RoundRefused
from anlan.reporting.models import Filing, Round
from anlan.reporting.rules.round import CHASE, TO_FILE, chased_lately, check_chase

__all__ = ["filing_chase"]


def filing_chase(
    *, scope: Scope, round_id: str, now: datetime, towns: Collection[str] = (), once: str | None = None
) -> list[str]:
    """Chase the towns that owe their form; the codes of those chased now.

    Who was chased within the minute is not chased again, so a double click is one message.

    Args:
        towns: codes; none: all that owe it.
    Raises:
        RoundNotFound; NotAllowed: "platform.not_allowed", "platform.region_outside".
        RoundRefused: "reporting.round.refused" for a town that has filed, a closed round, or a town not asked.
    """
    row = queries.round_get(scope, round_id)
    scope.require(CHASE.right)
    scope.require_region(row.region)
    wanted = {region_pad(code) for code in towns}
    with writing():
        hold_keys(Filing.SUBJECT, [str(row.pk)])
        held = {filing.region: filing for filing in queries.filings_of(scope, row)}
        _chasable(row, held, wanted)
        chosen = [filing for code, filing in held.items() if (code in wanted if wanted else filing.state in TO_FILE)]
        fresh = [filing for filing in chosen if not chased_lately(filing.chased_at, now)]
        drafts = [
            (
                Draft(CHASE.kind, f"{Filing.SUBJECT}/{f.pk}", f.region, once=once, drill=bool(f.drill)),
                queries.version_of_row(f),
            )
            for f in fresh
        ]
        record_many(drafts, scope=scope, now=now)
    return [filing.region for filing in fresh]


def _chasable(row: Round, held: Mapping[str, Filing], wanted: Collection[str]) -> None:
    problems = []
    for code in sorted(wanted):
        problems += check_chase(held[code].state if code in held else "—", row.state)
    if not wanted:
        problems = check_chase("asked", row.state)
    if problems:
        raise RoundRefused(CHASE.label, problems)
