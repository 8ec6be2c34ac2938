"""Accidents below the doors: rows equal the journal, histories, counting, workbooks, what follows an enterprise, drills."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from accident.factories import BODY, FOUND, WHEN, closed, filed, investigated, row
from anlan.accident import queries
from anlan.accident.ledgers import ACCIDENTS
from anlan.accident.models import Accident
from anlan.accident.services.accidents import (
    accident_amend,
    accident_change,
    accident_close,
    accident_correct,
    accident_extend,
    accident_investigate,
    accident_judge,
    accident_report_up,
    accident_revoke,
)
from anlan.accident.services.reports import ReportInput, accident_create, accident_record, accident_report
from anlan.accident.services.taking import Pressed
from anlan.accident.services.upkeep import enterprise_rescope
from anlan.kernel.errors import AnlanError, BadInput
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.ledger.filters import read_ask
from anlan.platform.ledger.history import history_of
from anlan.platform.ledger.services import ledger_change
from anlan.platform.ledger.workbook.export import export_xlsx
from anlan.platform.ledger.workbook.import_ import import_file
from anlan.platform.scope import SYSTEM
from anlan.registry.services.enterprises import enterprise_office_assign
from inspection.factories import NOW, REGISTRAR, World

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def by_bureau(world: World, key: str, now: datetime = NOW) -> dict[str, Any]:
    return {"scope": world.scope["enforcement"], "accident_id": key, "pressed": Pressed(), "now": now}


def everything(world: World) -> list[str]:
    """Accidents that have gone every way."""
    one = closed(world, enterprise_id=world.enterprise)
    accident_correct(**by_bureau(world, one, LATER), numbers={"deaths": 3, "loss_yuan": 10**7}, kind="change")
    accident_judge(**by_bureau(world, one, LATER), nature="other", note="系自身疾病")
    two = investigated(world, place="南门路口", sector="road", category="")
    accident_extend(**by_bureau(world, two), days=20, note="市政府批准")
    accident_report_up(**by_bureau(world, two), note="电话报告市局")
    accident_amend(**by_bureau(world, two, LATER), values={"unit_name": "外地运输公司", "lon": 121.26, "lat": 28.65})
    three = filed(world, place="三车间")
    accident_revoke(**by_bureau(world, three), kind="duplicate", note="同一起", duplicate_of=one)
    four = accident_record(
        scope=world.scope["town"], now=NOW,
        item=ReportInput(
            sector="courier", category="vehicle", region="331003001", place="快递站", summary="装卸时被车撞",
            occurred_at=datetime(2023, 5, 1, tzinfo=UTC), closed_on=datetime(2023, 6, 1, tzinfo=UTC).date(), **FOUND,
        ),
    )  # fmt: skip
    return [one, two, three, four]


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_rows_equal_the_folded_journal_in_any_order_of_arrival(world: World, seed: int | None) -> None:
    everything(world)
    enterprise_office_assign(
        scope=REGISTRAR, enterprise_id=world.enterprise, office_id=world.county.other_office, base=None, now=LATER
    )
    enterprise_rescope(enterprise_id=world.enterprise, now=LATER)
    kinds = set(JournalEntry.objects.filter(kind__startswith="accident.").values_list("kind", flat=True))
    assert kinds == {f"accident.{kind}" for kind in CATALOGUE_KINDS}
    found = rebuild(check=True, shuffle=seed)
    assert (found.differences, found.different) == (0, [])


CATALOGUE_KINDS = (
    "accident.reported", "accident.recorded", "accident.amended", "accident.corrected", "accident.reported_up",
    "accident.judged", "accident.extended", "accident.investigated", "accident.closed", "accident.revoked",
    "accident.rescoped",
)  # fmt: skip


def test_what_counts_and_where(world: World) -> None:
    one, two, three, four = everything(world)
    leader = world.scope["leader"]
    counted = {str(k) for k in queries.accidents_counted(leader).values_list("pk", flat=True)}
    assert counted == {two, four}  # not the natural death, not the revoked one
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    this_year = queries.accidents_counted(leader, since=since, until=until)
    assert [str(k) for k in this_year.values_list("pk", flat=True)] == [two]
    industrial = queries.accidents_counted(leader, sectors=queries.sectors_of("industrial"))
    assert [str(k) for k in industrial.values_list("pk", flat=True)] == [four]
    assert queries.accidents_counted(leader, region="331003002").count() == 0
    assert queries.accidents_counted(leader, since=WHEN, until=WHEN).count() == 0
    assert queries.accidents_counted(world.scope["other_town"]).count() == 0
    assert queries.accidents_counted(world.scope["grid"]).count() == 0
    assert row(three).counted == row(one).counted == 0
    accident_judge(**by_bureau(world, one, LATER), nature="production", note="复核认定")
    assert queries.accidents_counted(leader).count() == 3


def test_the_history_shows_the_numbers_before_and_after(world: World) -> None:
    key = filed(world, deaths=1, serious_injuries=2)
    numbers = {"deaths": 2, "serious_injuries": 1, "minor_injuries": None, "loss_yuan": None}
    accident_correct(**by_bureau(world, key), numbers=numbers, kind="change", note="一名伤员不治")
    (line, first) = history_of(f"accident.accident/{key}", world.scope["town"])
    assert (line.label, first.label) == ("更正伤亡和损失", "登记事故")
    assert {(c.label, c.old, c.new) for c in line.changes} >= {("死亡人数", "1", "2"), ("重伤人数", "2", "1")}
    assert [text for _, text in line.words] == ["一名伤员不治"]


def test_a_key_used_for_another_act_is_refused(world: World) -> None:
    key = filed(world)
    pressed = {**by_bureau(world, key), "pressed": Pressed(once="k-1")}
    accident_investigate(**pressed, team="调查组")
    accident_investigate(**pressed, team="调查组")
    with pytest.raises(AnlanError) as refused:
        accident_extend(**pressed, days=5, note="批准")
    assert refused.value.code == "journal.once_reused"
    assert row(key).state == "investigating"


def test_a_colleague_who_was_faster_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = filed(world)
    held = queries.version_of(key)
    accident_investigate(**by_bureau(world, key), team="甲组")
    monkeypatch.setattr(queries, "version_of", lambda _: held)
    with pytest.raises(AnlanError) as refused:
        accident_correct(**by_bureau(world, key), numbers={"deaths": 2}, kind="change")
    assert refused.value.code == "accident.stale"
    assert row(key).deaths == 1


def test_the_first_report_upward_stands(world: World) -> None:
    key = filed(world)
    accident_report_up(**by_bureau(world, key, NOW + timedelta(hours=5)), at=NOW + timedelta(hours=3), note="书面")
    accident_report_up(**by_bureau(world, key, NOW + timedelta(hours=6)), at=NOW + timedelta(hours=1), note="电话")
    assert (row(key).reported_up_at, row(key).reported_up_note) == (NOW + timedelta(hours=1), "电话")
    entries = JournalEntry.objects.filter(kind="accident.accident.reported_up").order_by("id")
    assert [entry.body.count('"late":true') for entry in entries] == [1, 0]


def test_a_clock_that_runs_fast_is_no_future(world: World) -> None:
    key = filed(world, occurred_at=NOW + timedelta(minutes=4))
    assert row(key).occurred_at == NOW


def test_closing_with_files_keeps_them_for_those_who_see_the_accident(world: World) -> None:
    key = closed(world)
    held = row(key)
    (paper,) = queries.accident_files(held, "report")
    assert (paper.picture, queries.accident_files(held, "scene")) == (True, [])
    for role, status in (("town", 200), ("leader", 200), ("other_town", 404), ("enterprise", 404)):
        assert world.client(role).get(f"/attachments/{paper.sha256}").status_code == status, role


def test_nothing_is_filed_for_a_file_that_is_not_ones_own(world: World) -> None:
    foreign = world.photo("other_town")
    key = investigated(world)
    with pytest.raises(BadInput, match="platform.attachment.unknown") as refused:
        accident_close(**by_bureau(world, key), files=(foreign,), **FOUND)
    assert refused.value.code == "platform.attachment.unknown"
    assert row(key).state == "investigating"


def test_an_accident_follows_the_office_of_its_enterprise(world: World) -> None:
    key = filed(world, enterprise_id=world.enterprise)
    assert str(row(key).office_id) == world.county.office
    other = {"office_id": world.county.other_office, "base": None, "now": LATER}
    enterprise_office_assign(scope=REGISTRAR, enterprise_id=world.enterprise, **other)
    enterprise_rescope(enterprise_id=world.enterprise, now=LATER)
    assert str(row(key).office_id) == world.county.other_office
    assert enterprise_rescope(enterprise_id=world.enterprise, now=LATER, scope=SYSTEM) == 0


HEADS = (
    "发生时间", "行业领域", "事故类别", "所在区划", "事故地点", "简要经过", "死亡人数", "直接经济损失（万元）", "企业",
    "结案日期",
)  # fmt: skip
LINE: tuple[Any, ...] = (
    "2024-05-06 10:30", "工贸", "机械伤害", "331003001001", "冲压车间", "手部被卷入", 1, "120.5", "", "2024-07-01",
)  # fmt: skip


def book(*rows: tuple[Any, ...]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    sheet = made.active
    assert sheet is not None
    for line in (HEADS, *rows):
        sheet.append(list(line))
    made.save(out)
    return out.getvalue()


def taken(world: World, role: str, *rows: tuple[Any, ...], mode: str = "all") -> Any:
    return import_file(
        scope=world.scope[role], ledger=ACCIDENTS, content=book(*rows), name="事故.xlsx", mode=mode, now=NOW
    )


def test_former_years_come_in_by_a_workbook_and_twice_changes_nothing(world: World) -> None:
    lines = [LINE, ("2024-09-01 08:00", "道路交通", "", "331003001", "南门路口", "追尾", 2, "", "", "2024-11-01"), (
        "2026-03-01 09:00", "建筑施工", "高处坠落", "331003001001", "三号楼", "坠落", "", "", "", "")]  # fmt: skip
    report = taken(world, "town", *lines)
    assert (report.written, report.created, report.bad) == (True, 3, 0)
    assert taken(world, "town", *lines).created == 0
    former = Accident.objects.get(place="冲压车间")
    assert (former.state, former.loss_yuan, former.grade, former.deaths) == ("closed", 1_205_000, "general", 1)
    assert Accident.objects.get(place="三号楼").state == "reported"
    assert Accident.objects.count() == 3


def test_a_bad_row_of_a_workbook_is_refused_with_its_reason(world: World) -> None:
    bad = (
        ("2027-01-01", "工贸", "机械伤害", "331003001001", "一", "经过", 1, "", "", ""),
        ("2024-05-06", "工贸", "机械伤害", "331003001001", "二", "经过", -1, "", "", ""),
        ("2024-05-06", "工贸", "机械伤害", "331003001001", "三", "经过", 1, "很多", "", ""),
        ("2024-05-06", "工贸", "机械伤害", "331003001001", "四", "经过", 1, "", "91330000000000000X", ""),
        ("", "工贸", "机械伤害", "331003001001", "五", "经过", 1, "", "", ""),
    )
    report = taken(world, "town", *bad, mode="skip_bad")
    assert (report.created, report.bad) == (0, 5)
    said = [(one["row"], one["code"]) for one in report.as_dict()["errors"]]
    assert said == [
        (2, "accident.in_future"), (2, "accident.received_too_early"), (3, "accident.negative"),
        (4, "accident.loss_malformed"), (5, "accident.enterprise_unknown"), (6, "ledger.value.required"),
    ]  # fmt: skip
    assert not Accident.objects.exists()


def test_a_row_that_has_steps_of_its_own_is_not_changed_by_a_workbook(world: World) -> None:
    taken(world, "town", LINE)
    key = str(Accident.objects.get().pk)
    scope = world.scope["town"]
    changed = {"scope": scope, "ledger": ACCIDENTS, "id": key, "base": None, "now": NOW}
    assert ledger_change(**changed, values={"summary": "右手被卷入"}) is True
    assert row(key).summary == "右手被卷入"
    with pytest.raises(BadInput) as refused:
        ledger_change(**changed, values={"deaths": 0, "nature": "other"})
    assert refused.value.code == "accident.steps_only"
    assert {v.code for v in refused.value.violations} == {"accident.step_needed"}
    with pytest.raises(BadInput, match="accident.steps_only"):
        accident_change(scope=scope, id=key, values={"closed_on": None}, base=None, now=NOW)
    assert row(key).deaths == 1
    with pytest.raises(BadInput, match="accident.occurred_missing"):
        accident_create(scope=scope, values={"sector": "road"}, now=NOW)


def test_the_ledger_goes_out_as_it_stands(world: World) -> None:
    everything(world)
    scope = world.scope["leader"]
    content = b"".join(export_xlsx(scope, ACCIDENTS, read_ask(ACCIDENTS, {}), now=NOW))
    rows = list(load_workbook(io.BytesIO(content)).worksheets[0].values)
    heads = next(line for line in rows if "事故编号" in line)
    lines = [dict(zip(heads, line, strict=False)) for line in rows[rows.index(heads) + 1 :] if line[0]]
    assert len(lines) == 4
    assert [line["直接经济损失（万元）"] for line in lines if line["直接经济损失（万元）"]] == ["1000"]
    assert sorted(line["纳入统计"] for line in lines) == ["否", "否", "是", "是"]


def test_what_waits_for_whom(world: World) -> None:
    new, begun = filed(world), investigated(world, place="南门路口")
    accident_report_up(**by_bureau(world, begun))
    closed(world, place="旧厂")
    todos = {t: CATALOGUE.todos[t] for t in ("accident.to_report_up", "accident.to_investigate", "accident.to_close")}
    late = NOW + timedelta(days=70)

    def waiting(role: str) -> dict[str, list[tuple[str, bool]]]:
        asked = {t: todo.items(world.scope[role], late, 9)[0] for t, todo in todos.items()}
        return {t: [(item.url.rpartition("/")[2], item.overdue) for item in items] for t, items in asked.items()}

    assert waiting("enforcement") == {
        "accident.to_report_up": [(new, True)], "accident.to_investigate": [(new, True)], "accident.to_close": [(begun, True)],
    }  # fmt: skip
    assert waiting("town")["accident.to_report_up"] == [(new, True)]
    assert waiting("town")["accident.to_close"] == waiting("leader")["accident.to_investigate"] == []
    assert waiting("other_town") == {t: [] for t in todos}


def test_the_map_and_the_page_of_the_enterprise(world: World) -> None:
    key = filed(world, enterprise_id=world.enterprise, lon=121.26, lat=28.65)
    filed(world, place="无坐标处")
    layer = CATALOGUE.layers["accident.accidents"]
    (mark,) = layer.marks(world.scope["leader"], NOW)
    assert (mark.id, mark.state, mark.lon, mark.url) == (key, "deadly", 121.26, f"/accident/accidents/{key}")
    assert list(layer.marks(world.scope["leader"], NOW + timedelta(days=366))) == []
    assert list(layer.marks(world.scope["enterprise"], NOW)) == []
    panel = CATALOGUE.panels["accident.enterprise_accidents"]
    rows, count = panel.rows(world.scope["town"], world.enterprise, 5)
    assert (count, rows[0].state) == (1, "已接报")
    assert panel.rows(world.scope["enterprise"], world.enterprise, 5)[1] == 0
    assert panel.rows(world.scope["other_office"], world.enterprise, 5)[1] == 0


def test_an_enterprise_of_the_ledger_brings_its_region(world: World) -> None:
    item = ReportInput(sector="manufacturing", category="machine", place="车间", summary="卷入", occurred_at=WHEN,
                       enterprise_id=world.enterprise)  # fmt: skip
    key = accident_report(scope=world.scope["town"], item=item, now=NOW)
    assert (row(key).region, row(key).state, BODY["sector"]) == ("331003001001", "reported", "manufacturing")
