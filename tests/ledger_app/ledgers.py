from anlan.kernel.errors import Violation
from anlan.platform.ledger.declare import Column, Ledger
from ledger_app.models import LABELS


def keepers(scope):
    from ledger_app.models import Keeper

    return [(str(pk), name) for pk, name in Keeper.objects.order_by("name").values_list("pk", "name")]


def check_well(values, held):
    row = {**(held or {}), **values}
    if row.get("use") == "drinking" and (row.get("depth_m") or 0) < 5:
        return [Violation("wells.too_shallow", {}, "depth_m")]
    return []


WELLS = Ledger(
    id="wells.well",
    model="wells.Well",
    label="水井",
    plural="wells",
    columns=(
        Column("code", required=True, search=True, help="县级统一编号"),
        Column("name", required=True, search=True, filter=True),
        Column("region", required=True, filter=True, label="所在区划"),
        Column("use", filter=True),
        Column("depth_m", filter=True, help="单位：米"),
        Column("share", show=False),
        Column("drilled_on", filter=True),
        Column("checked_at", filter=True),
        Column("households"),
        Column("guarded", kind="bool", filter=True),
        Column("labels", label="标签", choices=LABELS, filter=True),
        Column("phone", label="联系电话", vault=True),
        Column("address", search=True, show=False),
        Column("lon", show=False),
        Column("lat", show=False),
        Column("note", show=False),
        Column("keeper", choices=keepers, show=False, filter=True),
        Column("keeper.name", label="看管人姓名", entered=False, search=True),
        Column("changed_at", entered=False, show=False),
    ),
    natural_key=("code",),
    groups=(("address", "lon", "lat"),),
    legal=("name", "use"),
    sets=("labels",),
    point=("lon", "lat"),
    view="registry.view",
    change="registry.change",
    check=check_well,
)

KEEPERS = Ledger(
    id="wells.keeper",
    model="wells.Keeper",
    label="看管人",
    plural="keepers",
    second_key=("name", "region"),
    columns=(Column("name", required=True, search=True), Column("region", required=True)),
    view="registry.view",
    change="registry.change",
    retirable=False,
)

LEDGERS = [WELLS, KEEPERS]
