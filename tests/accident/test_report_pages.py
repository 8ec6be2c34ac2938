"""报告起草 as pages and by the API: what is read is what is issued, by whom it may be, and what stays of it."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile

import pytest
from django.test import Client

from accident.test_issued_reports import LATER, draft, fined, leader
from anlan.kernel.errors import AnlanError, BadInput
from anlan.platform import clock
from anlan.platform.attachments.facts import examine
from anlan.platform.ledger.services import ledger_retire
from anlan.reporting import queries
from anlan.reporting.models import IssuedReport, ReportedValue
from anlan.reporting.reports import outline
from anlan.reporting.reports.fixing import fixed_bytes
from anlan.reporting.reports.package import package_read
from anlan.reporting.reports.reading import blocks
from anlan.reporting.services.issuing import report_issue
from inspection.factories import World

PAGE, ISSUE = "/reporting/report", "/api/v1/reporting/report/issue"
ASKED = {"template": "fines", "region": "331003", "period": "2025"}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template of one number, so that a report can be whole; and the year is over."""
    monkeypatch.setattr(clock, "now", lambda: LATER)
    monkeypatch.setitem(outline.OUTLINES, "fines", "罚款情况")
    whole = {
        "fines": "# 罚款情况\n## 一、总体\n全年收缴罚款{{ 数('收缴罚款') }}万元，见×号文。",
        "one": "收缴罚款{{ 数('收缴罚款') }}万元。",
    }
    monkeypatch.setitem(outline.OUTLINES, "one", "罚款")
    held = outline.outline_data

    def made(key: str) -> bytes:
        if key not in whole:
            return held(key)
        from docx import Document

        document, out = Document(), io.BytesIO()
        for line in whole[key].splitlines():
            outline._paragraph(document, line)
        document.save(out)
        return fixed_bytes(out.getvalue())

    monkeypatch.setattr("anlan.reporting.queries.report_templates.outline_data", made)


def seen(client: Client, template: str = "one") -> str:
    page = client.get(PAGE, ASKED | {"template": template}).content.decode()
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def test_a_draft_shows_each_number_with_its_source_and_what_is_missing(world: World) -> None:
    fined(world)
    page = world.client("leader").get(PAGE, ASKED).content.decode()
    assert '<h2 class="report-title">罚款情况' in page and "<h3>一、总体" in page
    assert '<a class="fig" id="t1" href="#n1">20.45</a>万元，见<mark class="fig-missing">×</mark>号文。' in page
    assert "年报" in page and "第1个数" in page and "待填 1 处" in page
    assert 'name="seen"' not in page  # what has a blank is not offered for issuing


def test_lines_of_a_table_come_as_its_cells(world: World) -> None:
    from docx import Document

    fined(world)
    document, out = Document(), io.BytesIO()
    table = document.add_table(rows=2, cols=2)
    for n, text in enumerate(("甲", "{{ 数('收缴罚款') }}", "丙", "丁")):
        table.cell(n // 2, n % 2).text = text
    table.cell(1, 1).add_paragraph("戊")
    document.save(out)
    from anlan.kernel.periods import read_period

    report = queries.report_build(leader(world), out.getvalue(), "331003", read_period("2025"), LATER)
    (made, *_) = blocks(report.made.lines)
    said = [[[piece.text for piece in cell] for cell in row] for row in made["rows"]]
    assert said == [[["甲"], ["20.45"]], [["丙"], ["丁", "戊"]]]
    assert made["rows"][0][1][0].number == 1


@pytest.mark.parametrize(("given", "start"), [("document", b"PK"), ("package", b"PK"), ("public", b"PK")])
def test_a_draft_can_be_taken_along(world: World, given: str, start: bytes) -> None:
    fined(world)
    answer = world.client("leader").get(PAGE, ASKED | {"format": given})
    assert answer.status_code == 200 and answer.content.startswith(start)
    assert answer["Content-Disposition"].startswith("attachment;")
    if given != "document":
        assert package_read(answer.content)["public"] is (given == "public")


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"period": "去年"}, 422, "去年"),
        ({"template": "没有的"}, 422, "没有“没有的”这个模板"),
        ({"region": "331004"}, 404, "不在您的管辖范围内"),
        ({"region": "999999"}, 422, "999999"),
    ],
)
def test_what_can_not_be_made_is_said_on_the_page(world: World, given: dict[str, str], status: int, words: str) -> None:
    answer = world.client("leader").get(PAGE, ASKED | given)
    assert answer.status_code == status
    page = answer.content.decode()
    assert words in page and "生成草稿" in page


