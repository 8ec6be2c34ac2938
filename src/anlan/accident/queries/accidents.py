"""Reading accidents. How many, how many dead: asked over the rows, never stored."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from anlan.accident.errors import AccidentNotFound
from anlan.accident.models import Accident
from anlan.accident.rules.codes import CATEGORIES, SECTORS
from anlan.accident.rules.loop import ACCIDENT_ACTS, ACCIDENT_LOOP, StepFacts, check_entry
from anlan.accident.rules.report import Casualties, PlainFacts
from anlan.kernel.errors import Violation
from anlan.platform import attachments
from anlan.platform.journal.held import once_recorded, versions_of
from anlan.platform.maps import Mark
from anlan.platform.scope import Scope, limit, region_filter
from anlan.registry import queries as registry

VIEW = "accident.view"
_SHOWN_FOR = timedelta(days=365)
_SECTOR = dict(SECTORS)
_CATEGORY = dict(CATEGORIES)


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action as the page shows it: a button, or none with its reasons."""

    id: str
    label: str
    allowed: bool
    reasons: tuple[Violation, ...]
    evidence: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an accident stands: what every step answers."""

    id: str
    number: str
    state: str
    grade: str
    version: int


@dataclass(frozen=True, slots=True)
class FileView:
    """A paper of an accident: hash, name, whether it is a picture."""

    sha256: str
    name: str
    picture: bool


def as_uuid(value: Any) -> uuid.UUID | None:
    """The id a person sent, None for anything that is not one."""
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        return None


def _visible(scope: Scope) -> QuerySet[Accident]:
    rows = Accident._default_manager.all()
    return limit(rows, scope) if scope.may(VIEW) else rows.none()


def accident_list(scope: Scope, *, region: str = "", state: str = "") -> QuerySet[Accident]:
    """Accidents in scope, the newest first; drills left out, revoked ones not. `region`: prefix of 2 to 12 digits."""
    rows = _visible(scope).filter(region_filter("region", region), drill=0)
    rows = rows.filter(state=state) if state else rows
    return rows.select_related("enterprise").order_by("-occurred_at", "-id")


def accidents_counted(
    scope: Scope,
    *,
    region: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    sectors: Collection[str] | None = None,
) -> QuerySet[Accident]:
    """The accidents that figures count, by the moment they happened: 生产安全事故, not revoked, no drills.

    Args:
        region: prefix of 2 to 12 digits. since, until: half-open range [since, until) of `occurred_at`, aware.
        sectors: lines of business, `sectors_of("industrial")`; None: all.
    Source: 条例第二条、第十三条: they count where and when they happened, with the casualties as corrected last.
    """  # fmt: skip
    rows = _visible(scope).filter(region_filter("region", region), counted=1, drill=0)
    if since is not None:
        rows = rows.filter(occurred_at__gte=since)
    if until is not None:
        rows = rows.filter(occurred_at__lt=until)
    return rows.filter(sector__in=sorted(sectors)) if sectors is not None else rows


def accident_get(scope: Scope, accident_id: Any) -> Accident:
    """One accident with its enterprise and office.

    Raises:
        AccidentNotFound: "accident.not_found", also for one of another region.
    """
    key = as_uuid(accident_id)
    found = _visible(scope).select_related("enterprise", "office").filter(pk=key).first() if key else None
    if found is None:
        raise AccidentNotFound
    return found


def accident_named(scope: Scope, typed: str) -> str:
    """Id of the accident in scope whose number (or id) was typed; "" for none."""
    wanted = typed.strip()
    known = wanted.isascii() and wanted.isprintable()  # no number has anything else, and PostgreSQL takes no NUL
    found = _visible(scope).filter(number=wanted).values_list("pk", flat=True).first() if known and wanted else None
    return str(found or wanted)


def accident_twin(region: str, occurred_at: datetime, place: str, own: Any = None) -> str:
    """Number of a standing accident of the same town, moment and place; "" for none. Unscoped: a town sees no other's."""
    rows = Accident._default_manager.filter(region9=region[:9], occurred_at=occurred_at, place=place.strip(), drill=0)
    return rows.exclude(state="revoked").exclude(pk=own).values_list("number", flat=True).first() or ""


def accidents_of(scope: Scope, enterprise_id: str) -> QuerySet[Accident]:
    """The accidents of an enterprise and of those merged into it, the newest first."""
    rows = accident_list(scope)
    return rows.filter(enterprise_id__in=registry.enterprise_component(enterprise_id)) if scope.may(VIEW) else rows


