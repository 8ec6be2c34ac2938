"""Installing and editing roles; people and organisations through their services; the journal refolds to the same rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from anlan.accounts.models import Organisation, Person, Role
from anlan.accounts.queries import organisation_get, post_scopes, role_by_word
from anlan.accounts.rules.roles import ROLES
from anlan.accounts.services.bootstrap import SETUP
from anlan.accounts.services.deputies import deputy_set
from anlan.accounts.services.organisations import organisation_change, organisation_close, organisation_create
from anlan.accounts.services.people import person_change, person_create
from anlan.accounts.services.roles import role_change, role_create, roles_install
from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, RuleViolation
from anlan.platform import vault
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.journal.record import version_of

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def rights(word):
    return set(role_by_word(word).rights.values_list("key", flat=True))


def test_installing_is_repeatable(county):
    assert Role.objects.count() == len(ROLES)
    assert roles_install(scope=SETUP, region="331003", now=NOON) == []
    assert {r.word: r.rights for r in ROLES} == {r.word: rights(r.word) for r in ROLES}


def test_an_edited_role_counts_at_once_and_survives_an_upgrade(county):
    grid = role_by_word("grid")
    wanted = rights("grid") | {"inspection.hazard.order"}
    role_change(scope=county.scope["admin"], id=str(grid.pk), rights=wanted, base=1, now=NOON)
    assert post_scopes(county.account["grid"], NOON)[0].rights == wanted
    assert (role_by_word("grid").words.split(), role_by_word("grid").edited) == (sorted(wanted), 1)
    assert roles_install(scope=SETUP, region="331003", now=NOON) == []
    assert rights("grid") == wanted


def declares(monkeypatch, **roles):
    """The version installed next declares these rights for these roles."""
    declared = [replace(r, rights=frozenset(roles.get(r.word, r.rights))) for r in ROLES]
    monkeypatch.setattr("anlan.accounts.services.roles.ROLES", tuple(declared))


def test_an_edited_role_gains_what_a_later_version_declares_and_nothing_it_was_denied(county, monkeypatch):
    """The bureau took one right from the inspectors' role and gave it another; its name it changed too."""
    now_declared = rights("town")
    older = now_declared - {"inspection.listing.follow", "inspection.task.assign", "inspection.hazard.extend"}
    declares(monkeypatch, town=older)
    assert roles_install(scope=SETUP, region="331003", now=NOON) == ["town"]
    key, admin = str(role_by_word("town").pk), county.scope["admin"]
    own = older - {"inspection.hazard.transfer"} | {"inspection.hazard.extend"}
    base = version_of(f"accounts.role/{key}")
    role_change(scope=admin, id=key, rights=own, base=base, now=NOON, label="镇街应急站")

    monkeypatch.undo()
    assert roles_install(scope=SETUP, region="331003", now=NOON) == ["town"]
    assert rights("town") == own | {"inspection.listing.follow", "inspection.task.assign"}
    assert (role_by_word("town").label, role_by_word("town").edited) == ("镇街应急站", 1)
    assert post_scopes(county.account["town"], NOON)[0].rights == rights("town")
    assert roles_install(scope=SETUP, region="331003", now=NOON) == []

    role_change(
        scope=admin, id=key, rights=own, base=version_of(f"accounts.role/{key}"), now=NOON, label="镇街应急站"
    )  # takes the new ones away again
    assert roles_install(scope=SETUP, region="331003", now=NOON) == []
    assert rights("town") == own
    assert rebuild(check=True, shuffle=3).differences == 0


def test_what_a_later_version_no_longer_declares_an_edited_role_keeps(county, monkeypatch):
    key = str(role_by_word("grid").pk)
    own = rights("grid") | {"inspection.hazard.order"}
    role_change(scope=county.scope["admin"], id=key, rights=own, base=1, now=NOON)
    declares(monkeypatch, grid=rights("grid") - {"inspection.hazard.order", "registry.add"})
    assert roles_install(scope=SETUP, region="331003", now=NOON) == ["grid"]
    assert rights("grid") == own


def test_editing_a_role_is_refused(county):
    admin, grid = county.scope["admin"], role_by_word("grid")
    keep = rights("grid")
    with pytest.raises(NotAllowed, match="platform.not_allowed"):
        role_change(scope=county.scope["leader"], id=str(grid.pk), rights=[], base=1, now=NOON)
    with pytest.raises(NotAllowed, match="platform.region_outside"):
        role_change(scope=replace(admin, region="331003001"), id=str(grid.pk), rights=[], base=1, now=NOON)
    with pytest.raises(RuleViolation, match="accounts.role.unchanged"):
        role_change(scope=admin, id=str(grid.pk), rights=keep, base=1, now=NOON)
    with pytest.raises(RuleViolation) as refused:
        role_change(scope=admin, id=str(role_by_word("admin").pk), rights=["x.y"], base=1, now=NOON)
    assert [v.code for v in refused.value.violations] == [
        "accounts.role.right_unknown",
        "accounts.role.admin_without_manage",
    ]
    with pytest.raises(Conflict):
        role_change(scope=admin, id=str(grid.pk), rights=[], base=9, now=NOON)
    with pytest.raises(NotFound, match="accounts.role.not_found"):
        role_change(scope=admin, id=county.person["grid"], rights=[], base=1, now=NOON)
    assert rights("grid") == keep


