"""What clerks type, and what comes out: dates, numbers, yes and no, masks, CSV bytes, search words."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel import text
from anlan.kernel.errors import BadInput


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("  东城街道\u3000　1号 \n2楼 ", "东城街道 1号 2楼"),
        ("ＡＢ１２，３", "AB12，3"),
        ("\ufeff黄\u200b岩\u00a0区", "黄岩 区"),
        (13800000000.0, "13800000000"),
        (0.5, "0.5"),
        (float("nan"), ""),
        (True, "是"),
        (7, "7"),
        (datetime(2026, 3, 5), "2026-03-05"),
        (datetime(2026, 3, 5, 8, 30), "2026-03-05 08:30:00"),
        (date(2026, 3, 5), "2026-03-05"),
    ],
)
def test_clean_cell(value, expected):
    assert text.clean_cell(value) == expected


def test_normalise_width_keeps_chinese_punctuation_unless_told():
    assert text.normalise_width("１２（ａ），") == "12（a），"
    assert text.normalise_width("１２（ａ），", punctuation=True) == "12(a),"


@pytest.mark.parametrize(
    "value",
    [
        "2026-3-5",
        "2026-03-05",
        "2026/3/5",
        "2026.3.5",
        "20260305",
        20260305,
        20260305.0,
        "2026年3月5日",
        "2026年3月5号",
        "２０２６年３月５日",
        " 2026 年 3 月 5 日 ",
        "2026-03-05 08:30:00",
        "2026-03-05T08:30",
        46086,
        46086.75,
        "46086",
        datetime(2026, 3, 5, 23, 59),
        date(2026, 3, 5),
    ],
)
def test_parse_date_understands(value):
    assert text.parse_date(value) == date(2026, 3, 5)


@pytest.mark.parametrize(
    "value", ["2026-2-30", "3-5-2026", "26-3-5", "2026年3月", "下周", "20261305", 5, 19999, "99999", "1899-01-01", True]
)
def test_parse_date_refuses(value):
    with pytest.raises(BadInput) as error:
        text.parse_date(value)
    assert error.value.code == "kernel.text.not_a_date"


def test_parse_date_of_an_empty_cell_is_none():
    assert text.parse_date(None) is None
    assert text.parse_date("  ") is None


@given(st.text(max_size=30))
def test_parse_date_answers_or_refuses_any_text(value):
    try:
        assert text.parse_date(value) is None or text.parse_date(value).year in range(1900, 2200)
    except BadInput as error:
        assert error.code == "kernel.text.not_a_date"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,234.5", Decimal("1234.5")),
        ("１２３．５", Decimal("123.5")),
        ("1，234", Decimal(1234)),
        ("12%", Decimal("0.12")),
        ("-3", Decimal(-3)),
        (0.1, Decimal("0.1")),
        (7, Decimal(7)),
        ("", None),
        (None, None),
    ],
)
def test_parse_number(value, expected):
    assert text.parse_number(value) == expected


@pytest.mark.parametrize("value", ["约3", "1,23", "1_000", "inf", "NaN", "1e999999", "١٢", "3人", "--1", True])
def test_parse_number_refuses(value):
    with pytest.raises(BadInput) as error:
        text.parse_number(value)
    assert error.value.code == "kernel.text.not_a_number"


@pytest.mark.parametrize("value", ["是", "有", "√", "✔", "Y", "yes", "Ｙ", "1", 1, 1.0, True])
def test_parse_bool_true(value):
    assert text.parse_bool(value) is True


@pytest.mark.parametrize("value", ["否", "无", "×", "N", "no", "0", 0, 0.0, False])
def test_parse_bool_false(value):
    assert text.parse_bool(value) is False


def test_parse_bool_empty_and_unknown():
    assert text.parse_bool("") is None
    with pytest.raises(BadInput) as error:
        text.parse_bool("也许")
    assert error.value.code == "kernel.text.not_a_bool"
    assert error.value.message == "“也许”无法识别，请填写“是”或“否”。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_decode_csv_reads_what_excel_and_wps_save(encoding):
    table = "企业名称,统一社会信用代码\n联通,91331003XW0000007L\n"
    assert text.decode_csv(table.encode(encoding)) == table


def test_decode_csv_reads_characters_only_gb18030_has():
    assert text.decode_csv("㵘村,䶮".encode("gb18030")) == "㵘村,䶮"


@pytest.mark.parametrize(
    ("raw", "code", "facts"),
    [
        pytest.param("企业".encode("gbk") + b"\xff", "kernel.text.encoding", {"offset": 4, "byte": "0xFF"}, id="0xFF"),
        pytest.param(b"ab\x00c", "kernel.text.binary", {"offset": 2}, id="NUL"),
        pytest.param(
            "黄岩区东城街道".encode()[:-1], "kernel.text.encoding", {"offset": 18, "byte": "0xE9"}, id="UTF-8 cut off"
        ),
        pytest.param(
            "\ufeff黄岩区东城".encode() + b"\xb5,",
            "kernel.text.encoding",
            {"offset": 18, "byte": "0xB5"},
            id="after BOM",
        ),
    ],
)
def test_decode_csv_names_the_byte_it_can_not_read(raw, code, facts):
    with pytest.raises(BadInput) as error:
        text.decode_csv(raw)
    assert (error.value.code, error.value.facts) == (code, facts)


@given(st.binary(max_size=60))
def test_decode_csv_answers_or_refuses_any_bytes(raw):
    try:
        assert isinstance(text.decode_csv(raw), str)
    except BadInput as error:
        assert error.code in ("kernel.text.encoding", "kernel.text.binary")


@pytest.mark.parametrize(
    ("kind", "plain", "masked"),
    [
        ("name", "张三", "张*"),
        ("name", "欧阳小明", "欧***"),
        ("name", "王", "*"),
        ("name", "", ""),
        ("phone", "13812345678", "138****5678"),
        ("phone", "057684112233", "057*****2233"),
        ("phone", "84112233", "*****233"),
        ("phone", "110", "***"),
        ("id", "11010519491231002X", "110105**********2X"),
        ("id", "12345", "*****"),
    ],
)
def test_masks(kind, plain, masked):
    mask = {"name": text.mask_name, "phone": text.mask_phone, "id": text.mask_id}[kind]
    assert mask(plain) == masked
    assert text.is_masked(masked, plain, kind) is bool(plain)
    assert not text.is_masked(plain, plain, kind)


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("-5.5", "-5.5"),
        ("+86", "+86"),
        ("-", "-"),
        ("东城街道", "东城街道"),
        (-5, -5),
        (None, None),
    ],
)
def test_safe_cell_and_back(value, safe):
    assert text.safe_cell(value) == safe
    assert text.restore_cell(safe) == value


def test_restore_cell_leaves_a_real_apostrophe():
    assert text.restore_cell("'东城") == "'东城"


def test_bigrams_index_characters_pairs_and_words():
    assert text.bigrams("黄岩A１号") == {"黄", "岩", "黄岩", "a1", "a", "1", "号"}
    assert text.bigrams("，。 ") == set()


@pytest.mark.parametrize(
    ("query", "words"),
    [("黄岩区", {"黄岩", "岩区"}), ("岩", {"岩"}), ("黄岩 A1", {"黄岩", "a1"}), ("", set())],
)
def test_query_words_are_all_in_the_index_of_a_text_that_holds_the_query(query, words):
    assert text.query_bigrams(query) == words
    assert words <= text.bigrams("浙江省台州市黄岩区某某公司A1号")
