"""Pages of documents: issuing from a subject's page, one document with its steps, the sheet to sign on, printing several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.kernel.errors import AnlanError, BadInput
from anlan.kernel.messages import render as sentence
from anlan.platform import attachments
from anlan.platform.documents import queries, services
from anlan.platform.documents.api import as_file
from anlan.platform.documents.bundle import DOCX, bundle, document_bytes, file_name
from anlan.platform.ledger.history import NAMES, history_of
from anlan.platform.web import once_token, read_moment, screen

_LATEST = 20


@require_POST
@screen
def document_issue(request: HttpRequest) -> HttpResponse:
    """Issue a document about a subject and go to its page. Fields named `fact-…` are handed to the kind's builder."""
    post = request.POST
    template = queries.template_get(post.get("template", ""))
    if not template.by_hand:
        raise BadInput("platform.document.not_by_hand", label=template.label)
    facts = {name.removeprefix("fact-"): value for name, value in post.items() if name.startswith("fact-")}
    key = services.document_issue(
        scope=request.scope, template=template.id, subject=post.get("subject", ""), facts=facts, now=request.now,
        once=post.get("once", "")[:80] or None,
    )  # fmt: skip
    messages.success(request, sentence("platform.document.done.issue", {}))
    return redirect("document", document_id=key)


@never_cache
@require_GET
@screen
def document_page(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One document: what it is, what became of it, what this person may do now."""
    return _page(request, document_id)


def _page(request: HttpRequest, document_id: UUID, error: AnlanError | None = None, failed: str = "") -> HttpResponse:
    document = queries.document_get(request.scope, document_id)
    papers = queries.document_papers(document)
    facts = attachments.facts_of([p.key for p in papers])
    context = _common(document, error) | {
        "papers": [(p, p.key in facts and facts[p.key].media_type.startswith("image/")) for p in papers],
        "names": NAMES.resolve({document.issued_by, document.served_by} - {""}),
        "actions": queries.document_actions(request.scope, document, request.now),
        "history": history_of(f"{queries.SUBJECT}/{document.pk}", request.scope)[:_LATEST],
        "failed": failed,
        "ways": queries.ways_open(document.state),
        "signers": queries.SIGNERS,
    }
    return render(request, "documents/document.html", context, status=error.status if error else 200)


def _common(document: Any, error: AnlanError | None) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    for violation in error.violations if error else ():
        errors.setdefault(violation.field or "", []).append(violation.message)
    kind, _, key = document.about.partition("/")
    return {
        "document": document,
        "about_url": _about_url(kind, key),
        "others": [_about_url(*subject.split("/", 1)) for subject in queries.documents_named(document)],
        "base": queries.document_versions([document])[str(document.pk)],
        "once": once_token(),
        "error": error,
        "errors": errors,
    }


def _about_url(kind: str, key: str) -> str:
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.ledger.links import page_url

    ledger = CATALOGUE.ledgers.get(kind)
    return page_url(ledger, key) if ledger else ""


@never_cache
@require_http_methods(["GET"])
@screen
def document_pad(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The sheet to sign on with a finger or pen."""
    return _pad(request, document_id)


def _pad(request: HttpRequest, document_id: UUID, error: AnlanError | None = None) -> HttpResponse:
    document = queries.document_get(request.scope, document_id)
    action = next(a for a in queries.document_actions(request.scope, document, request.now) if a.id == "sign")
    typed = request.POST if error else {}
    context = _common(document, error) | {"action": action, "signers": queries.SIGNERS, "typed": typed}
    return render(request, "documents/pad.html", context, status=error.status if error else 200)


def _sign(request: HttpRequest, common: dict[str, Any]) -> None:
    post, sent = request.POST, request.FILES.get("file")
    if sent is not None and sent.size is not None and sent.size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 1048576
        raise BadInput("platform.attachment.too_large", name=sent.name, limit_mb=limit)
    scope, now = request.scope, request.now
    file = attachments.store(sent.read(), sent.name or "", scope=scope, now=now).sha256 if sent else ""
    services.document_sign(
        **common, name=post.get("name", ""), signer=post.get("signer", ""), form=post.get("form", "signature"),
        file=file, at=read_moment(request, "at"),
    )  # fmt: skip


def _refuse(request: HttpRequest, common: dict[str, Any]) -> None:
    post = request.POST
    witnesses = (post.get("witness1", ""), post.get("witness2", ""))
    services.document_refuse(
        **common, reason=post.get("reason", ""), witnesses=witnesses, at=read_moment(request, "at")
    )


def _serve(request: HttpRequest, common: dict[str, Any]) -> None:
    post = request.POST
    services.document_serve(
        **common, way=post.get("way", ""), receiver=post.get("receiver", ""), at=read_moment(request, "at")
    )


def _void(request: HttpRequest, common: dict[str, Any]) -> None:
    services.document_void(**common, reason=request.POST.get("reason", ""))


_STEPS: Mapping[str, Callable[[HttpRequest, dict[str, Any]], None]] = {
    "sign": _sign,
    "refuse": _refuse,
    "serve": _serve,
    "void": _void,
}


@never_cache
@require_POST
@screen
def document_step(request: HttpRequest, document_id: UUID, action: str) -> HttpResponse:
    """Take a step; refused, the page comes back with every reason and what was typed."""
    if action not in _STEPS:
        raise Http404
    queries.document_get(request.scope, document_id)
    try:
        _STEPS[action](request, {
            "scope": request.scope, "document_id": document_id, "base": _base(request), "now": request.now,
            "once": request.POST.get("once", "")[:80] or None,
        })  # fmt: skip
    except AnlanError as error:
        if action == "sign" and request.POST.get("form") != "scan":
            return _pad(request, document_id, error)
        return _page(request, document_id, error, action)
    messages.success(request, sentence(f"platform.document.done.{action}", {}))
    return redirect("document", document_id=document_id)


def _base(request: HttpRequest) -> int:
    base = request.POST.get("base", "")
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        raise BadInput("platform.document.base_missing")
    return int(base)


@never_cache
@require_GET
@screen
def document_file(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The .docx as it was issued."""
    document = queries.document_get(request.scope, document_id)
    return as_file(document_bytes(document), DOCX, file_name(document))


@never_cache
@require_GET
@screen
def document_print(request: HttpRequest) -> HttpResponse:
    """Several ticked documents in one .zip."""
    data = bundle(queries.documents_get(request.scope, request.GET.getlist("id")))
    return as_file(data, "application/zip", "documents.zip")


_ONE = "documents/<uuid:document_id>"
urlpatterns = [
    path("documents/issue", document_issue, name="document-issue"),
    path("documents/print", document_print, name="document-print"),
    path(_ONE, document_page, name="document"),
    path(f"{_ONE}/file", document_file, name="document-file"),
    path(f"{_ONE}/pad", document_pad, name="document-pad"),
    path(f"{_ONE}/<slug:action>", document_step, name="document-step"),
]
