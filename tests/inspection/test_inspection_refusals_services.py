"""What the services of inspection refuse, by code and with every reason; the refused act leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.services.campaigns import campaign_create, campaign_retire
from anlan.inspection.services.checklists import ChecklistItem, checklist_change, checklist_create, checklist_retire
from anlan.inspection.services.hazards import HazardInput, hazard_close, hazard_report, hazard_tag
from anlan.inspection.services.inspections import (
    ItemAnswer,
    inspection_finish,
    inspection_items_set,
    inspection_start,
)
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render
from anlan.platform import attachments
from anlan.platform.journal.models import JournalEntry
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db

FIRE = ChecklistItem("zj-01", "消防", "通道畅通", "中华人民共和国消防法", "第二十八条")


def refused(call: Any, **given: Any) -> tuple[str, list[str]]:
    """The code of the refusal and those of its reasons; nothing was recorded by the refused call."""
    before = JournalEntry.objects.count()
    with pytest.raises(AnlanError) as error:
        call(**given)
    assert JournalEntry.objects.count() == before
    return error.value.code, [v.code for v in error.value.violations]


def test_a_hazard_of_another_century_or_without_words_is_refused(world: World) -> None:
    town = world.scope["town"]
    old = HazardInput(world.enterprise, "通道堵塞", at=datetime(1026, 3, 2, tzinfo=UTC))
    assert refused(hazard_report, scope=town, item=old, now=NOW) == ("inspection.at_implausible", [])
    empty = HazardInput(world.enterprise, " ")
    assert refused(hazard_report, scope=town, item=empty, now=NOW) == (
        "inspection.hazard.report.refused",
        ["inspection.hazard.report.description_missing"],
    )


def test_a_document_is_no_photo_of_a_hazard(world: World) -> None:
    town = world.scope["town"]
    text = attachments.store(b"%PDF-1.4\n%%EOF\n", "说明.pdf", scope=town, now=NOW).sha256
    item = HazardInput(world.enterprise, "通道堵塞", photos=(text,))
    assert refused(hazard_report, scope=town, item=item, now=NOW) == ("inspection.photo.not_image", [])


def test_the_photo_of_the_mending_does_not_close_the_hazard(world: World) -> None:
    key = world.submitted()
    after = Hazard.objects.get(pk=key).photos.get(stage="after").sha256
    code, reasons = refused(hazard_close, scope=world.scope["town"], item=world.closing(key, photos=(after,)), now=NOW)
    assert code == "inspection.hazard.close.refused"
    assert "inspection.hazard.close.photo_reused" in reasons


def test_a_campaign_that_is_over_takes_no_more_hazards(world: World) -> None:
    leader, key = world.scope["leader"], world.found()
    campaign = world.campaign("春雷行动")
    campaign_retire(scope=leader, campaign_id=campaign, reason="行动结束", base=1, now=NOW)
    tag = {"scope": world.scope["town"], "hazard_ids": [key], "campaign_id": campaign, "now": NOW}
    assert refused(hazard_tag, **tag) == ("inspection.hazard.tag.refused", ["inspection.campaign.retired"])


def test_a_campaign_that_ends_before_it_begins_breaks_the_ledger_s_rule(world: World) -> None:
    values = {"name": "夏季行动", "region": "331003000000", "since_on": "2026-06-30", "until_on": "2026-01-01"}
    code, _ = refused(campaign_create, scope=world.scope["leader"], values=values, now=NOW)
    assert code == "ledger.rule_refused"


def test_an_inspection_of_an_unknown_kind_does_not_start(world: World) -> None:
    given = {"enterprise_id": world.enterprise, "checklist_id": world.checklist(), "kind": "visit", "now": NOW}
    given["officers"] = [world.mate]
    assert refused(inspection_start, scope=world.scope["town"], **given) == (
        "inspection.start.refused",
        ["inspection.start.kind_unknown"],
    )


def test_items_of_another_sheet_and_a_sheet_half_filled_are_refused(world: World) -> None:
    town = world.scope["town"]
    listed = world.checklist()
    key = inspection_start(
        scope=town, enterprise_id=world.enterprise, checklist_id=listed, officers=[world.mate], now=NOW
    )
    answers = [ItemAnswer("zz-99", "pass")]
    assert refused(inspection_items_set, scope=town, inspection_id=key, answers=answers, now=NOW) == (
        "inspection.items.refused",
        ["inspection.item.unknown"],
    )
    code, reasons = refused(inspection_finish, scope=town, inspection_id=key, conclusion="检查完毕", now=NOW)
    assert code == "inspection.finish.refused"
    assert reasons
    assert queries.inspection_get(town, key).state == "draft"


def test_a_checklist_needs_a_name_and_stays_out_of_use_once_retired(world: World) -> None:
    office = world.scope["supervision"]
    nameless = {"scope": office, "code": "zj", "name": " ", "items": [FIRE], "now": NOW}
    assert refused(checklist_create, **nameless) == (
        "inspection.checklist.refused",
        ["inspection.checklist.name_missing"],
    )
    key = checklist_create(scope=office, code="zj", name="自建检查表", items=[FIRE], now=NOW)
    checklist_retire(scope=office, checklist_id=key, reason="并入通用检查表", base=1, now=NOW)
    again = {"scope": office, "checklist_id": key, "base": 2, "now": NOW}
    expected = ("inspection.checklist.refused", ["inspection.checklist.retired"])
    assert refused(checklist_retire, reason="再次停用", **again) == expected
    assert refused(checklist_change, name="自建检查表", items=[FIRE], **again) == expected


@pytest.mark.parametrize(
    ("since", "until", "by", "code"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "town", "inspection.counts.period"),
        (date(2020, 1, 1), date(2026, 3, 1), "month", "inspection.counts.period"),
        (date(2026, 1, 1), date(2026, 3, 1), "week", "inspection.counts.by_unknown"),
    ],
)
def test_counts_of_an_impossible_period_or_by_an_unknown_unit_are_refused(
    world: World, since: date, until: date, by: str, code: str
) -> None:
    with pytest.raises(AnlanError) as error:
        queries.hazard_counts(world.scope["leader"], "", since, until, by, now=NOW)
    assert error.value.code == code


def test_a_form_without_its_version_or_with_too_many_photos_is_refused(world: World) -> None:
    client, key = world.client("town"), world.found()
    order = {"once": "x", "days": "10", "note": "限期清理"}
    stale = client.post(f"/inspection/hazards/{key}/order", order | {"base": "新"})
    assert stale.status_code == 422
    assert render("inspection.form.base_missing", {}) in stale.content.decode()
    files = [SimpleUploadedFile(f"{n}.png", b"\x89PNG", "image/png") for n in range(13)]
    new = {"enterprise": world.enterprise, "description": "通道堵塞", "grade": "general", "once": "y"}
    many = client.post("/inspection/hazards/new", new | {"photos": files})
    assert many.status_code == 422
    assert render("inspection.photos.too_many", {"most": 12}) in many.content.decode()
