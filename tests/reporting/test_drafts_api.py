"""审稿 through the HTTP API: who may, what is answered, what is refused, what an office has judged, what is exported."""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document as WordDocument
from word_files import para, run, word

from anlan.platform.idempotency import ApiAnswer
from anlan.reporting import queries
from anlan.reporting.drafts.check import check
from anlan.reporting.models import Dismissal
from anlan.reporting.queries import drafts

pytestmark = pytest.mark.django_db
CHECK, ANNOTATED, DISMISS = (f"/api/v1/reporting/drafts/{n}" for n in ("check", "annotated", "dismissals"))
WRONG = "全年共发生事故12起，其中道路运输8起、工矿商贸3起、其他2起。"
DRAFT = f"一、总体情况\n{WRONG}\n检查企业85加。立案×起。\n"


def send(client: Client, path: str = CHECK, data: bytes | None = None, name: str = "稿.txt", **fields: Any) -> Any:
    if data is not None:
        fields["file"] = SimpleUploadedFile(name, data)
    return client.post(path, fields)


def checked(client: Client, text: str = DRAFT) -> Any:
    answer = send(client, data=text.encode())
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, orjson.loads(answer.content)["code"]


def dismiss(client: Client, mark: str, reason: str = "含上年结转") -> Any:
    return client.post(DISMISS, orjson.dumps({"mark": mark, "reason": reason}), content_type="application/json")


def of_rule(answer: Any, rule: int) -> Any:
    (found,) = [f for f in answer["findings"] if f["rule"] == rule]
    return found


def test_the_answer_is_that_of_the_command_with_the_texts_hash(client_as: Any) -> None:
    answer = checked(client_as("town"))
    assert answer["id"] == hashlib.sha256(DRAFT.encode()).hexdigest()
    told = [{k: f[k] for k in ("rule", "quote", "start", "end", "why", "severity", "code", "others")}
            for f in answer["findings"]]  # fmt: skip
    assert told == [f.as_dict() for f in check(DRAFT)]
    assert [(f["rule"], f["paragraph"], f["dismissed"]) for f in answer["findings"]] == [
        (1, 2, None), (9, 3, None), (6, 3, None),
    ]  # fmt: skip
    assert (answer["form"], answer["characters"], answer["paragraphs"], answer["text"]) == ("txt", len(DRAFT), 3, None)
    assert answer["numbers"] == 5


def test_pasted_text_and_a_file_of_the_same_words_are_one_text(client_as: Any) -> None:
    client = client_as("town")
    pasted = send(client, text=DRAFT, with_text="true").json()
    assert (pasted["id"], pasted["text"]) == (checked(client)["id"], DRAFT)


def test_a_clean_report_has_no_findings(client_as: Any) -> None:
    answer = checked(client_as("leader"), "全年共发生事故13起，其中道路运输8起、工矿商贸3起、其他2起。")
    assert (answer["findings"], answer["numbers"]) == ([], 4)


ROLES = {
    "leader": 200, "supervision": 200, "enforcement": 200, "town": 200, "department": 200,
    "grid": 403, "expert": 403, "auditor": 403, "admin": 403, "enterprise": 403,
}  # fmt: skip


@pytest.mark.parametrize(("role", "status"), ROLES.items())
def test_officers_of_offices_may_and_all_others_are_refused(client_as: Any, role: str, status: int) -> None:
    client = client_as(role)
    assert send(client, data=b"a").status_code == status
    assert send(client, ANNOTATED, data=b"a").status_code == status
    assert dismiss(client, "x").status_code == (422 if status == 200 else 403)
    assert client.post(f"{DISMISS}/1/take-back").status_code == (404 if status == 200 else 403)
    assert client.get("/reporting/drafts").status_code == status
    assert ("/reporting/drafts" in client.get("/").content.decode()) == (status == 200)


