"""Subjects follow their region (ADR 0016): one entry each moves what stands in a code that ceased to where it now belongs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.codes import check_region, region_parent
from anlan.kernel.entry import Draft
from anlan.kernel.errors import Conflict
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import writing
from anlan.platform.journal import node
from anlan.platform.journal.home import home_test
from anlan.platform.journal.models import Head, Node
from anlan.platform.journal.record import record_many
from anlan.platform.regions import tree
from anlan.platform.scope import Scope

MOVED = "region_moved"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Followed:
    """How many subjects were moved now, and how many stand in what was split, where a person says whither."""

    moved: int
    staying: int


def belongs_to(code: str) -> str | None:
    """The 12-digit code in force that the subjects of `code` belong to now; itself while it is in force or unknown.

    None where a person must say whither: the region was split.
    """
    if not code or check_region(code):
        return code
    ends = tree.successors(code)
    return ends[0] if len(ends) == 1 else None


def subjects_follow(*, scope: Scope, now: datetime) -> Followed:
    """Move every subject whose region was re-coded or merged, and this server's own region with it. Repeatable.

    Nothing is moved of subjects at home at another server, of stalled ones (待升级), nor after a split. A subject that
    somebody else is just changing is moved by the next run of the job.
    """
    before = home_test()
    _nodes_follow()
    after = home_test()
    used = list(Head.objects.filter(version__gt=0).values_list("region", flat=True).distinct())
    targets = {code: target for code in used if (target := belongs_to(code)) != code}
    moved = 0
    for code, target in sorted(targets.items()):
        if target is not None and (before(code) or after(target)):
            moved += _move(code, target, scope, now)
    return Followed(moved, len(_standing([code for code in used if _adrift(code)])))


def _adrift(code: str) -> bool:
    """Whether a person must say where subjects of `code` belong: it was split, or the region above it was."""
    if not code or check_region(code):
        return False
    above = region_parent(code)
    return any(c and tree.history(c) and not tree.exists(c) and belongs_to(c) is None for c in (code, above))


def _standing(codes: list[str]) -> list[tuple[str, int, int]]:
    rows = Head.objects.filter(region__in=codes, version__gt=0, stalled=0).order_by("sid")
    kept = rows.values_list("subject", "version", "drill")
    return [row for row in kept if row[0].partition("/")[0] in CATALOGUE.projections]


def _move(code: str, target: str, scope: Scope, now: datetime) -> int:
    subjects = _standing([code])
    moved = 0
    for start in range(0, len(subjects), _BATCH):
        part = subjects[start : start + _BATCH]
        drafts = [
            (Draft(f"{s.partition('/')[0]}.{MOVED}", s, target, {"was": code}, drill=bool(drill)), version)
            for s, version, drill in part
        ]
        try:
            with writing():
                record_many(drafts, scope=scope, now=now)
        except Conflict:
            continue
        moved += len(part)
    return moved


def _nodes_follow() -> None:
    """Servers keep their ids, which stand in every number they gave out; the region they are at home in follows."""
    changed = 0
    for held in Node.objects.all():
        if (target := belongs_to(held.region)) not in {None, held.region}:
            changed += Node.objects.filter(pk=held.pk).update(region=target)
    if changed:
        node.forget()
