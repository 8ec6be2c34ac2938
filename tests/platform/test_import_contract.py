"""What every ledger that takes imports promises: what it exports can be imported again, and changes nothing."""

import pytest

from anlan.kernel.errors import BadInput, NotAllowed
from anlan.kernel.messages import render
from anlan.kernel.text import restore_cell, safe_cell
from anlan.platform import clock
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.columns import columns_of, entered_of, model_of
from anlan.platform.ledger.filters import Ask
from anlan.platform.ledger.links import require_import
from anlan.platform.ledger.runs import import_execute, import_get, import_start, import_work
from anlan.platform.ledger.services import ledger_create
from anlan.platform.ledger.values import Reader, Shower
from anlan.platform.ledger.workbook.export import export_csv, export_xlsx
from anlan.platform.ledger.workbook.import_ import import_file
from anlan.platform.ledger.workbook.template import template
from anlan.platform.scope import Scope
from anlan.registry.services.enterprises import enterprise_create
from inspection.conftest import _standing_world, world
from inspection.factories import NOW
from inspection.task_samples import posts
from registry.factories import firm

__all__ = ["_standing_world", "world"]

pytestmark = pytest.mark.django_db

TAKING = sorted(i for i, x in CATALOGUE.ledgers.items() if x.change and entered_of(x))
CLOSED = sorted(set(CATALOGUE.ledgers) - set(TAKING))
FORMULA = "@SUM(1+1)"


@pytest.fixture
def everything(world):
    """Somebody with every right in the county, and rows of every ledger that takes imports, awkward texts among them."""
    scope = Scope(world.scope["leader"].person, "", "全", frozenset(CATALOGUE.rights), "331003")
    registered = [
        firm(11, name="演示仓储有限公司", industry="5990", office_id=world.county.office, tags=["有限空间", "粉尘涉爆"]),
        firm(12, name="演示餐饮店", uscc="", classes=["九小场所"], industry="62", address=FORMULA, lon=121.262123),
        firm(13, name="演示加油站有限公司", classes=["加油站", "危化经营"], industry="5265", address="-2+3"),
        firm(14, name="演示农庄有限公司", industry="A0511", address="'@SUM(1+1)", status="停产", standardisation="三级"),
    ]  # fmt: skip
    for values in registered:
        enterprise_create(scope=scope, values=values, now=NOW)
    days = {"since_on": "2026-03-01", "until_on": "2026-06-30", "region": "331003000000"}
    rows = {
        "accounts.person": {"name": "演示人", "region": "331003001000", "phone": "13800000001", "remark": f"{FORMULA}\n次行"},
        "accounts.organisation": {
            "name": "演示单位", "region": "331003001000", "kind": "town", "parent_id": world.county.bureau,
        },
        "inspection.campaign": {"name": "演示行动", "summary": "=1+1", "target_class": "machinery", **days},
        "inspection.self_check_rule": {"region": "331003001000", "period": "month", "since_on": "2026-03-01"},
        "inspection.team": {
            "name": "演示组", "kind": "inspect", "region": "331003001000", "since_on": "2026-03-01",
            "members": list(posts(world, "town", "town_second")), "leader": world.county.post["town"],
        },
        "wells.keeper": {"name": "演示管护人", "region": "331003001000"},
        "wells.well": {
            "code": "W-1", "name": "＝井", "region": "331003001000", "depth_m": 12.5, "checked_at": "2026-03-01T08:30:59",
            "labels": ["deep"], "phone": "13800000002", "lon": 121.25, "lat": 28.65, "note": "-1+2",
        },
    }  # fmt: skip
    for ledger, values in rows.items():
        ledger_create(scope=scope, ledger=CATALOGUE.ledgers[ledger], values=values, now=NOW)
    _calling_rows(scope, world)
    _accident_rows(scope, world)
    _reported_rows(scope)
    _sensing_rows(scope, world)
    return scope


