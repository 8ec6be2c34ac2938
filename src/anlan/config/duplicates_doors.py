"""The pairs of 合并裁定 that were registered twice: side by side, and the button that decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from anlan.accounts.queries import person_names
from anlan.config.templatetags.anlan import moment
from anlan.kernel.errors import BadInput
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.duplicates import Duplicate, duplicate_merge, duplicate_part, duplicates
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.ledger import places
from anlan.platform.ledger.history import subject_label
from anlan.platform.scope import Scope
from anlan.platform.web import screen


def pair_rows(scope: Scope) -> list[dict[str, Any]]:
    """The open pairs as the page shows them; differing fields are marked."""
    return [_shown(scope, one) for one in duplicates(scope)]


def _shown(scope: Scope, pair: Duplicate) -> dict[str, Any]:
    kind = pair.key.id
    fields = {f.name: f for f in CATALOGUE.projections[kind]._meta.concrete_fields}  # type: ignore[attr-defined]
    lines = []
    for name in pair.key.shows:
        texts = [_text(row, name) for row in pair.rows]
        label = "区划" if name == "region" else str(fields[name].verbose_name)
        lines.append({"label": label, "texts": texts, "differs": texts[0] != texts[1]})
    for label, texts in pair.key.told(pair.rows) if pair.key.told else ():
        lines.append({"label": label, "texts": texts, "differs": texts[0] != texts[1]})
    born = [_first(f"{kind}/{row.pk}") for row in pair.rows]
    names = person_names({one.actor for one in born if one})
    lines.append({"label": "登记人", "texts": [names.get(one.actor, "系统") if one else "" for one in born]})
    lines.append({"label": "登记节点", "texts": [one.node if one else "" for one in born]})
    for panel in CATALOGUE.panels.values():
        if panel.subject == kind:
            counts = [f"{panel.rows(scope, str(row.pk), 1)[1]} 项" for row in pair.rows]
            lines.append({"label": panel.label, "texts": counts})
    sides = list(zip(pair.rows, pair.versions, strict=True))
    key = {"kind": kind, "label": subject_label(kind), "key": pair.key.label, "effect": pair.key.effect}
    return key | {"crossed": pair.crossed, "lines": lines, "sides": sides}


def _first(subject: str) -> JournalEntry | None:
    """The registration itself; None where its entries are not held."""
    sid = Head.objects.filter(subject=subject).values("sid")
    return JournalEntry.objects.filter(sid__in=sid).order_by("hlc", "node", "id").first()


def _text(row: Any, name: str) -> str:
    if name == "region":
        return str(places.label(row.region))
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else getattr(row, name)
    return moment(value) if isinstance(value, datetime) else str(value or "（未填）")


@require_POST
@screen
def duplicate_decide(request: HttpRequest) -> HttpResponse:
    """The same one (which stays), or not the same; back to the queue."""
    given = request.POST
    try:
        ids, bases = given.getlist("id"), [int(one) for one in given.getlist("base")]
    except ValueError as error:
        raise BadInput("journal.duplicate_choice_unknown") from error
    verdict = given.get("verdict", "")
    if len(ids) != 2 or len(bases) != 2 or verdict not in {"first", "second", "apart"}:
        raise BadInput("journal.duplicate_choice_unknown")
    common: dict[str, Any] = {
        "scope": request.scope,  # type: ignore[attr-defined]
        "kind": given.get("kind", ""),
        "reason": given.get("reason", ""),
        "now": request.now,  # type: ignore[attr-defined]
    }
    if verdict == "apart":
        duplicate_part(one=ids[0], other=ids[1], bases=bases, **common)
    elif verdict == "first":
        duplicate_merge(keep=ids[0], gone=ids[1], bases=bases, **common)
    else:
        duplicate_merge(keep=ids[1], gone=ids[0], bases=bases[::-1], **common)
    return redirect("contests")


urlpatterns = [path("contests/duplicates", duplicate_decide, name="duplicate-decide")]
