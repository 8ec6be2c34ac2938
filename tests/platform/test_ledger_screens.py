"""The desk's lists and the generic pages: record, form, history, import in the browser, health."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
import xlsxwriter
from django.test import Client

from anlan.platform import clock
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger import runs
from anlan.platform.ledger.models import ImportRun
from anlan.platform.ledger.services import ledger_create
from ledger_app.ledgers import WELLS
from ledger_app.models import Well

pytestmark = pytest.mark.django_db

EAST, SOUTH = "331003001000", "331003002000"
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def wells(county):
    scope = replace(county.scope["supervision"], office=None)
    ids = []
    for i in range(30):
        values = {
            "code": f"SJ-{i:03d}",
            "name": f"井{i}" if i else NASTY[:20],
            "region": EAST if i < 27 else SOUTH,
            "use": "fire" if i % 3 == 0 else "farm",
            "drilled_on": "2020-03-05",
            "phone": "13800001234",
        }
        ids.append(ledger_create(scope=scope, ledger=WELLS, values=values, now=START + timedelta(minutes=i)))
    return ids


def text(answer):
    return answer.content.decode()


def hidden(page, name):
    return text(page).split(f'name="{name}" value="')[1].split('"')[0]


def test_list_shows_25_rows_total_and_links_to_records(client_as, wells):
    page = client_as("town").get("/desk/wells/well/")
    assert page.status_code == 200
    assert text(page).count('data-label="编号"') == 25
    assert "共 27 条" in text(page)
    assert f'href="/records/wells/wells/{wells[26]}"' in text(page)
    assert wells[27] not in text(page)
    second = client_as("town").get("/desk/wells/well/?page=2")
    assert text(second).count('data-label="编号"') == 2


def test_list_filters_searches_and_sorts(client_as, wells):
    client = client_as("leader")
    assert "共 10 条" in text(client.get("/desk/wells/well/?use=fire"))
    assert "共 3 条" in text(client.get("/desk/wells/well/?region=331003002"))
    assert "共 1 条" in text(client.get("/desk/wells/well/?q=井29"))
    first = text(client.get("/desk/wells/well/?sort=code")).split('data-label="编号"')[1]
    assert "SJ-000" in first
    assert "138****1234" in text(client.get("/desk/wells/well/"))


def test_bad_question_is_a_page_with_the_reason(client_as, county):
    page = client_as("leader").get("/desk/wells/well/?colour=red")
    assert page.status_code == 422
    assert "没有“colour”这一查询条件" in text(page)


def test_list_sends_the_same_statements_however_many_rows(client_as, wells, django_assert_max_num_queries):
    client = client_as("leader")
    client.get("/desk/wells/well/")  # chooses the post
    client.get("/desk/wells/well/")  # reads and keeps it
    with django_assert_max_num_queries(13):
        client.get("/desk/wells/well/?sort=code")


def test_words_of_users_are_escaped_everywhere(client_as, wells):
    client = client_as("leader")
    for url in (
        "/desk/wells/well/?sort=code",
        f"/records/wells/wells/{wells[0]}",
        f"/history/wells.well/{wells[0]}",
        f"/records/wells/wells/{wells[0]}/edit",
        f"/desk/wells/well/?q={NASTY}",
    ):
        page = client_as("supervision").get(url) if url.endswith("edit") else client.get(url)
        assert "<script>alert" not in text(page), url


def test_admin_ways_of_writing_lead_nowhere(client_as, wells):
    client = client_as("town")
    before = JournalEntry.objects.count()
    for url, status in (
        (f"/desk/wells/well/{wells[0]}/", 302),
        (f"/desk/wells/well/{wells[0]}/change/", 302),
        (f"/desk/wells/well/{wells[0]}/delete/", 404),
        (f"/desk/wells/well/{wells[0]}/history/", 404),
        ("/desk/wells/well/add/", 302),
        ("/desk/wells/well/autocomplete/", 404),
    ):
        assert client.get(url).status_code == status, url
    assert client.post(
        "/desk/wells/well/", {"action": "delete_selected", "_selected_action": wells[0]}
    ).status_code in {403, 404}
    assert JournalEntry.objects.count() == before


def test_outsiders_see_no_page(client_as, wells):
    for url in (
        "/desk/wells/well/",
        f"/records/wells/wells/{wells[0]}",
        "/records/wells/wells/export.csv",
        "/records/wells/wells/import",
        f"/history/wells.well/{wells[0]}",
    ):
        assert Client().get(url).status_code == 302
    other = client_as("other_town")
    for tail in ("", "/edit", "/retire"):
        assert other.get(f"/records/wells/wells/{wells[0]}{tail}").status_code == 404
    assert other.get(f"/history/wells.well/{wells[0]}").status_code == 404
    assert client_as("enterprise").get(f"/records/wells/wells/{wells[0]}").status_code == 404


def test_record_page_shows_fields_and_history(client_as, wells):
    page = client_as("town").get(f"/records/wells/wells/{wells[1]}")
    assert page.status_code == 200
    for words in ("井1", "灌溉", "东城街道", "2020-03-05", "138****1234", "登记"):
        assert words in text(page)
    assert "13800001234" not in text(page)
    assert f'href="/records/wells/wells/{wells[1]}/edit"' in text(page)
    reader = text(client_as("auditor").get(f"/records/wells/wells/{wells[1]}"))
    assert "/edit" not in reader
    assert "您的岗位没有修改权限" in reader


def test_new_row_by_form_keeps_what_was_typed_when_refused(client_as, county):
    client = client_as("town")
    page = client.get("/records/wells/wells/new")
    typed = {"code": "SJ-1", "name": "新井", "region": "", "use": "fire", "once": hidden(page, "once")}
    refused = client.post("/records/wells/wells/new", typed)
    assert refused.status_code == 422
    assert "“所在区划”必须填写。" in text(refused)
    assert 'value="新井"' in text(refused)
    typed |= {"region": EAST, "once": hidden(refused, "once"), "labels": ["deep", "old"]}
    made = client.post("/records/wells/wells/new", typed)
    assert made.status_code == 302
    again = client.post("/records/wells/wells/new", typed)
    assert again["Location"] == made["Location"]
    well = Well.objects.get()
    assert (well.name, sorted(well.labels.values_list("key", flat=True))) == ("新井", ["deep", "old"])


def test_form_offers_only_regions_of_the_person(client_as, county):
    page = text(client_as("town").get("/records/wells/wells/new"))
    assert EAST in page
    assert SOUTH not in page


def test_change_by_form_and_stale_page(client_as, wells):
    client = client_as("town")
    url = f"/records/wells/wells/{wells[1]}/edit"
    page = client.get(url)
    fields = {"code": "SJ-001", "name": "改名井", "region": EAST, "use": "", "base": hidden(page, "base")}
    assert client.post(url, fields | {"once": "a", "labels__present": "1"}).status_code == 302
    well = Well.objects.get(pk=wells[1])
    assert (well.name, well.use, well.drilled_on.isoformat()) == ("改名井", "", "2020-03-05")
    stale = client.post(url, fields | {"name": "又改", "once": "b"})
    assert stale.status_code == 409
    assert 'value="又改"' in text(stale)
    assert Well.objects.get(pk=wells[1]).name == "改名井"


def test_retire_asks_for_a_reason_and_restore_takes_it_back(client_as, wells):
    client = client_as("town")
    url = f"/records/wells/wells/{wells[1]}"
    assert client.get(f"{url}/retire").status_code == 200
    assert Well.objects.get(pk=wells[1]).retired_at is None
    assert client.post(f"{url}/retire", {"reason": "", "base": "1", "once": "a"}).status_code == 422
    assert client.post(f"{url}/retire", {"reason": "已填埋", "base": "1", "once": "b"}).status_code == 302
    assert "注销。" in text(client.get(url))
    assert client.post(f"{url}/restore", {"reason": "填错了", "base": "2", "once": "c"}).status_code == 302
    assert Well.objects.get(pk=wells[1]).retired_at is None


def test_history_page_tells_who_changed_what(client_as, wells):
    client = client_as("town")
    url = f"/records/wells/wells/{wells[1]}"
    client.post(f"{url}/edit", {"name": "改名井", "base": "1", "once": "a"})
    page = text(client.get(f"/history/wells.well/{wells[1]}"))
    assert "<del>井1</del> → 改名井" in page
    assert "蒋安" in page
    assert "13800001234" not in page
    assert client_as("auditor").get(f"/history/wells.well/{wells[1]}").status_code == 200
    assert client.get("/history/accounts.person/019a0000-0000-7000-8000-000000000000").status_code == 404


def test_export_link_carries_the_question(client_as, wells):
    client = client_as("town")
    assert 'href="/records/wells/wells/export.xlsx?use=fire"' in text(client.get("/desk/wells/well/?use=fire"))
    csv = b"".join(client.get("/records/wells/wells/export.csv?use=fire").streaming_content).decode("utf-8-sig")
    assert len(csv.splitlines()) == 10


def workbook(*rows):
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet("水井")
    for line, row in enumerate((["编号", "名称", "所在区划"], *rows)):
        sheet.write_row(line, 0, row)
    made.close()
    buffer.seek(0)
    buffer.name = "井.xlsx"
    return buffer


def upload(client, *rows):
    answer = client.post("/records/wells/wells/import", {"file": workbook(*rows)})
    assert answer.status_code == 302, text(answer)
    return answer["Location"]


def test_import_in_the_browser_checks_first_and_writes_when_confirmed(client_as, county):
    client = client_as("town")
    template = client.get("/records/wells/wells/template.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(template.content))["水井"]["A1"].value == "*编号"
    page = upload(client, ["SJ-1", "甲井", "东城街道"], ["SJ-2", "乙井", "东城街道"])
    run = ImportRun.objects.get()
    assert client.get(f"{page}/state").json() == {"state": "checking", "working": True, "done": 0, "of": 0}
    assert runs.import_execute(str(run.pk), clock.now()) == "checked"
    assert Well.objects.count() == 0
    assert "全部导入（2 行）" in text(client.get(page))
    assert client.post(f"{page}/confirm", {"mode": "all"}).status_code == 302
    assert client.post(f"{page}/confirm", {"mode": "all"}).status_code == 409
    assert runs.import_execute(str(run.pk), clock.now()) == "done"
    assert runs.import_execute(str(run.pk), clock.now()) == "done"
    assert Well.objects.count() == 2
    assert {e.actor for e in JournalEntry.objects.filter(kind="wells.well.created")} == {county.person["town"]}
    assert "已写入：新增 2 行" in text(client.get(page))


def test_import_with_bad_rows_offers_to_skip_them_and_hands_them_back(client_as, county):
    client = client_as("town")
    page = upload(client, ["SJ-1", "甲井", "东城街道"], ["SJ-2", "乙井", "南城街道"])
    run = ImportRun.objects.get()
    runs.import_execute(str(run.pk), clock.now())
    shown = text(client.get(page))
    assert "有错误的行，请改正后重新上传，或跳过错误行" in shown
    assert "不在您的管辖" in shown or "管辖区划" in shown or "管辖范围" in shown
    client.post(f"{page}/confirm", {"mode": "skip_bad"})
    assert runs.import_execute(str(run.pk), clock.now()) == "done"
    assert [w.code for w in Well.objects.all()] == ["SJ-1"]
    book = b"".join(client.get(f"{page}/rejected.xlsx").streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(book)).active["C2"].value == "SJ-2"
    assert json.loads(ImportRun.objects.get().report)["bad"] == 1


def test_file_that_can_not_be_read_is_told_on_its_page(client_as, county):
    client = client_as("town")
    broken = io.BytesIO(b"PK\x03\x04 broken")
    broken.name = "坏.xlsx"
    page = client.post("/records/wells/wells/import", {"file": broken})["Location"]
    assert runs.import_execute(str(ImportRun.objects.get().pk), clock.now()) == "failed"
    assert "已损坏或内容异常" in text(client.get(page))
    assert client.post("/records/wells/wells/import").status_code == 422


def test_import_pages_belong_to_their_person(client_as, county):
    page = upload(client_as("town"), ["SJ-1", "甲井", "东城街道"])
    other = client_as("other_town")
    assert other.get(page).status_code == 404
    assert other.get(f"{page}/state").status_code == 404
    assert other.post(f"{page}/confirm", {"mode": "all"}).status_code == 404
    assert client_as("auditor").get("/records/wells/wells/import").status_code == 403


def test_run_whose_worker_died_says_so_and_can_be_started_again(client_as, county):
    client = client_as("town")
    page = upload(client, ["SJ-1", "甲井", "东城街道"])
    run = ImportRun.objects.get()
    runs.import_execute(str(run.pk), clock.now())
    client.post(f"{page}/confirm", {"mode": "all"})
    later = clock.now() + timedelta(minutes=20)
    with clock.frozen(later):
        assert client.get(f"{page}/state").json()["working"] is False
        assert client.post(f"{page}/confirm", {"mode": "all"}).status_code == 302
        runs.import_execute(str(run.pk), later)
    assert Well.objects.count() == 1


def test_old_imports_are_forgotten_with_their_files(client_as, county):
    upload(client_as("town"), ["SJ-1", "甲井", "东城街道"])
    folder = runs.folder_of(str(ImportRun.objects.get().pk))
    assert folder.is_dir()
    assert runs.forget_old_imports(clock.now() + timedelta(days=31)) == 1
    assert not folder.exists()


def test_health_addresses(client, county):
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json() == {"status": "ok", "checks": {"database": True, "data": True}}
    local = client.get("/metrics")
    assert local.status_code == 200
    assert b"anlan_journal_sequenced_entries" in local.content
    assert "蒋安".encode() not in local.content
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 404
