"""What may happen to an enterprise besides a plain edit: renaming, status, merging, splitting, contacts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anlan.kernel.codes import check_uscc
from anlan.kernel.errors import Violation
from anlan.kernel.text import check_hidden, clean_cell, shown_length
from anlan.registry.rules.codes import CONTACT_POSTS, MERGE_MODES, PREMISES_USES, STATUSES
from anlan.registry.rules.enterprise import check_name, check_place

__all__ = [
    "EnterpriseFacts",
    "check_contact",
    "check_live",
    "check_merge",
    "check_premises",
    "check_reason",
    "check_recode",
    "check_rename",
    "check_restore",
    "check_separate",
    "check_split",
    "check_status_change",
]

_PHONE = re.compile(r"1[3-9]\d{9}|(?:0\d{2,3})?[2-9]\d{6,7}(?:-\d{1,6})?|400\d{7}")
_REASON_MAX = 500


@dataclass(frozen=True, slots=True)
class EnterpriseFacts:
    """What the rules below need to know of an enterprise. `merged_into` is the id of the one it went into."""

    id: str
    name: str
    uscc: str
    region: str
    status: str
    office_id: str | None = None
    merged_into: str | None = None
    retired: bool = False
    drill: bool = False


def check_live(facts: EnterpriseFacts) -> list[Violation]:
    """Why nothing may be changed any more: merged away or retired. Source: house rule (history is not rewritten)."""
    found = []
    if facts.merged_into:
        found.append(Violation("registry.enterprise.merged_away", {"name": facts.name}))
    if facts.retired:
        found.append(Violation("registry.enterprise.retired", {"name": facts.name}))
    return found


def check_restore(facts: EnterpriseFacts, reason: str) -> list[Violation]:
    """Why a retirement can't be taken back. Source: house rule."""
    stands = [] if facts.retired else [Violation("registry.enterprise.not_retired", {"name": facts.name})]
    return stands + check_reason(reason)


def check_reason(reason: str) -> list[Violation]:
    """Why a stated reason is not enough: shorter than two characters or longer than 500. Source: house rule."""
    if found := check_hidden(reason, "reason"):
        return found
    if shown_length(clean_cell(reason)) < 2:
        return [Violation("registry.reason_missing", {}, "reason")]
    if len(reason) > _REASON_MAX:
        return [Violation("registry.reason_length", {"limit": _REASON_MAX}, "reason")]
    return []


def check_rename(facts: EnterpriseFacts, name: str) -> list[Violation]:
    """Why the enterprise can't take this name. Source: house rule; the name's shape as in `check_name`."""
    found = check_live(facts) + check_name(name)
    if not found and clean_cell(name) == facts.name:
        found.append(Violation("registry.enterprise.name_same", {"name": facts.name}, "name"))
    return found


def check_recode(facts: EnterpriseFacts, uscc: str) -> list[Violation]:
    """Why the enterprise can't take this code (normalised). Source: GB 32100-2015."""
    found = check_live(facts) + [Violation(p.code, p.facts, "uscc") for p in check_uscc(uscc)]
    if not found and uscc == facts.uscc:
        found.append(Violation("registry.enterprise.uscc_same", {"uscc": uscc}, "uscc"))
    return found


def check_status_change(
    facts: EnterpriseFacts, status: str, on: date | None, today: date, reason: str
) -> list[Violation]:
    """Why the status can't become `status` as of `on` (None: today). Source: house rule."""
    found = check_live(facts) + check_reason(reason)
    if status not in STATUSES.by_id:
        found.append(Violation("registry.enterprise.status_missing", {}, "status"))
    elif status == facts.status:
        found.append(Violation("registry.enterprise.status_same", {"status": STATUSES.label_of(status)}, "status"))
    if on is not None and on > today:
        found.append(Violation("registry.enterprise.date_future", {"on": on.isoformat()}, "on"))
    return found


def check_merge(gone: EnterpriseFacts, into: EnterpriseFacts, mode: str, reason: str) -> list[Violation]:
    """Why `gone` can't be merged into `into`. Source: house rule; 公司法 第二百一十八条 for 吸收合并."""
    found = check_live(gone) + check_live(into) + check_reason(reason)
    if gone.id == into.id:
        found.append(Violation("registry.merge.self", {}, "into"))
    if gone.drill != into.drill:
        found.append(Violation("registry.merge.drill", {}, "into"))
    if mode not in MERGE_MODES.by_id:
        found.append(Violation("registry.merge.mode", {}, "mode"))
    elif mode == "duplicate" and gone.uscc and into.uscc and gone.uscc != into.uscc:
        facts = {"one": gone.uscc, "other": into.uscc}
        found.append(Violation("registry.merge.duplicate_codes", facts, "mode"))
    return found


def check_separate(gone: EnterpriseFacts, reason: str) -> list[Violation]:
    """Why a merging can't be taken back. Source: house rule."""
    found = check_reason(reason)
    if not gone.merged_into:
        found.append(Violation("registry.merge.not_merged", {"name": gone.name}))
    return found


def check_split(facts: EnterpriseFacts, parts: Sequence[Mapping[str, Any]], reason: str) -> list[Violation]:
    """Why the enterprise can't be split into itself and these new ones; each part is checked as a row on its own.

    Source: house rule; 公司法 第二百二十二条 for 分立.
    """
    found = check_live(facts) + check_reason(reason)
    if not parts:
        found.append(Violation("registry.split.no_parts", {}, "parts"))
    codes = [p.get("uscc") for p in parts if p.get("uscc")]
    if len(set(codes)) != len(codes):
        found.append(Violation("registry.split.same_code", {}, "parts"))
    return found


def check_contact(values: Mapping[str, Any]) -> list[Violation]:
    """Why a contact (post, name, phone; normalised) can't stand: a person or a duty room must be reachable.

    Source: house rule; numbering of mainland China (mobile 1[3-9], area codes 0xx/0xxx, 400).
    """
    found = []
    if values.get("post") not in CONTACT_POSTS.by_id:
        found.append(Violation("registry.contact.post", {}, "post"))
    name, phone = values.get("name") or "", values.get("phone") or ""
    if values.get("post") != "duty" and not 2 <= len(name) <= 40:
        found.append(Violation("registry.contact.name", {}, "name"))
    # A cell equal to the mask means unchanged; the vault compares it.
    if "*" not in phone and not _PHONE.fullmatch(phone):
        found.append(Violation("registry.contact.phone", {}, "phone"))
    return found


def check_premises(values: Mapping[str, Any]) -> list[Violation]:
    """Why premises (name, use, address, lon, lat; normalised) can't stand. Source: house rule."""
    found = []
    if not 1 <= len(values.get("name") or "") <= 80:
        found.append(Violation("registry.premises.name", {}, "name"))
    if values.get("use") not in PREMISES_USES.by_id:
        found.append(Violation("registry.premises.use", {}, "use"))
    if len(values.get("address") or "") > 200:
        found.append(Violation("registry.enterprise.address_length", {"limit": 200}, "address"))
    return found + check_place(values.get("lon"), values.get("lat"))