def test_what_was_read_is_issued_and_stays_with_its_files(world: World) -> None:
    fined(world)
    client = world.client("leader")
    answer = client.post(PAGE, ASKED | {"template": "one", "title": "罚款情况", "seen": seen(client)})
    row = IssuedReport.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/reporting/issued/{row.pk}"
    page = client.get(answer["Location"]).content.decode()
    links = re.findall(r"/attachments/([0-9a-f]{64})", page)
    assert links[0] == row.document_hash and len(links) == 2
    document = b"".join(client.get(f"/attachments/{links[0]}").streaming_content)
    assert hashlib.sha256(document).hexdigest() == row.document_hash
    package = b"".join(client.get(f"/attachments/{links[1]}").streaming_content)
    assert package_read(package)["issue"] == {"title": "罚款情况", "version": 1} and package_read(package)["public"]
    assert "没有变化的数" in client.get(answer["Location"], {"compare": "1"}).content.decode()
    twice = client.post(PAGE, ASKED | {"template": "one", "title": "罚款情况", "seen": seen(client)})
    assert twice.status_code == 409 and "已签发第 1 版" in twice.content.decode()
    assert IssuedReport.objects.count() == 1


def test_the_page_tells_what_moved_since(world: World) -> None:
    fined(world)
    client = world.client("leader")
    where = client.post(PAGE, ASKED | {"template": "one", "title": "罚款", "seen": seen(client)})["Location"]
    value = ReportedValue.objects.get()
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.journal.models import Head

    ledger_retire(
        scope=world.scope["supervision"], ledger=CATALOGUE.ledgers["reporting.value"], id=str(value.pk), now=LATER,
        base=Head.objects.get(subject=f"reporting.value/{value.pk}").version, reason="填错",
    )  # fmt: skip
    page = client.get(where, {"compare": "1"}).content.decode()
    assert "签发时 20.45，现在 无数据" in page and "减少 1 行" in page


def test_a_draft_that_moved_is_not_issued(world: World) -> None:
    fined(world)
    client = world.client("leader")
    before = seen(client)
    fined_again(world)
    answer = client.post(PAGE, ASKED | {"template": "one", "title": "罚款", "seen": before})
    assert answer.status_code == 409 and not IssuedReport.objects.exists()
    told = client.post(ISSUE, ASKED | {"template": "one", "title": "罚款", "seen": before}, content_type="application/json")
    assert told.json()["code"] == "reporting.report.moved"
    with pytest.raises(AnlanError) as refused:
        report_issue(scope=leader(world), report=draft(world), title="罚款", now=LATER, seen="0" * 64)
    assert refused.value.code == "reporting.report.moved"


def fined_again(world: World) -> None:
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.ledger.services import ledger_create

    ledger_create(
        scope=world.scope["supervision"], ledger=CATALOGUE.ledgers["reporting.value"], now=LATER,
        values={
            "name": "收缴罚款", "value": "30", "unit": "万元", "period": "2025年", "region": "331003000000",
            "source_title": "季报", "source_office": "法规科",
        },
    )  # fmt: skip


