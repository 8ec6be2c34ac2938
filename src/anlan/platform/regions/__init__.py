"""Regions: the 省-市-县-乡-村 tree with its history. Read from memory; installed and changed by entries."""

from anlan.platform.regions.change import Changed, region_change
from anlan.platform.regions.follow import Followed, belongs_to, subjects_follow
from anlan.platform.regions.install import regions_install
from anlan.platform.regions.tree import (
    RegionFacts,
    children,
    choices,
    exists,
    forget,
    full_name,
    history,
    name,
    path,
    search,
    successors,
)

__all__ = [
    "Changed",
    "Followed",
    "RegionFacts",
    "belongs_to",
    "children",
    "choices",
    "exists",
    "forget",
    "full_name",
    "history",
    "name",
    "path",
    "region_change",
    "regions_install",
    "search",
    "subjects_follow",
    "successors",
]
