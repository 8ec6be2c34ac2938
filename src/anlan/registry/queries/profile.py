"""The whole file of one enterprise, for its page and the API: labels, children, relations, and what may be done now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from anlan.kernel.messages import render
from anlan.platform import regions, vault
from anlan.platform.journal.record import version_of
from anlan.platform.scope import Scope
from anlan.registry.models import Enterprise
from anlan.registry.queries.enterprises import CHANGE, enterprise_get, enterprises_seen, facts_of, subject_of
from anlan.registry.rules import change
from anlan.registry.rules.codes import (
    CLASSES,
    CONTACT_POSTS,
    COORDS,
    FORMER_KINDS,
    GRADES,
    LEVELS,
    MERGE_MODES,
    PREMISES_USES,
    SCALES,
    STANDARDISATIONS,
    STATUSES,
    TAGS,
    Code,
    CodeTable,
)
from anlan.registry.rules.enterprise import industry_label

ACTIONS = (
    "edit",
    "rename",
    "recode",
    "status",
    "office",
    "move",
    "premises",
    "contacts",
    "merge",
    "split",
    "retire",
    "separate",
    "restore",
    "reveal",
)
REVEAL = "vault.reveal"


@dataclass(frozen=True, slots=True)
class ActionState:
    """One thing that can be done with an enterprise: whether this person may do it now, and if not, why (Chinese)."""

    id: str
    allowed: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Relative:
    """Another enterprise in this one's history; `url` is empty where this person does not see it."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact as everybody sees it: post in words, name and phone masked ("" where there is none)."""

    key: str
    post: str
    post_label: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class PremisesLine:
    """Premises with the use in words."""

    key: str
    name: str
    use: str
    use_label: str
    address: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class FormerLine:
    """A former name or code: what it is in words, the value, since when and until when."""

    kind_label: str
    value: str
    from_at: datetime | None
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything the registry knows of one enterprise, ready to be shown; `labels`: words, `tones`: tag tones, by field."""

    enterprise: Enterprise
    version: int
    labels: dict[str, str]
    tones: dict[str, str]
    premises: tuple[PremisesLine, ...]
    contacts: tuple[ContactLine, ...]
    former: tuple[FormerLine, ...]
    merged_into: Relative | None
    absorbed: tuple[Relative, ...]
    origin: Relative | None
    offspring: tuple[Relative, ...]
    actions: dict[str, ActionState]


def version_now(enterprise_id: Any) -> int:
    """The version of an enterprise that a form hands back as `base`; 0 for none. Unscoped: a number says nothing."""
    return version_of(subject_of(enterprise_id))


def code_tables() -> tuple[CodeTable, ...]:
    """The code lists that people choose from, in the order of the form."""
    return (CLASSES, TAGS, SCALES, STATUSES, STANDARDISATIONS, LEVELS, GRADES, PREMISES_USES, CONTACT_POSTS)


def codes(table_id: str) -> tuple[Code, ...]:
    """The codes of one list that may be chosen now, by the list's id."""
    return next(t for t in (*code_tables(), COORDS, MERGE_MODES) if t.id == table_id).usable


def code_values(table_id: str) -> Callable[[Scope], Mapping[str, str]]:
    """Every code of one list with its label, the retired ones too, as indicators name them."""
    table = next(t for t in code_tables() if t.id == table_id)
    return lambda scope: dict(table.choices)


def page_of(enterprise_id: Any) -> str:
    """The address of an enterprise's page."""
    return f"/registry/enterprises/{enterprise_id}"


def enterprise_actions(scope: Scope, enterprise: Enterprise) -> dict[str, ActionState]:
    """Every action on an enterprise by id: which this person may do now, and the reason where not."""
    facts = facts_of(enterprise)
    live = change.check_live(facts)
    found: dict[str, ActionState] = {}
    for action in ACTIONS:
        right = REVEAL if action == "reveal" else CHANGE
        if not scope.may(right):
            why = render(f"registry.why.{right}", {})
        elif action == "reveal":
            why = ""
        elif action == "separate":
            why = "" if facts.merged_into else render("registry.merge.not_merged", {"name": facts.name})
        elif action == "restore":
            why = "" if facts.retired else render("registry.enterprise.not_retired", {"name": facts.name})
        else:
            why = live[0].message if live else ""
        found[action] = ActionState(action, not why, why)
    return found


