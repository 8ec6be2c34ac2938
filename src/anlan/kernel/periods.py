"""The spans of days that officials report over, how they write them, and the spans they compare with.

Source: house rule, after the ways in which the county reports at hand name their periods.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.kernel.errors import BadInput

__all__ = ["Period", "read_period"]

_SHOWN = 40
_YEARS = range(1949, 2200)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included.

    Attributes:
        kind: "year", "half", "quarter", "month", "week", "months" (whole months of one year), "until" (from 1 January to a
            day), "days". It decides what the period before is.
        plan: what was planned for the period, not what came of it ("2025计划").
    """

    first: date
    last: date
    kind: str
    plan: bool = False

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        """As it is written in a report: 2019年, 2019年1—11月, 2022年1月1日—8月15日."""
        first, last = self.first, self.last
        match self.kind:
            case "year":
                said = f"{first.year}年"
            case "half":
                said = f"{first.year}年{'上' if first.month == 1 else '下'}半年"
            case "quarter":
                said = f"{first.year}年第{'一二三四'[first.month // 3]}季度"
            case "month":
                said = f"{first.year}年{first.month}月"
            case "months":
                said = f"{first.year}年{first.month}—{last.month}月"
            case "week":
                year, week, _ = first.isocalendar()
                said = f"{year}年第{week}周（{first.month}月{first.day}日—{last.month}月{last.day}日）"
            case _ if first == last:
                said = f"{first.year}年{first.month}月{first.day}日"
            case _:
                year = f"{last.year}年" if last.year != first.year else ""
                said = f"{first.year}年{first.month}月{first.day}日—{year}{last.month}月{last.day}日"
        return f"{said}计划" if self.plan else said

    def years_back(self, years: int) -> Period:
        """The same span that many years earlier, for 同比 and means of years.

        A last day of February stays one; weeks keep their number, so that a week is compared with a whole week; the 53rd, which
        most years lack, with the last one.
        """
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            weeks = date(year - years, 12, 28).isocalendar().week
            monday = date.fromisocalendar(year - years, min(week, weeks), 1)
            return Period(monday, monday + timedelta(days=6), "week", self.plan)
        return Period(_earlier(self.first, years), _earlier(self.last, years), self.kind, self.plan)

    def before(self) -> Period:
        """The period just before, for 环比: the month before a month, the seven days before a week.

        Of months of a year as many months before them; of other days as many days.
        """
        last = self.first - timedelta(days=1)
        months = {"year": 12, "half": 6, "quarter": 3, "month": 1, "months": self.last.month - self.first.month + 1}
        if self.kind not in months:
            return Period(last - timedelta(days=self.days - 1), last, self.kind if self.kind == "week" else "days", self.plan)
        count = self.first.year * 12 + self.first.month - 1 - months[self.kind]
        first = date(count // 12, count % 12 + 1, 1)
        kind = "days" if self.kind == "months" and first.year != last.year else self.kind
        return Period(first, last, kind, self.plan)


    def so_far(self, today: date, base: Period) -> Period:
        """As much of an earlier period as has passed of this one: November until the 24th is set against October until then.

        Args:
            base: the whole earlier period, as `years_back` or `before` gives it.
        """
        if self.last <= today:
            return base
        last = base.first + (today - self.first)
        # By days of the calendar where the span is of another year, so that 29 February moves nothing.
        if base.first.year != self.first.year and base.kind != "week" and (base.first.month, base.first.day) == (
            self.first.month, self.first.day
        ):
            last = _earlier(today, self.first.year - base.first.year)
        return Period(base.first, min(last, base.last), "days", base.plan)


def _earlier(day: date, years: int) -> date:
    end = day.day == calendar.monthrange(day.year, day.month)[1]
    month_end = calendar.monthrange(day.year - years, day.month)[1]
    return day.replace(year=day.year - years, day=month_end if end else min(day.day, month_end))


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _months(year: int, first: int, last: int) -> Period:
    if not 1 <= first <= last <= 12:
        raise ValueError(f"{first}-{last}")
    span = Period(date(year, first, 1), _month_end(year, last), "months")
    if first == last:
        return Period(span.first, span.last, "month")
    return Period(span.first, span.last, "year") if (first, last) == (1, 12) else span


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31), "year")


def _half(year: int, second: bool) -> Period:
    return Period(date(year, 7 if second else 1, 1), _month_end(year, 12 if second else 6), "half")


def _quarter(year: int, number: int) -> Period:
    return Period(date(year, 3 * number - 2, 1), _month_end(year, 3 * number), "quarter")


def _week(year: int, number: int) -> Period:
    monday = date.fromisocalendar(year, number, 1)
    return Period(monday, monday + timedelta(days=6), "week")


def _named_week(year: int, number: int, days: str | None) -> Period:
    """A week by its number; where its days are named as in `Period.label`, they must be its own."""
    week = _week(year, number)
    own = f"{week.first.month}月{week.first.day}日-{week.last.month}月{week.last.day}日"
    if days not in (None, own):
        raise ValueError(f"{days}!={own}")
    return week


def _until(last: date) -> Period:
    """From the beginning of the year; up to the end of a month these are its months."""
    if last == _month_end(last.year, last.month):
        return _months(last.year, 1, last.month)
    return Period(date(last.year, 1, 1), last, "until")


def _days(first: date, last: date) -> Period:
    if first > last:
        raise ValueError(f"{first}>{last}")
    if first.year == last.year and first.day == 1 and last == _month_end(last.year, last.month):
        return _months(first.year, first.month, last.month)
    return Period(first, last, "until" if (first.month, first.day) == (1, 1) and first.year == last.year else "days")


