"""Templates: what a clerk may write into one, every fault with its place, and that nothing prints without its source."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from docx import Document

from anlan.kernel.comparing import compare
from anlan.kernel.errors import BadInput
from anlan.kernel.periods import Period, read_period
from anlan.reporting.reports.figure import BLANK, LEDGER, REPORTED, Figure, Question
from anlan.reporting.reports.numbers import number_words
from anlan.reporting.reports.outline import OUTLINES, outline_data, outline_named
from anlan.reporting.reports.render import Rendered, report_render
from anlan.reporting.reports.template import check_template

PLACES = (("331003001", "东城街道"), ("331003002", "南城街道"), ("331003107", "院桥镇"))
NUMBERS = {"事故.起数": 8, "事故.死亡": 7, "隐患.排查": 60, "隐患.整改": 45, "事故.较大以上起数": 0, "检查.家次": 62}
BEFORE = {"事故.起数": 15, "事故.死亡": 10, "事故.工矿起数": 2, "事故.工矿死亡": 2, "隐患.排查": 0}
UNITS = {"事故.死亡": "人", "事故.工矿死亡": "人", "隐患.排查": "处", "隐患.整改": "处", "检查.家次": "家次"}


@dataclass
class Source:
    region: str = "331003"
    period: Period = field(default_factory=lambda: read_period("2019"))
    asked: list[Question] = field(default_factory=list)

    def figure(self, question: Question) -> Figure:
        self.asked.append(question)
        if question.name == "新增橡皮艇":
            return Figure(question, Fraction(20), "20", "只", REPORTED, label="新增橡皮艇", source="某局《年报》")
        held = NUMBERS | {"事故.工矿起数": 1, "事故.工矿死亡": 1}
        number = held.get(question.name)
        if question.region != self.region and number is not None:
            number = {"331003001": 31, "331003002": 20}.get(question.region, 0)
        if number is None:
            return Figure(question, None, "", "", BLANK, label=question.name, why="没有填报")
        base = BEFORE.get(question.name)
        compared = compare("同比", number, base) if question.compare else None
        return Figure(
            question,
            Fraction(number),
            str(number),
            UNITS.get(question.name, "起"),
            LEDGER,
            rows=number,
            label=question.name,
            compared=compared,
        )

    def places(self) -> Sequence[tuple[str, str]]:
        return PLACES

    def place(self, word: str) -> str | None:
        return next((code for code, name in (("331003", "黄岩区"), *PLACES) if word in (code, name)), None)

    def region_name(self, region: str) -> str:
        return dict((("331003", "黄岩区"), *PLACES))[region]

    def indicators(self) -> Sequence[str]:
        return sorted({*NUMBERS, "事故.工矿起数", "事故.工矿死亡"})


def docx(*texts: str | Sequence[str]) -> bytes:
    """A document of these paragraphs; a list is one paragraph of several runs, as Word splits them."""
    made, out = Document(), io.BytesIO()
    for text in texts:
        paragraph = made.add_paragraph()
        for part in [text] if isinstance(text, str) else text:
            paragraph.add_run(part)
    made.save(out)
    return out.getvalue()


def rendered(*texts: str | Sequence[str], **more: bool) -> Rendered:
    return report_render(docx(*texts), Source(), **more)


def said(*texts: str | Sequence[str]) -> str:
    made = Document(io.BytesIO(rendered(*texts, appendix=False).data))
    return "\n".join(p.text for p in made.paragraphs)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('{{ 区划 }}{{ 期 }}发生事故{{ 数("事故.起数") }}起', "黄岩区2019年发生事故8起"),
        ('{{ 带单位("检查.家次") }}', "62家次"),
        ('{{ 同比("事故.起数") }}', "同比下降46.7%"),
        ('{{ 均("事故.工矿起数", "事故.工矿死亡") }}', "事故.工矿起数、事故.工矿死亡同比均下降50%"),
        ('{{ 同比("隐患.排查") }}', "上年同期为0，同比增加60处"),
        ('整改率{{ 占比("隐患.整改", "隐患.排查") }}', "整改率75%"),
        ('{{ 未发生("事故.较大以上起数", "较大及以上事故") }}', "未发生较大及以上事故"),
        ('{{ 未发生("事故.起数", "一般事故") }}', "发生一般事故8起"),
        ('{{ 未发生("没有的数", "较大事故") }}', "【待填：没有的数】"),
        ('{{ 最多("隐患.排查", 前=2) }}', "东城街道（31处）、南城街道（20处）"),
        ('{{ 排名("隐患.排查", "南城街道") }}', "第2位"),
        (
            '{% for 镇 in 各镇() %}{{ 镇.名称 }}{{ 数("隐患.排查", 区划=镇) }}；{% endfor %}',
            "东城街道31；南城街道20；院桥镇0；",
        ),
        ('{% if 有("事故.较大以上起数") %}有{% else %}没有{% endif %}', "没有"),
        ('{{ 数("新增橡皮艇") }}只，截至{{ 截至() }}', "20只，截至2019年12月31日"),
        ("{{ 数(“隐患.排查”) }}", "60"),
    ],
)
def test_what_a_clerk_writes(template: str, text: str) -> None:
    assert said(template) == text


def test_tags_that_word_split_into_runs_are_whole() -> None:
    assert said(["发生{", "{ 数(", '"事故.起数"', ") }", "}起"]) == "发生8起"


def test_periods_and_places_of_a_tag() -> None:
    source = Source()
    report_render(
        docx('{{ 数("隐患.排查", 期="1—11月", 区划="院桥镇", 活动="大排查") }}{{ 数("隐患.排查", 期="上年") }}'), source
    )
    first, second = source.asked
    assert (first.region, first.period.label, first.where) == ("331003107", "2019年1—11月", (("活动", ("大排查",)),))
    assert second.period.label == "2018年"


def test_every_printed_number_is_kept_with_its_sentence() -> None:
    made = rendered(
        '全区平稳。发生事故{{ 数("事故.起数") }}起，{{ 同比("事故.起数") }}；检查{{ 数("检查.家次") }}家次。'
    )
    assert [(u.ordinal, u.text, u.sentence) for u in made.used] == [
        (1, "8", "发生事故8起，同比下降46.7%；"),
        (2, "同比下降46.7%", "发生事故8起，同比下降46.7%；"),
        (3, "62", "检查62家次。"),
    ]
    assert made.blanks == ()


@pytest.mark.parametrize(
    ("template", "value", "unit"),
    [
        ('{{ 数("事故.起数") }}', 8, "起"),
        ('{{ 带单位("检查.家次") }}', 62, "家次"),
        ('{{ 同比("事故.起数") }}', -46.7, "%"),
        ('{{ 占比("隐患.整改", "隐患.排查") }}', 75, "%"),
        ('{{ 排名("隐患.排查", "南城街道") }}', 2, "位"),
        ('{{ 同比("隐患.排查") }}', 60, "处"),
        ('{{ 未发生("事故.较大以上起数") }}', 0, "起"),
        ('{{ 数("没有的数") }}', None, ""),
    ],
)
def test_values_for_programs_are_those_printed(template: str, value: float | None, unit: str) -> None:
    first = number_words(rendered(template).used)[0]
    assert (first["value"], first["unit"]) == (value, unit)


def test_one_phrase_for_two_numbers_is_two_numbers() -> None:
    words = number_words(rendered('{{ 均("事故.工矿起数", "事故.工矿死亡") }}').used)
    assert [(w["id"], w["name"], w["value"]) for w in words] == [(1, "事故.工矿起数", -50), (2, "事故.工矿死亡", -50)]


def test_quotes_within_a_name_are_the_typographic_ones() -> None:
    source = Source()
    report_render(docx("{{ 数('“四张清单”') }}"), source)
    assert [question.name for question in source.asked] == ["“四张清单”"]


def test_blanks_are_listed_and_highlighted() -> None:
    made = rendered('发生{{ 数("没有的数") }}起，投入××万元，20__年，{{ 同比("检查.家次") }}')
    assert [b.split("：")[0].split(" ")[0] for b in made.blanks] == ["没有的数", "检查.家次同比", "“××”", "“20__年”"]
    body = Document(io.BytesIO(made.data)).paragraphs[0]
    marked = [run.text for run in body.runs if run.font.highlight_color is not None]
    assert marked == ["【待填：没有的数】", "××", "20__年", "【待填：检查.家次同比】"]


def test_the_appendix_says_where_each_number_comes_from() -> None:
    made = rendered('{{ 数("事故.起数") }}{{ 数("新增橡皮艇") }}')
    (table,) = Document(io.BytesIO(made.data)).tables
    assert [[c.text for c in row.cells][:5] for row in table.rows[1:]] == [
        ["1", "8", "事故.起数", "2019年", "台账（8行）"],
        ["2", "20", "新增橡皮艇", "2019年", "填报"],
    ]


def test_equal_reports_are_equal_bytes() -> None:
    template = docx('{{ 数("事故.起数") }}起')
    assert report_render(template, Source()).data == report_render(template, Source()).data


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ('{{ 數("事故.起数") }}', "word"),
        ("{{ ''.__class__ }}", "word"),
        ('{{ 数("事故.起数").text }}', "word"),
        ('{{ 数("事故.起数") + 1 }}', "reckoned"),
        ('{{ 数("事故.起数")|upper }}', "reckoned"),
        ("{{ 12 }}", "literal"),
        ('{{ "12" }}', "literal"),
        ('{{ 数("事故.起数" }}', "syntax"),
        ('{{ 数("隐患.排察") }}', "indicator"),
        ("{% for 镇 in 各镇() %}无尽", "unclosed"),
        ("{% endfor %}", "crossed"),
        ("{% if 有('事故.起数') %}{% endfor %}", "crossed"),
        ('{% include "a" %}', "statement"),
        ("{% macro a() %}{% endmacro %}", "statement"),
        ("{% set a = 1 %}", "statement"),
        ('{{ 数("事故.起数") }', "half"),
        ('｛｛ 数("事故.起数") ｝｝', "half"),
        ('{{ 占比("隐患.整改", "隐患.没有") }}', "indicator"),
    ],
)
def test_faults_are_named_with_their_place(template: str, code: str) -> None:
    faults = check_template(docx("好", template), Source().indicators())
    assert f"reporting.template.{code}" in {fault.code for fault in faults}
    assert all(fault.facts["place"] == "第2段" for fault in faults)
    with pytest.raises(BadInput) as refused:
        rendered(template)
    assert refused.value.code == "reporting.template.refused"


def test_a_mistyped_indicator_is_told_what_it_may_have_been() -> None:
    (fault,) = check_template(docx('{{ 数("隐患.排察") }}'), Source().indicators())
    assert "隐患.排查" in fault.facts["near"]


def test_faults_in_tables_say_which_row() -> None:
    made, out = Document(), io.BytesIO()
    table = made.add_table(rows=2, cols=1)
    table.rows[1].cells[0].text = "{{ 甲 }}"
    made.save(out)
    (fault,) = check_template(out.getvalue(), ())
    assert fault.facts["place"] == "第1个表格第2行"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ('{{ 数("隐患.排查", 区划="宁溪镇") }}', "reporting.template.place"),
        ('{{ 排名("隐患.排查", "外地") }}', "reporting.template.place"),
        ('{{ 数("隐患.排查", 期="某时") }}', "kernel.period.unreadable"),
        ('{{ 占比("隐患.整改", "事故.起数") }}', "kernel.amount.units_mixed"),
        ("{{ 数(镇) }}{% for 镇 in 各镇() %}{% endfor %}", "reporting.template.refused"),
        ("{% for 镇 in 各镇() %}{{ 镇 }}{% endfor %}", "reporting.template.unsaid"),
        ("{% for 镇 in 各镇() %}{{ 数(镇) }}{% endfor %}", "reporting.template.name"),
        ("{{ 有('事故.起数') }}", "reporting.template.unsaid"),
        ("{% for 镇 in 有('事故.起数') %}{% endfor %}", "reporting.template.broken"),
    ],
)
def test_what_only_filling_in_shows_is_refused(template: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        rendered(template)
    assert refused.value.code == code


def test_what_is_no_template_is_refused() -> None:
    good = docx("好")
    out = io.BytesIO(good)
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("word/vbaProject.bin", b"x")
    bomb = io.BytesIO(good)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/media/a.bin", b"\0" * 81_000_000)
    for data, code in (
        (b"", "not_docx"),
        (b"PK\x03\x04", "not_docx"),
        (b"\xd0\xcf\x11\xe0abc", "old"),
        (out.getvalue(), "macros"),
        (bomb.getvalue(), "large"),
        (b"x" * 10_000_001, "large"),
    ):
        with pytest.raises(BadInput) as refused:
            check_template(data, ())
        assert refused.value.code == f"reporting.template.{code}"


def with_parts(**parts: bytes) -> bytes:
    """A document with other parts; `__` stands for /, `_dot_` for a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): text for name, text in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx("甲"))) as held, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in held.namelist():
            made.writestr(name, named.pop(name, None) or held.read(name))
        for name, text in named.items():
            made.writestr(name, text)
    return out.getvalue()


