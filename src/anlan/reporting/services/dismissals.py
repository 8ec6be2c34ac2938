"""An office does not follow a finding, or follows it again."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from anlan.kernel.errors import BadInput
from anlan.platform.database import writing
from anlan.platform.scope import Scope
from anlan.reporting import queries
from anlan.reporting.errors import DismissalNotFound
from anlan.reporting.models import Dismissal

LONGEST_REASON = 200


def finding_dismiss(*, scope: Scope, mark: str, reason: str, now: datetime) -> queries.Judged:
    """Remember that this office does not follow a finding; a second time answers with the first judgement.

    Args:
        mark: of the finding, as `draft_check` gave it.
    Raises:
        NotAllowed: "platform.not_allowed". BadInput: "reporting.dismissal.reason_missing",
            "reporting.dismissal.reason_long", "reporting.dismissal.mark_unknown".
    """
    scope.require(queries.CHECK)
    said = " ".join(reason.split())
    if not said:
        raise BadInput("reporting.dismissal.reason_missing")
    if len(said) > LONGEST_REASON:
        raise BadInput("reporting.dismissal.reason_long", most=LONGEST_REASON)
    finding = queries.mark_read(mark)
    office = queries.office_of(scope)
    key = {"rule": finding.rule, "code": finding.code, "start": finding.start, "end": finding.end}
    with writing():
        Dismissal.objects.get_or_create(
            office=office,
            text_hash=finding.text_hash,
            taken_back_at=None,
            **key,
            defaults={
                "claim": finding.claim, "reason": said, "person_id": scope.person, "post_id": scope.post, "at": now,
            },
        )  # fmt: skip
    here, _ = queries.dismissals_of(office, finding.text_hash, ())
    return here[finding.rule, finding.code, finding.start, finding.end]


def dismissal_take_back(*, scope: Scope, dismissal_id: int, now: datetime) -> int:
    """Follow a finding again: this judgement and those on the same claim are taken back; how many.

    Raises:
        NotAllowed: "platform.not_allowed".
        DismissalNotFound: "reporting.dismissal.not_found", also when it is another office's or taken back already.
    """
    scope.require(queries.CHECK)
    standing = Dismissal.objects.filter(office=queries.office_of(scope), taken_back_at__isnull=True)
    with writing():
        row = standing.filter(pk=dismissal_id).first()
        if row is None:
            raise DismissalNotFound
        same = Q(pk=row.pk) | (Q(claim=row.claim) if row.claim else Q(pk=row.pk))
        return standing.filter(same).update(taken_back_at=now, taken_back_by=scope.person)
