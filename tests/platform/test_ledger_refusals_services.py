"""What plain ledgers refuse, by code: values, filters, files, imports, regions, retiring."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render
from anlan.platform import regions
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger import runs
from anlan.platform.ledger.columns import by_name
from anlan.platform.ledger.filters import read_ask
from anlan.platform.ledger.models import ImportRun
from anlan.platform.ledger.services import ledger_create, ledger_retire, plain_restore
from anlan.platform.ledger.values import Reader
from anlan.platform.ledger.workbook.import_ import import_file
from anlan.platform.scope import SYSTEM, Scope
from ledger_app.ledgers import KEEPERS, WELLS

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EAST = "331003001000"
RIGHTS = frozenset({"registry.view", "registry.change"})
ADMIN = Scope(person="p0", post="o0", name="系统", rights=frozenset({"platform.operate"}), region="331003")
COUNTY = Scope(person="p1", post="o1", name="县级", rights=RIGHTS, region="331003")
WELL = {"code": "SJ-001", "name": "东门井", "region": EAST, "use": "消防", "depth_m": 30}
HEADS = "编号,名称,所在区划,用途"
TOLD = {"document": "演示文号", "reason": "区划调整"}


def codes_of(call: Any, *args: Any, **given: Any) -> tuple[str, list[str]]:
    """The code of the refusal and those of its reasons; nothing was recorded by the refused call."""
    before = JournalEntry.objects.count()
    with pytest.raises(AnlanError) as error:
        call(*args, **given)
    assert JournalEntry.objects.count() == before
    return error.value.code, [v.code for v in error.value.violations]


def create(**changes: Any) -> str:
    return ledger_create(scope=COUNTY, ledger=WELLS, values=WELL | changes, now=NOW)


def load(content: bytes, mode: str = "all", name: str = "井.csv") -> Any:
    return import_file(scope=COUNTY, ledger=WELLS, content=content, name=name, mode=mode, now=NOW)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"checked_at": "前天下午"}, "kernel.text.not_a_date"),
        ({"checked_at": "2026-03-05 25:99"}, "ledger.value.not_a_time"),
        ({"checked_at": "9999-12-31T23:59:59-08:00"}, "ledger.value.not_a_time"),
        ({"keeper.name": "张"}, "ledger.value.not_entered"),
        ({"name": ["甲", "乙"]}, "ledger.value.not_single"),
        ({"labels": [["深井"]]}, "ledger.value.not_single"),
        ({"name": "井" * 300}, "ledger.value.too_long"),
        ({"region": "东城街道和北城街道"}, "ledger.region.unknown"),
    ],
)
def test_a_value_of_the_wrong_shape_is_named(values: dict[str, Any], code: str) -> None:
    assert codes_of(create, **values) == ("ledger.values_refused", [code])


def test_a_character_nobody_sees_is_refused_before_it_is_read() -> None:
    name = by_name(WELLS)["name"]
    assert codes_of(Reader(WELLS, COUNTY).read, name, "东门\x00井") == ("kernel.text.hidden", [])


@pytest.fixture
def installed() -> Iterator[None]:
    """The shipped regions, so that they can change."""
    regions.regions_install(scope=SYSTEM, region="331003000000", now=NOW)
    yield
    regions.forget()


def test_a_name_that_two_regions_share_needs_its_town_or_code(installed: None) -> None:
    rename = TOLD | {"scope": ADMIN, "code": "331003002000", "action": "renamed", "on": date(2026, 5, 1), "now": NOW}
    regions.region_change(name="东城街道", **rename)
    assert codes_of(create, region="东城街道") == ("ledger.values_refused", ["ledger.region.ambiguous"])


def test_a_region_that_was_merged_away_names_its_heir_and_changes_no_more(installed: None) -> None:
    merge = TOLD | {
        "scope": ADMIN,
        "code": EAST,
        "action": "merged",
        "successors": [{"code": "331003002000"}],
        "now": NOW,
    }
    regions.region_change(on=date(2026, 5, 1), **merge)
    assert codes_of(create) == ("ledger.values_refused", ["ledger.region.gone"])
    rename = TOLD | {"scope": ADMIN, "code": "331003003000", "action": "renamed", "now": NOW}
    regions.region_change(on=date(2026, 5, 1), name="西官河街道", **rename)
    assert codes_of(regions.region_change, on=date(2026, 4, 1), name="西城街道", **rename) == (
        "platform.region.change_refused",
        ["platform.region.date"],
    )


def test_the_rule_of_the_ledger_and_its_key_are_kept() -> None:
    shallow = codes_of(create, use="饮用", depth_m=2)
    assert shallow == ("ledger.rule_refused", ["wells.too_shallow"])
    create()
    assert codes_of(create, name="另一口井") == ("ledger.duplicate", ["ledger.duplicate_field"])


def test_retiring_needs_a_reason_and_a_ledger_that_allows_it() -> None:
    key = create()
    given = {"scope": COUNTY, "id": key, "base": 1, "now": NOW}
    assert codes_of(ledger_retire, ledger=WELLS, reason=" ", **given)[0] == "ledger.reason_missing"
    assert codes_of(plain_restore, ledger=WELLS, reason="填错了", **given)[0] == "ledger.not_retired"
    keeper = ledger_create(scope=COUNTY, ledger=KEEPERS, values={"name": "看井人", "region": EAST}, now=NOW)
    never = given | {"id": keeper}
    assert codes_of(ledger_retire, ledger=KEEPERS, reason="离任", **never)[0] == "ledger.not_retirable"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"guarded": ["也许"]}, "ledger.filter_bool"),
        ({"keeper_id": ["a b"]}, "ledger.filter_id"),
        ({"keeper_id": ["zz"]}, "ledger.filter_id"),
        ({"depth_m_min": ["nan"]}, "kernel.text.not_a_number"),
        ({"depth_m_max": ["1e400"]}, "kernel.text.not_a_number"),
    ],
)
def test_a_filter_that_can_t_be_read_is_refused(asked: dict[str, list[str]], code: str) -> None:
    assert codes_of(read_ask, WELLS, asked) == ("ledger.filter_refused", [code])


def test_a_file_without_the_ledger_s_columns_or_of_another_kind_is_refused() -> None:
    code, reasons = codes_of(load, "姓名,电话\n甲,1\n".encode())
    assert code == "ledger.file.wrong_sheet"
    assert set(reasons) == {"ledger.file.heading_missing"}
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert codes_of(load, other.getvalue(), name="井.xlsx")[0] == "ledger.file.not_workbook"
    assert codes_of(load, f"{HEADS}\n".encode(), mode="some")[0] == "ledger.import.mode"


def test_a_row_of_a_retired_well_is_not_imported_again() -> None:
    key = create()
    ledger_retire(scope=COUNTY, ledger=WELLS, id=key, reason="已填埋", base=1, now=NOW)
    report = load(f"{HEADS}\nSJ-001,东门井,{EAST},消防\n".encode())
    assert (report.bad, report.written, [c.code for c in report.cells]) == (1, False, ["ledger.import.retired"])


def test_an_upload_is_limited_and_only_what_was_checked_is_written(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR, settings.UPLOAD_MAX_BYTES = tmp_path, 100
    given = {"scope": COUNTY, "ledger": WELLS, "name": "井.csv", "now": NOW}
    code, _ = codes_of(runs.import_start, content=b"x" * 101, **given)
    assert code == "ledger.file.upload_too_large"
    run = ImportRun(
        id="01900000-0000-7000-8000-00000000000a", ledger=WELLS.id, name="井.csv", person="p1", state="checking",
        created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    assert codes_of(runs.import_confirm, scope=COUNTY, run=run, mode="all", now=NOW)[0] == "ledger.import.not_checked"
    assert codes_of(runs.import_confirm, scope=COUNTY, run=run, mode="some", now=NOW)[0] == "ledger.import.mode"


def test_pages_of_an_unknown_ledger_or_import_are_not_found_and_an_upload_needs_a_file(client_as: Any) -> None:
    client: Client = client_as("supervision")
    unknown = client.get("/records/registry/dragons/import")
    assert unknown.status_code == 404
    assert render("ledger.page_missing", {}) in unknown.content.decode()
    none = client.get("/records/registry/enterprises/imports/01900000-0000-7000-8000-00000000dead/rejected.xlsx")
    assert none.status_code == 404
    assert render("ledger.import.missing", {}) in none.content.decode()
    empty = client.post("/records/registry/enterprises/import", {"once": "x"})
    assert empty.status_code == 422
    assert render("ledger.file.none", {}) in empty.content.decode()
