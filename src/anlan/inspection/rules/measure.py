"""The indicators over hazards and what each of them counts; the dimensions they can be split by. Pure.

Source: house rule for every definition; 安全生产法(2021) 第四十一条 asks for the record that they are counted from.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DIMENSIONS", "MEASURES", "Measure", "measure_of"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator.

    Attributes:
        id: `close_days`. label: Chinese name.
        kind: "count" (how many), "ratio" (how many of how many), "days" (median and mean of a span in days).
        definition: what is counted, as the page states it. `part` and `whole`: names of a ratio's two numbers.
        span: (later, earlier) columns of a "days" measure.
    """

    id: str
    label: str
    kind: str
    definition: str
    part: str = ""
    whole: str = "发现数"
    span: tuple[str, str] = ("", "")


MEASURES: tuple[Measure, ...] = (
    Measure("found", "发现隐患数", "count", "期间内发现的隐患。"),
    Measure("major", "重大隐患数", "ratio", "期间内发现的隐患中判定为重大隐患的。", "重大隐患数"),
    Measure("closed", "销号率", "ratio", "期间内发现的隐患中至今已复查销号的。", "销号数"),
    Measure("overdue", "逾期率", "ratio", "期间内发现的隐患中责令整改后已过期限、企业至今未提交整改的。", "逾期数"),
    Measure("returned", "退回率", "ratio", "期间内发现、企业提交过整改的隐患中，被复查退回过的。", "退回数", "提交过的"),
    Measure("looked_back", "回头看率", "ratio", "期间内发现、已销号的隐患中，销号后回访过现场的。", "已回头看", "销号数"),
    Measure("again", "反弹率", "ratio", "期间内发现、已回头看的隐患中，最近一次回访发现反弹的。", "反弹数", "已回头看"),
    Measure("order_days", "责令用时", "days", "期间内发现、已责令整改的隐患，从发现到责令整改的天数。",
            whole="责令数", span=("ordered_at", "found_at")),
    Measure("submit_days", "整改用时", "days", "期间内发现、已提交整改的隐患，从责令整改到最近一次提交的天数。",
            whole="提交过的", span=("submitted_at", "ordered_at")),
    Measure("close_days", "闭环用时", "days", "期间内发现、已销号的隐患，从发现到销号的天数。",
            whole="销号数", span=("closed_at", "found_at")),
)  # fmt: skip

DIMENSIONS: tuple[tuple[str, str], ...] = (
    ("town", "乡镇（街道）"),
    ("month", "发现月份"),
    ("source", "隐患来源"),
    ("clause", "依据条款"),
    ("class", "企业类别"),
    ("campaign", "专项行动"),
)


def measure_of(measure_id: str) -> Measure | None:
    """The indicator of this id, None for another word. Source: house rule."""
    return next((m for m in MEASURES if m.id == measure_id), None)
