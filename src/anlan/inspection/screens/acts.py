"""The forms of the acts beside the loop, on the page of a hazard."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.http import HttpRequest

from anlan.inspection import queries
from anlan.inspection.screens.forms import read_number
from anlan.inspection.services import co_reviews, dismissals, extensions, lookbacks, majors, transfers, withdrawals
from anlan.inspection.services.hazards import StepInput

__all__ = ["ACT_STEPS", "page_of_acts"]

Common = dict[str, Any]


def page_of_acts(request: HttpRequest, hazard: Any, allowed: Collection[str], failed: str = "") -> dict[str, Any]:
    """What the page of a hazard shows of extensions, criteria and linked hazards, and what their forms offer."""
    asked = hazard.extended_count or hazard.state in {"ordered", "submitted", "closed"}
    extensions_ = queries.extension_views(hazard) if asked else []
    criteria = queries.criteria_ticked(hazard)
    ticked = request.POST.getlist("major_criteria") if failed == "judge" else [c.id for c in criteria]
    return {
        "criteria": criteria,
        "second": queries.names_of([hazard.co_reviewer]).get(hazard.co_reviewer, "") if hazard.co_reviewer else "",
        "co_review": queries.co_review_word(hazard, request.now),
        "ticked": ticked,
        "offered": queries.criteria_offered(hazard.enterprise) if "judge" in allowed else (),
        "extensions": extensions_,
        "waiting": next((e for e in extensions_ if e.state == "applied" and hazard.state == "ordered"), None),
        "extension_limit": queries.extension_limit(hazard, request.now) if "extend" in allowed else None,
        "listings": queries.listings_of_hazard(request.scope, hazard),
        "may_list": queries.may_list(request.scope, hazard),
        "links": queries.hazard_links(request.scope, hazard),
        "same": queries.merge_choices(request.scope, hazard) if "merge" in allowed else [],
    }


def _judge(request: HttpRequest, common: Common) -> None:
    post = request.POST
    item = majors.JudgeInput(
        **common,
        grade=post.get("grade", "general"),
        major_criteria=tuple(post.getlist("major_criteria")),
        major_basis=post.get("major_basis", ""),
    )
    majors.hazard_judge(scope=request.scope, item=item, now=request.now)


def _extend(request: HttpRequest, common: Common) -> None:
    item = extensions.ExtendInput(**common, days=read_number(request, "days"))
    extensions.hazard_extend(scope=request.scope, item=item, now=request.now)


def _grant(request: HttpRequest, common: Common) -> None:
    item = extensions.ExtendInput(**common, days=read_number(request, "days"))
    extensions.hazard_grant(scope=request.scope, item=item, now=request.now)


def _refuse(request: HttpRequest, common: Common) -> None:
    extensions.hazard_refuse(scope=request.scope, item=StepInput(**common), now=request.now)


def _transfer(request: HttpRequest, common: Common) -> None:
    item = transfers.TransferInput(**common, violated=request.POST.get("violated", ""))
    transfers.hazard_transfer(scope=request.scope, item=item, now=request.now)


def _dismiss(request: HttpRequest, common: Common) -> None:
    dismissals.hazard_dismiss(scope=request.scope, item=StepInput(**common), now=request.now)


def _merge(request: HttpRequest, common: Common) -> None:
    item = dismissals.MergeInput(**common, into=request.POST.get("into", ""))
    dismissals.hazard_merge(scope=request.scope, item=item, now=request.now)


def _look_back(request: HttpRequest, common: Common) -> None:
    item = lookbacks.LookBackInput(**common, again=bool(request.POST.get("again")))
    lookbacks.hazard_look_back(scope=request.scope, item=item, now=request.now)


def _co_confirm(request: HttpRequest, common: Common) -> None:
    co_reviews.hazard_co_confirm(scope=request.scope, item=StepInput(**common), now=request.now)


def _dispute(request: HttpRequest, common: Common) -> None:
    co_reviews.hazard_dispute(scope=request.scope, item=StepInput(**common), now=request.now)


def _withdraw(request: HttpRequest, common: Common) -> None:
    withdrawals.hazard_withdraw(scope=request.scope, item=StepInput(**common), now=request.now)


ACT_STEPS: Mapping[str, Callable[[HttpRequest, Common], None]] = {
    "judge": _judge,
    "extend": _extend,
    "grant": _grant,
    "refuse": _refuse,
    "transfer": _transfer,
    "dismiss": _dismiss,
    "merge": _merge,
    "look_back": _look_back,
    "co_confirm": _co_confirm,
    "dispute": _dispute,
    "withdraw": _withdraw,
}
