"""What a person has to decide after concurrent acts: the open contests of one subject, as JSON for the merge queue.

Shape of a contest, ids in effective order everywhere:

    {"what": "step",  "standing": tip, "state": state, "over": [...], "entries": [...],
     "choices": [{"tip": id, "state": state, "entries": [...], "over": [...]}]}
    {"what": "field", "field": name, "standing": id, "value": value, "over": [...], "entries": [...],
     "choices": [{"tip": id, "value": value, "entries": [...], "over": [...]}]}

`entries` are those nobody has decided about. To keep what stands: a decision with `chosen` = standing and the contest's
`over`; to take a choice: its `tip` and its `over`. Source: docs/explanation/journal.md, "The merge queue" (house rule).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from anlan.kernel.entry import Entry, legal_values
from anlan.kernel.tree import Tree, overruled, stands_on

__all__ = ["field_contest", "step_contest"]


def step_contest(
    tree: Tree,
    held: Mapping[str, Entry],
    anchor: Mapping[str, str | None],
    contested: Collection[str],
    order: Sequence[Entry],
) -> dict[str, Any] | None:
    """The open contest of a loop's steps, None where there is none.

    Args:
        anchor: entry id -> the step or decision it stands on.
        contested: ids that do not count; entries that are no steps are among them.
    """
    if not contested:
        return None
    gone = overruled(tree)
    undecided = [e.id for e in order if e.id in contested and e.id not in gone]
    if not undecided:
        return None
    steps = set(tree.order)
    # Everything that stands somewhere in the tree, with the step it stands on; entries without `after` stand nowhere.
    node_of = {e.id: e.id if e.id in steps else tree.resolve(anchor.get(e.id)) for e in order}
    members = [i for i, node in node_of.items() if node is not None]
    leaves = _leaves(tree, {node_of[i] for i in undecided})
    choices = []
    for leaf in leaves:
        below = set(stands_on(tree, leaf))
        choices.append(
            {
                "tip": leaf,
                "state": _state(tree, held, leaf),
                "entries": [i for i in undecided if node_of[i] in below],
                "over": [i for i in members if node_of[i] not in below],
            }
        )
    path = set(tree.path)
    return {
        "what": "step",
        "standing": tree.tip,
        "state": _state(tree, held, tree.tip),
        "entries": undecided,
        "over": [i for i in members if node_of[i] not in path],
        "choices": choices,
    }


def field_contest(name: str, tree: Tree, held: Mapping[str, Entry]) -> dict[str, Any] | None:
    """The open contest of one legal field, None where there is none."""
    path = set(tree.path)
    gone = overruled(tree)
    undecided = [i for i in tree.order if i not in path and i not in tree.alias and i not in gone]
    if not undecided:
        return None
    choices = []
    for leaf in _leaves(tree, set(undecided)):
        below = set(stands_on(tree, leaf))
        choices.append(
            {
                "tip": leaf,
                "value": _value(tree, held, name, leaf),
                "entries": [i for i in undecided if i in below],
                "over": [i for i in tree.order if i not in below],
            }
        )
    return {
        "what": "field",
        "field": name,
        "standing": tree.tip,
        "value": _value(tree, held, name, tree.tip),
        "entries": undecided,
        "over": [i for i in tree.order if i not in path],
        "choices": choices,
    }


def _leaves(tree: Tree, undecided: set[str | None]) -> list[str]:
    """Ends of the branches off the path that hold something undecided, in order."""
    counted = {*tree.path, *tree.alias}
    stood_on = {tree.parent[i] for i in tree.order if i not in counted}
    ends = [i for i in tree.order if i not in counted and i not in stood_on]
    return [i for i in ends if undecided & set(stands_on(tree, i))]


def _state(tree: Tree, held: Mapping[str, Entry], tip: str | None) -> str | None:
    for id in reversed(_from_root(tree, tip)):
        if held[id].to:
            return held[id].to
    return None


def _value(tree: Tree, held: Mapping[str, Entry], name: str, tip: str | None) -> Any:
    for id in reversed(_from_root(tree, tip)):
        values = legal_values(held[id].data)
        if name in values:
            return values[name]
    return None


def _from_root(tree: Tree, tip: str | None) -> list[str]:
    if tip is None:
        return []
    ids = list(stands_on(tree, tip))
    # `stands_on` goes down from the tip until it meets the path, which it gives from the root.
    counted = set(tree.path)
    off = [i for i in ids if i not in counted]
    return [i for i in ids if i in counted] + off[::-1]
