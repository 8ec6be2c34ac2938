"""Peer visits (互学互查): the firms of one trade in groups, each visited by the next of its group. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from anlan.kernel.errors import Violation

__all__ = ["check_round", "groups_of", "pairs_of"]


def groups_of(firms: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """The firms in their order in groups of `size`; a rest of one joins the group before it. Source: house rule."""
    groups = [tuple(firms[n : n + size]) for n in range(0, len(firms), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def pairs_of(group: Sequence[str]) -> list[tuple[str, str]]:
    """(visited, visiting) for every firm of a group: each visits one and is visited once. Source: house rule."""
    return [(firm, group[n - 1]) for n, firm in enumerate(group)]


def check_round(firms: Sequence[str], size: int) -> list[Violation]:
    """Why no round can be made of these firms; empty when one can. Source: house rule (a visit takes two firms)."""
    found = []
    if len(set(firms)) < 2:
        found.append(Violation("inspection.peer.firms_missing", {}))
    if not 2 <= size <= 20:
        found.append(Violation("inspection.peer.size_invalid", {}, "size"))
    return found
