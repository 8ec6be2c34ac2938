"""Findings as comments of Word: anchored to the passage wherever it stands, in the clerk's own file or a fresh one."""

from __future__ import annotations

import io
import zipfile
from xml.etree.ElementTree import Element, fromstring

import pytest
from docx import Document as WordDocument
from word_files import W, para, run

from anlan.kernel.errors import BadInput
from anlan.reporting.drafts import annotate
from anlan.reporting.drafts.annotate import Note, annotated, notes_of
from anlan.reporting.drafts.check import check
from anlan.reporting.drafts.files import document_of

_NS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WRONG = "全年共发生事故12起，其中道路运输8起、工矿商贸3起、其他2起。"


def python_docx(*lines: str) -> bytes:
    made, file = WordDocument(), io.BytesIO()
    for line in lines:
        made.add_paragraph(line)
    made.save(file)
    return file.getvalue()


def with_body(body: str, **parts: str) -> bytes:
    """A file that Word opens, with this body and further parts."""
    made, source = io.BytesIO(), io.BytesIO(python_docx(""))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            if name != "word/document.xml":
                new.writestr(name, old.read(name))
        new.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, inner in parts.items():
            new.writestr(f"word/{name}.xml", f"<w:{name} {W}>{inner}</w:{name}>")
    return made.getvalue()


