"""Numbers of documents: （黄岩）应急责改〔2026〕12号, given once per node, issuing body, kind and year.

Source: GB/T 9704-2012 7.2.5 (hexagonal brackets, no leading zero, no 第) for the form; house rule for the rest: after a
restore the word carries the letter and the mark of the new incarnation, and a drill has numbers of its own.
"""

from __future__ import annotations

import hashlib

from anlan.kernel.messages import render
from anlan.platform import regions
from anlan.platform.documents.declare import Issuer
from anlan.platform.journal import node

_BUREAU = Issuer()
_MARK = 12
_LEVELS = ("自治县", "街道", "区", "县", "市", "镇", "乡")


def place_of(name: str) -> str:
    """黄岩区 -> 黄岩; a name that would be left with less than two characters stays whole."""
    ending = next((e for e in _LEVELS if name.endswith(e)), "")
    return name.removesuffix(ending) if len(name) - len(ending) >= 2 else name


def next_document_number(word: str, year: int, drill: bool, issuer: Issuer = _BUREAU) -> str:
    """The next number of this kind under the issuer's word; call it in the transaction that records the document.

    What a number begins with has one count, whichever bodies share it. The count stands on this server: a body that issues
    on two servers is given a word of its own for the second one.
    """
    own = node.own()
    prefix = f"{word}演练" if drill else word
    body = issuer.word or _body_of(issuer, own.region)
    mark = hashlib.sha256(body.encode()).hexdigest()[:_MARK]
    count = prefix if body == _body_of(_BUREAU, own.region) else f"{prefix}@{mark}"
    last = node.next_number(count, year)[0].rpartition("-")[2]
    letter = own.id.lstrip("0123456789")
    facts = {
        "body": body,
        "word": prefix if letter == "a" else f"{prefix}{letter}",
        "year": year,
        "count": int(last),
    }
    return render("platform.document.number_form", facts)


def _body_of(issuer: Issuer, county: str) -> str:
    region = issuer.region or county
    place = place_of(regions.name(region) or region)
    return f"（{place}）{issuer.name}" if issuer.name else render("platform.document.number_body", {"place": place})
