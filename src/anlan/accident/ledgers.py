"""The ledger of accidents: entered and imported through the services, stepped on its page."""

from __future__ import annotations

from anlan.accident import queries
from anlan.accident.services.accidents import accident_change
from anlan.accident.services.reports import accident_create
from anlan.accounts import queries as accounts
from anlan.kernel.codes import normalise_uscc
from anlan.kernel.errors import BadInput
from anlan.platform.ledger.declare import Column, Ledger
from anlan.registry import queries as registry


def _enterprise(typed: str) -> str:
    """The id of an enterprise, named by its id or its code; whether the person sees it is the service's question."""
    if queries.as_uuid(typed):
        return typed
    found = registry.enterprises_by_uscc([normalise_uscc(typed)]).values_list("id", flat=True).first()
    if found is None:
        raise BadInput("accident.enterprise_unknown", value=typed[:30])
    return str(found)


ACCIDENTS = Ledger(
    id="accident.accident",
    model="accident.Accident",
    label="事故",
    plural="accidents",
    columns=(
        Column("number", search=True, entered=False, width=26),
        Column("occurred_at", filter=True, required=True, width=18, help="北京时间，如2026-03-01 14:30"),
        Column("sector", filter=True, required=True, width=16),
        Column("category", filter=True, width=14, help="GB 6441的事故类别，工矿商贸必填"),
        Column("grade", filter=True, entered=False, width=14),
        Column("state", filter=True, entered=False, width=10),
        Column("region", label="所在区划", filter=True, required=True, width=22, help="乡镇（街道）或村（社区）"),
        Column("place", required=True, search=True, width=30),
        Column("enterprise.name", label="企业名称", search=True, entered=False, width=30),
        Column("deaths", filter=True, width=10, help="不填为0"),
        Column("serious_injuries", filter=True, width=10, help="不填为0；急性工业中毒计入"),
        Column("minor_injuries", width=10, help="不填为0"),
        Column("loss_yuan", label="直接经济损失（万元）", show=False, kind="decimal", parse=queries.loss_yuan,
               format=queries.loss_text, width=16, help="尚未核定的不填"),
        Column("nature", filter=True, show=False, width=14, help="不填为生产安全事故；只在补录已结案事故时填写"),
        Column("counted", filter=True, show=False, entered=False, exported=True, kind="bool", width=10),
        Column("summary", required=True, search=True, show=False, width=48),
        Column("enterprise", label="企业", show=False, filter=True, parse=_enterprise, width=22, help="统一社会信用代码"),
        Column("unit_name", search=True, show=False, width=30, help="企业台账以外的单位"),
        Column("received_at", show=False, filter=True, width=18, help="不填为现在；补录以前年度事故时请填写"),
        Column("learned_at", show=False, width=18, help="单位负责人接到报告的时间，不清楚的不填"),
        Column("lon", show=False, width=12, help="WGS-84十进制度"),
        Column("lat", show=False, width=12),
        Column("closed_on", show=False, filter=True, width=14, help="补录已结案事故时填写，其他不填"),
        Column("nature_reason", show=False, width=40, help="认定为非生产安全事故的，写明理由"),
        Column("direct_cause", show=False, width=40, help="补录已结案事故时填写"),
        Column("indirect_cause", show=False, width=40, help="补录已结案事故时填写"),
        Column("liability", show=False, width=40, help="补录已结案事故时填写"),
        Column("measures", show=False, width=40, help="补录已结案事故时填写"),
        Column("supplement_until", show=False, entered=False, width=18),
        Column("reported_up_at", show=False, filter=True, entered=False, width=18),
        Column("investigation_due_at", show=False, filter=True, entered=False, width=18),
        Column("team", show=False, entered=False, width=30),
        Column("office", filter=True, show=False, entered=False, choices=accounts.office_choices, width=20),
        Column("revoke_reason", show=False, entered=False, width=40),
    ),
    natural_key=("occurred_at", "region", "place"),
    order=("-occurred_at",),
    point=("lon", "lat"),
    view=queries.VIEW,
    change="accident.report",
    create=accident_create,
    update=accident_change,
    page="/accident/accidents/{}".format,
    retirable=False,
    new=("/accident/accidents/new", "accident.report"),
)  # fmt: skip

LEDGERS = [ACCIDENTS]
