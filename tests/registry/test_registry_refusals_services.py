"""What the registry refuses, by code: changes that change nothing, reasons too long, contacts and premises half filled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.record import version_of
from anlan.registry import queries
from anlan.registry.services import contacts, enterprises, mergers, premises
from registry.factories import NOW, make_enterprise

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def codes_of(call: Any, **given: Any) -> tuple[str, list[str]]:
    """The code of the refusal and those of its reasons; nothing was recorded by the refused call."""
    before = JournalEntry.objects.count()
    with pytest.raises(AnlanError) as error:
        call(now=LATER, **given)
    assert JournalEntry.objects.count() == before
    return error.value.code, [v.code for v in error.value.violations]


@pytest.fixture
def own(county: Any) -> dict[str, Any]:
    """Scope, id and version of one enterprise that the county's first office supervises."""
    key = make_enterprise(county.scope["town"], office_id=county.office)
    base = version_of(queries.subject_of(key))
    return {"scope": county.scope["town"], "enterprise_id": key, "base": base}


def test_a_change_to_what_stands_already_is_refused(own: dict[str, Any], county: Any) -> None:
    name = queries.enterprise_get(own["scope"], own["enterprise_id"]).name
    refused = "registry.enterprise.refused"
    assert codes_of(enterprises.enterprise_rename, name=name, **own) == (refused, ["registry.enterprise.name_same"])
    same = codes_of(enterprises.enterprise_office_assign, office_id=county.office, **own)
    assert same == (refused, ["registry.enterprise.office_same"])


def test_a_reason_is_no_essay(own: dict[str, Any]) -> None:
    code, reasons = codes_of(enterprises.enterprise_retire, reason="重" * 501, **own)
    assert (code, reasons) == ("registry.enterprise.refused", ["registry.reason_length"])


def test_a_merger_says_why(own: dict[str, Any], county: Any) -> None:
    into = make_enterprise(county.scope["town"], 2, office_id=county.office)
    code, reasons = codes_of(mergers.enterprise_merge, into_id=into, mode="", reason="吸收合并", **own)
    assert code == "registry.enterprise.refused"
    assert "registry.merge.mode" in reasons


def test_a_contact_needs_a_post_and_premises_a_name(own: dict[str, Any]) -> None:
    person = {"post": "", "name": "丁一", "phone": "13800138000"}
    code, reasons = codes_of(contacts.contact_set, values=person, **own)
    assert (code, reasons) == ("registry.contact.invalid", ["registry.contact.post"])
    assert codes_of(premises.premises_add, values={"name": " "}, **own)[0] == "registry.premises.invalid"


def test_an_act_without_the_page_s_version_is_refused(own: dict[str, Any], client_as: Any) -> None:
    answer = client_as("town").post(f"/registry/enterprises/{own['enterprise_id']}/rename", {"name": "新名称有限公司"})
    assert answer.status_code == 422
    assert render("registry.form.base_missing", {}) in answer.content.decode()
