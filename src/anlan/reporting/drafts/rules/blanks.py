"""Rule 6: blanks and placeholders that were never filled in.

Source: house rule (the draft checker, rule 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anlan.reporting.drafts.finding import ERROR, Finding
from anlan.reporting.drafts.reading import Reading

__all__ = ["blanks"]

_UNIT = (
    "起|人|家|个|处|项|条|宗|件|次|名|户|元|万|亿|台|辆|份|场|期|余|多|月|日|年|号|县|区|市|镇|"
    "乡|村|街道|局|公司|同志|单位|部门|企业|学校|%"
)
_BLANK = re.compile(
    r"(?P<year>(?<!\d)(?:19|20)[_＿×Xx*]{1,4}\s?年|(?<!\d)\d{2,3}[_＿]{1,2}\s?年?)"
    r"|(?P<cross>(?<![\d.米mM厘])[×✕╳]+(?!\s?\d))"
    rf"|(?P<letters>(?<![A-Za-z0-9+*])(?:[Xx]{{2,4}}|[Xx](?=\s?(?:{_UNIT})))(?![A-Za-z0-9]))"
    rf"|(?P<stars>(?<![\d*A-Za-z])\*{{1,6}}(?=\s?(?:{_UNIT}))(?!\*))"
    r"|(?P<line>[_＿]{2,}|﹍{2,})"
    r"|(?P<boxes>[□◯○●▲△]{2,}|(?<=[一-鿿])○(?=[一-鿿]))"
    r"|(?P<brackets>（[ \u3000]*）|〔[ \u3000]*〕|《[ \u3000]*》)"
    r"|(?P<number>〔\d{4}〕\s{0,6}第?\s{0,6}号)"
    r"|(?P<date>\d{4}年\s{1,8}月(?:\s{0,8}日)?|\d{1,2}月\s{1,8}日|(?:截至|截止)\s{0,6}月\s{0,6}日)"
    r"|(?P<words>待补充|待填写?|待核实|待定稿|（此处[^）\n]{0,20}）|此处(?:填写|补充|插入)|请(?:填写|补充)|〔(?:填写|单位名称|日期|数字|数据|姓名|地点)[^〕\n]{0,10}〕)"
    r"|(?P<spaces>(?<=[一-鿿]) {2,8}(?=(?:人次|家次|家|处|起|项|名|人|户|份|万元|台|辆|座|个)[，。；、]))"
    rf"|(?P<asks>？{{2,}}(?=\s?(?:{_UNIT})))"
)
_BOLD = re.compile(r"\*\*[^*\n]{1,60}\*\*")
_MOST = 2000


def blanks(r: Reading) -> Iterator[Finding]:
    """Every run of placeholders, one finding a run; at most 2000 of a text."""
    norm = _BOLD.sub(lambda m: "\x00" * len(m[0]), r.norm)
    for number, match in enumerate(_BLANK.finditer(norm)):
        if number >= _MOST:
            return
        if match.lastgroup == "brackets" and _form(norm, match.start()):
            continue
        end = match.end()
        after = re.match(rf"\s?(?:{_UNIT})", r.norm[end : end + 4])
        lead = re.search(r"[一-鿿]{0,8}$", r.norm[max(0, match.start() - 8) : match.start()])
        start = match.start() - (len(lead[0]) if lead else 0)
        place = r.place(
            match.start() if match.lastgroup in {"number", "date"} else start, end + (len(after[0]) if after else 0)
        )
        yield r.finding(6, "blank", ERROR, place, blank=r.text[match.start() : end].strip() or r.text[start:end])


def _form(norm: str, at: int) -> bool:
    """A bracket that a reader ticks, as in a form: 是（ ）否（ ）."""
    return norm[max(0, at - 1) : at] in {"是", "否", "√"}
