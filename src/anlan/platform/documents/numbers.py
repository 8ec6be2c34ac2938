"""Numbers of documents: （黄岩）应急责改〔2026〕12号, given once per node, kind and year.

Source: GB/T 9704-2012 7.2.5 (hexagonal brackets, no leading zero, no 第) for the form; house rule for the rest: after a
restore the word carries the letter of the new incarnation, and a drill has numbers of its own.
"""

from __future__ import annotations

from anlan.kernel.messages import render
from anlan.platform import regions
from anlan.platform.journal import node

_LEVELS = ("自治县", "街道", "区", "县", "市", "镇", "乡")


def place_of(name: str) -> str:
    """黄岩区 -> 黄岩; a name that would be left with less than two characters stays whole."""
    ending = next((e for e in _LEVELS if name.endswith(e)), "")
    return name.removesuffix(ending) if len(name) - len(ending) >= 2 else name


def next_document_number(word: str, year: int, drill: bool) -> str:
    """The next number of this kind; call it in the transaction that records the document, so that none is lost."""
    own = node.own()
    prefix = f"{word}演练" if drill else word
    last = node.next_number(prefix, year)[0].rpartition("-")[2]
    letter = own.id.lstrip("0123456789")
    facts = {
        "place": place_of(regions.name(own.region) or own.region),
        "word": prefix if letter == "a" else f"{prefix}{letter}",
        "year": year,
        "count": int(last),
    }
    return render("platform.document.number_form", facts)