def test_without_a_login_nothing_is_read(county: Any) -> None:
    client = Client()
    assert {send(client, path, data=b"a").status_code for path in (CHECK, ANNOTATED)} == {401}
    assert dismiss(client, "x").status_code == 401
    assert client.get("/reporting/drafts").status_code == 302


def test_a_write_by_session_needs_the_token_against_forgery(county: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(county.account["town"], backend="django.contrib.auth.backends.ModelBackend")
    assert refused(send(client, data=b"a")) == (403, "api.csrf")


def bomb() -> bytes:
    return word("<w:p>" + " " * (30 * 1024 * 1024) + "</w:p>")


LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
BAD = {
    "six megabytes": (b"\xe5\xae\x89" * (2 * 1024 * 1024), "长.txt", "reporting.draft.file.large"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "稿.doc", "reporting.draft.file.old_word"),
    "scanned": (b"%PDF-1.7\n%%EOF", "稿.pdf", "reporting.draft.file.other_form"),
    "a PDF called docx": (b"%PDF-1.7\n%%EOF", "稿.docx", "reporting.draft.file.other_form"),
    "an archive": (b"PK\x03\x04broken", "稿.docx", "reporting.draft.file.damaged"),
    "a workbook": (b"", "表.docx", "reporting.draft.file.not_word"),
    "zip bomb": (b"", "弹.docx", "reporting.draft.file.bomb"),
    "entities in entities": (word(para(run("a")), LAUGHS), "笑.docx", "reporting.draft.file.damaged"),
    "a file of the server": (word(para(run("a")), OUTSIDE), "外.docx", "reporting.draft.file.damaged"),
    "no coding": (b"\xff\xff\xff\x81\x00\x01\x80", "乱.txt", "reporting.draft.file.not_text"),
    "a long text": (("安" * 200_001).encode(), "长.txt", "reporting.drafts.text_long"),
}


@pytest.mark.parametrize("path", [CHECK, ANNOTATED])
@pytest.mark.parametrize("case", BAD)
def test_what_can_not_be_read_is_refused_in_plain_words(client_as: Any, case: str, path: str) -> None:
    data, name, code = BAD[case]
    if case == "a workbook":
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("xl/workbook.xml", "<a/>")
        data = made.getvalue()
    answer = send(client_as("town"), path, bomb() if case == "zip bomb" else data, name)
    assert refused(answer) == (422, code)
    assert "Traceback" not in answer.content.decode()


def test_neither_or_both_are_refused(client_as: Any) -> None:
    client = client_as("town")
    assert refused(send(client)) == (422, "reporting.drafts.input")
    assert refused(send(client, data=b"a", text="b")) == (422, "reporting.drafts.input")
    assert client.post(CHECK, b"{}", content_type="application/json").status_code == 422


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd.pdf", "passwd.pdf"), ("<b>.pdf", "b.pdf"), ("a\u202e\x00fdp.pdf", "afdp.pdf"),
     ("长" * 300 + ".pdf", "")],
)  # fmt: skip
def test_a_hostile_name_is_only_a_name(client_as: Any, name: str, shown: str) -> None:
    answer = send(client_as("town"), data=b"%PDF-1.7", name=name)
    assert refused(answer) == (422, "reporting.draft.file.other_form")
    told = answer.json()["facts"]["name"]
    assert told == shown or (not shown and len(told) <= 124)


def test_markup_in_the_text_stays_text(client_as: Any) -> None:
    text = f"<script>alert(1)</script>{WRONG}"
    client = client_as("town")
    answer = send(client, text=text, with_text="true")
    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["text"] == text
    made = send(client, ANNOTATED, text=text)
    assert WordDocument(io.BytesIO(made.content)).paragraphs[0].text == text


