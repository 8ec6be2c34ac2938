"""Regions: real codes of five levels, and a history that keeps the old name at its day."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from anlan.kernel.errors import BadInput, NotAllowed
from anlan.platform import regions
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.refold import entry_of
from anlan.platform.regions.models import Region
from anlan.platform.scope import SYSTEM, Scope

pytestmark = pytest.mark.django_db

COUNTY = "331003000000"
DONGCHENG, NANCHENG = "331003001000", "331003002000"
ADMIN = Scope(person="p", post="", name="", rights=frozenset({"platform.operate"}), region="331003")

TOLD = {"document": "演示文号", "reason": "区划调整"}


@pytest.fixture
def installed(now: datetime) -> None:
    regions.regions_install(scope=SYSTEM, region=COUNTY, now=now)
    yield
    regions.forget()


def test_without_an_installed_set_the_shipped_one_answers() -> None:
    regions.forget()
    assert regions.full_name(DONGCHENG) == "浙江省台州市黄岩区东城街道"
    assert regions.children("331003")[0].code == DONGCHENG


def test_installing_is_one_entry_and_repeatable(now: datetime) -> None:
    assert regions.regions_install(scope=SYSTEM, region=COUNTY, now=now) is True
    assert regions.regions_install(scope=SYSTEM, region=COUNTY, now=now) is False
    entry = entry_of(JournalEntry.objects.get(kind="platform.reference.installed"))
    assert entry.data["set"] == "regions"
    assert len(entry.data["sha256"]) == 64
    counted = {level: Region.objects.filter(level=level).count() for level in ("province", "town", "village")}
    assert counted["province"] == 34
    assert Region.objects.filter(level="town", code__startswith="331003").count() == 19
    assert counted["village"] > 300
    regions.forget()


def test_all_five_levels_have_their_names(installed: None) -> None:
    assert [f.name for f in regions.path("331003001001")] == [
        "浙江省",
        "台州市",
        "黄岩区",
        "东城街道",
        "百花社区居委会",
    ]
    assert [f.level for f in regions.path("331003001001")] == ["province", "city", "county", "town", "village"]
    assert regions.full_name("331003001001", below="331003") == "东城街道百花社区居委会"
    assert regions.name("110101000000") == "东城区"
    assert regions.name("not a code") == "not a code"
    assert regions.exists("331003999000") is False


def test_choices_and_search_stay_inside_the_given_region(installed: None) -> None:
    towns = regions.choices("331003")
    assert len(towns) == 19
    assert towns[0] == (DONGCHENG, "东城街道")
    assert regions.choices("331003001", "village")[0] == ("331003001001", "东城街道 百花社区居委会")
    assert [f.code for f in regions.search("东城", within="331003")] == [DONGCHENG]
    assert regions.search("") == []


def test_a_renamed_region_keeps_its_old_name_at_its_day(installed: None, now: datetime) -> None:
    regions.region_change(
        scope=ADMIN,
        **TOLD,
        code=DONGCHENG,
        action="renamed",
        on=date(2026, 5, 1),
        name="东官河街道",
        now=now,
    )
    assert regions.name(DONGCHENG) == "东官河街道"
    assert regions.name(DONGCHENG, on=date(2026, 4, 30)) == "东城街道"
    assert regions.name(DONGCHENG, on=date(2026, 5, 1)) == "东官河街道"
    assert len(regions.children(DONGCHENG)) > 10


def test_a_merged_region_hands_its_villages_to_its_successor(installed: None, now: datetime) -> None:
    regions.region_change(
        scope=ADMIN,
        **TOLD,
        code=DONGCHENG,
        action="merged",
        on=date(2026, 5, 1),
        successors=[{"code": NANCHENG}],
        now=now,
    )
    assert regions.exists(DONGCHENG) is False
    assert regions.successors(DONGCHENG) == (NANCHENG,)
    (moved,) = regions.successors("331003001001")
    assert moved in {f.code for f in regions.children(NANCHENG)}
    assert [f.name for f in regions.path(moved)][-2:] == ["南城街道", "百花社区居委会"]
    assert [f.name for f in regions.path("331003001001", on=date(2026, 4, 1))][-2:] == ["东城街道", "百花社区居委会"]
    assert len(regions.choices("331003")) == 18


def test_a_recoded_region_takes_its_villages_along(installed: None, now: datetime) -> None:
    new = "331003011000"
    assert regions.exists(new) is False
    regions.region_change(
        scope=ADMIN, **TOLD, code=DONGCHENG, action="recoded", on=date(2026, 5, 1), successors=[{"code": new}], now=now
    )
    assert regions.name(new) == "东城街道"
    assert regions.successors("331003001001") == ("331003011001",)
    assert regions.full_name("331003011001", below="331003") == "东城街道百花社区居委会"
    assert [f.code for f in regions.history("331003001001")] == ["331003001001"]


def test_a_split_names_all_its_successors(installed: None, now: datetime) -> None:
    parts = [{"code": "331003011000", "name": "东城东街道"}, {"code": "331003012000", "name": "东城西街道"}]
    regions.region_change(
        scope=ADMIN, **TOLD, code=DONGCHENG, action="split", on=date(2026, 5, 1), successors=parts, now=now
    )
    assert regions.successors(DONGCHENG) == ("331003011000", "331003012000")
    assert regions.name("331003012000") == "东城西街道"


def test_a_newer_reference_set_keeps_what_was_recorded(installed: None, now: datetime) -> None:
    regions.region_change(
        scope=ADMIN, **TOLD, code=DONGCHENG, action="renamed", on=date(2026, 5, 1), name="东官河街道", now=now
    )
    Region.objects.all().delete()
    assert regions.regions_install(scope=SYSTEM, region=COUNTY, now=now) is True
    assert regions.name(DONGCHENG) == "东官河街道"
    assert regions.name(DONGCHENG, on=date(2026, 4, 30)) == "东城街道"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"action": "moved"}, "platform.region.action"),
        ({"action": "renamed", "name": " "}, "platform.region.name_missing"),
        ({"action": "recoded"}, "platform.region.successors"),
        ({"action": "split", "successors": [{"code": NANCHENG}]}, "platform.region.successors"),
        ({"action": "merged", "successors": [{"code": "331003"}]}, "platform.region.code_malformed"),
        ({"action": "merged", "successors": [{"code": "331002000000"}]}, "platform.region.level_differs"),
        ({"action": "founded", "name": "新街道"}, "platform.region.exists"),
        ({"action": "renamed", "name": "新街道", "code": "331003099000"}, "platform.region.unknown"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_with_its_reasons(
    installed: None, now: datetime, change: dict[str, object], code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        regions.region_change(**TOLD | {"scope": ADMIN, "code": DONGCHENG, "on": date(2026, 5, 1), "now": now} | change)
    assert code in {v.code for v in caught.value.violations}
    assert not JournalEntry.objects.filter(kind="platform.region.changed").exists()


def test_only_an_administrator_of_the_region_changes_it(installed: None, now: datetime) -> None:
    outsider = Scope(person="p", post="", name="", rights=frozenset({"platform.operate"}), region="331002")
    for scope, code in ((SYSTEM, "platform.not_allowed"), (outsider, "platform.region_outside")):
        with pytest.raises(NotAllowed) as caught:
            regions.region_change(
                scope=scope, **TOLD, code=DONGCHENG, action="renamed", on=date(2026, 5, 1), name="新", now=now
            )
        assert caught.value.code == code