def part(name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(docx("甲"))) as held:
        return held.read(name).decode()


def linked(kind: str) -> bytes:
    link = f'<Relationship Id="rId99" Type="http://x/{kind}" Target="http://x.example/t" TargetMode="External"/>'
    return part("word/_rels/document.xml.rels").replace("</Relationships>", f"{link}</Relationships>").encode()


def with_body(text: str) -> bytes:
    return part("word/document.xml").replace("<w:sectPr", f"<w:p>{text}</w:p><w:sectPr", 1).encode()


ENTITIES = '<!DOCTYPE x [<!ENTITY a "b">]><x/>'


@pytest.mark.parametrize(
    "data",
    [
        with_parts(word__document_dot_xml=ENTITIES.encode()),
        with_parts(word__styles_dot_xml=ENTITIES.encode("utf-16")),
        with_parts(word___rels__document_dot_xml_dot_rels=linked("attachedTemplate")),
        with_parts(
            word__document_dot_xml=with_body(
                "<w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO cmd</w:instrText></w:r>"
            )
        ),
    ],
)
def test_what_reaches_out_of_the_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        check_template(data, ())
    assert refused.value.code == "reporting.template.outside"


def test_links_and_page_numbers_are_no_harm() -> None:
    assert check_template(with_parts(word___rels__document_dot_xml_dot_rels=linked("hyperlink")), ()) == []
    number = with_body("<w:r><w:instrText> PAGE </w:instrText></w:r>")
    assert check_template(with_parts(word__document_dot_xml=number), ()) == []


