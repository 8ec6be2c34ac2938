"""Filing hazards and putting them under campaigns; the steps of the loop are in services.steps, re-exported here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.queries.gone import gone_reasons
from anlan.inspection.rules.campaign import check_tag
from anlan.inspection.rules.hazard import GRADES, HAZARD_LOOP, SOURCES, ReportFacts, check_report
from anlan.inspection.rules.major import check_not_major, check_ticked, cite, cited
from anlan.inspection.services.doubting import doubts_filed, hold_photos
from anlan.inspection.services.drafting import (
    PhotoFacts,
    key_for,
    numbers_for,
    photo_facts,
    photo_text,
    require_plausible,
    said,
)
from anlan.inspection.services.steps import (
    CloseInput,
    OrderInput,
    ReturnInput,
    StepInput,
    SubmitInput,
    hazard_close,
    hazard_order,
    hazard_return,
    hazard_submit,
    hazards_close,
    hazards_order,
    hazards_return,
    hazards_submit,
)
from anlan.kernel.entry import Draft, Step
from anlan.kernel.stated import settled
from anlan.kernel.text import blank
from anlan.platform import attachments
from anlan.platform.database import writing
from anlan.platform.journal.record import NEW, record_many
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = [
    "CloseInput",
    "HazardInput",
    "OrderInput",
    "ReturnInput",
    "StepInput",
    "SubmitInput",
    "hazard_close",
    "hazard_order",
    "hazard_report",
    "hazard_return",
    "hazard_submit",
    "hazard_tag",
    "hazard_untag",
    "hazards_close",
    "hazards_order",
    "hazards_report",
    "hazards_return",
    "hazards_submit",
]

_BATCH = 200
_SUBJECT = Hazard.SUBJECT
_REPORT = HAZARD_LOOP.action("report")


@dataclass(frozen=True, slots=True)
class HazardInput:
    """One hazard to be filed.

    Attributes:
        enterprise_id: where it is. description, place, basis: in words, and the clause cited.
        grade: "general" or "major"; `major_criteria`: ids of the criteria ticked, which make it major; `major_basis`:
            in words, where no published criteria fit the enterprise, or as the checklist's item cites them.
        source: rules.hazard.SOURCES; "" takes the one that fits the person's region.
        photos: hashes of stored attachments. campaigns: ids. lon, lat: WGS-84, else the enterprise's.
        item_criterion: of major hazards, that the checklist's item names; `general_reason`: why it is none nevertheless.
        at: when it was found, if not now. once: a client's key. id: a fixed id (of an inspection's item).
    """

    enterprise_id: str
    description: str
    place: str = ""
    basis: str = ""
    grade: str = "general"
    major_basis: str = ""
    source: str = ""
    photos: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    inspection_id: str | None = None
    item_key: str = ""
    at: datetime | None = None
    once: str | None = None
    id: str | None = None
    major_criteria: tuple[str, ...] = ()
    reopened_from: str | None = None
    item_criterion: str = ""
    general_reason: str = ""


def judged(grade: str, ticked: Sequence[str], basis: str) -> tuple[str, tuple[str, ...], str]:
    """(grade, ids of criteria, basis in words) that follow from what was ticked or cited.

    A basis that cites criteria word for word ticks them. Source: 安全生产法(2021) 第一百一十八条第二款.
    """
    ids = tuple(dict.fromkeys(ticked))
    if not ids and grade == "major":
        ids = cited(basis)
    return (GRADES[1][0] if ids else grade), ids, cite(ids) if blank(basis) else basis.strip()


def default_source(scope: Scope) -> str:
    """The source that fits where a person works: a town's, a village's, else the first that the post may name."""
    if usual := {9: "town", 12: "village"}.get(len(scope.region)):
        return usual
    return next((word for word, _ in SOURCES if scope.may(f"inspection.source.{word}")), "county")


def allowed_sources(scope: Scope) -> frozenset[str]:
    """The sources that this post may name: its usual one, and those that its role holds as rights."""
    return frozenset({default_source(scope)} | {w for w, _ in SOURCES if scope.may(f"inspection.source.{w}")})


def source_choices(scope: Scope) -> list[tuple[str, str]]:
    """(word, label) of the sources that this post may name, for forms."""
    return [pair for pair in SOURCES if pair[0] in allowed_sources(scope)]


def hazard_drafts(
    scope: Scope,
    items: Sequence[HazardInput],
    keys: Sequence[str],
    now: datetime,
    inherited: Sequence[str] = (),
) -> list[tuple[Draft, int]]:
    """The drafts of new hazards, judged; call it in the transaction that records them. `keys`: the new ids.

    `inherited`: campaigns that the inspection was begun under; they count even if they were retired since, but not
    where the enterprise has moved out of their region since.

    Raises:
        NotFound: "registry.enterprise.not_found", "inspection.campaign.not_found".
        StepRefused: "inspection.hazard.report.refused" with every reason of the first refused one.
        BadInput: "platform.attachment.unknown".
    """
    if any(item.photos for item in items):
        hold_photos()  # a closing at the same moment with one of these photos waits, and is judged knowing them
    named = list(dict.fromkeys(item.enterprise_id for item in items))
    found = dict(zip(named, registry.enterprises_get(scope, named), strict=True))
    items = [_without_outside(item, found[item.enterprise_id].region, inherited) for item in items]
    items = [replace(item, at=settled(item.at, now)) for item in items]
    for campaign_id in sorted({c for item in items for c in item.campaigns} - set(inherited)):
        tagged = {found[item.enterprise_id].region for item in items if campaign_id in item.campaigns}
        require_taggable(scope, campaign_id, sorted(tagged))
    for item in items:
        require_plausible(item.at)
    ready = [_judged(replace(item, source=item.source or default_source(scope))) for item in items]
    for asked, item in zip(items, ready, strict=True):
        facts = queries.step_facts(scope, None, item.at, now)
        # The source of an inspection was judged when it began, by whoever began it.
        sources = None if item.inspection_id else allowed_sources(scope)
        report = ReportFacts(
            facts, item.description, item.grade, item.major_basis, item.source, item.place, item.basis, sources,
            item.lon, item.lat,
        )  # fmt: skip
        offered = {c.id for c in queries.criteria_offered(found[item.enterprise_id])} if item.grade == "major" else ()
        # What an inspection or look-back found belongs to a matter that had begun.
        old = item.inspection_id or item.reopened_from
        problems = [] if old else gone_reasons(found[item.enterprise_id])
        problems += check_report(report) + check_ticked(
            item.grade, asked.major_criteria, item.major_criteria, offered, also=cited(item.item_criterion),
            judged_before=bool(item.reopened_from),
        )  # fmt: skip
        problems += check_not_major(item.grade, item.item_criterion, item.general_reason, item.item_key)
        if problems:
            raise StepRefused("inspection.hazard.report.refused", problems)
    numbers = numbers_for("YH", [item.at or now for item in ready])
    known = photo_facts(p for item in ready for p in item.photos)
    drafts = []
    for item, key, number in zip(ready, keys, numbers, strict=True):
        subject = f"{_SUBJECT}/{key}"
        if item.photos:
            attachments.link(item.photos, subject, scope=scope)
        doubts = doubts_filed(item.photos, now, [item.reopened_from] if item.reopened_from else [])
        drafts.append((_found_draft(item, found[item.enterprise_id], subject, number, known, doubts), NEW))
    return drafts


def _judged(item: HazardInput) -> HazardInput:
    grade, ids, basis = judged(item.grade, item.major_criteria, item.major_basis)
    return replace(item, grade=grade, major_criteria=ids, major_basis=basis)


def _found_draft(
    item: HazardInput, enterprise: Any, subject: str, number: str, known: PhotoFacts, doubts: dict[str, Any]
) -> Draft:
    data = {
        "number": number,
        "enterprise_id": str(enterprise.id),
        "office_id": str(enterprise.office_id) if enterprise.office_id else None,
        "inspection_id": item.inspection_id,
        "item_key": item.item_key or None,
        "basis": item.basis or None,
        "grade": item.grade,
        "source": item.source,
        "lon": item.lon if item.lon is not None else enterprise.lon,
        "lat": item.lat if item.lat is not None else enterprise.lat,
        "campaigns": sorted(set(item.campaigns)) or None,
        "major_criteria": " ".join(item.major_criteria) or None,
        "major_unlisted": 1 if item.grade == "major" and not item.major_criteria else None,
        "reopened_from_id": item.reopened_from,
    }
    return Draft(
        kind=_REPORT.kind,
        subject=subject,
        region=enterprise.region,
        data={n: v for n, v in data.items() if v is not None} | doubts,
        text=said(
            description=item.description, place=item.place, major_basis=item.major_basis,
            general_reason=item.general_reason if item.grade == "general" else "",
        )
        | photo_text(item.photos, known),
        at=item.at,
        step=Step("", _REPORT.to),
        once=item.once,
        drill=bool(enterprise.drill),
    )


def hazards_report(*, scope: Scope, items: Sequence[HazardInput], now: datetime) -> list[str]:
    """File hazards, all or none, in one transaction; ids in the order of `items`.

    A repeated `once` of the same person gives the id of the hazard that the first call filed.

    Raises:
        NotAllowed: "platform.not_allowed"; else as `hazard_drafts`.
    """
    scope.require(_REPORT.right)
    keys = [item.id or key_for(scope, _SUBJECT, item.once, now) for item in items]
    fixed = [k for k, item in zip(keys, items, strict=True) if item.once or item.id]
    held = queries.versions_of(f"{_SUBJECT}/{k}" for k in fixed)
    fresh = {k: item for k, item in zip(keys, items, strict=True) if f"{_SUBJECT}/{k}" not in held}
    with writing():
        pairs = list(fresh.items())
        for start in range(0, len(pairs), _BATCH):
            part = pairs[start : start + _BATCH]
            drafts = hazard_drafts(scope, [item for _, item in part], [k for k, _ in part], now)
            record_many(drafts, scope=scope, now=now)
    return keys


def hazard_report(*, scope: Scope, item: HazardInput, now: datetime) -> str:
    """File one hazard, found outside an inspection; its id. Raises as `hazards_report`."""
    return hazards_report(scope=scope, items=[item], now=now)[0]


def _without_outside(item: HazardInput, region: str, inherited: Sequence[str]) -> HazardInput:
    """The item without the inherited campaigns that do not cover its region."""
    if not (checked := set(item.campaigns) & set(inherited)):
        return item
    away = checked - queries.campaigns_covering(checked, region)
    return replace(item, campaigns=tuple(c for c in item.campaigns if c not in away)) if away else item


def require_taggable(scope: Scope, campaign_id: str, regions: Sequence[str] = ()) -> None:
    """Refuse a campaign that is retired, out of sight, or does not cover one of these regions (12 digits).

    Raises:
        CampaignNotFound; StepRefused: "inspection.hazard.tag.refused".
    """
    campaign = queries.campaign_get(scope, campaign_id)
    retired = campaign.retired_at is not None
    if problems := next(filter(None, (check_tag(retired, campaign.region, r) for r in regions or ("",))), []):
        raise StepRefused("inspection.hazard.tag.refused", problems, campaign=campaign.name)


def hazard_tag(
    *, scope: Scope, hazard_ids: Sequence[str], campaign_id: str, now: datetime, once: str | None = None
) -> int:
    """Let hazards count for a campaign as well; how many were not under it before.

    Raises:
        NotAllowed: "platform.not_allowed". HazardNotFound, CampaignNotFound.
        StepRefused: "inspection.hazard.tag.refused" for a retired campaign, or one that does not cover a hazard's region.
    """
    scope.require(_REPORT.right)
    require_taggable(scope, campaign_id, sorted({h.region for h in queries.hazards_get(scope, hazard_ids).values()}))
    return _tag(scope, hazard_ids, campaign_id, "tagged", now, once)


def hazard_untag(
    *, scope: Scope, hazard_ids: Sequence[str], campaign_id: str, now: datetime, once: str | None = None
) -> int:
    """Take hazards out of a campaign; how many were under it. Raises as `hazard_tag`."""
    scope.require(_REPORT.right)
    campaign = queries.campaign_get(scope, campaign_id)
    return _tag(scope, hazard_ids, str(campaign.id), "untagged", now, once)


def _tag(scope: Scope, hazard_ids: Sequence[str], campaign_id: str, act: str, now: datetime, once: str | None) -> int:
    hazards = queries.hazards_get(scope, hazard_ids)
    under = (
        queries.hazard_list(scope, campaigns=[str(campaign_id)])
        .filter(pk__in=list(hazards))
        .values_list("id", flat=True)
    )
    tagged = {str(i) for i in under}
    wanted = [h for key, h in hazards.items() if (key in tagged) == (act == "untagged")]
    drafts = [
        Draft(
            kind=f"{_SUBJECT}.{act}",
            subject=f"{_SUBJECT}/{hazard.id}",
            region=hazard.region,
            data={"campaigns": [str(campaign_id)]},
            once=once,
            drill=bool(hazard.drill),
        )
        for hazard in wanted
    ]
    # Any version will do: tags are added and removed one by one and contradict no other entry.
    with writing():
        for start in range(0, len(drafts), _BATCH):
            record_many([(d, None) for d in drafts[start : start + _BATCH]], scope=scope, now=now)
    return len(drafts)