def anchored(data: bytes) -> list[tuple[str, str]]:
    """Of every comment the text between its marks, in the order of the body, and its own text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = fromstring(archive.read("word/document.xml"))
        held = fromstring(archive.read("word/comments.xml"))
    texts = {c.get(f"{_NS}id"): "\n".join(_text(p) for p in c.iter(f"{_NS}p")) for c in held}
    open_: dict[str, str] = {}
    found: dict[str, str] = {}
    for element in body.iter():
        number = element.get(f"{_NS}id", "")
        if element.tag == f"{_NS}commentRangeStart":
            open_[number] = ""
        elif element.tag == f"{_NS}commentRangeEnd":
            found[number] = open_.pop(number)
        elif element.tag == f"{_NS}t":
            open_ = {n: said + (element.text or "") for n, said in open_.items()}
        elif element.tag == f"{_NS}commentReference":
            assert number in found, "the mark of a comment stands after its passage"
    assert open_ == {}
    return [(found[n], texts[n]) for n in found]


def _text(element: Element) -> str:
    return "".join(t.text or "" for t in element.iter(f"{_NS}t"))


def marked(data: bytes, *quotes: str) -> list[tuple[str, str]]:
    """Comments put on these passages of a file."""
    document = document_of(data, "稿.docx")
    places = [(document.text.index(q), q) for q in quotes]
    return anchored(annotated(data, document, [Note(at, at + len(q), ("说明",)) for at, q in places]))


def test_every_finding_of_a_word_file_is_a_comment_on_its_quotation() -> None:
    data = python_docx("一、总体情况", WRONG, "立案××起。")
    document = document_of(data)
    found = check(document.text)
    made = annotated(data, document, notes_of(document, found))
    assert [quote for quote, _ in anchored(made)] == [f.place.quote for f in found]
    comments = list(WordDocument(io.BytesIO(made)).comments)
    assert [c.author for c in comments] == ["安澜审稿"] * len(found)
    assert comments[0].text.splitlines()[0] == "【错误】规则1：分项与总数"
    assert "8+3+2=13＞12" in comments[0].text
    assert [p.text for p in WordDocument(io.BytesIO(made)).paragraphs] == ["一、总体情况", WRONG, "立案××起。"]


def test_a_plain_text_becomes_a_word_file_with_the_same_lines() -> None:
    text = f"\ufeff标题\r\n\r\n{WRONG}\r\n一\t二\x0c三<b>".encode()
    document = document_of(text)
    found = check(document.text)
    made = annotated(text, document, notes_of(document, found))
    assert [quote for quote, _ in anchored(made)] == [f.place.quote for f in found]
    assert [p.text.rstrip() for p in WordDocument(io.BytesIO(made)).paragraphs] == ["标题", "", WRONG, "一\t二 三<b>"]


def test_a_passage_across_runs_keeps_the_format_of_each() -> None:
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>企业12</w:t></w:r>"
    data = with_body(para(run("检查"), bold, run("家，发现")))
    assert marked(data, "业12家") == [("业12家", "说明")]
    document = document_of(data)
    at = document.text.index("业12家")
    made = WordDocument(io.BytesIO(annotated(data, document, [Note(at, at + 4, ("说明",))])))
    runs = [(r.text, bool(r.bold)) for r in made.paragraphs[0].runs if r.text]
    assert runs == [("检查", False), ("企", True), ("业12", True), ("家", False), ("，发现", False)]


def test_overlapping_passages_are_each_anchored_whole() -> None:
    data = with_body(para(run("甲乙丙丁戊己")))
    assert sorted(marked(data, "乙丙丁", "丙丁戊", "丙", "甲乙丙丁戊己")) == [
        ("丙", "说明"), ("丙丁戊", "说明"), ("乙丙丁", "说明"), ("甲乙丙丁戊己", "说明"),
    ]  # fmt: skip


def test_a_passage_in_a_table_is_anchored_in_its_cell() -> None:
    cell = f"<w:tc>{para(run('罚款633.745万元'))}</w:tc>"
    data = with_body(f"{para(run('表'))}<w:tbl><w:tr><w:tc>{para(run('项'))}</w:tc>{cell}</w:tr></w:tbl>")
    assert marked(data, "633.745万元") == [("633.745万元", "说明")]


def test_what_was_inserted_is_anchored_and_what_was_deleted_stays_deleted() -> None:
    gone = '<w:del w:id="1" w:author="甲"><w:r><w:delText>8</w:delText></w:r></w:del>'
    new = f'<w:ins w:id="2" w:author="甲">{run("12家单位")}</w:ins>'
    data = with_body(para(run("检查"), gone, new, run("。")))
    assert marked(data, "查12家") == [("查12家", "说明")]
    document = document_of(data)
    made = annotated(data, document, [Note(1, 5, ("说明",))])
    body = zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml").decode()
    assert body.count("<w:delText>8</w:delText>") == 1
    assert document_of(made).text == "检查12家单位。"


def test_a_footnote_is_commented_at_its_mark_with_the_quotation() -> None:
    mark = '<w:r><w:footnoteReference w:id="7"/></w:r>'
    other = '<w:r><w:footnoteReference w:id="3"/></w:r>'
    notes = "".join(
        f'<w:footnote w:id="{n}">{para(run(said))}</w:footnote>' for n, said in ((3, "另注"), (7, "立案××起"))
    )
    data = with_body(para(run("前文"), other, run("正文"), mark, run("后文")), footnotes=notes)
    document = document_of(data)
    at = document.text.index("××起")
    made = annotated(data, document, [Note(at, at + 3, ("说明",))])
    assert anchored(made) == [("", "注文中“××起”：\n说明")]
    body = zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml").decode()
    assert body.index("正文") < body.index("commentRangeStart") < body.index('w:id="7"') < body.index("后文")


def test_a_text_box_is_commented_from_outside() -> None:
    box = f"<w:r><w:pict><w:txbxContent>{para(run('立案××起'))}</w:txbxContent></w:pict></w:r>"
    data = with_body(para(run("前"), box, run("后")))
    assert marked(data, "××起") == [("立案××起", "文本框中“××起”：\n说明")]


def test_existing_comments_stand_and_ids_are_never_used_twice() -> None:
    file = io.BytesIO()
    word = WordDocument()
    first = word.add_paragraph("甲乙丙丁")
    word.add_comment(first.runs[0], text="旧批注", author="张三")
    word.save(file)
    assert marked(file.getvalue(), "丙丁") == [("丙丁", "说明"), ("甲乙丙丁", "旧批注")]


def test_nothing_to_say_leaves_the_file_as_it_was() -> None:
    data = python_docx("一切正常。")
    made = annotated(data, document_of(data), [])
    assert document_of(made).text == "一切正常。"
    assert "word/comments.xml" not in zipfile.ZipFile(io.BytesIO(made)).namelist()


def test_a_package_that_unpacks_to_too_much_is_not_repacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = python_docx(WRONG)
    monkeypatch.setattr(annotate, "LARGEST_PART", 1000)
    with pytest.raises(BadInput) as refused:
        annotated(data, document_of(data), [Note(0, 1, ("说明",))])
    assert refused.value.code == "reporting.draft.file.bomb"


def test_a_damaged_list_of_parts_is_refused() -> None:
    data = io.BytesIO(python_docx(WRONG))
    with zipfile.ZipFile(data, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("[Content_Types].xml", '<!DOCTYPE a [<!ENTITY b "c">]><Types/>')
    with pytest.raises(BadInput) as refused:
        annotated(data.getvalue(), document_of(data.getvalue()), [Note(0, 1, ("说明",))])
    assert refused.value.code == "reporting.draft.file.damaged"
