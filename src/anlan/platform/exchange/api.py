"""Routes under /api/v1/exchange: other nodes' requests and turns. Who sends is proved by the parts, not by a login."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from anlan.kernel.errors import BadInput, ProtocolError
from anlan.platform import clock
from anlan.platform.exchange import turn
from anlan.platform.exchange.enrol import enrol_ask
from anlan.platform.exchange.parts import joined

router = Router(tags=["上下级互联"])


class RequestIn(Schema):
    """A node that asks to be enrolled."""

    code: str = Field(max_length=80)
    region: str = Field(max_length=12)
    name: str = Field(max_length=60)
    key: str = Field(max_length=64)
    box_key: str = Field(max_length=64)


class CardOut(Schema):
    """Who the node above is, and the ticket of the request."""

    node: str
    region: str
    name: str
    key: str
    box_key: str
    ticket: str
    known: int


@router.post("/requests", response=CardOut, auth=None, summary="下级节点凭接入码申请接入")
def enrolment_ask(request: HttpRequest, body: RequestIn) -> dict[str, Any]:
    """Take a request; a person approves it."""
    return asdict(enrol_ask(**body.dict(), now=clock.now()))


@router.post("/turns", auth=None, summary="与下级节点交换一轮", openapi_extra={"requestBody": {"content": {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}, "required": True}})  # fmt: skip
def exchange_turn(request: HttpRequest) -> HttpResponse:
    """Hear what a node says and answer with what it lacks."""
    now = clock.now()
    try:
        said = turn.hear(request.body, now=now)
    except ProtocolError as error:
        raise BadInput(error.code, **error.facts) from error
    answer = turn.say(said.link, now=now, want=turn.wanted(said.link), fills=said.asked)
    return HttpResponse(joined(answer), content_type="application/octet-stream")
