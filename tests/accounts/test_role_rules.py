"""The pure rules of roles."""

from __future__ import annotations

import pytest

from anlan.accounts.rules.roles import MANAGE, ROLES, check_rights, is_business_write, role_id

KNOWN = {right for role in ROLES for right in role.rights}


def codes(problems):
    return [p.code for p in problems]


@pytest.mark.parametrize("role", ROLES, ids=lambda r: r.word)
def test_every_builtin_role_obeys_the_rules_of_roles(role):
    assert check_rights(role.word, role.rights, KNOWN) == []


def test_the_ten_roles_and_what_limits_them():
    assert [(r.word, r.by_office, r.by_enterprise) for r in ROLES] == [
        ("leader", False, False),
        ("supervision", True, False),
        ("enforcement", False, False),
        ("town", False, False),
        ("grid", False, False),
        ("department", True, False),
        ("enterprise", False, True),
        ("expert", False, False),
        ("auditor", False, False),
        ("admin", False, False),
    ]


def test_an_auditor_only_reads():
    auditor = next(r for r in ROLES if r.word == "auditor")
    assert auditor.rights == {
        "accident.view",
        "registry.view",
        "sensing.view",
        "inspection.view",
        "inspection.leading.view",
        "inspection.plan.view",
        "accounts.view",
        "journal.read",
        "calling.call.view",
        "platform.document.view",
    }


def test_an_unknown_right_is_named():
    problems = check_rights("", {"moon.land", MANAGE}, KNOWN)
    assert [(p.code, p.facts) for p in problems] == [("accounts.role.right_unknown", {"right": "moon.land"})]


def test_the_administrator_role_keeps_administration():
    assert codes(check_rights("admin", {"registry.view"}, KNOWN)) == ["accounts.role.admin_without_manage"]


def test_administration_and_business_do_not_mix():
    problems = check_rights("", {MANAGE, "inspection.hazard.review", "registry.import"}, KNOWN)
    assert codes(problems) == ["accounts.role.duties_mixed"]
    assert problems[0].facts == {"rights": "inspection.hazard.review"}


@pytest.mark.parametrize(
    ("right", "writes"),
    [
        ("registry.change", True),
        ("inspection.hazard.review", True),
        ("registry.view", False),
        ("registry.import", False),
        ("journal.read", False),
        ("platform.operate", False),
        ("accounts.manage", False),
        ("vault.reveal", False),
        ("journal.decide", True),
        ("platform.redact", True),
    ],
)
def test_which_rights_change_the_record(right, writes):
    assert is_business_write(right) is writes


def test_a_builtin_role_has_the_same_id_on_every_node():
    assert role_id("leader") == role_id("leader")
    assert len({role_id(r.word) for r in ROLES}) == len(ROLES)
