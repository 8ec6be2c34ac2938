"""What a report of a self-check says of itself: counts, time, and the doubts that it raises."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anlan.inspection.models import SelfCheck
from anlan.inspection.queries import self_checks as views
from anlan.inspection.queries.self_doubts import photos_elsewhere
from anlan.inspection.rules.self_doubt import ReportFacts, doubt_rule_on, report_doubts
from anlan.kernel.deadlines import local_date
from anlan.platform.scope import Scope

__all__ = ["report_data"]


def report_data(scope: Scope, held: SelfCheck, sheet: Sequence[views.SelfLine], now: datetime) -> dict[str, Any]:
    """The counts and doubts that the entry of a report carries. A correction is judged by its photos alone."""
    mended = sum(line.result == "mended" for line in sheet)
    hazards = sum(line.result == "hazard" for line in sheet)
    old = views.self_check_get(scope, held.corrects_id) if held.corrects_id else None
    before = views.last_report(held)
    facts = ReportFacts(
        seconds=max(0, int((now - held.started_at).total_seconds())),
        answers=sum(bool(line.result) for line in sheet),
        problems=mended + hazards,
        digest=_digest(sheet),
        before=before.digest if before else "",
        copied=len(photos_elsewhere(held, [p for line in sheet for p in (*line.before, *line.after)])),
    )
    doubts = report_doubts(facts, doubt_rule_on(local_date(now)))
    data: dict[str, Any] = {
        "mended": mended,
        "hazards": hazards,
        "zero": int(not mended and not hazards),
        "seconds": facts.seconds,
        "digest": facts.digest,
        "doubts": [d for d in doubts if old is None or d == "same_photo"],
    }
    if old is not None and old.counts_at is not None:
        data["counts_at"] = old.counts_at.isoformat()
    return data


def _digest(sheet: Sequence[views.SelfLine]) -> str:
    said = [(line.key, line.result, line.note, line.place) for line in sheet if line.result]
    return hashlib.sha256(json.dumps(sorted(said), ensure_ascii=False).encode()).hexdigest()
