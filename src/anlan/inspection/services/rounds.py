"""A round of peer visits (互学互查): firms of one trade in groups, a task for every firm, led by officers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anlan.inspection.errors import StepRefused
from anlan.inspection.rules.peer import check_round, groups_of, pairs_of
from anlan.inspection.services.tasks import AssignInput
from anlan.kernel.messages import render

__all__ = ["items_for", "round_items"]


def round_items(firms: Sequence[str], size: int, pattern: AssignInput) -> list[AssignInput]:
    """The tasks of a round: every firm is visited by the next one of its group, all else as in `pattern`.

    Args:
        firms: ids of enterprises. size: of a group, 2..20.
    Raises:
        StepRefused: "inspection.peer.refused" with every reason.
    Source: house rule.
    """
    if problems := check_round(firms, size):
        raise StepRefused("inspection.peer.refused", problems)
    items = []
    for n, group in enumerate(groups_of(list(dict.fromkeys(firms)), size), start=1):
        name = render("inspection.peer.group", {"number": n})
        for host, guest in pairs_of(group):
            once = f"{pattern.once}-{host}" if pattern.once else None
            items.append(replace(pattern, enterprise_id=host, guests=(guest,), batch=name, kind="peer", once=once))
    return items


def items_for(firms: Sequence[str], size: int, pattern: AssignInput) -> list[AssignInput]:
    """A task for every firm as in `pattern`; with `size` a round of peer visits. Raises as `round_items`."""
    if pattern.kind == "peer" and size:
        return round_items(firms, size, pattern)
    keys = dict.fromkeys(firms)
    return [replace(pattern, enterprise_id=k, once=f"{pattern.once}-{k}" if pattern.once else None) for k in keys]
