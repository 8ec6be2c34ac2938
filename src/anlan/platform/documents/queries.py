"""The only readers of documents. A document is seen by whoever sees what it is about, or one of the others it deals with."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from anlan.kernel.errors import BadInput, NotFound, Violation
from anlan.platform.attachments.models import AttachmentLink
from anlan.platform.attachments.store import in_scope
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.documents.declare import Template
from anlan.platform.documents.models import Document, DocumentNaming, DocumentPaper
from anlan.platform.documents.voiding import leads, void_reasons
from anlan.platform.journal.record import version_of
from anlan.platform.ledger.history import NAMES
from anlan.platform.rules.document import (
    DOCUMENT_LOOP,
    PAPER_KINDS,
    SIGNERS,
    SUBJECT,
    WAYS,
    DocumentFacts,
    check_step,
    ways_open,
)
from anlan.platform.scope import Scope, limit

__all__ = [
    "PAPER_KINDS",
    "SIGNERS",
    "SUBJECT",
    "VIEW",
    "WAYS",
    "DocumentAction",
    "document_acting",
    "document_actions",
    "document_get",
    "document_in_force",
    "document_list",
    "document_papers",
    "document_versions",
    "ways_open",
    "documents_get",
    "documents_in_force",
    "documents_named",
    "documents_naming",
    "documents_of",
    "documents_of_party",
    "documents_on",
    "subject_row",
    "template_get",
    "templates_for",
]

VIEW = "platform.document.view"
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class DocumentAction:
    """One step of a document as its page shows it: a form, or a greyed button with the reason."""

    id: str
    label: str
    help: str
    allowed: bool
    why: str


def template_get(template_id: str) -> Template:
    """The kind of document of this id.

    Raises:
        BadInput: "platform.document.template_unknown".
    """
    found: Template | None = CATALOGUE.documents.get(template_id)
    if found is None:
        raise BadInput("platform.document.template_unknown", template=str(template_id)[:60])
    return found


def subject_row(scope: Scope, subject: str) -> Any:
    """The row of what a document is about, if the scope sees it.

    Raises:
        NotFound: "platform.document.subject_missing".
    """
    kind, _, key = subject.partition("/")
    model = CATALOGUE.projections.get(kind)
    found = None
    if model is not None and _is_id(key) and list(in_scope(kind, [key], scope)):
        found = limit(model._default_manager.filter(pk=key), scope).first()
    if found is None:
        raise NotFound("platform.document.subject_missing")
    return found


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def document_get(scope: Scope, document_id: Any) -> Document:
    """One document, if the scope sees what it deals with.

    Raises:
        NotFound: "platform.document.not_found".
    """
    return documents_get(scope, [document_id])[0]


def documents_get(scope: Scope, document_ids: Iterable[Any]) -> list[Document]:
    """Documents in the order asked, each once; every one must be visible.

    Raises:
        NotFound: "platform.document.not_found". BadInput: "platform.document.too_many" beyond 100.
    """
    wanted = list(dict.fromkeys(str(i) for i in document_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise BadInput("platform.document.too_many", most=MOST_AT_ONCE)
    rows = Document._default_manager.filter(pk__in=[w for w in wanted if _is_id(w)]) if scope.may(VIEW) else []
    held = {str(d.pk): d for d in _seen(scope, rows)}
    if not wanted or any(w not in held for w in wanted):
        raise NotFound("platform.document.not_found")
    return [held[w] for w in wanted]


def _seen(scope: Scope, documents: Iterable[Document]) -> list[Document]:
    """Those of which the scope sees what they are about, or one of the further subjects that they deal with."""
    documents = list(documents)
    deals = {d.pk: {d.about} for d in documents}
    for parent, subject in DocumentNaming._default_manager.filter(parent__in=deals).values_list("parent_id", "key"):
        deals[parent].add(subject)
    keys: dict[str, list[str]] = {}
    for subject in sorted(set().union(*deals.values())):
        kind, _, key = subject.partition("/")
        keys.setdefault(kind, []).append(key)
    seen = {f"{kind}/{key}" for kind, ids in keys.items() for key in in_scope(kind, ids, scope)}
    return [d for d in documents if deals[d.pk] & seen]


def document_list(scope: Scope) -> QuerySet[Document]:
    """Documents in scope, newest first, void ones included."""
    rows = limit(Document._default_manager.all(), scope) if scope.may(VIEW) else Document._default_manager.none()
    return rows.order_by("-issued_at", "-id")


def documents_of(scope: Scope, subject: str) -> list[Document]:
    """The documents about one subject or dealing with it, newest first; none where the scope does not see the subject."""
    kind, _, key = subject.partition("/")
    if not scope.may(VIEW) or not _is_id(key) or not list(in_scope(kind, [key], scope)):
        return []
    return documents_on(subject)


def documents_on(subject: str) -> list[Document]:
    """The documents about one subject or dealing with it beside others, newest first. Unscoped."""
    return list(Document._default_manager.filter(_deals_with([subject])).order_by("-issued_at", "-id"))


def _deals_with(subjects: Iterable[str]) -> Q:
    """Documents about one of these subjects, or naming it.

    What was issued before the entry kept the names is known by the link of its file.
    """
    wanted = list(subjects)
    named = DocumentNaming._default_manager.filter(key__in=wanted).values("parent_id")
    files = AttachmentLink._default_manager.filter(subject__in=wanted).values("sha256")
    return Q(about__in=wanted) | Q(pk__in=named) | Q(sha256__in=files)


def documents_named(document: Document) -> list[str]:
    """The further subjects that a document deals with."""
    return list(DocumentNaming._default_manager.filter(parent_id=document.pk).values_list("key", flat=True))


def document_in_force(template: str, subject: str, matter: str) -> str:
    """The number of the document of this kind about the subject that settles the same and is not void; "" for none.

    Unscoped: whoever issues a second one need not see who issued the first.
    """
    rows = Document._default_manager.filter(about=subject, template=template, matter=matter).exclude(state="void")
    return rows.order_by("issued_at", "id").values_list("number", flat=True).first() or ""


def documents_in_force(subjects: Iterable[str], templates: Iterable[str], since: datetime) -> list[Document]:
    """Documents of these kinds dealing with these subjects, issued since then and not void. Unscoped, for rules."""
    rows = Document._default_manager.filter(_deals_with(subjects), template__in=list(templates), issued_at__gte=since)
    return list(rows.exclude(state="void").order_by("issued_at", "id"))


def documents_of_party(scope: Scope, party_ids: Iterable[Any]) -> QuerySet[Document]:
    """The documents to these enterprises, newest first."""
    return document_list(scope).filter(party_id__in=[str(i) for i in party_ids])


def documents_naming(scope: Scope, template: str, party_ids: Iterable[Any], subjects: Iterable[str]) -> dict[str, str]:
    """Number of a valid document of this kind by the subject that it is about or names beside that (`named` of the issue)."""
    asked = set(subjects)
    rows = documents_of_party(scope, party_ids).filter(template=template).exclude(state="void")
    held = {sha256: (number, about) for number, about, sha256 in rows.values_list("number", "about", "sha256")}
    found = {about: number for number, about in held.values() if about in asked}
    links = AttachmentLink._default_manager.filter(subject__in=asked).values_list("subject", "sha256")
    return {subject: held[sha256][0] for subject, sha256 in links if sha256 in held} | found


def document_papers(document: Document) -> Sequence[DocumentPaper]:
    """Signatures and scanned pages of a document, oldest first."""
    return list(DocumentPaper._default_manager.filter(parent_id=document.pk).order_by("signed_at", "key"))


def document_versions(documents: Iterable[Document]) -> dict[str, int]:
    """Version by document id."""
    return {str(d.pk): version_of(f"{SUBJECT}/{d.pk}") for d in documents}


def document_acting(scope: Scope, document: Document) -> set[str]:
    """Names of those who act for the office in a document or have signed it: none of them witnesses a refusal."""
    template: Template | None = CATALOGUE.documents.get(document.template)
    issued = NAMES.resolve({document.issued_by} - {""}).values()
    officers = template.acting(scope, document.about) if template and template.acting else ()
    return {scope.name, *issued, *officers, *(p.name for p in document_papers(document))} - {""}


def facts_for(document: Document, at: datetime | None, now: datetime) -> DocumentFacts:
    """What the rules need to know of a step on this document; `at` None: it happens now."""
    return DocumentFacts(document.state, document.issued_at, at or max(now, document.changed_at), now)


def document_actions(scope: Scope, document: Document, now: datetime) -> list[DocumentAction]:
    """Every action on an issued document, with the first reason against it."""
    template: Template | None = CATALOGUE.documents.get(document.template)
    right = template.right if template else ""
    views = []
    for action in DOCUMENT_LOOP.actions:
        if action.id == DOCUMENT_LOOP.initial_action:
            continue
        reasons = check_step(action.id, facts_for(document, None, now))
        above = action.id == "void" and bool(right) and leads(scope, document)
        if not above and (not right or not scope.may(right)):
            label = CATALOGUE.rights.get(right, right)
            reasons = [Violation("platform.document.right_missing", {"right": label}), *reasons]
        elif action.id == "void":
            reasons += void_reasons(scope, document)
        why = reasons[0].message if reasons else ""
        views.append(DocumentAction(action.id, action.label, action.help, not reasons, why))
    return views


def templates_for(scope: Scope, kind: str) -> list[Template]:
    """The kinds of document this person may issue by hand about a subject of this type."""
    found = (t for t in CATALOGUE.documents.values() if t.by_hand and kind in t.subjects and scope.may(t.right))
    return sorted(found, key=lambda t: (t.order, t.id))
