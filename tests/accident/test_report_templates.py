"""报告模板: kept under a name, refused with the place of every fault, replaced, withdrawn, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from accident.test_issued_reports import LATER, docx, fined
from anlan.kernel.errors import AnlanError
from anlan.platform import clock
from anlan.platform.attachments import files
from anlan.platform.journal.models import JournalEntry
from anlan.reporting import queries
from anlan.reporting.models import IssuedReport, ReportTemplate
from anlan.reporting.services.templates import template_store, template_withdraw
from inspection.factories import World

UPLOAD, PAGE = "/reporting/templates/upload", "/reporting/report"
WHOLE = "全年收缴罚款{{ 数('收缴罚款') }}万元。"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)


def stored(world: World, *lines: str, name: str = "罚款情况", role: str = "leader") -> str:
    return template_store(
        scope=world.scope[role], data=docx(*(lines or (WHOLE,))), filename="模板.docx", name=name, now=LATER
    )


def refusal(error: AnlanError) -> list[str]:
    return [error.code, *(v.code for v in error.violations)]


def test_a_template_is_kept_and_a_report_is_made_of_it(world: World) -> None:
    fined(world)
    client = world.client("leader")
    file = SimpleUploadedFile("模板.docx", docx(WHOLE))
    answer = client.post(UPLOAD, {"name": " 罚款　情况 ", "file": file})
    row = ReportTemplate.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?template={row.pk}")
    assert (row.name, row.file_name, row.withdrawn_at) == ("罚款 情况", "模板.docx", None)
    page = client.get(PAGE, {"template": str(row.pk), "period": "2025"}).content.decode()
    assert "20.45</a>万元" in page and 'value="罚款 情况"' in page
    assert "罚款 情况" in client.get(PAGE).content.decode()
    again = client.get(f"/reporting/templates/{row.pk}/file")
    assert again.content == docx_of(row) and again["Content-Disposition"].endswith(".docx")
    entry = JournalEntry.objects.get(kind="reporting.template.stored")
    assert entry.actor == world.scope["leader"].person


def docx_of(row: ReportTemplate) -> bytes:
    return files.path_of(row.file_hash).read_bytes()


def test_it_is_issued_from_and_the_report_stands_when_it_is_withdrawn(world: World) -> None:
    fined(world)
    key = stored(world)
    client = world.client("leader")
    body = {"template": key, "period": "2025", "title": "罚款情况"}
    seen = client.get("/api/v1/reporting/report/draft", body).json()["seen"]
    made = client.post("/api/v1/reporting/report/issue", body | {"seen": seen}, content_type="application/json")
    assert made.status_code == 201
    assert client.post(f"/reporting/templates/{key}/withdraw").status_code == 302
    assert ReportTemplate.objects.get().withdrawn_at == LATER and queries.own_templates(world.scope["leader"]) == []
    assert "没有这个模板" in client.get(PAGE, body).content.decode()
    assert IssuedReport.objects.count() == 1
    assert client.post(f"/reporting/templates/{key}/withdraw").status_code == 404


def test_the_same_name_replaces_and_a_withdrawn_one_may_be_stored_anew(world: World) -> None:
    first = stored(world)
    second = stored(world, WHOLE, "又一段。", role="supervision")
    assert first == second and ReportTemplate.objects.count() == 1
    assert [p.text for p in Document(files.path_of(ReportTemplate.objects.get().file_hash)).paragraphs][1] == "又一段。"
    template_withdraw(scope=world.scope["leader"], template_id=first, now=LATER)
    assert stored(world) != first and ReportTemplate.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "lines", "codes"),
    [
        ("　", (), ["reporting.template.not_stored", "reporting.template.name_missing"]),
        ("长" * 41, (), ["reporting.template.not_stored", "reporting.template.name_long"]),
        ("月报表", (), ["reporting.template.not_stored", "reporting.template.name_taken"]),
        ("甲", ("{{ 数( }}",), ["reporting.template.refused", "reporting.template.syntax"]),
    ],
)
def test_what_is_refused_is_not_kept(world: World, name: str, lines: tuple[str, ...], codes: list[str]) -> None:
    with pytest.raises(AnlanError) as refused:
        stored(world, *lines, name=name)
    assert refusal(refused.value) == codes and not ReportTemplate.objects.exists()


def test_a_fault_is_shown_with_its_place_and_the_form_again(world: World) -> None:
    client = world.client("leader")
    page = client.post(UPLOAD, {"name": "甲", "file": SimpleUploadedFile("a.docx", docx("好", "{{ 数( }}"))})
    assert page.status_code == 422 and "第2段" in page.content.decode() and 'value="甲"' in page.content.decode()
    for given, words in (
        ({"name": "甲"}, "请选择模板文件"),
        ({"name": "甲", "file": SimpleUploadedFile("a.docx", b"nothing")}, "读不出这个模板"),
        ({"name": "甲", "file": SimpleUploadedFile("a.docx", b"x" * 10_000_001)}, "模板过大"),
    ):
        answer = client.post(UPLOAD, given)
        assert answer.status_code == 422 and words in answer.content.decode()
    assert not ReportTemplate.objects.exists()


@pytest.mark.parametrize("role", ["grid", "enterprise", "expert", "auditor"])
def test_who_has_not_the_right_changes_nothing(world: World, role: str) -> None:
    key = stored(world)
    client = world.client(role)
    assert client.post(UPLOAD, {"name": "乙", "file": SimpleUploadedFile("a.docx", docx(WHOLE))}).status_code == 403
    assert client.post(f"/reporting/templates/{key}/withdraw").status_code == 403
    assert ReportTemplate.objects.get().withdrawn_at is None


def test_another_place_s_template_is_nobody_else_s(world: World) -> None:
    key = stored(world)
    town = world.client("town")
    assert town.get(f"/reporting/templates/{key}/file").status_code == 404
    assert town.post(f"/reporting/templates/{key}/withdraw").status_code == 404
    assert "罚款情况" not in town.get(PAGE).content.decode()
    own = stored(world, name="罚款情况", role="town")
    assert own != key and {row.region for row in ReportTemplate.objects.all()} == {"331003000000", "331003001000"}
    assert world.client("leader").get(PAGE, {"template": own, "period": "2025"}).status_code == 404
    assert town.get("/reporting/templates/monthly/file").content[:2] == b"PK"
    assert town.get("/reporting/templates/nothing/file").status_code in (404, 422)


def test_who_belongs_to_no_county_keeps_none(world: World) -> None:
    import dataclasses

    scope = dataclasses.replace(world.scope["leader"], region="")
    with pytest.raises(AnlanError) as refused:
        template_store(scope=scope, data=docx(WHOLE), filename="a.docx", name="甲", now=LATER)
    assert refusal(refused.value) == ["reporting.template.not_stored", "reporting.template.no_place"]
    assert queries.own_templates(scope) == []


def test_a_file_that_is_not_here_yet_is_said(world: World) -> None:
    key = stored(world)
    files.path_of(ReportTemplate.objects.get().file_hash).unlink()
    answer: Any = world.client("leader").get(PAGE, {"template": key, "period": "2025"})
    assert answer.status_code == 404
    codes = ["reporting.template.gone", "reporting.template.file_missing", "platform.attachment.bytes_missing"]
    with pytest.raises(AnlanError) as absent:
        queries.template_data(world.scope["leader"], key)
    assert absent.value.code == codes[2]
    with pytest.raises(AnlanError) as gone:
        queries.template_row(world.scope["leader"], "nothing")
    assert gone.value.code == codes[0]


def test_a_rebuilt_ledger_has_the_same_templates(world: World) -> None:
    from anlan.platform.journal.rebuild import rebuild

    template_withdraw(scope=world.scope["leader"], template_id=stored(world), now=LATER)
    assert rebuild(check=True).ok