def _calling_rows(scope, world):
    """A chain with a step of every kind of holder, and a roster over two shifts."""
    town, post = "331003001000", world.county.post["town"]

    def row(ledger, **values):
        return ledger_create(scope=scope, ledger=CATALOGUE.ledgers[ledger], values=values | {"region": town}, now=NOW)

    chain = row("calling.chain", name="东城叫应链", kind="sensing.alarm", summary="=1+1")
    row("calling.chain", name="-通用叫应链")
    holders = {"post": {"post_id": post}, "person": {"person_id": world.county.person["leader"]}, "leader": {}}
    for place, (holder, values) in enumerate({"position": {"position": "duty"}, **holders}.items(), start=1):
        channels = {"critical": "站内、短信、语音和其他接口", "urgent": "站内、短信", "routine": "站内"}
        row("calling.link", chain_id=chain, place=place, holder=holder, minutes=5, **channels, **values)
    shifts = [
        row("calling.shift", name=name, starts=at, ends=to)
        for name, at, to in (("白班", "08:30", "17:30"), ("夜班", "17:30", "08:30"))
    ]
    for shift in shifts:
        row(
            "calling.roster_line",
            on="2026-03-02",
            shift_id=shift,
            position="duty",
            post_id=post,
            remark=f"{FORMULA}\n次行",
        )


def _reported_rows(scope):
    """A count and a sum of money, one with all fields."""
    common = {"region": "331003000000", "source_office": "=统计局"}
    rows = (
        {"name": "事故.起数", "value": "8", "unit": "起", "period": "2019年", "source_title": "-年报"},
        {"name": "+罚款", "value": "633.745", "unit": "万元", "period": "2019年1—11月", "source_title": "@通报",
         "approximate": "over", "extent": "-道路", "quote": f"{FORMULA}\n次行"},
    )  # fmt: skip
    for values in rows:
        ledger_create(scope=scope, ledger=CATALOGUE.ledgers["reporting.value"], values=common | values, now=NOW)


def _accident_rows(scope, world):
    """An accident of this year with a second in its time, and one of a former year whose case is closed."""
    common = {"region": "331003001000", "place": "=冲压车间", "summary": f"{FORMULA}\n次行", "category": "machine"}
    rows = (
        {"sector": "manufacturing", "occurred_at": "2026-03-01T08:30:59+08:00", "enterprise": world.enterprise, "deaths": 1,
         "lon": 121.25, "lat": 28.65, "loss_yuan": "120.5"},
        {"sector": "building", "occurred_at": "2024-03-01T08:30:00+08:00", "closed_on": "2024-05-01", "nature": "other",
         "nature_reason": "-自身疾病", "direct_cause": "@突发疾病", "unit_name": "=外地公司"},
    )  # fmt: skip
    for values in rows:
        ledger_create(scope=scope, ledger=CATALOGUE.ledgers["accident.accident"], values=common | values, now=NOW)


def _sensing_rows(scope, world):
    """Devices with and without an enterprise and a model, and a rule of each width."""

    def row(ledger, **values):
        return ledger_create(scope=scope, ledger=CATALOGUE.ledgers[ledger], values=values, now=NOW)

    model = row("sensing.model", name="=氨气探头", maker="演示厂", region="331003000000", summary=f"{FORMULA}\n次行")
    device = row(
        "sensing.device", name="1号探头", identity="-MN1", model=model, enterprise=world.enterprise, place="@机房"
    )
    row("sensing.device", name="街道探头", identity="MN2", place="=河岸", region="331003001000", lon=121.25, lat=28.65)
    limit = {"kind": "high", "metric": "a21001-Rtd", "limit": 10.25, "basis": "=GB 14554"}
    row("sensing.alarm_rule", name="一般规则", **limit)
    row("sensing.alarm_rule", name="型号规则", severity="urgent", model=model, **limit)
    row("sensing.alarm_rule", name="设备规则", device=device, ends_itself=True, **limit)
    row("sensing.alarm_rule", name="离线规则", kind="offline", window_s=1800, area="331003", basis="设计文件")


def exported(scope, ledger, form):
    write = export_xlsx if form == "xlsx" else export_csv
    content = b"".join(write(scope, ledger, Ask(), now=NOW))
    return content.decode("utf-8-sig").encode("gb18030") if form == "gbk" else content


@pytest.mark.parametrize("form", ["xlsx", "csv", "gbk"])
@pytest.mark.parametrize("name", TAKING)
def test_an_exported_ledger_is_imported_again_without_a_change(everything, name, form):
    ledger = CATALOGUE.ledgers[name]
    content = exported(everything, ledger, form)
    file = f"all.{'xlsx' if form == 'xlsx' else 'csv'}"
    report = import_file(scope=everything, ledger=ledger, content=content, name=file, mode="dry_run", now=clock.now())
    told = report.as_dict()
    assert told["errors"] == []
    assert report.rows > 0, "a ledger without rows proves nothing: make one in `everything`"
    assert (report.bad, report.changed, report.created) == (0, 0, 0), told
    assert report.unchanged == report.rows