_NUMBER = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_Y, _M, _D = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_Reader = Callable[[dict[str, str]], Period]


def _day(y: str, m: str, d: str) -> date:
    return date(int(y), int(m), int(d))


# What is typed on the command line and in the API; then what reports write. Blanks and the kind of dash are gone by then.
_SPELLINGS: tuple[tuple[str, _Reader], ...] = (
    (_Y + "年?", lambda g: _year(int(g["y"]))),
    (_Y + "-[Hh](?P<n>[12])", lambda g: _half(int(g["y"]), g["n"] == "2")),
    (_Y + "-[Qq](?P<n>[1-4])", lambda g: _quarter(int(g["y"]), int(g["n"]))),
    (_Y + r"-[Ww](?P<n>\d{1,2})", lambda g: _week(int(g["y"]), int(g["n"]))),
    (f"{_Y}-{_M}|{_Y.replace('y', 'y2')}年{_M.replace('m', 'm2')}月", lambda g: _month_of(g)),
    (f"{_Y}-{_M}-{_D}", lambda g: _days(_day(g["y"], g["m"], g["d"]), _day(g["y"], g["m"], g["d"]))),
    (rf"{_Y}-{_M}\.\.(?P<y2>\d{{4}})-(?P<m2>\d{{1,2}})", lambda g: _days(
        date(int(g["y"]), int(g["m"]), 1), _month_end(int(g["y2"]), int(g["m2"])))),
    (rf"{_Y}-{_M}-{_D}\.\.(?P<y2>\d{{4}})-(?P<m2>\d{{1,2}})-(?P<d2>\d{{1,2}})", lambda g: _days(
        _day(g["y"], g["m"], g["d"]), _day(g["y2"], g["m2"], g["d2"]))),
    (rf"\.\.{_Y}-{_M}-{_D}", lambda g: _until(_day(g["y"], g["m"], g["d"]))),
    (rf"\.\.{_Y}-{_M}", lambda g: _months(int(g["y"]), 1, int(g["m"]))),
    (_Y + "年(?P<n>[上下])半年", lambda g: _half(int(g["y"]), g["n"] == "下")),
    (_Y + "年(?:第?(?P<n>[一二三四1-4])季度)", lambda g: _quarter(int(g["y"]), _NUMBER[g["n"]])),
    (_Y + r"年第(?P<n>\d{1,2})周(?:\((?P<of>[0-9月日-]+)\))?", lambda g: _named_week(int(g["y"]), int(g["n"]), g["of"])),
    (_Y + r"年?" + _M + r"月?-(?P<m2>\d{1,2})月", lambda g: _months(int(g["y"]), int(g["m"]), int(g["m2"]))),
    (_Y + "年?" + _M + "月" + _D + r"日-(?:(?:(?P<y2>\d{4})年)?(?P<m2>\d{1,2})月)?(?P<d2>\d{1,2})日", lambda g: _days(
        _day(g["y"], g["m"], g["d"]), _day(g["y2"] or g["y"], g["m2"] or g["m"], g["d2"]))),
    (_Y + "年" + _M + "月" + _D + "日", lambda g: _days(_day(g["y"], g["m"], g["d"]), _day(g["y"], g["m"], g["d"]))),
    (_Y + r"年?[(（]?(?:截?至)" + _M + "月" + _D + "日(?:底|止)?[)）]?", lambda g: _until(_day(g["y"], g["m"], g["d"]))),
    (_Y + r"年?[(（]?(?:截?至)" + _M + "月(?:底|末|份)?[)）]?", lambda g: _months(int(g["y"]), 1, int(g["m"]))),
    (r"截至" + _Y + "年" + _M + "月" + _D + "日", lambda g: _until(_day(g["y"], g["m"], g["d"]))),
    (r"截至" + _Y + "年" + _M + "月(?:底|末)?", lambda g: _months(int(g["y"]), 1, int(g["m"]))),
)  # fmt: skip
_READERS = tuple((re.compile(spelling), read) for spelling, read in _SPELLINGS)
_DASHES = re.compile(r"[—–－~～至到](?=\d{1,2}[月日])|[—–－~～](?=\d)")
_PLAN = re.compile(r"[(（]?计划[)）]?$")


def _month_of(g: dict[str, str]) -> Period:
    month = int(g["m"] or g["m2"])
    return _months(int(g["y"] or g["y2"]), month, month)


def read_period(text: str) -> Period:
    """A period as the command line, the API or a report spells it.

    `2024`, `2024-11`, `2024-01..2024-11`, `2024-Q1`, `2024-H2`, `2024-W05`, `2024-08-15`, `..2024-08-15` (from 1 January),
    `2019年1—11月`, `2022(至8月15日)`, `2023年上半年`, `2025计划`. Weeks are those of ISO 8601, Monday to Sunday.

    Raises:
        BadInput: "kernel.period.unreadable" for what is spelled otherwise, or names days that do not exist or run backward.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    plan = _PLAN.search(plain) is not None
    plain = _PLAN.sub("", plain)
    for form in dict.fromkeys((plain, _DASHES.sub("-", plain))):
        for pattern, read in _READERS:
            if found := pattern.fullmatch(form):
                try:
                    period = read(found.groupdict())
                except ValueError as error:
                    raise BadInput("kernel.period.unreadable", value=text[:_SHOWN]) from error
                if period.first.year not in _YEARS or period.last.year not in _YEARS:
                    raise BadInput("kernel.period.unreadable", value=text[:_SHOWN])
                return Period(period.first, period.last, period.kind, plan)
    raise BadInput("kernel.period.unreadable", value=text[:_SHOWN])
