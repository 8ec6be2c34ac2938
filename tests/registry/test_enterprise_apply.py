"""The folds: pure, nothing changed in place, and the same rows whatever order entries arrive in."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

import pytest

from anlan.kernel.codes import make_uscc
from anlan.kernel.entry import Entry
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.journal.record import version_of
from anlan.registry import queries
from anlan.registry.apply import FOLDS
from anlan.registry.services import contacts, enterprises, mergers, premises
from registry.factories import NOW, OTHER_TOWN, firm, make_enterprise

MOMENT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ROW = {
    "name": "甲厂",
    "uscc": "X",
    "created_at": MOMENT - timedelta(days=9),
    "tags": {"dust": {}},
    "names": {},
    "premises": {"p": {"name": "一厂区", "use": "production"}},
    "contacts": {"c": {"post": "officer"}},
}


def entry(act: str, data: dict) -> Entry:
    ms = int(MOMENT.timestamp() * 1000)
    return Entry(
        id="01900000-0000-7000-8000-000000000009",
        node="331003a",
        hlc=ms << 16,
        wall=ms,
        actor="",
        post="",
        region="331003001000",
        subject="registry.enterprise/01900000-0000-7000-8000-000000000001",
        kind=f"registry.enterprise.{act}",
        data=data,
    )


CASES = {
    "created": {"set": {"name": "甲厂"}, "add": {"tags": ["dust"]}},
    "changed": {"set": {"name": "乙厂", "uscc": "Y"}, "add": {"tags": ["ammonia"]}, "remove": {"tags": ["dust"]}},
    "renamed": {"set": {"name": "乙厂"}},
    "recoded": {"set": {"uscc": "Y"}},
    "status_changed": {"set": {"status": "closed"}},
    "moved": {"set": {"region": "331003002000"}, "from": "331003001000"},
    "office_assigned": {"set": {"office_id": "1"}},
    "graded": {"set": {"grade": "red"}},
    "split": {"into": [{"id": "2", "name": "丙厂"}]},
    "merged": {"set": {"merged_into_id": "2"}, "mode": "merger"},
    "separated": {"set": {"merged_into_id": None}},
    "absorbed": {"from": {"id": "2", "name": "丙厂", "uscc": ""}, "mode": "merger", "add": {"tags": ["ammonia"]}},
    "released": {"from": {"id": "2", "name": "丙厂", "uscc": ""}},
    "retired": {},
    "restored": {},
    "premises_added": {"key": "q", "set": {"name": "二厂区", "use": "storage"}},
    "premises_changed": {"key": "p", "set": {"name": "新厂区"}},
    "premises_removed": {"key": "p"},
    "contact_set": {"key": "c", "set": {"post": "director"}},
    "contact_removed": {"key": "c"},
}


def test_every_kind_has_a_case():
    assert {f"enterprise.{act}" for act in CASES} == set(FOLDS)


@pytest.mark.parametrize("act", CASES)
@pytest.mark.parametrize("row", [None, ROW], ids=["first", "later"])
def test_folding_changes_nothing_in_place_and_is_repeatable(act, row):
    held = copy.deepcopy(row)
    fold = FOLDS[f"enterprise.{act}"]
    one, two = fold(held, entry(act, CASES[act])), fold(held, entry(act, CASES[act]))
    assert one == two
    assert held == row


def test_former_name_and_code_are_kept_with_their_span():
    folded = FOLDS["enterprise.changed"](ROW, entry("changed", CASES["changed"]))
    key = "01900000-0000-7000-8000-000000000009"
    assert folded["names"] == {
        f"name:{key}": {"kind": "name", "value": "甲厂", "from_at": ROW["created_at"], "until_at": MOMENT},
        f"uscc:{key}": {"kind": "uscc", "value": "X", "from_at": ROW["created_at"], "until_at": MOMENT},
    }
    assert folded["former"] == "X、甲厂"
    assert folded["tags"] == {"ammonia": {}}


def test_absorbing_and_releasing_leave_no_trace_in_the_names():
    absorbed = FOLDS["enterprise.absorbed"](ROW, entry("absorbed", CASES["absorbed"]))
    assert absorbed["former"] == "丙厂"
    assert list(absorbed["names"]) == ["merged_name:2"]
    released = FOLDS["enterprise.released"](absorbed, entry("released", CASES["released"]))
    assert (released["names"], released["former"]) == ({}, "")


@pytest.mark.django_db
def test_rows_equal_the_folded_journal_in_any_order_of_arrival(county):
    scope = county.scope["supervision"]
    one, two = make_enterprise(scope, 1, tags="粉尘涉爆"), make_enterprise(scope, 2)
    later = NOW + timedelta(days=1)

    def on(key):
        return {"scope": scope, "enterprise_id": key, "base": version_of(queries.subject_of(key)), "now": later}

    enterprises.enterprise_rename(**on(one), name="测试改名有限公司")
    enterprises.enterprise_recode(**on(one), uscc=make_uscc("331003", 70))
    enterprises.enterprise_change(**on(one), values={"tags": "涉氨制冷", "lon": 121.3, "lat": 28.6})
    enterprises.enterprise_status_set(**on(one), status="suspended", reason="设备检修")
    enterprises.enterprise_move(**on(one), values={"region": OTHER_TOWN}, reason="搬迁")
    place = premises.premises_add(**on(one), values={"name": "厂区", "use": "生产"})
    premises.premises_remove(**on(one), key=place)
    premises.premises_add(**on(one), values={"name": "仓库", "use": "仓储"})
    contacts.contact_set(**on(one), values={"post": "officer", "name": "丁一", "phone": "13800138000"})
    mergers.enterprise_split(**on(one), parts=[firm(3)], reason="公司分立")
    mergers.enterprise_merge(**on(one), into_id=two, mode="merger", reason="吸收合并")
    mergers.enterprise_separate(**on(one), reason="合并有误")
    enterprises.enterprise_retire(**on(two), reason="登记有误")
    result = rebuild(check=True, shuffle=7)
    assert (result.ok, result.different) == (True, [])
