"""The quantity reader by itself: hundreds of phrases of real reports, what they count and what they do not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from planted import VECTORS, drafts

from anlan.reporting.drafts.metrics import metric
from anlan.reporting.drafts.numerals import UNBOUNDED, han
from anlan.reporting.drafts.quantities import Quantity, shown
from anlan.reporting.drafts.reading import read
from anlan.reporting.drafts.text import normalise

PHRASES = [
    tuple(part.strip() for part in line.split("|"))
    for line in (VECTORS / "quantities.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def written(q: Quantity) -> str:
    high = "" if q.span.high == UNBOUNDED else shown(q.span.high)
    value = shown(q.span.low) if q.exact else f"{shown(q.span.low)}..{high}"
    return f"{value} {q.unit}".strip()


@pytest.mark.parametrize(("phrase", "expected"), PHRASES, ids=[p[0] for p in PHRASES])
def test_a_phrase_is_read(phrase: str, expected: str) -> None:
    assert "; ".join(written(q) for q in read(phrase).quantities) == expected


# Most verbs, things and measure words of these reports, one with another: the reader must see the number, only the number.
VERBS = ("检查", "共检查", "排查出", "发现", "完成整改", "新增", "累计培训", "投用", "其中")
THINGS = ("企业", "隐患", "在建工地", "渔船", "水库", "安全管理人员", "文书")
UNITS = ("家", "处", "个", "艘", "座", "名", "份", "起", "条")


@pytest.mark.parametrize("verb", VERBS)
def test_the_number_is_found_between_any_verb_thing_and_measure_word(verb: str) -> None:
    for thing in THINGS:
        for unit in UNITS:
            for number, value in (("37", 37), ("1268", 1268), ("３０５", 305), ("十六", 16)):
                for phrase in (
                    f"{verb}{thing}{number}{unit}。",
                    f"{verb}{number}{unit}{thing}，",
                    f"{verb}了 {number} {unit}{thing}",
                ):
                    assert [(q.value, q.unit) for q in read(phrase).quantities] == [(Decimal(value), unit)], phrase


@pytest.mark.parametrize(
    ("word", "value"),
    [("零", 0), ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("三千二百", 3200), ("一万二千", 12000),
     ("二〇二三", 2023), ("一亿三千万", 130000000), ("两", 2)],
)  # fmt: skip
def test_chinese_numerals(word: str, value: int) -> None:
    assert han(word) == value


def test_what_is_no_numeral_has_no_value() -> None:
    assert (han(""), han("甲"), han("二甲")) == (None, None, None)


def test_normalising_moves_no_character() -> None:
    text = "检查１２３家，合计１,２００份；（一）“甲”—乙～丙［2024］\u3000％"
    assert len(normalise(text)) == len(text)
    assert normalise("１,２００份,３家(甲):12:30") == "1,200份，3家（甲）：12:30"


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("共排查发现隐患23708宗", "found"),
        ("整改隐患19955宗", "mended"),
        ("已整改1893个", "mended"),
        ("213处已整改到位", "mended"),
        ("下达责令限期整改指令书118份", ""),
        ("限期整改隐患16处", "remaining"),
        ("巡查发现并修复隐患6012处", "both"),
        ("排查整改隐患587条", "both"),
        ("罚款5万元", "fine"),
        ("行政处罚5万", "fine"),
        ("死亡7人", "dead"),
        ("造成3人死亡", "dead"),
        ("受伤14人", "injured"),
        ("发生道路交通事故7起", "accident"),
        ("事故起数减少8起", ""),
        ("立案75起", "case"),
        ("检查企业85家", ""),
    ],
)
def test_what_a_number_counts_is_told_by_its_verb_and_noun(phrase: str, expected: str) -> None:
    assert [metric(q) for q in read(phrase).quantities] == [expected]


def test_every_offset_points_at_its_words() -> None:
    for draft in drafts("tuning.txt"):
        reading = read(draft.text)
        assert all(reading.norm[q.start : q.end].strip() == q.text.replace("\x00", "") for q in reading.quantities)
        assert [q.start for q in reading.quantities] == sorted(q.start for q in reading.quantities)


def test_headings_sentences_and_sections() -> None:
    reading = read("一、总体\n共检查10家。（一）消防。发现隐患3处。\n二、下步\n抓好落实。")
    assert [(h.style, h.number, h.title) for h in reading.headings] == [
        ("a", 1, "总体"),
        ("b", 1, "消防"),
        ("a", 2, "下步"),
    ]
    assert [reading.section_titles(s) for s in reading.sentences if s.quantities] == ["总体", "总体 消防"]
