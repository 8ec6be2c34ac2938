"""When a person's data can be taken as entered.

Source: house rule; mobile numbers by the numbering plan (11 digits beginning with 1), fixed lines with area code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from anlan.kernel.errors import Violation
from anlan.kernel.phones import normalise_phone
from anlan.kernel.text import blank, shown_length

_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIXED = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,5})?")
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")


def check_phone(value: Any) -> list[Violation]:
    """Reasons why a value is no phone number; none for "" and for a masked one (unchanged).

    Source: house rule (see the module).
    """
    phone = normalise_phone(value)
    if not phone or "*" in phone or _MOBILE.fullmatch(phone) or _FIXED.fullmatch(phone):
        return []
    return [Violation("accounts.person.phone_malformed", {"phone": phone}, "phone")]


def check_person(values: Mapping[str, Any]) -> list[Violation]:
    """Every reason why these values (name, phone) are not a person.

    Source: house rule.
    """
    problems = []
    if blank(str(values.get("name") or "")):
        problems.append(Violation("accounts.person.name_missing", field="name"))
    return problems + check_phone(values.get("phone"))


def check_person_merger(
    *, reason: str, same: bool = False, gone: bool = False, target_gone: bool = False, oneself: bool = False,
    outside: bool = False, merged: bool = True, above: bool = False,
) -> list[Violation]:
    """Why two registrations can't become one person, or one can't stand by itself again; empty when they can.

    Args:
        gone, target_gone: the one that ends, or the one that stays, was merged already. oneself: the person acting is one of
            both: nobody gives oneself the posts of another. outside: the one that ends has posts that the scope does not see.
        merged: to separate, there must be something to take back. above: who merged them has a say that reaches further.
    Source: house rule.
    """  # fmt: skip
    reasons = {
        "accounts.person.merge_itself": same,
        "accounts.person.merged_already": gone or target_gone,
        "accounts.person.merge_oneself": oneself,
        "accounts.person.merge_post_outside": outside,
        "accounts.person.not_merged": not merged,
        "accounts.person.merged_above": above,
        "accounts.person.merge_reason": shown_length(reason) < 2,
    }
    return [Violation(code, {}) for code, holds in reasons.items() if holds]


def check_username(username: str, taken: bool) -> list[Violation]:
    """Reasons why a user name is refused: 3 to 40 lower-case letters, digits, dots, lines; unique on this server.

    Source: house rule.
    """
    problems = []
    if not _USERNAME.fullmatch(username):
        problems.append(Violation("accounts.account.username_malformed", {"username": username}, "username"))
    if taken:
        problems.append(Violation("accounts.account.username_taken", {"username": username}, "username"))
    return problems
