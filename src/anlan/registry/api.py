"""Routes of the registry beyond the ledger's own: formal changes, premises, contacts, the profile, code lists."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from anlan.platform import regions
from anlan.registry import queries, schemas
from anlan.registry.services import contacts, enterprises, mergers, premises

router = Router(tags=["企业档案"])
_MOST = 200


def _by(request: HttpRequest) -> dict[str, Any]:
    """Who asks, when, and with which key: what every service takes."""
    return {"scope": request.scope, "now": request.now, "once": request.once}  # type: ignore[attr-defined]


def _done(enterprise_id: str, key: str = "", ids: list[str] | None = None) -> dict[str, Any]:
    version = queries.version_now(enterprise_id)
    return {"id": enterprise_id, "version": version, "key": key, "ids": ids or []}


@router.get("/codes", response=list[schemas.CodeTableOut], summary="企业档案代码表")
def code_list(request: HttpRequest) -> Any:
    """Every code list of the registry with the codes that may be chosen."""
    return [
        {"id": t.id, "label": t.label, "codes": [{"id": c.id, "label": c.label, "group": c.group} for c in t.usable]}
        for t in queries.code_tables()
    ]


@router.get("/enterprises/unassigned", response=list[schemas.UnassignedOut], summary="未落实责任科室的企业")
def enterprise_unassigned(request: HttpRequest) -> Any:
    """At most 200 enterprises of the person's region without a responsible office, oldest first."""
    rows = queries.enterprises_unassigned(request.scope)[:_MOST]  # type: ignore[attr-defined]
    return [{"id": str(e.id), "name": e.name, "region": e.region, "region_name": regions.name(e.region)} for e in rows]


@router.get("/enterprises/{enterprise_id}/profile", response=schemas.ProfileOut, summary="一企一档")
def enterprise_profile(request: HttpRequest, enterprise_id: str) -> Any:
    """Premises, contacts (masked), former names, relatives, and what may be done now."""
    profile = queries.enterprise_profile(request.scope, enterprise_id)  # type: ignore[attr-defined]
    fields = {name: getattr(profile, name) for name in schemas.ProfileOut.model_fields if hasattr(profile, name)}
    enterprise = profile.enterprise
    return fields | {"id": str(enterprise.id), "name": enterprise.name, "actions": list(profile.actions.values())}


@router.post("/enterprises/{enterprise_id}/rename", response=schemas.DoneOut, summary="变更名称")
def enterprise_rename(request: HttpRequest, enterprise_id: str, body: schemas.RenameIn) -> Any:
    """Give a new name; the old one stays searchable."""
    enterprises.enterprise_rename(enterprise_id=enterprise_id, **body.dict(), **_by(request))
    return _done(enterprise_id)


@router.post("/enterprises/{enterprise_id}/recode", response=schemas.DoneOut, summary="变更统一社会信用代码")
def enterprise_recode(request: HttpRequest, enterprise_id: str, body: schemas.RecodeIn) -> Any:
    """Give a new code; the old one stays searchable."""
    enterprises.enterprise_recode(enterprise_id=enterprise_id, **body.dict(), **_by(request))
    return _done(enterprise_id)


@router.post("/enterprises/{enterprise_id}/status", response=schemas.DoneOut, summary="变更生产经营状态")
def enterprise_status_set(request: HttpRequest, enterprise_id: str, body: schemas.StatusIn) -> Any:
    """Set the status with its reason."""
    enterprises.enterprise_status_set(enterprise_id=enterprise_id, **body.dict(), **_by(request))
    return _done(enterprise_id)


@router.post("/enterprises/{enterprise_id}/office", response=schemas.DoneOut, summary="落实责任科室")
def enterprise_office_assign(request: HttpRequest, enterprise_id: str, body: schemas.OfficeIn) -> Any:
    """Hand over to an office, or claim what no office has."""
    enterprises.enterprise_office_assign(enterprise_id=enterprise_id, **body.dict(), **_by(request))
    return _done(enterprise_id)


@router.post("/enterprises/{enterprise_id}/move", response=schemas.DoneOut, summary="迁移区划")
def enterprise_move(request: HttpRequest, enterprise_id: str, body: schemas.MoveIn) -> Any:
    """Move to another region with address and position."""
    values = body.dict(exclude={"base", "reason"})
    enterprises.enterprise_move(
        enterprise_id=enterprise_id, values=values, base=body.base, reason=body.reason, **_by(request)
    )
    return _done(enterprise_id)


@router.post("/enterprises/{enterprise_id}/merge", response=schemas.DoneOut, summary="并入其他企业")
def enterprise_merge(request: HttpRequest, enterprise_id: str, body: schemas.MergeIn) -> Any:
    """Merge into another enterprise; both keep their history."""
    values = body.dict(exclude={"into"})
    mergers.enterprise_merge(enterprise_id=enterprise_id, into_id=body.into, **values, **_by(request))
    return _done(enterprise_id)