def test_a_dismissed_finding_is_shown_with_who_when_and_why_and_left_out_of_the_export(client_as: Any) -> None:
    client = client_as("town")
    found = of_rule(checked(client), 1)
    answer = dismiss(client, found["mark"])
    assert (answer.status_code, answer.json()["by"], answer.json()["reason"]) == (201, "蒋安", "含上年结转")
    again = of_rule(checked(client), 1)["dismissed"]
    assert (again["by"], again["reason"], again["carried"]) == ("蒋安", "含上年结转", False)
    made = send(client, ANNOTATED, DRAFT.encode(), "年终总结.txt")
    name = made["Content-Disposition"].removeprefix("attachment; filename*=utf-8''")
    assert unquote(name) == "年终总结（审稿批注）.docx"
    comments = list(WordDocument(io.BytesIO(made.content)).comments)
    assert [c.text.splitlines()[0] for c in comments] == ["【错误】规则9：量词错字", "【错误】规则6：空白和占位符"]


def test_a_double_click_is_one_judgement_and_the_first_reason_stands(client_as: Any) -> None:
    client = client_as("town")
    mark = of_rule(checked(client), 1)["mark"]
    first, second = dismiss(client, mark, "甲"), dismiss(client, mark, "乙")
    assert (first.json()["id"], first.json()["reason"]) == (second.json()["id"], second.json()["reason"])
    assert Dismissal.objects.count() == 1


def test_a_judgement_is_taken_back_once_and_may_be_made_again(client_as: Any) -> None:
    client = client_as("town")
    mark = of_rule(checked(client), 1)["mark"]
    number = dismiss(client, mark).json()["id"]
    assert client.post(f"{DISMISS}/{number}/take-back").json() == {"changed": 1}
    assert of_rule(checked(client), 1)["dismissed"] is None
    assert refused(client.post(f"{DISMISS}/{number}/take-back")) == (404, "reporting.dismissal.not_found")
    assert dismiss(client, mark, "再次").json()["id"] != number
    held = Dismissal.objects.get(pk=number)
    assert (held.taken_back_at is not None, held.taken_back_by != "", held.reason) == (True, True, "含上年结转")


def test_another_office_neither_sees_nor_takes_back(client_as: Any) -> None:
    client, other = client_as("town"), client_as("other_town")
    number = dismiss(client, of_rule(checked(client), 1)["mark"]).json()["id"]
    assert of_rule(checked(other), 1)["dismissed"] is None
    assert of_rule(checked(client_as("leader")), 1)["dismissed"] is None
    assert refused(other.post(f"{DISMISS}/{number}/take-back")) == (404, "reporting.dismissal.not_found")
    assert of_rule(checked(client), 1)["dismissed"]["id"] == number


def test_a_later_draft_carries_over_only_what_says_the_same_in_the_same_sentences(client_as: Any) -> None:
    client = client_as("town")
    number = dismiss(client, of_rule(checked(client), 1)["mark"]).json()["id"]
    moved = of_rule(checked(client, f"新的开头。\n{DRAFT}另加一句。"), 1)["dismissed"]
    assert (moved["id"], moved["carried"]) == (number, True)
    changed = [
        DRAFT.replace("其他2起", "其他3起"),  # the calculation is another one
        DRAFT.replace("道路运输8起", "交通运输8起"),  # the sum is the same, the sentence is not
        DRAFT + WRONG,  # said twice: which one was meant is not known
    ]
    for text in changed:
        assert [f["dismissed"] for f in checked(client, text)["findings"] if f["rule"] == 1][-1] is None


def test_a_blank_is_never_carried_over_to_the_next_draft(client_as: Any) -> None:
    client = client_as("town")
    assert dismiss(client, of_rule(checked(client), 6)["mark"], "数据待报").status_code == 201
    assert of_rule(checked(client), 6)["dismissed"]["reason"] == "数据待报"
    assert of_rule(checked(client, DRAFT + "完。"), 6)["dismissed"] is None


