"""Who may declare a document void: the body that issued it, and the leaders of the county above it.

Source: house rule (a decision is taken back by whoever took it, or from above; 行政处罚法(2021) 第七十五条).
"""

from __future__ import annotations

from dataclasses import replace

from anlan.kernel.errors import Violation
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.documents.declare import Issuer, Template
from anlan.platform.documents.models import Document
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.refold import entry_of
from anlan.platform.rules.document import DOCUMENT_LOOP, SUBJECT
from anlan.platform.scope import SYSTEM, Scope

__all__ = ["leads", "void_reasons"]

_COUNTY = 6


def leads(scope: Scope, document: Document) -> bool:
    """Whether the person is a leader of the document's county: whoever may strike text from its record."""
    wide = len(scope.region) <= _COUNTY and scope.office is None and scope.subjects is None
    return scope.may("platform.redact") and wide and scope.covers(document.region)


def void_reasons(scope: Scope, document: Document) -> list[Violation]:
    """Why this person can't declare it void, whatever its state: it is another body's; empty when nothing is against it."""
    if leads(scope, document) or document.issued_by in scope.ids or _issued_by_own_body(scope, document):
        return []
    return [Violation("platform.document.void_not_yours", {"number": document.number})]


def _issued_by_own_body(scope: Scope, document: Document) -> bool:
    template: Template | None = CATALOGUE.documents.get(document.template)
    sid = Head.objects.filter(subject=f"{SUBJECT}/{document.pk}").values_list("sid", flat=True).first()
    issued = JournalEntry.objects.filter(sid=sid, kind=DOCUMENT_LOOP.action("issue").kind).order_by("hlc").first()
    if template is None or issued is None:
        return False
    return _body(template, replace(SYSTEM, post=entry_of(issued).post)) == _body(template, scope)


def _body(template: Template, scope: Scope) -> Issuer:
    return template.issuer(scope) if template.issuer else Issuer()
