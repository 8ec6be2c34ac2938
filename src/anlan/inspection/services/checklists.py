"""Checklists: the packaged ones installed, own ones made, changed by new versions, retired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Checklist
from anlan.inspection.rules.checklist import (
    ChecklistItem,
    PackagedChecklist,
    check_checklist,
    item_changes,
    packaged_checklists,
)
from anlan.inspection.rules.words import check_words
from anlan.inspection.services.drafting import fixed_id, key_for
from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.text import blank, shown_length
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal import node
from anlan.platform.journal.record import NEW, record, record_many
from anlan.platform.scope import SYSTEM, Scope

_SUBJECT = Checklist.SUBJECT
RIGHT = "inspection.checklist.change"
PACKAGED_VERSION = 1
"""Raised with every release that changes data/checklists.csv."""


def checklists_install(*, now: datetime, scope: Scope = SYSTEM) -> int:
    """Install the checklists of the package where they are missing; how many were. Repeatable, and the same on every node.

    A checklist that is there stays as it is: the office may have changed or retired it.
    """
    wanted = {fixed_id(_SUBJECT, p.code): p for p in packaged_checklists()}
    held = queries.versions_of(f"{_SUBJECT}/{key}" for key in wanted)
    region = node.own().region
    drafts = [
        (_packaged_draft(key, packaged, region), NEW)
        for key, packaged in wanted.items()
        if f"{_SUBJECT}/{key}" not in held
    ]
    with writing():
        record_many(drafts, scope=scope, now=now)
    return len(drafts)


def _packaged_draft(key: str, packaged: PackagedChecklist, region: str) -> Draft:
    data: dict[str, Any] = {
        "code": packaged.code,
        "name": packaged.name,
        "applies": " ".join(packaged.applies),
        "version": 1,
        "packaged_version": PACKAGED_VERSION,
        "put": _rows(packaged.items),
    }
    return Draft(
        kind=f"{_SUBJECT}.created",
        subject=f"{_SUBJECT}/{key}",
        region=region,
        data=data,
        once=f"package:{packaged.code}:{PACKAGED_VERSION}",
    )


def _rows(items: Sequence[ChecklistItem]) -> list[dict[str, Any]]:
    return [asdict(item) | {"position": n} for n, item in enumerate(items, start=1)]


def checklist_create(
    *,
    scope: Scope,
    code: str,
    name: str,
    items: Sequence[ChecklistItem],
    now: datetime,
    applies: Sequence[str] = (),
    once: str | None = None,
) -> str:
    """Make a checklist and return its id; a repeated `once` of the same person returns the first one's id.

    Args:
        applies: codes of the classes and tags it is made for.
    Raises:
        NotAllowed: "platform.not_allowed".
        StepRefused: "inspection.checklist.refused" with every reason ("…code_taken" among them).
    """
    scope.require(RIGHT)
    key = key_for(scope, _SUBJECT, once, now)
    if once and queries.versions_of([f"{_SUBJECT}/{key}"]):
        return key
    problems = check_checklist(name, items) + check_words({"code": code, "applies": " ".join(applies)})
    taken = [Violation("inspection.checklist.code_taken", {"code": code}, "code")]
    if blank(code) or queries.checklist_by_code(code.strip()):
        problems += taken
    if problems:
        raise StepRefused("inspection.checklist.refused", problems, name=name)
    data = {"code": code.strip(), "name": name.strip(), "applies": " ".join(applies), "version": 1, "put": _rows(items)}
    draft = Draft(
        kind=f"{_SUBJECT}.created",
        subject=f"{_SUBJECT}/{key}",
        region=scope.region.ljust(12, "0"),
        data=data,
        once=once,
    )
    with writing():
        hold_keys(_SUBJECT, [code.strip()])
        if queries.checklist_by_code(code.strip()):  # again: somebody may have been faster
            raise StepRefused("inspection.checklist.refused", taken, name=name)
        record(draft, scope=scope, now=now, base=NEW)
    return key


def checklist_change(
    *,
    scope: Scope,
    checklist_id: str,
    name: str,
    items: Sequence[ChecklistItem],
    base: int | None,
    now: datetime,
    applies: Sequence[str] | None = None,
    once: str | None = None,
) -> int:
    """Change a checklist by a new version; the version that stands now. Inspections begun keep theirs.

    Raises:
        ChecklistNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.checklist.refused" with every reason.
    """
    checklist = queries.checklist_get(scope, checklist_id)
    scope.require(RIGHT)
    subject = f"{_SUBJECT}/{checklist.id}"
    if subject in queries.once_recorded(scope, [(subject, once)], f"{_SUBJECT}.changed"):
        return checklist.version
    version = _fresh(checklist, base)
    problems = check_checklist(name, items) + check_words({"applies": " ".join(applies or ())})
    if checklist.retired_at is not None:
        problems.append(Violation("inspection.checklist.retired", {"name": checklist.name}))
    if problems:
        raise StepRefused("inspection.checklist.refused", problems, name=checklist.name)
    standing = queries.checklist_items(checklist.id, checklist.version)
    changes = item_changes([vars(i) for i in standing], items)
    named = {"name": name.strip(), "applies": checklist.applies if applies is None else " ".join(applies)}
    changed = {n: v for n, v in named.items() if v != getattr(checklist, n)}
    if not changed and not changes["put"] and not changes["drop"]:
        return checklist.version
    data = changed | changes | {"version": checklist.version + 1}
    draft = Draft(kind=f"{_SUBJECT}.changed", subject=subject, region=checklist.region, data=data, once=once)
    record(draft, scope=scope, now=now, base=version)
    return checklist.version + 1


def checklist_retire(
    *, scope: Scope, checklist_id: str, reason: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """Take a checklist out of use; inspections made with it keep it.

    Raises:
        ChecklistNotFound; NotAllowed: "platform.not_allowed"; BadInput: "ledger.reason_missing".
        StepRefused: "inspection.checklist.refused" for one that is out of use already. StalePage: "inspection.stale".
    """
    checklist = queries.checklist_get(scope, checklist_id)
    scope.require(RIGHT)
    subject = f"{_SUBJECT}/{checklist.id}"
    if subject in queries.once_recorded(scope, [(subject, once)], f"{_SUBJECT}.retired"):
        return
    version = _fresh(checklist, base)
    if shown_length(reason) < 2:
        raise BadInput("ledger.reason_missing")
    if checklist.retired_at is not None:
        problem = Violation("inspection.checklist.retired", {"name": checklist.name})
        raise StepRefused("inspection.checklist.refused", [problem], name=checklist.name)
    draft = Draft(
        kind=f"{_SUBJECT}.retired", subject=subject, region=checklist.region, text={"reason": reason.strip()}, once=once
    )
    record(draft, scope=scope, now=now, base=version)


def _fresh(checklist: Checklist, base: int | None) -> int:
    subject = f"{_SUBJECT}/{checklist.id}"
    version = queries.versions_of([subject])[subject]
    if base is not None and base != version:
        raise StalePage(checklist.code, checklist.name)
    return version