def test_what_was_carried_over_is_taken_back_for_every_draft(client_as: Any) -> None:
    client = client_as("town")
    dismiss(client, of_rule(checked(client), 1)["mark"])
    later = DRAFT + "完。"
    carried = of_rule(checked(client, later), 1)
    dismiss(client, carried["mark"], "仍然如此")
    number = of_rule(checked(client, later), 1)["dismissed"]["id"]
    assert client.post(f"{DISMISS}/{number}/take-back").json() == {"changed": 2}
    assert of_rule(checked(client, later), 1)["dismissed"] is None
    assert of_rule(checked(client), 1)["dismissed"] is None


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "reporting.dismissal.reason_missing"), (" \n ", "reporting.dismissal.reason_missing"),
     ("长" * 201, "reporting.dismissal.reason_long"), ("长" * 1001, "api.invalid")],
)  # fmt: skip
def test_a_judgement_needs_a_short_reason(client_as: Any, reason: str, code: str) -> None:
    client = client_as("town")
    assert refused(dismiss(client, of_rule(checked(client), 1)["mark"], reason)) == (422, code)
    assert Dismissal.objects.count() == 0


def test_a_mark_that_was_not_given_out_is_refused(client_as: Any) -> None:
    client = client_as("town")
    mark = of_rule(checked(client), 1)["mark"]
    for forged in ("", "x", mark[:-1], mark.replace("parts_exceed", "parts_differ"), "a b c d e f:g"):
        assert refused(dismiss(client, forged)) == (422, "reporting.dismissal.mark_unknown")


def test_no_word_of_a_draft_is_kept_or_logged(client_as: Any, caplog: pytest.LogCaptureFixture) -> None:
    client, secret = client_as("town"), "绝密底稿"
    caplog.set_level(logging.DEBUG, "anlan")
    key = {"Idempotency-Key": "one-draft-1"}
    for path in (CHECK, ANNOTATED):
        answer = client.post(path, {"text": f"{secret}{WRONG}", "with_text": "true"}, headers=key | {"X-Path": path})
        assert answer.status_code == 200
    dismiss(client, of_rule(checked(client, f"{secret}{WRONG}"), 1)["mark"])
    assert ApiAnswer.objects.count() == 0
    assert secret not in caplog.text and "道路运输" not in caplog.text
    row = Dismissal.objects.values().get()
    assert not any(part in str(row) for part in (secret, "道路运输", "12起"))


def test_a_word_file_is_checked_and_given_back_in_its_own_format(client_as: Any) -> None:
    file = io.BytesIO()
    made = WordDocument()
    made.add_heading("总结", 1)
    made.add_paragraph(WRONG).runs[0].bold = True
    made.save(file)
    client = client_as("supervision")
    answer = send(client, data=file.getvalue(), name="总结.docx", with_text="true").json()
    assert (answer["form"], answer["text"], [f["rule"] for f in answer["findings"]]) == ("docx", f"总结\n{WRONG}", [1])
    back = WordDocument(io.BytesIO(send(client, ANNOTATED, file.getvalue(), "总结.docx").content))
    assert [p.style.name for p in back.paragraphs] == ["Heading 1", "Normal"]
    assert {bool(r.bold) for r in back.paragraphs[1].runs if r.text} == {True}
    assert [c.author for c in back.comments] == ["安澜审稿"]


def test_a_package_with_a_huge_picture_is_not_repacked(client_as: Any) -> None:
    made = io.BytesIO(word(para(run(WRONG))))
    with (
        zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/media/a.bin", "w", force_zip64=True) as picture,
    ):
        for _ in range(170):
            picture.write(bytes(1024 * 1024))
    client = client_as("town")
    assert send(client, data=made.getvalue(), name="图.docx").status_code == 200
    assert refused(send(client, ANNOTATED, made.getvalue(), "图.docx")) == (422, "reporting.draft.file.bomb")


def test_the_limits_are_those_that_the_page_names(client_as: Any) -> None:
    page = client_as("town").get("/reporting/drafts").content.decode()
    assert f"{drafts.LARGEST // 1024 // 1024} MB" in page
    assert all(f"{name}" in page for _, name in queries.rules_named())
    assert len(queries.rules_named()) == 11
    assert "不保存" in page
