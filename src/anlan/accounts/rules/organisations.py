"""What an organisation is, and when one may be entered.

Source: house rule (kinds of bodies in a county's emergency management).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlan.kernel.codes import check_region
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

KINDS: dict[str, str] = {
    "bureau": "应急管理局",
    "office": "科室",
    "town": "乡镇（街道）",
    "village": "村（社区）",
    "department": "部门",
    "enterprise": "企业",
    "expert_group": "专家组",
}

SUPERVISING = ("office", "department", "town")
"""Kinds that can be the one responsible office of an enterprise (一企一科)."""

LONGEST_NUMBER_WORD = 20


def check_organisation(values: Mapping[str, Any], taken: bool) -> list[Violation]:
    """Every reason why these values are not an organisation.

    Args:
        values: name, kind, region (any padded or short code).
        taken: another open organisation of this kind and region has the name.
    Source: house rule.
    """
    problems = []
    if blank(str(values.get("name") or "")):
        problems.append(Violation("accounts.organisation.name_missing", field="name"))
    if values.get("kind") not in KINDS:
        problems.append(Violation("accounts.organisation.kind_unknown", {"kind": values.get("kind") or ""}, "kind"))
    problems += [Violation(v.code, v.facts, "region") for v in check_region(values.get("region"))]
    if taken:
        problems.append(Violation("accounts.organisation.duplicate", {"name": values["name"]}, "name"))
    return problems


def check_number_word(word: str, taken: bool) -> list[Violation]:
    """Why a body's documents can't be numbered under this word; "" is no word of its own and always fits.

    Args:
        taken: another open organisation numbers under it.
    Source: house rule (two bodies under one word would issue the same number twice); 党政机关公文处理工作条例 第九条第五项.
    """
    found = []
    if len(word) > LONGEST_NUMBER_WORD:
        facts = {"limit": LONGEST_NUMBER_WORD}
        found.append(Violation("accounts.organisation.number_word_long", facts, "number_word"))
    if taken:
        found.append(Violation("accounts.organisation.number_word_taken", {"word": word}, "number_word"))
    return found
