"""Contacts (vault) and premises of an enterprise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, RuleViolation
from anlan.platform import vault
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.record import version_of
from anlan.registry import queries
from anlan.registry.models import EnterpriseContact, Premises
from anlan.registry.services import contacts, enterprises, premises
from registry.factories import NOW, make_enterprise

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
PERSON = {"post": "主要负责人", "name": "丁一", "phone": "１３８ 0013 8000"}


@pytest.fixture
def own(county):
    return county.scope["town"], make_enterprise(county.scope["town"])


def reasons(error):
    return [v.code for v in error.value.violations]


def set_contact(scope, key, *, base=1, now=LATER, contact="", once=None, **values):
    return contacts.contact_set(
        scope=scope, enterprise_id=key, values={**PERSON, **values}, base=base, now=now, key=contact, once=once
    )


def test_name_and_phone_are_in_the_vault_and_nowhere_else(own):
    scope, key = own
    contact = set_contact(scope, key)
    ref = queries.subject_of(key)
    fields = [f"contact.{contact}.{n}" for n in ("name", "phone")]
    assert vault.masked([ref], fields) == {(ref, fields[0]): "丁*", (ref, fields[1]): "138****8000"}
    assert EnterpriseContact.objects.get().post == "principal"
    stored = "".join(e.body + (e.text or "") for e in JournalEntry.objects.all())
    assert "丁一" not in stored and "13800138000" not in stored


def test_contact_is_found_by_its_whole_phone_within_scope_only(county, own):
    scope, key = own
    set_contact(scope, key)
    found = [(key, "测试第1机械有限公司")]
    for typed in ("138-0013-8000", "+86 13800138000", "0086-138 0013 8000", "１３８ ００１３ ８０００", "8613800138000"):
        assert queries.enterprises_by_phone(scope, typed) == found, typed
    assert queries.enterprises_by_phone(scope, "138-0013-8001") == []
    assert queries.enterprises_by_phone(county.scope["other_town"], "13800138000") == []


def test_masked_value_sent_back_means_unchanged(own):
    scope, key = own
    contact = set_contact(scope, key)
    set_contact(scope, key, base=2, contact=contact, post="安全总监", name="丁*", phone="138****8000")
    assert EnterpriseContact.objects.get().post == "director"
    revealed = contacts.contact_reveal(
        scope=scope, enterprise_id=key, key=contact, field="phone", reason="通知整改", now=LATER
    )
    assert revealed == "13800138000"


def test_another_mask_is_refused(own):
    scope, key = own
    contact = set_contact(scope, key)
    with pytest.raises(BadInput) as refused:
        set_contact(scope, key, base=2, contact=contact, phone="139****8000")
    assert reasons(refused) == ["registry.contact.masked"]
    with pytest.raises(BadInput) as fresh:
        set_contact(scope, key, base=2, name="李*", phone="138****8000")
    assert reasons(fresh) == ["registry.contact.masked", "registry.contact.masked"]


@pytest.mark.parametrize(
    ("phone", "stands"),
    [
        ("13800138000", True),
        ("0576-84120000", True),
        ("(0576)84120000-801", True),
        ("84120000", True),
        ("4001234567", True),
        ("1380013800", False),
        ("12800138000", False),
        ("电话", False),
        ("", False),
    ],
)
def test_phones(own, phone, stands):
    scope, key = own
    if stands:
        assert set_contact(scope, key, phone=phone)
    else:
        with pytest.raises(BadInput) as refused:
            set_contact(scope, key, phone=phone)
        assert reasons(refused) == ["registry.contact.phone"]


def test_every_fault_of_a_contact_is_named(own):
    scope, key = own
    with pytest.raises(BadInput) as refused:
        set_contact(scope, key, post="厨师", name="", phone="1")
    assert reasons(refused) == ["registry.code.unknown", "registry.contact.name", "registry.contact.phone"]
    assert set_contact(scope, key, post="值班室", name="", phone="0576-84120000")


def test_removed_contact_is_erased_from_the_vault(own):
    scope, key = own
    contact = set_contact(scope, key)
    contacts.contact_remove(scope=scope, enterprise_id=key, key=contact, base=2, now=LATER)
    ref = queries.subject_of(key)
    assert vault.masked([ref], [f"contact.{contact}.phone", f"contact.{contact}.name"]) == {}
    assert EnterpriseContact.objects.count() == 0
    with pytest.raises(NotFound) as refused:
        contacts.contact_remove(scope=scope, enterprise_id=key, key=contact, base=3, now=LATER)
    assert refused.value.code == "registry.contact.not_found"


def test_repeated_once_sets_one_contact(own):
    scope, key = own
    assert set_contact(scope, key, once="c-1") == set_contact(scope, key, once="c-1")
    assert (EnterpriseContact.objects.count(), version_of(queries.subject_of(key))) == (1, 2)


def test_stale_contact_form_is_a_conflict_and_seals_nothing(own):
    scope, key = own
    contact = set_contact(scope, key)
    with pytest.raises(Conflict):
        set_contact(scope, key, base=1, contact=contact, phone="13900139000")
    ref = queries.subject_of(key)
    assert vault.masked([ref], [f"contact.{contact}.phone"]) == {(ref, f"contact.{contact}.phone"): "138****8000"}


@pytest.mark.parametrize("role", ["expert", "auditor", "grid"])
def test_reveal_needs_its_right(county, role):
    key = make_enterprise(county.scope["town"], region="331003001001")
    contact = set_contact(county.scope["town"], key)
    with pytest.raises(NotAllowed):
        contacts.contact_reveal(
            scope=county.scope[role], enterprise_id=key, key=contact, field="phone", reason="核实", now=LATER
        )


def test_reveal_is_journaled_and_needs_a_reason(county, own):
    scope, key = own
    contact = set_contact(scope, key)
    arguments = {"enterprise_id": key, "key": contact, "field": "phone", "now": LATER}
    with pytest.raises(BadInput) as refused:
        contacts.contact_reveal(scope=scope, reason=" ", **arguments)
    assert refused.value.code == "vault.reason_missing"
    before = JournalEntry.objects.count()
    contacts.contact_reveal(scope=scope, reason="通知整改", **arguments)
    assert JournalEntry.objects.count() == before + 1
    with pytest.raises(NotFound):
        contacts.contact_reveal(scope=county.scope["other_town"], reason="通知整改", **arguments)
    with pytest.raises(NotFound):
        contacts.contact_reveal(scope=scope, reason="通知整改", **{**arguments, "field": "mail"})


def test_premises_are_added_changed_and_given_up(own):
    scope, key = own
    values = {"name": "二号厂区", "use": "仓库", "address": "测试路2号", "lon": "121.27", "lat": "28.66"}
    place = premises.premises_add(scope=scope, enterprise_id=key, values=values, base=1, now=LATER)
    row = Premises.objects.get()
    assert (row.key, row.name, row.use, row.lon, row.lat) == (place, "二号厂区", "storage", 121.27, 28.66)
    premises.premises_change(
        scope=scope, enterprise_id=key, key=place, values={"name": "二号厂区", "use": "生产"}, base=2, now=LATER
    )
    row = Premises.objects.get()
    assert (row.use, row.address, row.lon) == ("production", "", None)
    premises.premises_remove(scope=scope, enterprise_id=key, key=place, base=3, now=LATER, reason="租约到期")
    assert Premises.objects.count() == 0
    with pytest.raises(NotFound) as refused:
        premises.premises_remove(scope=scope, enterprise_id=key, key=place, base=4, now=LATER)
    assert refused.value.code == "registry.premises.not_found"


def test_premises_from_baidu_are_stored_as_wgs84(own):
    scope, key = own
    values = {"name": "门店", "use": "门店", "lon": 121.2621, "lat": 28.6502, "coords": "百度"}
    premises.premises_add(scope=scope, enterprise_id=key, values=values, base=1, now=LATER)
    row = Premises.objects.get()
    assert (row.lon, row.lat) == (121.251318, 28.647693)


def test_every_fault_of_premises_is_named(own):
    scope, key = own
    with pytest.raises(BadInput) as unread:
        premises.premises_add(
            scope=scope, enterprise_id=key, values={"name": "", "use": "机房", "lon": "东"}, base=1, now=LATER
        )
    assert [(v.code, v.field) for v in unread.value.violations] == [
        ("kernel.text.not_a_number", "lon"),
        ("registry.code.unknown", "use"),
    ]
    with pytest.raises(BadInput) as refused:
        premises.premises_add(
            scope=scope, enterprise_id=key, values={"name": "", "use": "", "lon": 28.6, "lat": 121.2}, base=1, now=LATER
        )
    assert reasons(refused) == ["registry.premises.name", "registry.premises.use", "kernel.geo.swapped"]


def test_retired_enterprise_takes_no_contacts_or_premises(own):
    scope, key = own
    enterprises.enterprise_retire(scope=scope, enterprise_id=key, reason="登记有误", base=1, now=LATER)
    with pytest.raises(RuleViolation):
        set_contact(scope, key, base=2)
    with pytest.raises(RuleViolation):
        premises.premises_add(scope=scope, enterprise_id=key, values={"name": "厂区", "use": "生产"}, base=2, now=LATER)


def test_a_fixed_line_is_found_however_it_is_written(own):
    scope, key = own
    set_contact(scope, key, phone="0576-8412 3456")
    found = [(key, "测试第1机械有限公司")]
    for typed in ("0576-8412 3456", "0576 84123456", "（0576）84123456", "0576-8412-3456", "+86 576 8412 3456"):
        assert queries.enterprises_by_phone(scope, typed) == found, typed
    assert queries.enterprises_by_phone(scope, "0576-84123457") == []
