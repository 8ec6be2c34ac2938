"""Regions: the 省-市-县-乡-村 tree with its history. Read from memory; installed and changed by entries."""

from anlan.platform.regions.change import region_change
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
    "RegionFacts",
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
    "successors",
]
