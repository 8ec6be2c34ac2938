"""The ledger of enterprises: list, filter, search, workbook, GeoJSON and API follow from this declaration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from anlan.accounts import queries as accounts
from anlan.kernel.codes import normalise_uscc
from anlan.platform import regions
from anlan.platform.ledger.declare import Column, Ledger
from anlan.platform.scope import Scope
from anlan.registry.rules.codes import CLASSES, COORDS, LEVELS, SCALES, STANDARDISATIONS, STATUSES, TAGS
from anlan.registry.rules.enterprise import (
    GROUPS,
    LEGAL,
    SETS,
    check_enterprise,
    industry_label,
    prepare_enterprise,
    read_degrees,
    read_industry,
)
from anlan.registry.services.enterprises import (
    enterprise_change,
    enterprise_create,
    enterprise_restore,
    enterprise_retire,
    enterprises_create,
)


def _update(
    *, scope: Scope, id: str, values: Mapping[str, Any], base: int | None, now: datetime, once: str | None = None
) -> bool:
    return enterprise_change(scope=scope, enterprise_id=id, values=values, base=base, now=now, once=once)


def _retire(*, scope: Scope, id: str, reason: str, base: int | None, now: datetime, once: str | None = None) -> None:
    enterprise_retire(scope=scope, enterprise_id=id, reason=reason, base=base, now=now, once=once)


def _restore(*, scope: Scope, id: str, reason: str, base: int | None, now: datetime, once: str | None = None) -> None:
    enterprise_restore(scope=scope, enterprise_id=id, reason=reason, base=base, now=now, once=once)


ENTERPRISES = Ledger(
    id="registry.enterprise",
    model="registry.Enterprise",
    label="企业档案",
    plural="enterprises",
    columns=(
        Column("name", required=True, search=True, width=32, help="营业执照上的全称"),
        Column(
            "uscc",
            search=True,
            parse=normalise_uscc,
            width=22,
            help="18位；除“九小场所”外必填。同一代码再次导入视为更新",
        ),
        Column(
            "region",
            label="所在区划",
            required=True,
            filter=True,
            width=20,
            help="乡镇（街道）或村（社区）的名称或代码",
        ),
        Column("address", show=False, width=36),
        Column(
            "coords",
            parse=COORDS.read,
            show=False,
            width=10,
            help="经纬度取自哪种地图；不填为WGS-84，高德、腾讯取点填GCJ-02，百度填BD-09",
        ),
        Column("lon", show=False, parse=read_degrees, width=12, help="十进制度，如121.262100"),
        Column("lat", show=False, parse=read_degrees, width=12, help="十进制度，如28.650000"),
        Column(
            "industry",
            show=False,
            parse=read_industry,
            format=industry_label,
            width=22,
            help="GB/T 4754代码，2至4位数字",
        ),
        Column(
            "classes",
            label=CLASSES.label,
            filter=True,
            choices=CLASSES.choices,
            parse=CLASSES.read,
            width=24,
            help="可填多项，用“、”隔开",
        ),
        Column(
            "tags",
            label=TAGS.label,
            filter=True,
            choices=TAGS.choices,
            parse=TAGS.read,
            width=24,
            help="可填多项，用“、”隔开",
        ),
        Column("scale", parse=SCALES.read, filter=True, show=False, width=10),
        Column("level", parse=LEVELS.read, filter=True, show=False, width=10),
        Column("office", filter=True, choices=accounts.office_choices, width=20, help="一企一科，只填一个"),
        Column("status", parse=STATUSES.read, filter=True, width=10, help="不填为在产"),
        Column("standardisation", parse=STANDARDISATIONS.read, filter=True, show=False, width=10, help="不填为无"),
        Column("grade", filter=True, entered=False, width=14),
        Column("former", show=False, search=True, entered=False, width=24),
        Column("created_at", filter=True, show=False, entered=False, width=18),
        Column("changed_at", show=False, entered=False, width=18),
    ),
    natural_key=("uscc",),
    second_key=("name", "region9"),  # as services.admission.check_duplicates asks of those without a code
    order=("-created_at",),
    groups=GROUPS,
    legal=LEGAL,
    sets=SETS,
    point=("lon", "lat"),
    view="registry.view",
    change="registry.change",
    create=enterprise_create,
    update=_update,
    retire=_retire,
    restore=_restore,
    create_many=partial(enterprises_create, judged=True),
    prepare=prepare_enterprise,
    check=partial(check_enterprise, known=regions.exists),
    page="/registry/enterprises/{}".format,
    batch=("派发检查任务", "/inspection/tasks/assign", "inspection.task.assign"),
)

LEDGERS = [ENTERPRISES]
