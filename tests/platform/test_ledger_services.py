"""Plain ledgers: create, change, retire; only what changed, groups whole, legal names, scope, natural key."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, RuleViolation
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import version_of
from anlan.platform.journal.refold import entry_of
from anlan.platform.ledger import guard
from anlan.platform.ledger.queries import record_get
from anlan.platform.ledger.services import (
    ledger_change,
    ledger_create,
    ledger_retire,
    plain_restore,
)
from anlan.platform.scope import Scope
from ledger_app.ledgers import WELLS
from ledger_app.models import Well

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EAST, SOUTH = "331003001000", "331003002000"
RIGHTS = frozenset({"registry.view", "registry.change"})
COUNTY = Scope(person="p1", post="o1", name="县级", rights=RIGHTS, region="331003")
TOWN = Scope(person="p2", post="o2", name="乡镇", rights=RIGHTS, region="331003001")
READER = Scope(person="p3", post="o3", name="只读", rights=frozenset({"registry.view"}), region="331003")
FULL = {
    "code": "SJ-001",
    "name": "东门井",
    "region": EAST,
    "use": "drinking",
    "depth_m": 30.5,
    "share": "12.50",
    "drilled_on": "2020年3月5日",
    "checked_at": "2026-11-01 08:30",
    "households": 12,
    "guarded": "是",
    "labels": ["深井", "old"],
    "phone": "13800001234",
    "address": "东门外",
    "lon": 121.26,
    "lat": 28.65,
    "note": "",
}


def create(**changes):
    return ledger_create(scope=changes.pop("scope", COUNTY), ledger=WELLS, values={**FULL, **changes}, now=NOW)


def change(key, scope=COUNTY, base=None, **values):
    return ledger_change(scope=scope, ledger=WELLS, id=key, values=values, base=base, now=NOW + timedelta(hours=1))


def entries(key):
    sid = Head.objects.get(subject=f"wells.well/{key}").sid
    return [entry_of(e) for e in JournalEntry.objects.filter(sid=sid).order_by("hlc")]


def test_created_row_holds_every_value_in_its_type():
    key = create()
    well = Well.objects.get()
    assert str(well.pk) == key
    assert (well.code, well.name, well.region, well.region9, well.use) == (
        "SJ-001",
        "东门井",
        EAST,
        "331003001",
        "drinking",
    )
    assert (well.depth_m, well.share, well.households, well.guarded) == (30.5, Decimal("12.50"), 12, 1)
    assert well.drilled_on == date(2020, 3, 5)
    assert well.checked_at == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    assert sorted(well.labels.values_list("key", flat=True)) == ["deep", "old"]
    assert well.retired_at is None


def test_entry_names_legal_fields_and_keeps_personal_data_out():
    key = create()
    (entry,) = entries(key)
    assert entry.kind == "wells.well.created"
    assert entry.data["add"] == {"labels": ["deep", "old"]}
    assert entry.data["vault"] == ["phone"]
    assert "13800001234" not in str(entry.data)
    assert sorted(entry.afters) == ["name", "use"]
    assert "note" not in entry.data["set"]
    assert record_get(COUNTY, WELLS, key)["phone"] == "138****1234"


def test_change_records_only_what_differs_and_whole_groups():
    key = create()
    assert change(key, address="东门内", households=12, labels=["deep", "spring"]) is True
    entry = entries(key)[1]
    assert entry.data == {
        "set": {"address": "东门内", "lon": 121.26, "lat": 28.65},
        "add": {"labels": ["spring"]},
        "remove": {"labels": ["old"]},
    }
    assert entry.afters == {}
    row = record_get(COUNTY, WELLS, key)
    assert (row["address"], row["labels"], row["version"]) == ("东门内", ("deep", "spring"), 2)


def test_unchanged_values_and_a_masked_cell_record_nothing():
    key = create()
    assert change(key, **{**FULL, "phone": "138****1234"}) is False
    assert change(key, phone="13800001234") is False
    assert version_of(f"wells.well/{key}") == 1


def test_new_personal_data_is_an_entry_without_the_value():
    key = create()
    assert change(key, phone="13900005678") is True
    entry = entries(key)[1]
    assert entry.data == {"set": {}, "vault": ["phone"]}
    assert record_get(COUNTY, WELLS, key)["phone"] == "139****5678"


def test_every_bad_field_is_named_and_nothing_is_written():
    with pytest.raises(BadInput) as refusal:
        create(name="", depth_m="深", use="洗车", drilled_on="2026-02-30", households="1.5", colour="红", share="1.234")
    assert refusal.value.code == "ledger.values_refused"
    assert {v.field: v.code for v in refusal.value.violations} == {
        "name": "ledger.value.required",
        "depth_m": "kernel.text.not_a_number",
        "use": "ledger.value.not_listed",
        "drilled_on": "kernel.text.not_a_date",
        "households": "ledger.value.not_whole",
        "colour": "ledger.value.unknown_field",
        "share": "ledger.value.digits",
    }
    assert JournalEntry.objects.count() == 0


def test_the_ledgers_own_check_sees_the_whole_row():
    key = create(use="farm", depth_m=3)
    with pytest.raises(RuleViolation) as refusal:
        change(key, use="drinking")
    assert [v.code for v in refusal.value.violations] == ["wells.too_shallow"]


def test_second_row_with_the_same_key_is_refused():
    create()
    with pytest.raises(RuleViolation) as refusal:
        create(name="另一口")
    assert refusal.value.code == "ledger.duplicate"
    assert refusal.value.facts["key"] == "编号 SJ-001"
    assert Well.objects.count() == 1


def test_key_of_a_retired_row_is_not_given_out_again():
    ledger_retire(scope=COUNTY, ledger=WELLS, id=create(), reason="已填埋", base=1, now=NOW)
    with pytest.raises(RuleViolation) as refusal:
        create()
    assert refusal.value.code == "ledger.duplicate_retired"


def test_town_can_write_neither_to_another_town_nor_move_a_row_there():
    with pytest.raises(NotAllowed) as refusal:
        create(scope=TOWN, region=SOUTH)
    assert refusal.value.code == "platform.region_outside"
    key = create(scope=TOWN)
    with pytest.raises(NotAllowed):
        change(key, scope=TOWN, region=SOUTH)
    assert change(key, region=SOUTH) is True
    assert Well.objects.get().region9 == "331003002"
    with pytest.raises(NotFound) as missing:
        change(key, scope=TOWN, note="看不见了")
    assert missing.value.code == "ledger.row_missing"


def test_office_and_subjects_limit_creation():
    office = Scope(person="p4", post="o4", name="科室", rights=RIGHTS, region="331003", office="of-1")
    assert Well.objects.get(pk=create(scope=office)).office_id == "of-1"
    with pytest.raises(NotAllowed) as refusal:
        guard.check_new(WELLS, office, {"region": "331003001000", "office_id": "of-2"})
    assert refusal.value.code == "ledger.office_outside"
    own = Scope(person="p5", post="o5", name="企业", rights=RIGHTS, region="331003", subjects=frozenset({"e-1"}))
    with pytest.raises(NotAllowed) as refusal:
        create(scope=own)
    assert refusal.value.code == "ledger.subject_outside"


def test_reader_changes_nothing():
    key = create()
    with pytest.raises(NotAllowed):
        create(scope=READER, code="SJ-002")
    with pytest.raises(NotAllowed):
        change(key, scope=READER, note="x")
    with pytest.raises(NotAllowed):
        ledger_retire(scope=READER, ledger=WELLS, id=key, reason="没有权限", base=None, now=NOW)
    assert JournalEntry.objects.count() == 1


def test_stale_base_is_conflict():
    key = create()
    change(key, base=1, note="甲")
    with pytest.raises(Conflict):
        change(key, base=1, note="乙")
    assert Well.objects.get().note == "甲"


def test_retired_and_restored():
    key = create()
    with pytest.raises(BadInput):
        ledger_retire(scope=COUNTY, ledger=WELLS, id=key, reason=" ", base=1, now=NOW)
    ledger_retire(scope=COUNTY, ledger=WELLS, id=key, reason="已填埋", base=1, now=NOW, once="a1")
    ledger_retire(scope=COUNTY, ledger=WELLS, id=key, reason="已填埋", base=1, now=NOW, once="a1")
    assert Well.objects.get().retired_at == entries(key)[1].time
    assert entries(key)[1].text == {"reason": "已填埋"}
    with pytest.raises(RuleViolation) as refusal:
        ledger_retire(scope=COUNTY, ledger=WELLS, id=key, reason="再次注销", base=2, now=NOW)
    assert refusal.value.code == "ledger.retired_already"
    plain_restore(scope=COUNTY, ledger=WELLS, id=key, reason="填错了", base=2, now=NOW)
    assert Well.objects.get().retired_at is None


def test_creation_is_repeatable_by_its_key():
    first = ledger_create(scope=COUNTY, ledger=WELLS, values=FULL, now=NOW, once="form-1")
    again = ledger_create(scope=COUNTY, ledger=WELLS, values=FULL, now=NOW + timedelta(minutes=1), once="form-1")
    assert first == again
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("lon", "lat", "codes"),
    [
        (0, 0, ["kernel.geo.outside_china"]),
        (72.9, 40, ["kernel.geo.outside_china"]),
        (28.65, 121.26, ["kernel.geo.swapped"]),
        (121.26, "", ["ledger.value.place_half"]),
        ("", "", []),
    ],
)
def test_a_position_lies_in_china_or_is_unknown(lon, lat, codes):
    if not codes:
        assert Well.objects.get(pk=create(lon=lon, lat=lat)).lon is None
        return
    with pytest.raises(RuleViolation) as refused:
        create(lon=lon, lat=lat)
    assert [v.code for v in refused.value.violations] == codes


def test_a_change_is_refused_with_a_key_of_another_act():
    key = create()
    ledger_retire(scope=COUNTY, ledger=WELLS, id=key, reason="填埋", base=1, now=NOW, once="k-1")
    with pytest.raises(Conflict) as refused:
        ledger_change(scope=COUNTY, ledger=WELLS, id=key, values={"name": "西门井"}, base=None, now=NOW, once="k-1")
    assert refused.value.code == "journal.once_reused"


@pytest.mark.parametrize("field", ["name", "note", "code", "labels"])
def test_characters_that_nobody_sees_are_refused_by_field(field):
    with pytest.raises(BadInput) as refused:
        create(**{field: "东\u202e井"})
    assert [(v.code, v.field, v.facts["position"], v.facts["char"]) for v in refused.value.violations] == [
        ("kernel.text.hidden", field, 2, "U+202E")
    ]
