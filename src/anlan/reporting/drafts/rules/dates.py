"""Rule 11, first half: dates, hours, document numbers that cannot be.

Source: house rule (the draft checker, rule 11); GB/T 9704-2012 7.2.5 for the shape of a document number.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding
from anlan.reporting.drafts.reading import Reading

__all__ = ["dates"]

_DATE = re.compile(
    r"(?<![\d.])(?:(?P<y>\d{4})\s?年\s?)?(?P<m>\d{1,2})\s?月(?:份)?\s?(?:(?P<d>\d{1,2})\s?[日号])?"
    r"|(?<![\d.-])(?P<y2>(?:19|20)\d{2})[-/.](?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})(?![\d.-])"
)
_RANGE = re.compile(
    r"(?:(?P<y>\d{4})年)?(?P<m>\d{1,2})月(?P<d>\d{1,2})日?(?:至|到|-)(?:(?P<y2>\d{4})年)?(?:(?P<m2>\d{1,2})月)?(?P<d2>\d{1,2})日"
)
_MONTHS = re.compile(r"(?<![\d.])(?P<m>\d{1,2})(?:月份?)?\s?(?:至|到|-)\s?(?P<m2>\d{1,2})\s?月(?!\d{1,2}日)")
_NUMBER = re.compile(r"〔\s?(?:\D{0,2})(?P<year>\d+)\s?〕\s?(?P<n>第?\s?\d+)?\s?号")
# A letter among the figures of the year: O for 0, l for 1.
_TYPED_YEAR = re.compile(r"〔(?=\d*[OoIl]\w*\s?〕)[\dOoIl]{4}\s?〕\s?第?\s?\d*\s?号")
_CLOCK = re.compile(r"(?<![\d.])(?P<h>\d{1,2})(?:时(?P<min>\d{1,2})分|:(?P<min2>\d{2})(?!\d))")
_QUARTER = re.compile(r"第\s?(?P<q>[五六七八九十5-9]|1\d)\s?季度|(?<![一二三四\d])(?P<q2>[五六七八九])季度")


def dates(r: Reading) -> Iterator[Finding]:
    """Days and months that no calendar has, periods that end before they begin, numbers of documents from no year."""
    for match in _DATE.finditer(r.norm):
        year, month = match["y"] or match["y2"], int(match["m"] or match["m2"])
        day = int(match["d"] or match["d2"] or 1)
        if match["m"] and not match["y"] and not match["d"] and _duration(r.norm, match):
            continue
        why = _wrong_date(int(year) if year else None, month, day)
        if why:
            yield r.finding(
                11, why, ERROR, r.place(match.start(), match.end()), date=match[0].strip(), month=str(month)
            )
    yield from _ranges(r)
    for match in _NUMBER.finditer(r.norm):
        if len(match["year"]) != 4 or not 1949 <= int(match["year"]) <= 2099:
            place = r.place(match.start(), match.end())
            yield r.finding(11, "document_number", ERROR, place, number=r.text[match.start() : match.end()])
    for match in _TYPED_YEAR.finditer(r.norm):
        place = r.place(match.start(), match.end())
        yield r.finding(11, "document_number", ERROR, place, number=r.text[match.start() : match.end()])
    for match in _CLOCK.finditer(r.norm):
        hour, minute = int(match["h"]), int(match["min"] or match["min2"])
        ratio = match["min2"] and re.search(r"比|:\d|配比|比例|1:", r.norm[max(0, match.start() - 6) : match.end()])
        if (hour > 24 or minute > 59 or (hour == 24 and minute)) and not ratio:
            yield r.finding(11, "clock_wrong", ERROR, r.place(match.start(), match.end()), clock=match[0])
    for match in _QUARTER.finditer(r.norm):
        if not re.match(r"个", r.norm[match.end() : match.end() + 1]):
            yield r.finding(11, "quarter_wrong", ERROR, r.place(match.start(), match.end()), quarter=match[0])


def _duration(norm: str, match: re.Match[str]) -> bool:
    """13月 as in 满13月龄, 18月龄; a bare number of months above twelve is a slip only at the head of a date."""
    after = norm[match.end() : match.end() + 1]
    return after in {"龄", "嫂"} or norm[max(0, match.start() - 1) : match.start()] in {"个", "第", "满"}


def _wrong_date(year: int | None, month: int, day: int) -> str:
    if not 1 <= month <= 12:
        return "month_wrong"
    if year is not None and not 1000 <= year <= 2999:
        return ""
    last = calendar.monthrange(year if year else 2024, month)[1]
    return "" if 1 <= day <= last else "day_wrong"


def _ranges(r: Reading) -> Iterator[Finding]:
    for match in _RANGE.finditer(r.norm):
        first = (int(match["y"] or match["y2"] or 0), int(match["m"]), int(match["d"]))
        second = (int(match["y2"] or match["y"] or 0), int(match["m2"] or match["m"]), int(match["d2"]))
        known = match["y2"] or not match["m2"] or match["m2"] == match["m"]
        months = first[1] - second[1]
        known = known or (1 <= months <= 4 and not match["y"] and not (first[2] == 1 and second[2] >= 28))
        if second < first and known and max(first[1], second[1]) <= 12:
            yield r.finding(11, "period_back", ERROR, r.place(match.start(), match.end()), period=match[0])
    for match in _MONTHS.finditer(r.norm):
        first_month, last_month = int(match["m"]), int(match["m2"])
        head = r.norm[max(0, match.start() - 5) : match.start()]
        if 12 >= first_month > last_month >= 1 and re.search(r"\d{4}年$", head) and "次年" not in match[0]:
            yield r.finding(11, "period_back", DOUBT, r.place(match.start(), match.end()), period=match[0])
