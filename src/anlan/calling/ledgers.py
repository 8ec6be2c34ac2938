"""The ledgers of calling: chains, their steps, shifts, rosters; and the calls themselves, which people only read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlan.calling import queries
from anlan.calling.rules.chain import check_step, read_channels, show_channels
from anlan.calling.rules.roster import check_shift, read_clock
from anlan.kernel.errors import Violation
from anlan.platform import clock
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.declare import Column, Ledger
from anlan.platform.scope import Scope

_VIEW, _CHANGE = queries.VIEW, "calling.chain.change"
_CHANNELS = "可填：站内、短信、群消息和邮件、语音和其他接口；用“、”隔开"


def _kinds(scope: Scope) -> list[tuple[str, str]]:
    return [(kind.kind, kind.label) for kind in sorted(CATALOGUE.matters.values(), key=lambda k: k.kind)]


def _posts(scope: Scope) -> list[tuple[str, str]]:
    return queries.post_choices(scope, clock.now())


def _people(scope: Scope) -> list[tuple[str, str]]:
    return queries.person_choices(scope, clock.now())


def _step(values: Mapping[str, Any], held: Mapping[str, Any] | None) -> list[Violation]:
    return check_step({**(held or {}), **values})


def _shift(values: Mapping[str, Any], held: Mapping[str, Any] | None) -> list[Violation]:
    return check_shift({**(held or {}), **values})


CHAINS = Ledger(
    id="calling.chain",
    model="calling.Chain",
    label="叫应链",
    plural="chains",
    columns=(
        Column("name", required=True, search=True, width=28),
        Column("region", label="适用区划", required=True, filter=True, width=20),
        Column("kind", filter=True, choices=_kinds, kind="choice", width=16, help="不填为各类事项通用"),
        Column("summary", show=False, width=40),
    ),
    natural_key=("name", "region"),
    view=_VIEW,
    change=_CHANGE,
)

LINKS = Ledger(
    id="calling.link",
    model="calling.Link",
    label="叫应环节",
    plural="links",
    columns=(
        Column("chain", required=True, filter=True, choices=queries.chain_choices, width=28),
        Column("place", required=True, width=8, help="1为最先叫应"),
        Column("holder", required=True, filter=True, width=18),
        Column("position", filter=True, width=12, help="叫应对象是值班岗位时填写"),
        Column("post", choices=_posts, width=24, help="叫应对象是指定任职时填写"),
        Column("person", choices=_people, width=24, help="叫应对象是指定人员时填写"),
        Column("minutes", required=True, width=10, help="无人应答多少分钟后叫下一级"),
        Column("critical", parse=read_channels, format=show_channels, width=28, help=_CHANNELS),
        Column("urgent", parse=read_channels, format=show_channels, width=24, help=_CHANNELS),
        Column("routine", parse=read_channels, format=show_channels, width=18, help=_CHANNELS),
        Column("region", label="适用区划", show=False, filter=True, width=20, help="不填为您的辖区"),
    ),
    natural_key=("chain_id", "place"),
    order=("chain_id", "place"),
    view=_VIEW,
    change=_CHANGE,
    check=_step,
)

SHIFTS = Ledger(
    id="calling.shift",
    model="calling.Shift",
    label="班次",
    plural="shifts",
    columns=(
        Column("name", required=True, search=True, width=16, help="如“白班”“夜班”"),
        Column("starts", required=True, parse=read_clock, width=10, help="如08:30"),
        Column("ends", required=True, parse=read_clock, width=10, help="不晚于上班时间的，为第二天"),
        Column("region", label="适用区划", required=True, filter=True, width=20),
    ),
    natural_key=("name", "region"),
    view=_VIEW,
    change=_CHANGE,
    check=_shift,
)

ROSTER = Ledger(
    id="calling.roster_line",
    model="calling.RosterLine",
    label="值班表",
    plural="roster",
    columns=(
        Column("on", required=True, filter=True, width=14),
        Column("shift", required=True, filter=True, choices=queries.shift_choices, width=16),
        Column("position", required=True, filter=True, width=12),
        Column("post", required=True, choices=_posts, width=28, help="填姓名，重名的加单位：张三（某街道应急办）"),
        Column("region", label="值班区划", required=True, filter=True, width=20),
        Column("remark", show=False, width=24),
    ),
    natural_key=("on", "shift_id", "position", "post_id", "region"),
    order=("-on",),
    view=_VIEW,
    change=_CHANGE,
)

CALLS = Ledger(
    id="calling.call",
    model="calling.Call",
    label="叫应记录",
    plural="calls",
    columns=(
        Column("title", search=True, entered=False, width=32),
        Column("urgency", filter=True, entered=False, width=10),
        Column("state", filter=True, entered=False, width=12),
        Column("region", label="所在区划", filter=True, entered=False, width=20),
        Column("opened_at", filter=True, entered=False, width=18),
        Column("answered_at", filter=True, entered=False, width=18),
        Column("word", filter=True, entered=False, width=16),
        Column("channel", filter=True, show=False, entered=False, width=12),
        Column("chain_name", show=False, entered=False, width=20),
        Column("ended_at", show=False, entered=False, width=18),
        Column("reason", show=False, entered=False, width=24),
    ),
    order=("-opened_at",),
    view=_VIEW,
    page="/calls/{}".format,
    retirable=False,
)

LEDGERS = [CALLS, CHAINS, LINKS, SHIFTS, ROSTER]
