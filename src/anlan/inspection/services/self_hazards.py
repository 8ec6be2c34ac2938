"""The hazards of a self-check: into the hazard loop in state `found`, source `enterprise`, with what the firm plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anlan.inspection.models import Hazard, SelfCheck
from anlan.inspection.queries.self_checks import SelfLine
from anlan.inspection.rules.hazard import HAZARD_LOOP
from anlan.inspection.services.drafting import fixed_id, numbers_for, photo_facts, photo_text, said
from anlan.inspection.services.hazards import judged
from anlan.kernel.entry import Draft, Step
from anlan.platform import attachments
from anlan.platform.journal.record import NEW
from anlan.platform.scope import Scope

__all__ = ["hazard_key", "self_hazard_drafts"]

_FOUND = HAZARD_LOOP.action("report")


def hazard_key(held: SelfCheck, item_key: str) -> str:
    """The id of the hazard that an item of this self-check becomes: the same for a repeated request."""
    return fixed_id(f"{SelfCheck.SUBJECT}/{held.id}", item_key)


def self_hazard_drafts(
    scope: Scope, held: SelfCheck, lines: Sequence[SelfLine], now: datetime
) -> list[tuple[Draft, int | None]]:
    """The drafts of the hazards that these answers report; call it in the transaction that records them.

    The person's right is the self-check's own: who reports was judged there, and the office orders and reviews as ever.
    """
    numbers = numbers_for("YH", [now] * len(lines)) if lines else []
    known = photo_facts(p for line in lines for p in line.before)
    drafts: list[tuple[Draft, int | None]] = []
    for line, number in zip(lines, numbers, strict=True):
        subject = f"{Hazard.SUBJECT}/{hazard_key(held, line.key)}"
        if line.before:
            attachments.link(line.before, subject, scope=scope)
        grade, ids, basis = judged("major" if line.major == "yes" else "general", (), line.criterion)
        data: dict[str, Any] = {
            "number": number,
            "enterprise_id": str(held.enterprise_id),
            "office_id": str(held.office_id) if held.office_id else None,
            "self_check_id": str(held.id),
            "item_key": line.key,
            "basis": line.basis or None,
            "grade": grade,
            "source": "enterprise",
            "lon": held.enterprise.lon,
            "lat": held.enterprise.lat,
            "planned_on": line.planned_on.isoformat() if line.planned_on else None,
            "major_criteria": " ".join(ids) if grade == "major" else None,
            "major_unlisted": 1 if grade == "major" and not ids else None,
        }
        texts = said(
            description=line.note, place=line.place, planned_measure=line.measure,
            major_basis=basis if grade == "major" else "",
        )  # fmt: skip
        draft = Draft(
            kind=_FOUND.kind, subject=subject, region=held.region,
            data={n: v for n, v in data.items() if v not in (None, "")},
            text=texts | photo_text(line.before, known), step=Step("", _FOUND.to), drill=bool(held.drill),
        )  # fmt: skip
        drafts.append((draft, NEW))
    return drafts
