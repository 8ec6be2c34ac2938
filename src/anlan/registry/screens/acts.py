"""One page for each formal act on an enterprise: a form on GET, the service on POST, the same form with what was typed
and the reason when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from anlan.accounts import queries as accounts
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.ledger import places
from anlan.platform.scope import Scope
from anlan.platform.web import once_token, screen
from anlan.registry import queries
from anlan.registry.screens.forms import read_base, read_day, read_region, violations_by_field
from anlan.registry.services import contacts, enterprises, mergers, premises

Post = Mapping[str, str]
Run = Callable[[HttpRequest, dict[str, Any], str], Any]
_PARTS = range(3)
_INHERITED = ("industry", "scale", "level", "classes", "tags", "office_id")


@dataclass(frozen=True)
class _Act:
    """A form: the action of queries.ACTIONS it needs, its template, what it does, the sentence when it is done.

    `run(request, common, key)` calls the service with `common` (scope, enterprise_id, base, now, once).
    """

    action: str
    template: str
    run: Run
    done: str
    keyed: bool = False


def _text(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in names}


def _rename(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    enterprises.enterprise_rename(**common, **_text(request, "name", "reason"), on=read_day(request, "on"))


def _recode(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    enterprises.enterprise_recode(**common, **_text(request, "uscc", "reason"), on=read_day(request, "on"))


def _status(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    enterprises.enterprise_status_set(**common, **_text(request, "status", "reason"), on=read_day(request, "on"))


def _office(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    enterprises.enterprise_office_assign(**common, **_text(request, "office_id", "reason"))


def _move(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    values: dict[str, Any] = _text(request, "address", "lon", "lat", "coords")
    values["region"] = read_region(request.POST.get("region", ""), common["scope"].region)
    enterprises.enterprise_move(**common, values=values, **_text(request, "reason"))


def _merge(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    mergers.enterprise_merge(**common, into_id=request.POST.get("into", ""), **_text(request, "mode", "reason"))


def _separate(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    mergers.enterprise_separate(**common, **_text(request, "reason"))


def _split(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    origin = queries.enterprise_get(common["scope"], common["enterprise_id"])
    held = queries.values_of(origin)
    inherited = {n: held[n] for n in _INHERITED} if request.POST.get("inherit") else {}
    parts = []
    for i in _PARTS:
        typed = {n: request.POST.get(f"{n}{i}", "") for n in ("name", "uscc", "region", "address")}
        if any(value.strip() for value in typed.values()):
            region = read_region(typed["region"], common["scope"].region, f"region{i}") or origin.region
            parts.append({**inherited, **typed, "region": region})
    dissolve = request.POST.get("dissolve") == "1"
    mergers.enterprise_split(**common, parts=parts, dissolve=dissolve, **_text(request, "reason"))


def _retire(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    enterprises.enterprise_retire(**common, **_text(request, "reason"))


def _restore(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    enterprises.enterprise_restore(**common, **_text(request, "reason"))


def _premises(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    values = _text(request, "name", "use", "address", "lon", "lat", "coords")
    if key:
        premises.premises_change(**common, key=key, values=values)
    else:
        premises.premises_add(**common, values=values)


def _premises_remove(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    premises.premises_remove(**common, key=key, **_text(request, "reason"))


def _contact(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    contacts.contact_set(**common, key=key, values=_text(request, "post", "name", "phone"))


def _contact_remove(request: HttpRequest, common: dict[str, Any], key: str) -> None:
    contacts.contact_remove(**common, key=key)


_ACTS: dict[str, _Act] = {
    "rename": _Act("rename", "rename", _rename, "rename"),
    "recode": _Act("recode", "recode", _recode, "recode"),
    "status": _Act("status", "status", _status, "status"),
    "office": _Act("office", "office", _office, "office"),
    "move": _Act("move", "move", _move, "move"),
    "merge": _Act("merge", "merge", _merge, "merge"),
    "separate": _Act("separate", "separate", _separate, "separate"),
    "split": _Act("split", "split", _split, "split"),
    "retire": _Act("retire", "retire", _retire, "retire"),
    "restore": _Act("restore", "restore", _restore, "restore"),
    "premises": _Act("premises", "premises", _premises, "premises", keyed=True),
    "premises-remove": _Act("premises", "premises_remove", _premises_remove, "premises_remove", keyed=True),
    "contact": _Act("contacts", "contact", _contact, "contact", keyed=True),
    "contact-remove": _Act("contacts", "contact_remove", _contact_remove, "contact_remove", keyed=True),
}


@screen
def act_page(request: HttpRequest, enterprise_id: UUID, act: str, key: UUID | None = None) -> HttpResponse:
    """The form of one act, or the act itself."""
    chosen = _ACTS.get(act)
    if chosen is None or (key is not None and not chosen.keyed) or (key is None and act.endswith("-remove")):
        raise Http404
    on = str(key) if key else ""
    if request.method != "POST":
        return _form(request, chosen, enterprise_id, on)
    try:
        common = {
            "scope": request.scope,  # type: ignore[attr-defined]
            "enterprise_id": str(enterprise_id),
            "base": read_base(request),
            "now": request.now,  # type: ignore[attr-defined]
            "once": request.POST.get("once") or None,
        }
        chosen.run(request, common, on)
    except AnlanError as error:
        if error.status in (403, 404) and not error.violations:
            raise
        return _form(request, chosen, enterprise_id, on, error)
    messages.success(request, sentence(f"registry.done.{chosen.done}", {}))
    if not queries.enterprises_seen(request.scope, [enterprise_id]):  # type: ignore[attr-defined]
        # Handed to another office or moved away: the page is no longer this person's.
        return redirect("/")
    return redirect("registry-enterprise", enterprise_id=enterprise_id)


def _form(
    request: HttpRequest, act: _Act, enterprise_id: UUID, key: str, error: AnlanError | None = None
) -> HttpResponse:
    scope: Scope = request.scope  # type: ignore[attr-defined]
    profile = queries.enterprise_profile(scope, enterprise_id)
    typed = request.POST.dict() if error else _held(profile, act, key)
    context = {
        "profile": profile,
        "enterprise": profile.enterprise,
        "labels": profile.labels,
        "state": profile.actions[act.action],
        "key": key,
        "typed": typed,
        "choices": _choices(scope, act),
        "parts": [
            {"i": i, **{n: typed.get(f"{n}{i}", "") for n in ("name", "uscc", "region", "address")}} for i in _PARTS
        ],
        "error": error,
        "faults": violations_by_field(error),
        "base": request.POST.get("base", "") if error and error.code != "journal.conflict" else profile.version,
        # A refused request wrote nothing: its key may be used again, so that a double click stays one act.
        "once": request.POST.get("once") or once_token(),
    }
    return render(request, f"registry/act_{act.template}.html", context, status=error.status if error else 200)


def _held(profile: queries.Profile, act: _Act, key: str) -> dict[str, Any]:
    """What the form shows before anything is typed.

    Raises:
        Http404: no such premises or contact.
    """
    if not key:
        return {"inherit": "1"}
    rows: tuple[Any, ...] = profile.premises if act.action == "premises" else profile.contacts
    held = next((row for row in rows if row.key == key), None)
    if held is None:
        raise Http404
    return {name: getattr(held, name) for name in held.__dataclass_fields__}


def _choices(scope: Scope, act: _Act) -> dict[str, Any]:
    found: dict[str, Any] = {"coords": queries.codes("coords")}
    if act.template == "office":
        found["offices"] = accounts.office_choices(scope)
    elif act.template == "status":
        found["statuses"] = queries.codes("status")
    elif act.template == "merge":
        found["modes"] = queries.codes("merge_mode")
    elif act.template in ("move", "split"):
        found["regions"] = places.options(scope.region)
    elif act.template == "premises":
        found["uses"] = queries.codes("premises_use")
    elif act.template == "contact":
        found["posts"] = queries.codes("contact_post")
    return found