@pytest.mark.parametrize("data", [with_parts(word__document_dot_xml=b"<w:document"), docx("甲")[:3000]])
def test_what_is_broken_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        check_template(data, ())
    assert refused.value.code == "reporting.template.not_docx"


def test_text_of_the_ledgers_is_never_markup() -> None:
    class Sharp(Source):
        def region_name(self, region: str) -> str:
            return "<w:p/>&东城{{ 1 }}"

    made = report_render(docx("{{ 区划 }}"), Sharp(), appendix=False)
    assert Document(io.BytesIO(made.data)).paragraphs[0].text == "<w:p/>&东城{{ 1 }}"


def test_signs_of_multiplication_are_no_blanks() -> None:
    assert rendered("值班5×8小时").blanks == ()
    assert len(rendered("罚款×万元。发生×起。").blanks) == len(rendered("ＸＸ局").blanks) * 2 == 2


def test_loops_within_loops_end() -> None:
    with pytest.raises(BadInput) as refused:
        rendered("{% for 甲 in 各镇() %}" * 8 + "好" + "{% endfor %}" * 8)
    assert refused.value.code == "reporting.template.loops"


def test_a_number_in_a_footnote_is_refused() -> None:
    out, given = io.BytesIO(), docx("正文")
    note = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:id="2"><w:p><w:r>'
        '<w:t>{{ 数("事故.起数") }}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    named = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    with zipfile.ZipFile(io.BytesIO(given)) as held, zipfile.ZipFile(out, "w") as made:
        for name in held.namelist():
            part = held.read(name).decode("utf-8", "surrogateescape")
            if name == "[Content_Types].xml":
                part = part.replace("</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>')
            if name == "word/_rels/document.xml.rels":
                line = f'<Relationship Id="rIdF" Type="{named}" Target="footnotes.xml"/></Relationships>'
                part = part.replace("</Relationships>", line)
            made.writestr(name, part.encode("utf-8", "surrogateescape"))
        made.writestr("word/footnotes.xml", note)
    with pytest.raises(BadInput) as refused:
        report_render(out.getvalue(), Source())
    assert refused.value.code == "reporting.template.elsewhere"


def test_too_many_figures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.reporting.reports.vocabulary._MOST_FIGURES", 2)
    with pytest.raises(BadInput) as refused:
        rendered('{% for 镇 in 各镇() %}{{ 数("隐患.排查", 区划=镇) }}{% endfor %}')
    assert refused.value.code == "reporting.template.figures"


@pytest.mark.parametrize("key", [key for key in OUTLINES if key != "monthly"])
def test_templates_that_come_with_the_product_have_no_fault(key: str) -> None:

    from anlan.platform.catalogue import CATALOGUE

    names = [i.name for i in CATALOGUE.indicators.values()]
    data = outline_data(key)
    assert check_template(data, names) == []
    assert outline_named(OUTLINES[key]) == key and data == outline_data(key)
    text = "\n".join(p.text for p in Document(io.BytesIO(data)).paragraphs)
    assert not re.search(r"[×]|\d", re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text))


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        outline_data("没有")
    assert refused.value.code == "reporting.template.unknown" and outline_named("没有") is None