@router.post("/enterprises/{enterprise_id}/separate", response=schemas.DoneOut, summary="撤销合并")
def enterprise_separate(request: HttpRequest, enterprise_id: str, body: schemas.ReasonIn) -> Any:
    """Take a merging back."""
    mergers.enterprise_separate(enterprise_id=enterprise_id, **body.dict(), **_by(request))
    return _done(enterprise_id)


@router.post("/enterprises/{enterprise_id}/split", response=schemas.DoneOut, summary="分立")
def enterprise_split(request: HttpRequest, enterprise_id: str, body: schemas.SplitIn) -> Any:
    """Split new enterprises off; their ids are in `ids`."""
    ids = mergers.enterprise_split(enterprise_id=enterprise_id, **body.dict(), **_by(request))
    return _done(enterprise_id, ids=ids)


@router.post("/enterprises/{enterprise_id}/restore", response=schemas.DoneOut, summary="恢复到台账")
def enterprise_restore(request: HttpRequest, enterprise_id: str, body: schemas.ReasonIn) -> Any:
    """Take a retirement back."""
    enterprises.enterprise_restore(enterprise_id=enterprise_id, **body.dict(), **_by(request))
    return _done(enterprise_id)


@router.post("/enterprises/{enterprise_id}/premises", response=schemas.DoneOut, summary="增加场所")
def premises_add(request: HttpRequest, enterprise_id: str, body: schemas.PremisesIn) -> Any:
    """Add premises; their key is in `key`."""
    values = body.dict(exclude={"base"})
    key = premises.premises_add(enterprise_id=enterprise_id, values=values, base=body.base, **_by(request))
    return _done(enterprise_id, key)


@router.post("/enterprises/{enterprise_id}/premises/{key}", response=schemas.DoneOut, summary="修改场所")
def premises_change(request: HttpRequest, enterprise_id: str, key: str, body: schemas.PremisesIn) -> Any:
    """Replace what is said of premises."""
    values = body.dict(exclude={"base"})
    premises.premises_change(enterprise_id=enterprise_id, key=key, values=values, base=body.base, **_by(request))
    return _done(enterprise_id, key)


@router.post("/enterprises/{enterprise_id}/premises/{key}/remove", response=schemas.DoneOut, summary="移除场所")
def premises_remove(request: HttpRequest, enterprise_id: str, key: str, body: schemas.ReasonIn) -> Any:
    """Give premises up."""
    premises.premises_remove(enterprise_id=enterprise_id, key=key, **body.dict(), **_by(request))
    return _done(enterprise_id, key)


@router.post("/enterprises/{enterprise_id}/contacts", response=schemas.DoneOut, summary="登记联系人")
def contact_set(request: HttpRequest, enterprise_id: str, body: schemas.ContactIn) -> Any:
    """Add a contact; its key is in `key`."""
    values = body.dict(exclude={"base"})
    key = contacts.contact_set(enterprise_id=enterprise_id, values=values, base=body.base, **_by(request))
    return _done(enterprise_id, key)


@router.post("/enterprises/{enterprise_id}/contacts/{key}", response=schemas.DoneOut, summary="修改联系人")
def contact_change(request: HttpRequest, enterprise_id: str, key: str, body: schemas.ContactIn) -> Any:
    """Replace a contact."""
    values = body.dict(exclude={"base"})
    contacts.contact_set(enterprise_id=enterprise_id, key=key, values=values, base=body.base, **_by(request))
    return _done(enterprise_id, key)


@router.post("/enterprises/{enterprise_id}/contacts/{key}/remove", response=schemas.DoneOut, summary="移除联系人")
def contact_remove(request: HttpRequest, enterprise_id: str, key: str, body: schemas.Seen) -> Any:
    """Take a contact away and erase it from the vault."""
    contacts.contact_remove(enterprise_id=enterprise_id, key=key, base=body.base, **_by(request))
    return _done(enterprise_id, key)


@router.post("/enterprises/{enterprise_id}/contacts/{key}/reveal", response=schemas.RevealOut, summary="查看完整信息")
def contact_reveal(request: HttpRequest, enterprise_id: str, key: str, body: schemas.RevealIn) -> Any:
    """Name or phone in plain; the look stays in the journal."""
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    if hasattr(request, "keyed"):
        del request.keyed  # an answer kept for repeats would keep personal data outside the vault
    value = contacts.contact_reveal(scope=scope, enterprise_id=enterprise_id, key=key, now=now, **body.dict())
    return {"value": value}
