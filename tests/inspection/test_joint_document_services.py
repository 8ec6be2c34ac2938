"""One document for several hazards: shown with each of them, in force against each, and in the court export of each."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from anlan.inspection.errors import StepRefused
from anlan.inspection.services.papers import orders_issue
from anlan.inspection.services.steps import StepInput
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.platform.attachments.models import AttachmentLink
from anlan.platform.documents.models import Document, DocumentNaming
from anlan.platform.documents.queries import SUBJECT, document_get, documents_of, documents_on
from anlan.platform.documents.services import document_issue
from anlan.platform.journal.export import export_subject
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import NOW, World
from inspection.test_blanket_services import visit

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=2)


def issued(world: World, count: int = 10) -> tuple[list[str], Document]:
    """So many ordered hazards of one enterprise, and the one document that orders them."""
    keys = [world.ordered(description=f"第{n}处隐患") for n in range(1, count + 1)]
    (made,) = orders_issue(scope=world.scope["town"], hazard_ids=keys, now=SOON)
    return keys, Document.objects.get(pk=made)


def listed(world: World, key: str, role: str = "town") -> list[str]:
    return [d.number for d in documents_of(world.scope[role], f"inspection.hazard/{key}")]


def test_every_hazard_of_ten_shows_the_document_that_ordered_it(world: World) -> None:
    keys, document = issued(world)
    assert [listed(world, key) for key in keys] == [[document.number]] * 10
    assert [listed(world, key, "enterprise") for key in keys] == [[document.number]] * 10
    page = world.client("town").get(f"/inspection/hazards/{keys[7]}").content.decode()
    assert f"责令限期整改指令书 {document.number}" in page
    assert "第10处" in world.client("town").get(f"/documents/{document.pk}").content.decode()
    assert rebuild(check=True, shuffle=3).differences == 0


def test_who_sees_one_of_them_sees_the_document(world: World) -> None:
    keys, document = issued(world, 2)
    about = document.about.partition("/")[2]
    other = next(key for key in keys if key != about)
    Document.objects.filter(pk=document.pk).update(about=f"inspection.hazard/{about[:-3]}fff")  # out of sight
    assert listed(world, other) == [document.number]
    assert document_get(world.scope["town"], document.pk).number == document.number


def test_a_document_of_before_is_known_by_its_file(world: World) -> None:
    keys, document = issued(world, 3)
    DocumentNaming.objects.all().delete()
    assert [listed(world, key) for key in keys] == [[document.number]] * 3
    AttachmentLink.objects.filter(sha256=document.sha256, subject=f"inspection.hazard/{keys[2]}").delete()
    assert listed(world, keys[2]) == []


def test_an_order_in_a_joint_document_is_not_withdrawn(world: World) -> None:
    keys, _ = issued(world, 2)
    for key in keys:
        with pytest.raises(StepRefused) as error:
            hazard_withdraw(scope=world.scope["town"], item=StepInput(hazard_id=key), now=SOON)
        assert [v.code for v in error.value.violations] == ["inspection.hazard.withdraw.paper_in_force"]


def test_the_record_of_an_inspection_stands_with_its_hazards(world: World) -> None:
    made = visit(world, world.campaign("夏季整治"), world.enterprise, hazard=True)
    scope, subject = world.scope["town"], f"inspection.inspection/{made}"
    key = document_issue(scope=scope, template="inspection.record", subject=subject, now=NOW)
    document_issue(scope=scope, template="inspection.receipt", subject=subject, facts={"document": key}, now=NOW)
    (hazard,) = DocumentNaming.objects.filter(parent_id=key).values_list("key", flat=True)
    labels = [d.label for d in documents_of(scope, hazard)]
    assert sorted(labels) == ["现场检查记录", "送达回证"]


def exported(key: str, file: Path) -> dict[str, Any]:
    subject = f"inspection.hazard/{key}"
    return export_subject(subject, file, NOW, [f"{SUBJECT}/{d.pk}" for d in documents_on(subject)])


def test_the_court_export_of_each_holds_the_document(world: World, tmp_path: Path) -> None:
    keys, document = issued(world, 3)
    for n, key in enumerate(keys):
        file = tmp_path / f"{n}.json"
        made = exported(key, file)
        assert made["beside"] == [f"platform.document/{document.pk}"]
        held = json.loads(file.read_text(encoding="utf-8"))
        kinds = [json.loads(entry["body"])["kind"] for entry in held["entries"]]
        assert kinds == ["inspection.hazard.found", "inspection.hazard.ordered", "platform.document.issued"]
        ran = subprocess.run([sys.executable, "-I", made["verifier"], made["file"]], capture_output=True)
        assert ran.returncode == 0, ran.stdout
        assert f"{document.number}  SHA-256 {document.sha256}" in ran.stdout.decode()
