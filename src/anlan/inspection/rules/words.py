"""How long the free texts of this context may be. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from anlan.kernel.errors import Violation
from anlan.kernel.text import check_hidden

__all__ = ["LIMITS", "check_words"]

# The columns of PostgreSQL refuse what is longer; SQLite would keep it, and two nodes would differ.
LIMITS: Mapping[str, int] = {
    "applies": 200,
    "article": 40,
    "basis": 200,
    "category": 40,
    "code": 20,
    "conclusion": 4000,
    "description": 2000,
    "general_reason": 200,
    "issuer": 80,
    "law": 80,
    "major": 200,
    "major_basis": 200,
    "measures": 2000,
    "name": 80,
    "note": 4000,
    "notice_number": 60,
    "participants": 200,
    "place": 100,
    "plan": 2000,
    "requirement": 2000,
    "responsible": 80,
    "text": 2000,
    "violated": 200,
}


def check_words(texts: Mapping[str, str], field: str = "") -> list[Violation]:
    """ "inspection.text_too_long" for every text beyond its limit in characters, trimmed first; "kernel.text.hidden".

    Source: house rule.

    Args:
        texts: by name of LIMITS. field: the form's field to show it at, where that is not the text's own name.
    """
    unseen = [Violation(v.code, v.facts, field or name) for name in texts for v in check_hidden(texts[name], name)]
    return unseen + [
        Violation("inspection.text_too_long", {"limit": LIMITS[name], "length": len(text.strip())}, field or name)
        for name, text in texts.items()
        if len(text.strip()) > LIMITS[name]
    ]
