"""已签发报告: what may be issued, that it is once, by whom, and that its digests in the journal are those of the package."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from docx import Document

from anlan.kernel.errors import AnlanError
from anlan.kernel.periods import read_period
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal import heads
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger.history import label_of
from anlan.platform.ledger.services import ledger_create
from anlan.platform.scope import Scope
from anlan.reporting import queries
from anlan.reporting.models import IssuedReport
from anlan.reporting.reports.package import opened, package_read
from anlan.reporting.reports.proof import package_check
from anlan.reporting.rules.issue import check_issue
from anlan.reporting.services.issuing import report_issue
from inspection.factories import NOW, World

LATER = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
WHOLE = "全年收缴罚款{{ 数('收缴罚款') }}万元。"


def docx(*lines: str) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def fined(world: World, value: str = "20.45") -> None:
    ledger_create(
        scope=world.scope["supervision"], ledger=CATALOGUE.ledgers["reporting.value"], now=NOW,
        values={
            "name": "收缴罚款", "value": value, "unit": "万元", "period": "2025年", "region": "331003000000",
            "source_title": "年报", "source_office": "执法队",
        },
    )  # fmt: skip


def leader(world: World) -> Scope:
    return world.scope["leader"]


def draft(world: World, *lines: str, role: str = "leader", region: str = "331003") -> Any:
    return queries.report_build(world.scope[role], docx(*(lines or (WHOLE,))), region, read_period("2025"), LATER)


def codes(refused: Any) -> list[str]:
    return [refused.value.code, *(v.code for v in refused.value.violations)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"title": "　"}, ["reporting.report.title_missing"]),
        ({"title": "长" * 81}, ["reporting.report.title_long"]),
        ({"blanks": ["甲", "乙"]}, ["reporting.report.blank"] * 2),
        ({"numbers": 0}, ["reporting.report.no_number"]),
        ({"before": 2}, ["reporting.report.issued_before"]),
        ({"before": 2, "reason": "更正"}, []),
        ({"reason": "更正"}, ["reporting.report.not_issued_before"]),
        ({"before": 1, "reason": "长" * 201}, ["reporting.report.reason_long"]),
    ],
)
def test_what_keeps_a_report_from_being_issued(given: dict[str, Any], expected: list[str]) -> None:
    facts: dict[str, Any] = {"title": "年度工作总结", "blanks": (), "numbers": 3, "before": 0, "reason": ""}
    assert [v.code for v in check_issue(**facts | given)] == expected


def test_an_issued_report_is_held_by_its_digests(world: World) -> None:
    fined(world)
    key, package = report_issue(scope=leader(world), report=draft(world), title=" 年度 总结 ", now=LATER)
    row, parts = IssuedReport.objects.get(pk=key), opened(package)
    assert (row.title, row.version, row.period) == ("年度 总结", 1, "2025年")
    assert (row.numbers, row.ledger_numbers, row.reported_numbers, row.rows) == (1, 0, 1, 1)
    assert row.document_hash == hashlib.sha256(parts["report.docx"]).hexdigest()
    assert row.figures_hash == hashlib.sha256(parts["figures.json"]).hexdigest()
    assert row.template_hash == package_read(package)["template"]
    assert row.issued_at == LATER and row.region == "331003000000"
    assert package_check(package, heads.public_key()) == []
    assert package_read(package)["issue"] == {"title": "年度 总结", "version": 1}
    entry = JournalEntry.objects.get(kind="reporting.report.issued")
    assert entry.actor == leader(world).person
    assert label_of(entry.kind) == "签发"
    assert "issue" not in package_read(queries.report_package(leader(world), draft(world), LATER))


def test_a_blank_or_a_cross_is_listed_and_nothing_is_issued(world: World) -> None:
    fined(world)
    report = draft(world, WHOLE, "新增橡皮艇{{ 数('新增橡皮艇') }}只，避灾点×处。")
    with pytest.raises(AnlanError) as refused:
        report_issue(scope=leader(world), report=report, title="总结", now=LATER)
    assert codes(refused) == ["reporting.report.refused", "reporting.report.blank", "reporting.report.blank"]
    assert [v.facts["text"] for v in refused.value.violations] == list(report.made.blanks)
    assert not IssuedReport.objects.exists()


def test_it_is_issued_once_and_again_only_with_a_reason(world: World) -> None:
    fined(world)
    told: dict[str, Any] = {"scope": leader(world), "report": draft(world), "title": "总结", "now": LATER}
    report_issue(**told)
    with pytest.raises(AnlanError) as refused:
        report_issue(**told)
    assert codes(refused) == ["reporting.report.refused", "reporting.report.issued_before"]
    report_issue(**told, reason="  罚款数\n更正 ")
    report_issue(**told | {"title": "另一份总结"})
    rows = IssuedReport.objects.order_by("title", "version").values_list("title", "version", "reason")
    assert sorted(rows) == [("另一份总结", 1, ""), ("总结", 1, ""), ("总结", 2, "罚款数 更正")]


def test_a_report_that_could_not_be_kept_was_not_issued(world: World) -> None:
    fined(world)

    def full(_: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        report_issue(scope=leader(world), report=draft(world), title="总结", now=LATER, keep=full)
    assert not IssuedReport.objects.exists() and not JournalEntry.objects.filter(kind="reporting.report.issued").exists()


def test_who_was_faster_is_told_to_the_other_even_with_a_reason(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fined(world)
    told: dict[str, Any] = {"scope": leader(world), "report": draft(world), "title": "总结", "now": LATER}
    report_issue(**told)
    made = queries.report_package

    def slow(*args: Any, **more: Any) -> bytes:
        monkeypatch.setattr(queries, "report_package", made)
        report_issue(**told, reason="他人先签")
        return made(*args, **more)

    monkeypatch.setattr(queries, "report_package", slow)
    with pytest.raises(AnlanError) as refused:
        report_issue(**told, reason="我来更正")
    assert codes(refused) == ["reporting.report.refused", "reporting.report.issued_before"]
    assert sorted(IssuedReport.objects.values_list("version", "reason")) == [(1, ""), (2, "他人先签")]


@pytest.mark.parametrize("role", ["grid", "enterprise", "auditor", "expert", "enforcement", "supervision"])
def test_only_who_answers_for_all_of_it_issues(world: World, role: str) -> None:
    fined(world)
    report = draft(world)
    with pytest.raises(AnlanError) as refused:
        report_issue(scope=world.scope[role], report=report, title="总结", now=LATER)
    assert refused.value.code == "platform.not_allowed"
    assert not IssuedReport.objects.exists()


def test_a_town_issues_its_own_and_not_the_countys(world: World) -> None:
    fined(world)
    with pytest.raises(AnlanError) as refused:
        report_issue(scope=world.scope["town"], report=draft(world), title="总结", now=LATER)
    assert refused.value.code == "platform.region_outside"
    with pytest.raises(AnlanError) as elsewhere:
        draft(world, role="town", region="331003")
    assert elsewhere.value.code == "reporting.report.region"


def test_nobody_types_or_changes_an_issued_report(world: World) -> None:
    fined(world)
    key, _ = report_issue(scope=leader(world), report=draft(world), title="总结", now=LATER)
    client = world.client("leader")
    assert client.get("/api/v1/reporting/reports").json()["items"][0]["title"] == "总结"
    for call, url in ((client.post, "/api/v1/reporting/reports"), (client.patch, f"/api/v1/reporting/reports/{key}")):
        assert call(url, {"title": "改"}, content_type="application/json").status_code in (403, 404, 405)
    assert IssuedReport.objects.get(pk=key).title == "总结"
    page = client.get(f"/records/reporting/reports/{key}", follow=True)
    assert page.status_code == 200 and "签发" in page.content.decode()
    assert client.get("/desk/reporting/issuedreport/").status_code == 200


def test_a_rebuilt_ledger_has_the_same_report(world: World) -> None:
    from anlan.platform.journal.rebuild import rebuild

    fined(world)
    report_issue(scope=leader(world), report=draft(world), title="总结", now=LATER)
    before = IssuedReport.objects.values().get()
    assert rebuild(check=True).ok
    IssuedReport.objects.update(title="改过的名称")
    assert not rebuild(check=True).ok
    rebuild(check=False)
    assert IssuedReport.objects.values().get() == before
