"""Seeing a closed hazard's site again (回头看): all well, or found again as a new hazard linked with the old one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.rules.acts import check_look_back
from anlan.inspection.rules.hazard import StepFacts
from anlan.inspection.services.doubting import Doubt
from anlan.inspection.services.drafting import key_for
from anlan.inspection.services.hazards import HazardInput, hazard_drafts
from anlan.inspection.services.steps import StepInput, take
from anlan.kernel.entry import Draft
from anlan.kernel.errors import Violation
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["LookBackInput", "hazard_look_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBackInput(StepInput):
    """What was seen (`note`, `photos`); `again`: the hazard is back."""

    again: bool = False


def hazard_look_back(*, scope: Scope, item: LookBackInput, now: datetime) -> str:
    """Record that a closed hazard's site was seen again; its id. Found again, a new hazard is filed, linked with it.

    The old one stays closed: it was mended then. What is back has its own deadline and review. Doubtful photos are marked.

    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.hazard.look_back.refused", or "inspection.hazard.report.refused", with every reason.
    Source: house rule (回头看).
    """
    key = key_for(scope, "inspection.hazard.reopened", item.once, now)

    def judge(hazard: Hazard, item: LookBackInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        photos = list(dict.fromkeys(item.photos))
        reused = len({match.photo for match in queries.photos_repeated(hazard, photos)})
        problems = check_look_back(step, item.note, len(photos), bool(hazard.reopened_as_id), reused)
        turn = 1 + max((p.round for p in hazard.photos.all() if p.stage == "lookback"), default=0)
        data: dict[str, Any] = {"result": "again" if item.again else "fine", "turn": turn}
        if problems:
            return problems, {}
        doubt = Doubt([(str(hazard.id), photos)], now)
        data |= doubt.of(hazard, photos, "before_closing", hazard.closed_at)
        return [], data | ({"reopened_as": key} if item.again else {})

    def beside(hazard: Hazard, item: LookBackInput) -> list[tuple[Draft, int | None]]:
        if not item.again:
            return []
        campaigns = tuple(sorted(tag.key for tag in hazard.tags.all()))
        found = _found_again(scope, hazard, item, campaigns)
        return list(hazard_drafts(scope, [found], [key], now, inherited=campaigns))

    return take("look_back", scope, [item], now, judge, beside=beside)[0]


def _found_again(scope: Scope, hazard: Hazard, item: LookBackInput, campaigns: tuple[str, ...]) -> HazardInput:
    enterprise = registry.enterprise_get(scope, str(hazard.enterprise_id))
    offered = {c.id for c in queries.criteria_offered(enterprise)}
    return HazardInput(
        enterprise_id=str(hazard.enterprise_id),
        description=item.note.strip(),
        place=hazard.place,
        basis=hazard.basis,
        grade=hazard.grade,
        major_basis=hazard.major_basis,
        major_criteria=tuple(c for c in hazard.major_criteria.split() if c in offered),
        photos=item.photos,
        campaigns=campaigns,
        lon=hazard.lon,
        lat=hazard.lat,
        at=item.at,
        reopened_from=str(hazard.id),
    )
