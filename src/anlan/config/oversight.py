"""Pages over the whole server: 履历审计 (who did what), 合并裁定 (open contests), 系统 (node, jobs, backups)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from anlan import __version__
from anlan.accounts.queries import person_names
from anlan.config.duplicates_doors import pair_rows
from anlan.kernel.entry import Entry
from anlan.kernel.errors import BadInput, NotAllowed, NotFound
from anlan.kernel.text import parse_date
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.clock import SHANGHAI
from anlan.platform.journal import audit, chain, forks, heads, node, queue
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger import places
from anlan.platform.ledger.history import history_of, label_of, subject_label, visible_subject
from anlan.platform.scheduler import job_list, run_list
from anlan.platform.scope import Scope
from anlan.platform.web import screen


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    return parse_date(text) if text else None


@screen
def history(request: HttpRequest) -> HttpResponse:
    """履历审计: entries across subjects, newest first, by person, kind of record and days."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    scope.require("journal.read")
    problem, page, since, until = None, audit.Page([], None), None, None
    try:
        since, until = _day(request, "since"), _day(request, "until")
        page = audit.entry_list(
            scope,
            actor=request.GET.get("actor", ""),
            kind=request.GET.get("kind", ""),
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
            cursor=request.GET.get("cursor", ""),
        )
    except BadInput as error:
        problem = error
    names = person_names({e.actor for e in page.entries})
    asked = request.GET.copy()
    asked.pop("cursor", None)
    actor = request.GET.get("actor", "")
    return render(
        request,
        "anlan/audit.html",
        {
            "rows": [_line(e, names) for e in page.entries],
            "next": page.next,
            "query": asked.urlencode(),
            "kinds": sorted(((k, subject_label(k)) for k in CATALOGUE.projections), key=lambda pair: pair[1]),
            "asked": {"kind": request.GET.get("kind", ""), "since": since, "until": until, "actor": actor},
            "actor_name": person_names([actor]).get(actor, ""),
            "problem": problem,
        },
        status=422 if problem else 200,
    )


def _line(entry: Entry, names: dict[str, str]) -> dict[str, Any]:
    known = entry.type in CATALOGUE.projections or entry.type in CATALOGUE.ledgers
    return {
        "at": entry.time,
        "who": names.get(entry.actor) or "系统",
        "actor": entry.actor if entry.actor in names else "",
        "what": label_of(entry.kind),
        "of": subject_label(entry.type),
        "url": f"/history/{entry.subject}" if known else "",
        "place": places.label(entry.region),
        "node": entry.node,
    }


@screen
def contests(request: HttpRequest) -> HttpResponse:
    """合并裁定: what was done twice while nodes were apart, side by side."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    return render(request, "anlan/contests.html", {"rows": _contest_rows(scope), "pairs": pair_rows(scope)})


def _contest_rows(scope: Scope) -> list[dict[str, Any]]:
    found = queue.open_contests(scope)
    seen: dict[str, int] = {}
    rows = []
    for item in found:
        index = seen.get(item.subject, -1) + 1
        seen[item.subject] = index
        kind = item.subject.partition("/")[0]
        standing = {"tip": item.contest["standing"], **{k: item.contest.get(k) for k in ("state", "value")}}
        sides = [standing, *item.contest["choices"]]
        words = _words(scope, item.subject)
        rows.append(
            {
                "subject": item.subject,
                "label": subject_label(kind),
                "place": places.label(item.region),
                "version": item.version,
                "index": index,
                "what": "法定字段" if item.contest["what"] == "field" else "办理步骤",
                "sides": [_side(kind, side, item.contest.get("field", ""), words) for side in sides],
            }
        )
    return rows


def _words(scope: Scope, subject: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """What each entry says in words, for whoever may read the history: two sides often lead to the same state."""
    try:
        visible_subject(scope, subject)
    except (NotAllowed, NotFound):
        return {}
    return {h.id: h.words + tuple((c.label, c.new) for c in h.changes if c.new) for h in history_of(subject, scope)}


def _side(
    kind: str, side: dict[str, Any], field: str, words: dict[str, tuple[tuple[str, str], ...]]
) -> dict[str, Any]:
    stored = JournalEntry.objects.filter(pk=side["tip"]).first()
    value = side.get("value") if field else side.get("state")
    for loop in CATALOGUE.loops.values():
        if not field and loop.subject == kind:
            value = next((s.label for s in loop.states if s.id == value), value)
    names = person_names([stored.actor]) if stored else {}
    return {
        "tip": side["tip"],
        "value": value,
        "what": label_of(stored.kind) if stored else "",
        "words": words.get(side["tip"], ()),
        "who": names.get(stored.actor, "系统") if stored else "",
        "at": datetime.fromtimestamp((stored.hlc >> 16) / 1000, UTC) if stored else None,
        "node": stored.node if stored else "",
    }


@require_POST
@screen
def contest_decide(request: HttpRequest) -> HttpResponse:
    """Decide one contest and go back to the queue."""
    try:
        index, base = int(request.POST.get("index", "")), int(request.POST.get("base", ""))
    except ValueError as error:
        raise BadInput("journal.contest_choice_unknown") from error
    queue.decide(
        scope=request.scope,  # type: ignore[attr-defined]
        subject=request.POST.get("subject", ""),
        index=index,
        tip=request.POST.get("tip", ""),
        reason=request.POST.get("reason", ""),
        base=base,
        now=request.now,  # type: ignore[attr-defined]
    )
    return redirect("contests")


@screen
def system(request: HttpRequest) -> HttpResponse:
    """系统: this node, its timed work, its latest runs."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    now = request.now  # type: ignore[attr-defined]
    jobs = job_list(scope, now)
    own = node.own()
    return render(
        request,
        "anlan/system.html",
        {
            "version": __version__,
            "node": own,
            "place": places.label(own.region),
            "heads": heads.heads(),
            "key": heads.public_key(),
            "frozen": forks.frozen_nodes(),
            "jobs": jobs,
            "runs": run_list(scope, limit=20),
            "contexts": len(CATALOGUE.ledgers),
        },
    )


@require_POST
@screen
def system_verify(request: HttpRequest) -> HttpResponse:
    """Check the journal's chain now and show the answer."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    scope.require("platform.operate")
    return render(request, "anlan/verified.html", {"found": chain.verify()})


urlpatterns = [
    path("history", history, name="audit"),
    path("contests", contests, name="contests"),
    path("contests/decide", contest_decide, name="contest-decide"),
    path("system", system, name="system"),
    path("system/verify", system_verify, name="system-verify"),
]
