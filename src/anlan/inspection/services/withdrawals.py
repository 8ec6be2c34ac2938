"""Taking back one's own last step within minutes; what is held afterwards is exactly what was held before it."""

from __future__ import annotations

from datetime import datetime

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.rules.ending import DISMISS
from anlan.inspection.rules.withdrawal import check_withdraw
from anlan.inspection.services.steps import StepInput
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import Violation
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope

__all__ = ["hazard_separate", "hazard_withdraw"]

_SUBJECT = Hazard.SUBJECT
_KIND = f"{_SUBJECT}.withdrawn"


def hazard_withdraw(*, scope: Scope, item: StepInput, now: datetime) -> str:
    """Withdraw the last entry of a hazard; its id. The entry stays in the history, its photos leave the record.

    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.hazard.withdraw.refused" with every reason.
    Source: rules.withdrawal (house rule).
    """
    hazard = queries.hazard_get(scope, item.hazard_id)
    scope.require("inspection.view")
    subject = f"{_SUBJECT}/{hazard.id}"
    if subject in queries.once_recorded(scope, [(subject, item.once)], _KIND):
        return str(hazard.id)
    last = queries.last_entry(hazard)
    if item.base is not None and (last is None or item.base != last.version):
        raise StalePage(hazard.number, hazard.get_state_display())
    hazard = queries.hazard_get(scope, item.hazard_id)  # after the version: a step in between must show as a conflict
    missing = [Violation("inspection.hazard.withdraw.nothing", {})]
    step = queries.step_facts(scope, hazard, None, now)
    problems = missing if last is None else check_withdraw(queries.withdraw_facts(hazard, last, step))
    if problems or last is None:
        raise StepRefused("inspection.hazard.withdraw.refused", problems, number=hazard.number)
    state, data, text = queries.row_before(last)
    draft = Draft(
        kind=_KIND,
        subject=subject,
        region=hazard.region,
        data={"entry": last.id, "kind": last.kind} | data,
        text=text,
        step=Step(hazard.state, state) if state != hazard.state else None,
        once=item.once,
        drill=bool(hazard.drill),
    )
    record(draft, scope=scope, now=now, base=last.version)
    return str(hazard.id)


def hazard_separate(*, scope: Scope, hazard_id: str, reason: str, base: int, now: datetime) -> None:
    """Take a merging back: the hazard stands as if it had not been merged, with everything entered since.

    Two nodes that were apart may have merged each of two hazards into the other one; then neither was anybody's.

    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; Conflict: "journal.conflict".
        StepRefused: "inspection.hazard.withdraw.refused" where it is not merged.
    """
    hazard = queries.hazard_get(scope, hazard_id)
    scope.require(DISMISS)
    merging, state, data, text = queries.row_unmerged(hazard)
    if merging is None:
        missing = [Violation("inspection.hazard.withdraw.nothing", {})]
        raise StepRefused("inspection.hazard.withdraw.refused", missing, number=hazard.number)
    draft = Draft(
        kind=_KIND,
        subject=f"{_SUBJECT}/{hazard.id}",
        region=hazard.region,
        data={"entry": merging.id, "kind": "merged"} | data,
        text=text | {"note": reason},
        step=Step(hazard.state, state),
        drill=bool(hazard.drill),
    )
    record(draft, scope=scope, now=now, base=base)