def test_a_role_of_ones_own(county):
    made = role_create(
        scope=county.scope["admin"], label="园区专员", rights=["registry.view"], by_office=True, now=NOON, once="r1"
    )
    role = Role.objects.get(pk=made)
    assert (role.word, role.label, role.by_office, role.words) == ("", "园区专员", 1, "registry.view")
    with pytest.raises(BadInput, match="accounts.role.label_missing"):
        role_create(scope=county.scope["admin"], label=" ", rights=[], now=NOON)


def test_a_person_with_a_phone_in_the_vault(county):
    person = person_create(
        scope=county.scope["admin"],
        values={"name": " 钱进 ", "phone": "138 0013 8000", "region": "331003001"},
        now=NOON,
    )
    row = Person.objects.get(pk=person)
    assert (row.name, row.region, row.region9) == ("钱进", "331003001000", "331003001")
    ref = f"accounts.person/{person}"
    assert vault.masked([ref], ["phone"]) == {(ref, "phone"): "138****8000"}
    assert vault.find("phone", "13800138000") == [ref]
    who = {"scope": county.scope["admin"], "id": person, "now": NOON}
    person_change(values={"name": "钱进", "phone": "138****8000", "remark": "借调"}, base=1, **who)
    assert vault.find("phone", "13800138000") == [ref]
    person_change(values={"phone": "13900139000"}, base=2, **who)
    assert vault.masked([ref], ["phone"]) == {(ref, "phone"): "139****9000"}
    assert Person.objects.get(pk=person).remark == "借调"
    assert vault.reveal(county.scope["leader"], ref, "phone", row.region, "核实值班", NOON) == "13900139000"


def test_people_are_refused(county):
    admin = county.scope["admin"]
    with pytest.raises(BadInput) as refused:
        person_create(scope=admin, values={"name": "", "phone": "12"}, now=NOON)
    assert [v.field for v in refused.value.violations] == ["name", "phone"]
    with pytest.raises(NotAllowed, match="platform.region_outside"):
        person_create(scope=admin, values={"name": "钱进", "region": "331004"}, now=NOON)
    with pytest.raises(NotAllowed, match="platform.not_allowed"):
        person_create(scope=county.scope["town"], values={"name": "钱进"}, now=NOON)
    with pytest.raises(NotFound):
        person_change(scope=replace(admin, region="331003002"), id=county.person["town"], values={}, base=1, now=NOON)


def test_organisations(county):
    admin = county.scope["admin"]
    values = {"name": "应急指挥中心", "kind": "office", "region": "331003", "parent_id": county.bureau}
    made = organisation_create(scope=admin, values=values, now=NOON, once="o1")
    assert organisation_create(scope=admin, values=values, now=NOON, once="o1") == made
    with pytest.raises(BadInput) as refused:
        organisation_create(scope=admin, values=values, now=NOON)
    assert [v.code for v in refused.value.violations] == ["accounts.organisation.duplicate"]
    organisation_change(scope=admin, id=made, values={"short_name": "指挥中心"}, base=1, now=NOON)
    row = organisation_get(admin, made)
    assert (row.name, row.short_name, str(row.parent_id), str(row)) == (
        "应急指挥中心", "指挥中心", county.bureau, "指挥中心"
    )  # fmt: skip
    with pytest.raises(RuleViolation, match="accounts.organisation.posts_remain"):
        organisation_close(scope=admin, id=county.office, reason="", base=1, now=NOON)
    organisation_close(scope=admin, id=made, reason="机构改革", base=2, now=NOON)
    assert Organisation.objects.get(pk=made).closed == 1
    with pytest.raises(RuleViolation, match="accounts.organisation.closed_already"):
        organisation_close(scope=admin, id=made, reason="", base=3, now=NOON)


def test_the_journal_refolds_to_the_same_rows_in_any_order(county):
    admin = county.scope["admin"]
    grid = str(role_by_word("grid").pk)
    role_change(scope=admin, id=grid, rights=["registry.view"], base=1, now=NOON)
    role_change(scope=admin, id=grid, rights=["registry.view", "inspection.view"], base=2, now=NOON)
    person_change(scope=admin, id=county.person["grid"], values={"name": "韩立新"}, base=None, now=NOON)
    deputy_set(
        scope=admin,
        values={
            "post_id": county.post["town"],
            "person_id": county.person["grid"],
            "starts_on": "2026-03-02",
            "until_on": "2026-03-03",
        },
        now=NOON,
    )
    assert version_of(f"accounts.person/{county.person['grid']}") == 3
    for seed in (None, 7):
        assert rebuild(check=True, shuffle=seed).different == []


@pytest.mark.parametrize("name", ["安\u202e全科", "安\u200b全科", "安\x00全科"])
def test_names_with_characters_that_nobody_sees_are_refused(county, name):
    admin = county.scope["admin"]
    office = {"name": name, "kind": "office", "region": "331003"}
    for refuse in (
        lambda: organisation_create(scope=admin, values=office, now=NOON),
        lambda: person_create(scope=admin, values={"name": name}, now=NOON),
        lambda: role_create(scope=admin, label=name, rights=["registry.view"], now=NOON),
    ):
        with pytest.raises(BadInput) as refused:
            refuse()
        assert refused.value.code == "accounts.text_refused"
        assert refused.value.violations[0].facts["position"] == 2