def test_every_ledger_that_takes_imports_has_what_tells_its_rows_apart():
    for name in TAKING:
        ledger = CATALOGUE.ledgers[name]
        assert ledger.natural_key or ledger.second_key, f"{name}: the same file twice would register everything twice"


@pytest.mark.parametrize("form", ["xlsx", "csv", "gbk"])
def test_an_exported_ledger_fills_an_empty_one(everything, form):
    """Not only rows held are read again: a new name and code make every row a new one, read from the text alone."""
    ledger = CATALOGUE.ledgers["registry.enterprise"]
    held = model_of(ledger).objects.get(name="演示仓储有限公司")
    text = b"".join(export_csv(everything, ledger, Ask(), now=NOW)).decode("utf-8-sig")
    lines = [line for line in text.splitlines() if line.startswith(("企业名称", "演示仓储有限公司"))]
    fresh = "\r\n".join(lines).replace(held.uscc, firm(77)["uscc"]).replace("演示仓储有限公司", "演示新仓储有限公司")
    report = import_file(
        scope=everything, ledger=ledger, content=fresh.encode("gb18030" if form == "gbk" else "utf-8"), name="a.csv",
        mode="all", now=clock.now(),
    )  # fmt: skip
    assert (report.as_dict()["errors"], report.created) == ([], 1)
    made = model_of(ledger).objects.get(name="演示新仓储有限公司")
    for field in ("industry", "office_id", "region", "scale", "level", "lon", "address"):
        assert getattr(made, field) == getattr(held, field), field


@pytest.mark.parametrize("name", CLOSED)
def test_a_ledger_into_which_nobody_enters_refuses_imports_at_every_door(everything, name, world):
    ledger, now = CATALOGUE.ledgers[name], clock.now()
    common = {"scope": everything, "ledger": ledger, "content": b"a,b\n1,2\n", "name": "a.csv", "now": now}
    doors = [
        lambda: require_import(everything, ledger),
        lambda: import_start(**common),
        lambda: import_file(**common, mode="dry_run"),
        lambda: import_file(**common, mode="all"),
    ]
    for door in doors:
        with pytest.raises(NotAllowed) as refusal:
            door()
        assert refusal.value.code == "ledger.read_only"
    client = world.client("admin")
    root = f"/records/{ledger.context}/{ledger.plural}"
    assert client.get(f"{root}/template.xlsx").status_code == 403
    assert client.get(f"{root}/import").status_code == 403


def test_a_defect_ends_the_run_with_a_message(everything, monkeypatch):
    ledger = CATALOGUE.ledgers["inspection.campaign"]
    content = template(everything, ledger)
    run = import_start(scope=everything, ledger=ledger, content=content, name="a.xlsx", now=NOW)

    def broken(**values):
        raise RuntimeError("boom")

    monkeypatch.setattr("anlan.platform.ledger.workbook.import_.import_file", broken)
    with pytest.raises(RuntimeError):
        import_work.func(run)
    held = import_get(everything, run)
    assert (held.state, held.error) == ("failed", render("ledger.import.broken", {"run": run[:8]}))
    assert import_execute(run, NOW) == "failed", "nothing is left to do"


@pytest.mark.parametrize(
    "text", ["'=1", "''=1", "=1", "'", "''", "'东城", "-5", "'-5", "'-2+3", "-2+3", "＝甲", "'＝甲"]
)
def test_no_two_texts_become_one_on_the_way_out(text):
    assert restore_cell(safe_cell(text)) == text


def test_two_choices_with_one_label_are_told_apart_by_their_code(everything):
    """Two visits' teams may have members of one name: an export writes code and label, and a label alone is refused."""
    ledger = CATALOGUE.ledgers["wells.well"]
    bound = next(b for b in columns_of(ledger) if b.name == "keeper_id")
    twins = [
        ledger_create(
            scope=everything, ledger=CATALOGUE.ledgers["wells.keeper"],
            values={"name": "同名", "region": region}, now=NOW,
        )
        for region in ("331003001000", "331003002000")
    ]  # fmt: skip
    shower, reader = Shower(ledger, everything, exact=True), Reader(ledger, everything)
    for key in twins:
        assert shower.text(bound, key) == f"{key} 同名"
        assert reader.read(bound, shower.text(bound, key)) == key
    with pytest.raises(BadInput) as refusal:
        reader.read(bound, "同名")
    assert refusal.value.code == "ledger.value.ambiguous"
