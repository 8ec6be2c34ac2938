"""Routes under /api/v1/journal: redact, correct a clock, a subject as of a moment. Mounted by config/api.py."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import AwareDatetime

from anlan.kernel.errors import BadInput
from anlan.platform import regions
from anlan.platform.journal import schemas
from anlan.platform.journal.corrections import clock_correct, redact
from anlan.platform.ledger.history import stood_at, visible_subject

router = Router(tags=["履历"])
regions_router = Router(tags=["区划"])


def _confirmed(body: schemas.ToldIn) -> dict[str, str]:
    if not body.confirmed:
        raise BadInput("platform.correction.not_confirmed")
    return {"reason": body.reason, "basis": body.basis}


@router.post("/redactions", response={201: schemas.RedactionOut}, summary="依法删除履历正文及其附件")
def redaction_make(request: HttpRequest, body: schemas.RedactionIn) -> Status:
    """Blank words and attachments of entries; what others hold stays and is named."""
    told = _confirmed(body)
    done = redact(scope=request.scope, entries=body.entries, now=request.now, once=request.once, **told)
    return Status(201, {"entry": done.entry.id, "erased": done.erased, "kept": done.kept})


@router.post("/clock-corrections", response={201: schemas.EntryOut}, summary="校正一个节点的时钟")
def clock_correction_make(request: HttpRequest, body: schemas.ClockIn) -> Status:
    """Put right what a node's wrong clock stamped."""
    told = _confirmed(body)
    span = {"node_id": body.node, "first": body.first, "last": body.last, "offset_ms": body.offset_ms}
    entry = clock_correct(scope=request.scope, now=request.now, once=request.once, **span, **told)
    return Status(201, {"entry": entry.id})


@router.get("/state", response=schemas.StoodOut, summary="一个对象在某一时刻的情况，或当时本机已知的情况")
def subject_stood(request: HttpRequest, subject: str, at: AwareDatetime, known: bool = False) -> dict[str, Any]:
    """By the corrected clocks; with `known` what this server had received by then."""
    visible_subject(request.scope, subject)
    stood = stood_at(subject, at, known=known, scope=request.scope)
    fields = [{"field": c.field, "label": c.label, "text": c.new} for c in stood or ()]
    return {"subject": subject, "exists": stood is not None, "fields": fields}


@regions_router.post("/changes", response={201: schemas.RegionOut}, summary="登记区划变更")
def region_change_make(request: HttpRequest, body: schemas.RegionIn) -> Status:
    """Renamed, re-coded, merged, split or founded; what stands in it follows."""
    told = _confirmed(body)
    done = regions.region_change(
        scope=request.scope,
        now=request.now,
        once=request.once,
        document=told["basis"],
        reason=told["reason"],
        **body.dict(exclude={"reason", "basis", "confirmed"}),
    )
    return Status(201, {"moved": done.followed.moved, "staying": done.followed.staying, "below": done.below})
