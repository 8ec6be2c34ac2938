"""How grave an accident is, and by when it has to be reported, corrected and investigated. Pure.

Source: 生产安全事故报告和调查处理条例 (国务院令第493号, 2007-04-09).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.kernel.deadlines import days_after, end_of_day, local_date

__all__ = [
    "EXTENSION_DAYS", "GRADES", "GRADE_LIMITS", "INVESTIGATION_DAYS", "LEADER_WITHIN", "UPWARD_WITHIN", "GradeLimit",
    "grade_accident", "investigation_due", "investigator_of", "is_short", "leader_late", "reported_to", "supplement_until",
    "upward_due",
]  # fmt: skip

GRADES: tuple[tuple[str, str], ...] = (
    ("extraordinary", "特别重大事故"),
    ("major", "重大事故"),
    ("larger", "较大事故"),
    ("general", "一般事故"),
)


@dataclass(frozen=True, slots=True)
class GradeLimit:
    """From any one of these numbers on (以上包括本数) an accident is of this grade."""

    grade: str
    deaths: int
    serious_injuries: int
    loss_yuan: int


GRADE_LIMITS: tuple[GradeLimit, ...] = (
    GradeLimit("extraordinary", 30, 100, 100_000_000),
    GradeLimit("major", 10, 50, 50_000_000),
    GradeLimit("larger", 3, 10, 10_000_000),
)
LEADER_WITHIN = timedelta(hours=1)
UPWARD_WITHIN = timedelta(hours=2)
INVESTIGATION_DAYS, EXTENSION_DAYS = 60, 60
_SUPPLEMENT_DAYS, _SHORT_DAYS = 30, 7
_TO = {"general": "设区的市级", "larger": "省级", "major": "国务院", "extraordinary": "国务院"}
_BY = {"general": "县级", "larger": "设区的市级", "major": "省级", "extraordinary": "国务院"}


def grade_accident(deaths: int, serious_injuries: int, loss_yuan: int | None) -> str:
    """The grade that follows from the facts, by whichever of them is worst.

    Args:
        deaths, serious_injuries: people, 0 or more; acute industrial poisoning counts as serious injury.
        loss_yuan: direct economic loss in yuan; None while nobody has estimated it.
    Source: 条例第三条第一款 (thresholds), 第三款 (以上 includes the number, 以下 does not).
    """
    for limit in GRADE_LIMITS:
        if deaths >= limit.deaths or serious_injuries >= limit.serious_injuries or (loss_yuan or 0) >= limit.loss_yuan:
            return limit.grade
    return GRADES[-1][0]


def is_short(sector: str, category: str) -> bool:
    """Whether only seven days are given to correct the casualties: road traffic and fire. Source: 条例第十三条第二款."""
    return sector in {"road", "fire"} or category == "fire"


def supplement_until(occurred_at: datetime, sector: str, category: str) -> datetime:
    """Until when changed casualties are a 补报; the end of that local day.

    Source: 条例第十三条第二款 (30 days, road traffic and fire 7); the first day is not counted: 民法典 第二百零一条.
    """
    days = _SHORT_DAYS if is_short(sector, category) else _SUPPLEMENT_DAYS
    return end_of_day(days_after(local_date(occurred_at), days))


def upward_due(received_at: datetime) -> datetime:
    """By when the authority that received it has reported upward. Source: 条例第十一条 (每级上报的时间不得超过2小时)."""
    return received_at + UPWARD_WITHIN


def investigation_due(occurred_at: datetime, extended_days: int = 0) -> datetime:
    """By when the investigation report is handed in; the end of that local day.

    Args:
        extended_days: granted by the government that investigates, 0..60.
    Source: 条例第二十九条; the first day is not counted: 民法典 第二百零一条.
    """
    return end_of_day(days_after(local_date(occurred_at), INVESTIGATION_DAYS + extended_days))


def reported_to(grade: str) -> str:
    """Up to which level of authority an accident of this grade is reported. Source: 条例第十条第一款."""
    return _TO[grade]


def investigator_of(grade: str) -> str:
    """Which level of government investigates an accident of this grade. Source: 条例第十九条第一款、第二款."""
    return _BY[grade]


def leader_late(learned_at: datetime | None, received_at: datetime) -> bool:
    """Whether the unit's leader took more than an hour to report; False while nobody knows when he was told.

    Source: 条例第九条第一款.
    """
    return learned_at is not None and received_at - learned_at > LEADER_WITHIN