def accidents_to_report_up(scope: Scope) -> QuerySet[Accident]:
    """What nobody has reported to the level above yet, the most urgent first. Former years' are closed, hence not here."""
    rows = accident_list(scope).filter(state__in=ACCIDENT_LOOP.open_states, reported_up_at__isnull=True)
    return rows.order_by("up_due_at", "id")


def accidents_to_investigate(scope: Scope) -> QuerySet[Accident]:
    """What waits for its investigation to begin, the earliest deadline first."""
    return accident_list(scope, state="reported").order_by("investigation_due_at", "id")


def accidents_to_close(scope: Scope) -> QuerySet[Accident]:
    """What is being investigated, the earliest deadline first."""
    return accident_list(scope, state="investigating").order_by("investigation_due_at", "id")


def accident_marks(scope: Scope, now: datetime) -> Iterator[Mark]:
    """The accidents of the last 365 days that have a position, as points of a map; revoked ones left out."""
    rows = accident_list(scope).filter(Q(lon__isnull=False), lat__isnull=False, occurred_at__gte=now - _SHOWN_FOR)
    for row in rows.exclude(state="revoked"):
        yield Mark(
            id=str(row.pk),
            lon=row.lon,
            lat=row.lat,
            title=f"{row.number} {_SECTOR[row.sector]}{_CATEGORY.get(row.category, '')}",
            state="deadly" if row.deaths else "harmed",
            url=f"/accident/accidents/{row.pk}",
            lines=(
                row.get_grade_display(),
                f"死亡{row.deaths}人，重伤{row.serious_injuries}人，轻伤{row.minor_injuries}人",
            ),
            region=row.region,
        )


def accident_files(row: Accident, stage: str) -> list[FileView]:
    """The papers of a stage, "scene" or "report", in the order in which they came."""
    shas = [f.sha256 for f in row.files.all() if f.stage == stage]
    facts = attachments.facts_of(shas)
    return [
        FileView(
            sha, facts[sha].name if sha in facts else "", sha in facts and facts[sha].media_type.startswith("image/")
        )
        for sha in shas
    ]


def step_facts(scope: Scope, row: Accident | None, now: datetime) -> StepFacts:
    """What a step of this person at this moment is judged by; `row`: None for a new accident."""
    return StepFacts(row.state if row else "", scope.rights, now, scope.subjects is not None)


def casualties_of(row: Accident) -> Casualties:
    """The numbers of an accident as they stand."""
    return Casualties(row.deaths, row.serious_injuries, row.minor_injuries, row.loss_yuan)


def plain_of(row: Accident) -> PlainFacts:
    """The plain facts of an accident as they stand."""
    return PlainFacts(
        category=row.category, sector=row.sector, region=row.region, place=row.place, summary=row.summary,
        occurred_at=row.occurred_at, received_at=row.received_at, learned_at=row.learned_at, unit_name=row.unit_name,
        firm=row.enterprise_id is not None, lon=row.lon, lat=row.lat,
    )  # fmt: skip


def accident_actions(scope: Scope, row: Accident, now: datetime) -> list[ActionView]:
    """Every action on an existing accident in the loop's order, then the acts, revoking last, with the reasons.

    What is still to be filled in takes no button away; who and from which state does.
    """
    facts = step_facts(scope, row, now)
    actions = [a for a in (*ACCIDENT_LOOP.actions, *ACCIDENT_ACTS) if a.from_]
    actions.sort(key=lambda a: a.id == "revoke")  # never the button beside the one that is meant
    return [
        ActionView(a.id, a.label, not reasons, tuple(reasons), a.evidence, a.help)
        for a in actions
        for reasons in [check_entry(a.id, facts)]
    ]


def version_of(accident_id: Any) -> int:
    """Number of entries held of an accident."""
    subject = f"{Accident.SUBJECT}/{accident_id}"
    return versions_of([subject]).get(subject, 0)


def stepped_once(scope: Scope, accident_id: Any, once: str | None, kind: str) -> bool:
    """Whether this person's entry of this kind with this key is held.

    Raises:
        Conflict: "journal.once_reused" when the key was used for another act.
    """
    subject = f"{Accident.SUBJECT}/{accident_id}"
    return subject in once_recorded(scope, [(subject, once)], kind)


def accident_standing(scope: Scope, accident_id: Any) -> Standing:
    """Where an accident stands now. Raises AccidentNotFound."""
    row = accident_get(scope, accident_id)
    return Standing(str(row.pk), row.number, row.state, row.grade, version_of(row.pk))