def test_by_the_api_as_on_the_page(world: World) -> None:
    fined(world)
    client = world.client("leader")
    told = client.get("/api/v1/reporting/report/draft", ASKED | {"template": "one"}).json()
    assert (told["count"], told["reported"], told["numbers"][0]["value"]) == (1, 1, 20.45)
    body = ASKED | {"template": "one", "title": "罚款", "seen": told["seen"]}
    assert client.post(ISSUE, body | {"seen": ""}, content_type="application/json").json()["code"] == "reporting.report.moved"
    made = client.post(ISSUE, body, content_type="application/json")
    assert made.status_code == 201 and client.get(made.json()["page"]).status_code == 200


@pytest.mark.parametrize("role", ["grid", "enterprise", "expert"])
def test_who_reads_no_figures_sees_none_of_it(world: World, role: str) -> None:
    fined(world)
    key, _ = report_issue(scope=leader(world), report=draft(world), title="总结", now=LATER, public=True)
    client = world.client(role)
    assert client.get(PAGE, ASKED).status_code == 403
    assert client.get(f"/reporting/issued/{key}").status_code in (403, 404)
    hashes = [facts.sha256 for facts in queries.issued_files(IssuedReport.objects.get()).values()]
    assert len(hashes) == 2
    for sha256 in hashes:
        assert client.get(f"/attachments/{sha256}").status_code == 404


def test_a_town_sees_neither_the_countys_report_nor_its_files(world: World) -> None:
    fined(world)
    key, _ = report_issue(scope=leader(world), report=draft(world), title="总结", now=LATER, public=True)
    client, row = world.client("town"), IssuedReport.objects.get()
    assert client.get(f"/reporting/issued/{key}").status_code == 404
    assert client.get(f"/attachments/{row.document_hash}").status_code == 404
    assert client.get("/reporting/issued/nothing").status_code == 404
    assert client.get(PAGE, ASKED).status_code == 404


def test_one_who_may_read_but_not_issue_is_told_so(world: World) -> None:
    fined(world)
    client = world.client("leader")
    known = seen(client)
    clerk = world.client("supervision")
    page = clerk.get(PAGE, ASKED | {"template": "one"}).content.decode()
    assert "请由局领导或乡镇" in page or "只能看到一部分企业" in page
    assert clerk.post(PAGE, ASKED | {"template": "one", "title": "罚款", "seen": known}).status_code == 403
    assert not IssuedReport.objects.exists()


def test_without_a_public_package_only_the_document_stays(world: World) -> None:
    fined(world)
    key, _ = report_issue(scope=leader(world), report=draft(world), title="总结", now=LATER)
    assert list(queries.issued_files(IssuedReport.objects.get())) == ["document"]
    page = world.client("leader").get(f"/reporting/issued/{key}", {"compare": "1"})
    assert page.status_code == 404 and "anlan report diff" in page.content.decode()
    with pytest.raises(AnlanError) as absent:
        queries.issued_changes(leader(world), IssuedReport.objects.get(), LATER)
    assert absent.value.code == "reporting.report.package_absent"
    with pytest.raises(AnlanError) as unknown:
        queries.issued_get(leader(world), "0" * 32)
    assert unknown.value.code == "reporting.report.unknown"


def test_no_other_zip_passes_for_a_package() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in ("figures.json", "figures.sig", "index.html", "report.docx", "setup.exe"):
            packed.writestr(name, b"x")
    with pytest.raises(BadInput) as refused:
        examine(out.getvalue(), "a.zip", 1_000_000)
    assert refused.value.code == "platform.attachment.type_refused"


def test_a_template_that_comes_with_the_product_is_the_same_bytes_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    plain = outline.outline_data.__wrapped__
    first = plain("weekly")
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(1_900_000_000))
    assert plain("weekly") == first


def test_the_monthly_table_is_read_and_taken_along_as_a_workbook(world: World) -> None:
    client = world.client("leader")
    asked = {"template": "monthly", "region": "331003", "period": "2026-05"}
    page = client.get(PAGE, asked).content.decode()
    assert "黄岩区安全生产月报表" in page and "<td>合计" in page and "【待填：" in page
    answer = client.get(PAGE, asked | {"format": "document"})
    assert answer.content.startswith(b"PK") and answer["Content-Disposition"].endswith(".xlsx")
