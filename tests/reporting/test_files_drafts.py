"""What can be checked and what is refused: codings of plain text, the parts of a Word file, damaged and hostile files."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document as WordDocument
from word_files import para, run, word

from anlan.kernel.errors import BadInput
from anlan.reporting.drafts import docx as reader
from anlan.reporting.drafts.files import LARGEST, document_of, plain

TEXT = "一、总体情况\n共检查企业85家，发现隐患１２处。\n"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_plain_text_in_any_usual_coding(coding: str) -> None:
    data = TEXT.encode(coding)
    if coding == "utf-16-be":
        data = b"\xfe\xff" + data
    assert document_of(data, "a.txt").text == TEXT


def test_the_map_of_paragraphs_points_into_the_text() -> None:
    document = plain("甲\r\n\r\n乙丙\n")
    assert [document.text[p.start : p.end] for p in document.paragraphs] == ["甲", "乙丙"]
    assert [document.paragraph_at(n) for n in (0, 5, 6)] == [1, 2, 2]


def test_an_empty_file_is_an_empty_text() -> None:
    assert (document_of(b"").text, document_of(b"").paragraphs) == ("", ())


REFUSED = [
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "a.doc", "reporting.draft.file.old_word"),
    (b"old\x00wps", "a.wps", "reporting.draft.file.old_word"),
    (b"%PDF-1.7 ...", "a.pdf", "reporting.draft.file.other_form"),
    (b"\x89PNG\r\n", "a.png", "reporting.draft.file.other_form"),
    (b"{\\rtf1 ...", "a.rtf", "reporting.draft.file.other_form"),
    (b"\xff\xff\xfa\x80\x81", "a.txt", "reporting.draft.file.not_text"),
    (b"\x00\x01\x02\x00\x00\x00", "a.bin", "reporting.draft.file.not_text"),
    (b"plain words", "a.docx", "reporting.draft.file.damaged"),
    (b"", "a.docx", "reporting.draft.file.damaged"),
    (b"PK\x03\x04broken", "a.docx", "reporting.draft.file.damaged"),
    (b"x" * (LARGEST + 1), "a.txt", "reporting.draft.file.large"),
]


@pytest.mark.parametrize(("data", "name", "code"), REFUSED, ids=[f"{n}-{c.rpartition('.')[2]}" for _, n, c in REFUSED])
def test_what_cannot_be_read_is_refused_with_the_way_out(data: bytes, name: str, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        document_of(data, name)
    assert refusal.value.code == code
    assert name in refusal.value.message


def test_a_document_written_by_word_is_read_with_its_table() -> None:
    made = WordDocument()
    made.add_paragraph("共检查企业85家。")
    table = made.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "罚款", "5万元"
    made.add_paragraph("完。")
    file = io.BytesIO()
    made.save(file)
    document = document_of(file.getvalue(), "a.docx")
    assert (document.form, document.text) == ("docx", "共检查企业85家。\n罚款\n5万元\n完。")


def test_inserted_words_count_and_deleted_ones_do_not() -> None:
    body = para(
        run("整改"),
        f"<w:del>{'<w:r><w:delText>95</w:delText></w:r>'}</w:del>",
        f"<w:ins>{run('98')}</w:ins>",
        f"<w:moveFrom>{run('旧')}</w:moveFrom>",
        f"<w:moveTo>{run('新')}</w:moveTo>",
        run("处"),
    )
    assert document_of(word(body)).text == "整改98新处"


def test_notes_follow_the_body_and_text_boxes_their_paragraph() -> None:
    box = f"<w:r><w:txbxContent>{para(run('框内'))}</w:txbxContent></w:r>"
    both = f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    document = document_of(word(para(run("甲"), both, run("乙")) + para(run("丙")), footnotes=para(run("注一"))))
    assert document.text == "甲乙\n框内\n丙\n注一"
    assert [(p.part, p.number) for p in document.paragraphs] == [
        ("word/document.xml", 0),
        ("word/document.xml", 1),
        ("word/document.xml", 2),
        ("word/footnotes.xml", 0),
    ]


def test_tabs_and_breaks_are_kept_and_tab_stops_are_not() -> None:
    stops = '<w:pPr><w:tabs><w:tab w:val="left" w:pos="420"/></w:tabs></w:pPr>'
    assert (
        document_of(
            word(para(stops, run("甲"), "<w:r><w:tab/></w:r>", run("乙"), "<w:r><w:br/></w:r>", run("丙")))
        ).text
        == "甲\t乙\n丙"
    )


def refused(data: bytes) -> str:
    with pytest.raises(BadInput) as refusal:
        document_of(data, "a.docx")
    return refusal.value.code


def test_entities_and_doctypes_are_refused() -> None:
    laughs = '<!DOCTYPE w [<!ENTITY a "哈哈"><!ENTITY b "&a;&a;">]>'
    assert refused(word(para(run("&b;")), laughs)) == "reporting.draft.file.damaged"


def test_a_part_that_unpacks_without_bound_is_refused() -> None:
    assert refused(word(para(run("一" * 9_000_000)))) == "reporting.draft.file.bomb"


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_MOST_FILES", 1)
    assert refused(word(para(run("甲")))) == "reporting.draft.file.bomb"


def test_brackets_nested_without_end_are_refused() -> None:
    assert refused(word("<w:sdt>" * 5000 + "</w:sdt>" * 5000)) == "reporting.draft.file.damaged"


def test_xml_that_is_cut_off_is_refused() -> None:
    assert refused(word("<w:p><w:r>")) == "reporting.draft.file.damaged"


def test_another_office_file_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    assert refused(made.getvalue()) == "reporting.draft.file.not_word"


def test_a_long_document_is_read() -> None:
    """Five megabytes of XML, every paragraph another."""
    body = "".join(para(run(f"第{n}项：共检查企业{n}家，发现隐患{n % 97}处，均已整改。")) for n in range(40_000))
    document = document_of(word(body))
    assert (len(document.paragraphs), document.paragraphs[-1].number) == (40_000, 39_999)