def _labels(enterprise: Enterprise) -> dict[str, str]:
    return {
        "region": regions.full_name(enterprise.region, below=enterprise.region6),
        "industry": industry_label(enterprise.industry),
        "classes": CLASSES.labels_of(c.key for c in enterprise.classes.all()),
        "tags": TAGS.labels_of(t.key for t in enterprise.tags.all()),
        "scale": SCALES.label_of(enterprise.scale),
        "level": LEVELS.label_of(enterprise.level),
        "office": str(enterprise.office) if enterprise.office else "",
        "status": STATUSES.label_of(enterprise.status),
        "standardisation": STANDARDISATIONS.label_of(enterprise.standardisation),
        "grade": GRADES.label_of(enterprise.grade),
    }


def _tones(enterprise: Enterprise) -> dict[str, str]:
    found = {}
    for table in (STATUSES, STANDARDISATIONS, GRADES):
        code = table.by_id.get(getattr(enterprise, table.id))
        found[table.id] = code.tone if code else ""
    return found


def _contacts(enterprise: Enterprise) -> tuple[ContactLine, ...]:
    rows = list(enterprise.contacts.all())
    order = {code.id: i for i, code in enumerate(CONTACT_POSTS.codes)}
    rows.sort(key=lambda c: (order.get(c.post, len(order)), c.key))
    ref = subject_of(enterprise.id)
    masks = vault.masked([ref], [f"contact.{c.key}.{n}" for c in rows for n in ("name", "phone")]) if rows else {}
    return tuple(
        ContactLine(
            c.key,
            c.post,
            CONTACT_POSTS.label_of(c.post),
            masks.get((ref, f"contact.{c.key}.name"), ""),
            masks.get((ref, f"contact.{c.key}.phone"), ""),
        )
        for c in rows
    )


def _relatives(scope: Scope, rows: Iterable[Enterprise]) -> dict[Any, Relative]:
    held = list(rows)
    seen = enterprises_seen(scope, [e.id for e in held]) if held else set()
    return {e.id: Relative(str(e.id), e.name, page_of(e.id) if e.id in seen else "") for e in held}


def enterprise_profile(scope: Scope, enterprise_id: Any) -> Profile:
    """The whole file of one enterprise.

    Raises:
        NotFound: "registry.enterprise.not_found". NotAllowed: "platform.not_allowed".
    """
    enterprise = enterprise_get(scope, enterprise_id)
    above = [i for i in (enterprise.merged_into_id, enterprise.origin_id) if i]
    related = Q(merged_into=enterprise.id) | Q(origin=enterprise.id) | Q(pk__in=above)
    relatives = list(Enterprise._default_manager.filter(related).only("name", "merged_into", "origin").order_by("name"))
    kin = _relatives(scope, relatives)
    return Profile(
        enterprise=enterprise,
        version=version_of(subject_of(enterprise.id)),
        labels=_labels(enterprise),
        tones=_tones(enterprise),
        premises=tuple(
            PremisesLine(p.key, p.name, p.use, PREMISES_USES.label_of(p.use), p.address, p.lon, p.lat)
            for p in enterprise.premises.order_by("name", "key")
        ),
        contacts=_contacts(enterprise),
        former=tuple(
            FormerLine(FORMER_KINDS.label_of(n.kind), n.value, n.from_at, n.until_at)
            for n in enterprise.names.order_by("-until_at", "kind")
        ),
        merged_into=kin.get(enterprise.merged_into_id),
        absorbed=tuple(kin[e.id] for e in relatives if e.merged_into_id == enterprise.id),
        origin=kin.get(enterprise.origin_id),
        offspring=tuple(kin[e.id] for e in relatives if e.origin_id == enterprise.id),
        actions=enterprise_actions(scope, enterprise),
    )
