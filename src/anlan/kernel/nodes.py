"""Ids of nodes (servers) and which of them stands above which; pure.

A node's id begins with the prefix of the region it was made for: `331003a` is the county's, `331003002b7kq4xm` a town's.
Source: docs/explanation/journal.md (house rule); GB/T 2260 for the codes.
"""

from __future__ import annotations

import re

__all__ = ["above", "is_node_id", "stem"]

_ID = re.compile(r"([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})[a-z][a-z0-9]{0,11}")
_STEM = re.compile(r"[0-9]+")


def stem(node_id: str) -> str:
    """The region prefix a node's id begins with; "" where it begins with none."""
    found = _STEM.match(node_id)
    return found[0] if found else ""


def above(node_id: str, other: str) -> bool:
    """Whether `node_id` may decide about `other`: its region holds the other's, or is the same."""
    return bool(stem(node_id)) and stem(other).startswith(stem(node_id))


def is_node_id(text: str) -> bool:
    """Whether a text has the shape of a node's id."""
    return _ID.fullmatch(text) is not None
