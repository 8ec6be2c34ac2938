"""Whether an enterprise still takes new matters. Pure.

Source: 公司法(2023) 第二百二十一条 (what the absorbed one owed, the absorbing one owes: new matters are filed on that one).
"""

from __future__ import annotations

from anlan.kernel.errors import Violation

__all__ = ["check_standing"]


def check_standing(into: str, retired: bool) -> list[Violation]:
    """Why nothing new can be filed on an enterprise; empty when it can.

    Args:
        into: name of the one it has become by merging, "" for none. retired: taken off the register.
    """
    if into:
        return [Violation("inspection.enterprise_merged", {"into": into})]
    return [Violation("inspection.enterprise_retired", {})] if retired else []
