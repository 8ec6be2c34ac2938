"""Pages of what touches other records: 依法删除正文 (from a history), 校正时钟 and 区划变更 (from the system page).

Each asks for reason and basis and for a tick that cannot be taken back; what was typed stays when it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from anlan.kernel.errors import AnlanError, BadInput, NotAllowed
from anlan.kernel.messages import render as sentence
from anlan.kernel.text import parse_date
from anlan.platform import regions
from anlan.platform.attachments import AttachmentFacts, facts_of
from anlan.platform.journal.corrections import clock_correct, may_redact, redact
from anlan.platform.journal.models import Node
from anlan.platform.ledger.history import Happening, history_of, subject_label, visible_subject
from anlan.platform.regions.changes import ACTIONS
from anlan.platform.scope import Scope, right_label
from anlan.platform.web import once_token, screen

_ASKED = require_http_methods(["GET", "HEAD", "POST"])


def require_confirmed(confirmed: bool) -> None:
    """Refuse what cannot be taken back until the person has said that it was checked.

    Raises:
        BadInput: "platform.correction.not_confirmed".
    """
    if not confirmed:
        raise BadInput("platform.correction.not_confirmed")


def _asked(
    request: HttpRequest, template: str, shown: dict[str, Any], act: Callable[[], str], then: str
) -> HttpResponse:
    """The form, or what its button does: `act` answers what was done, `then` is where that is shown."""
    problem = None
    if request.method == "POST":
        try:
            require_confirmed(request.POST.get("confirmed") == "1")
            messages.success(request, act())
            return redirect(then)
        except AnlanError as error:
            problem = error
    given = {"typed": request.POST, "problem": problem, "once": request.POST.get("once") or once_token()}
    return render(request, template, shown | given, status=problem.status if problem else 200)


@_ASKED
@screen
def redacting(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """依法删除正文: choose the entries of one history whose words and attachments go."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    subject = f"{kind}/{key}"
    head = visible_subject(scope, subject)
    if not may_redact(scope, head.region):
        raise NotAllowed("platform.not_allowed", right="platform.redact", label=right_label("platform.redact"))
    happened = [h for h in history_of(subject, scope) if h.bare]
    chosen = request.POST.getlist("entries")

    def act() -> str:
        own = {h.id for h in happened}
        if not chosen or not own.issuperset(chosen):
            raise BadInput("journal.entry_not_found")
        done = redact(scope=scope, entries=chosen, now=request.now, **_told(request))  # type: ignore[attr-defined]
        facts = {"entries": len(chosen), "erased": len(done.erased), "kept": len(done.kept)}
        return sentence("platform.correction.redacted_kept" if done.kept else "platform.correction.redacted", facts)

    shown = {
        "subject": subject,
        "label": subject_label(kind),
        "lines": [(h, _files(h)) for h in happened],
        "chosen": chosen,
    }
    return _asked(request, "anlan/redact.html", shown, act, f"/history/{subject}")


def _files(happening: Happening) -> list[AttachmentFacts]:
    return list(facts_of(happening.photos).values())


@_ASKED
@screen
def clock(request: HttpRequest) -> HttpResponse:
    """校正时钟: a node stamped some of its entries too early or too late."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    scope.require("platform.operate")

    def act() -> str:
        entry = clock_correct(
            scope=scope,
            node_id=request.POST.get("node", ""),
            first=_number(request, "first"),
            last=_number(request, "last"),
            offset_ms=_number(request, "offset_seconds") * 1000,
            now=request.now,  # type: ignore[attr-defined]
            **_told(request),
        )
        return sentence("platform.correction.clock_done", dict(entry.data))

    nodes = [n for n in Node.objects.order_by("pk") if scope.covers(n.region)]
    return _asked(request, "anlan/clock.html", {"nodes": nodes}, act, "/system")


@_ASKED
@screen
def region(request: HttpRequest) -> HttpResponse:
    """区划变更: renamed, re-coded, merged, split or founded; what stands in it follows."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    scope.require("platform.operate")

    def act() -> str:
        on = parse_date(request.POST.get("on", ""))
        if on is None:
            raise BadInput("kernel.text.not_a_date", value="")
        told = _told(request)
        done = regions.region_change(
            scope=scope,
            code=request.POST.get("code", "").strip(),
            action=request.POST.get("action", ""),
            on=on,
            now=request.now,  # type: ignore[attr-defined]
            name=request.POST.get("name", ""),
            successors=[{"code": c, "name": n} for c, n in _pairs(request.POST.get("successors", ""))],
            below=dict(_pairs(request.POST.get("below", ""))),
            document=told["basis"],
            reason=told["reason"],
        )
        facts = {"moved": done.followed.moved, "staying": done.followed.staying, "below": len(done.below)}
        return sentence("platform.correction.region_done", facts)

    shown = {"actions": ACTIONS.items(), "places": regions.choices(scope.region, "town")}
    return _asked(request, "anlan/region.html", shown, act, "/system")


def _told(request: HttpRequest) -> dict[str, str]:
    return {"reason": request.POST.get("reason", ""), "basis": request.POST.get("basis", "")}


def _number(request: HttpRequest, name: str) -> int:
    typed = request.POST.get(name, "").strip()
    try:
        return int(typed)
    except ValueError:
        raise BadInput("platform.correction.not_a_number", value=typed[:20]) from None


def _pairs(typed: str) -> list[tuple[str, str]]:
    """Lines of a code and what belongs to it, parted by blanks or a comma; the second part may be missing."""
    lines = (line.replace("，", " ").replace(",", " ").split(maxsplit=1) for line in typed.splitlines())
    return [(parts[0], parts[1].strip() if len(parts) > 1 else "") for parts in lines if parts]


urlpatterns = [
    path("history/<str:kind>/<str:key>/redact", redacting, name="redact"),
    path("system/clock", clock, name="system-clock"),
    path("system/regions", region, name="system-regions"),
]
