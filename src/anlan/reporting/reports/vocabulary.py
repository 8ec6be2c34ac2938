"""The words that a clerk may put into a template, in double braces. Nothing else prints: no number is without source.

数 带单位 同比 环比 较前三年 占比 均 排名 最多 有 未发生 各镇 期 区划 截至. Every printed number is kept in the order of
its asking and marked in the text, until the document is done (render.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from anlan.kernel.comparing import Comparison, percent_text, ranked, rate, together
from anlan.kernel.errors import BadInput
from anlan.kernel.periods import Period, read_period
from anlan.reporting.reports.figure import BLANK, Figure, FigureSource, Question
from anlan.reporting.reports.said import CLOSE, OPEN, Place, Said

__all__ = ["WORDS", "Vocabulary"]

_PERIOD, _PLACE = "期", "区划"
_QUOTED = re.compile(r'"([^"]*)"')
_RELATIVE = {"本期": 0, "": 0, "上年": 1, "上年同期": 1, "前年": 2}
_MOST_FIGURES, _MOST_LOOPS = 20_000, 500


class Vocabulary:
    """The words, over one source. `used`: the figures asked for, by ordinal from 1."""

    def __init__(self, source: FigureSource) -> None:
        self._source = source
        self.used: list[Figure] = []
        self._held: dict[Question, Figure] = {}
        self._loops = 0

    def words(self) -> dict[str, Any]:
        """What a template may name."""
        made: dict[str, Any] = {word: getattr(self, name) for word, name in WORDS.items()}
        made["期"] = Said(self._source.period.label)
        made["区划"] = Said(self._source.region_name(self._source.region))
        return made

    # --- asking ---

    def _ask(self, name: Any, given: Mapping[str, Any], compare: str = "") -> Figure:
        if not isinstance(name, str):
            raise BadInput("reporting.template.name", got=str(name)[:40])
        limits = [(word, _texts(value)) for word, value in given.items() if word not in (_PERIOD, _PLACE)]
        called = _QUOTED.sub(r"“\1”", name.strip())  # within a tag typographic quotes have become plain ones
        question = Question(
            called, self._region(given.get(_PLACE)), self._period(given.get(_PERIOD)), tuple(sorted(limits)), compare
        )
        if question not in self._held:
            if len(self._held) >= _MOST_FIGURES:
                raise BadInput("reporting.template.figures", most=_MOST_FIGURES)
            self._held[question] = self._source.figure(question)
        return self._held[question]

    def _region(self, given: Any) -> str:
        if given is None:
            return self._source.region
        if isinstance(given, Place):
            return given.region
        found = self._source.place(str(given))
        if found is None:
            raise BadInput("reporting.template.place", place=str(given)[:40])
        return found

    def _period(self, given: Any) -> Period:
        own = self._source.period
        text = "" if given is None else str(given).strip()
        if text in _RELATIVE:
            return own.years_back(_RELATIVE[text])
        if text in ("次年计划", "下年计划"):
            return Period(date(own.last.year + 1, 1, 1), date(own.last.year + 1, 12, 31), "year", plan=True)
        if text in ("上期", "上月", "上周", "上季度"):
            return own.before()
        for form in (text, f"{own.first.year}年{text}"):
            try:
                return read_period(form)
            except BadInput:
                continue
        raise BadInput("kernel.period.unreadable", value=text[:40])

    def _print(self, figure: Figure, text: str) -> str:
        """The text with the marks of its figure; of a blank what is missing."""
        if len(self.used) >= _MOST_FIGURES:
            raise BadInput("reporting.template.figures", most=_MOST_FIGURES)
        self.used.append(figure)
        if figure.kind == BLANK:
            text = f"【待填：{figure.label or figure.question.name}】"
        return f"{OPEN}{len(self.used)}{OPEN}{text}{CLOSE}"

    # --- printing ---

    def number(self, name: str, **given: Any) -> Said:
        """数：the number alone."""
        figure = self._ask(name, given)
        return Said(self._print(figure, figure.text))

    def amount(self, name: str, **given: Any) -> Said:
        """带单位：the number with its unit."""
        figure = self._ask(name, given)
        unit = "" if figure.unit == "%" else figure.unit
        return Said(self._print(figure, f"{figure.text}{unit}"))

    def yoy(self, name: str, **given: Any) -> Said:
        """同比：同比下降46.7%."""
        return self._compared(name, given, "yoy")

    def chain(self, name: str, **given: Any) -> Said:
        """环比."""
        return self._compared(name, given, "chain")

    def mean3(self, name: str, **given: Any) -> Said:
        """较前三年：against the mean of the same span of three years."""
        return self._compared(name, given, "mean3")

    def _compared(self, name: str, given: Mapping[str, Any], how: str) -> Said:
        figure = self._against(name, given, how)
        compared = figure.compared
        return Said(self._print(figure, compared.words(figure.unit) if compared else ""))

    def _against(self, name: str, given: Mapping[str, Any], how: str) -> Figure:
        figure = self._ask(name, given, how)
        if figure.kind != BLANK and (figure.compared is None or figure.compared.base is None):
            said = figure.compared.words() if figure.compared else ""
            return replace(figure, kind=BLANK, label=f"{figure.label}{_HOW[how]}", why=said or "没有可比的数")
        return figure

    def both(self, *names: str, **given: Any) -> Said:
        """均：several figures that moved alike in one phrase, 起数、死亡人数同比均下降50%."""
        figures = [self._against(name, given, "yoy") for name in names]
        if blanks := [f for f in figures if f.kind == BLANK]:
            return Said("".join(self._print(f, "") for f in blanks))
        moved: dict[str, Comparison] = {f.label: f.compared for f in figures if f.compared is not None}
        # One phrase for several numbers: each has a mark of its own, the others' without text.
        marks = "".join(self._print(figure, "") for figure in figures[1:])
        return Said(f"{self._print(figures[0], together(moved))}{marks}") if figures else Said("")

    def share(self, part: str, whole: str, **given: Any) -> Said:
        """占比：one figure in hundredths of another of the same unit, 84.2%."""
        first, second = self._ask(part, given), self._ask(whole, given)
        if first.kind != BLANK and second.kind != BLANK and first.unit != second.unit:
            raise BadInput("kernel.amount.units_mixed", one=first.unit, other=second.unit)
        found = None
        if first.number is not None and second.number is not None:
            found = rate(first.number, second.number)
        if found is None:
            lacking = first if first.kind == BLANK else second
            return Said(self._print(replace(lacking, kind=BLANK, why=lacking.why or "分母为0，没有比例"), ""))
        return Said(f"{self._print(first, percent_text(found))}{self._print(second, '')}")

    def rank(self, name: str, place: Any, **given: Any) -> Said:
        """排名：which place a town has among all, 第3位."""
        region = self._region(place)
        values = [(code, self._ask(name, {**given, _PLACE: Place(code, label)})) for code, label in self._source.places()]
        found = {key: at for at, key in ranked([(code, figure.number) for code, figure in values])}
        figure = dict(values).get(region)
        if figure is None or found.get(region) is None:
            raise BadInput("reporting.template.place", place=str(place)[:40])
        return Said(self._print(figure, f"第{found[region]}位"))

    def most(self, name: str, 前: int = 3, **given: Any) -> Said:
        """最多：the towns with the largest numbers, 甲街道（31处）、乙镇（20处）."""
        values = [(label, self._ask(name, {**given, _PLACE: Place(code, label)})) for code, label in self._source.places()]
        held = [(label, figure) for label, figure in values if figure.number]
        held.sort(key=lambda pair: -(pair[1].number or 0))
        unit = {"%": ""}
        return Said(
            "、".join(
                f"{label}（{self._print(figure, figure.text)}{unit.get(figure.unit, figure.unit)}）"
                for label, figure in held[: max(1, min(int(前), 50))]
            )
        )

    def none(self, name: str, what: str = "", **given: Any) -> Said:
        """未发生：未发生较大及以上事故 where the number is nought, else how many there were."""
        figure = self._ask(name, given)
        what = what or figure.label
        if figure.kind == BLANK:
            return Said(self._print(figure, ""))
        if figure.number == 0:
            return Said(self._print(figure, f"未发生{what}"))
        return Said(f"发生{what}{self._print(figure, f'{figure.text}{figure.unit}')}")

    def any(self, name: str, **given: Any) -> bool:
        """有：for conditions; whether the number is known and not nought."""
        return bool(self._ask(name, given).number)

    def places(self) -> Iterator[Place]:
        """各镇：for loops."""
        self._loops += 1
        if self._loops > _MOST_LOOPS:
            raise BadInput("reporting.template.loops", most=_MOST_LOOPS)
        for code, label in self._source.places():
            yield Place(code, label)

    def until(self) -> Said:
        """截至：the last day of the report's period."""
        last = self._source.period.last
        return Said(f"{last.year}年{last.month}月{last.day}日")


_HOW = {"yoy": "同比", "chain": "环比", "mean3": "较前三年同期平均值"}
WORDS: Mapping[str, str] = {
    "数": "number", "带单位": "amount", "同比": "yoy", "环比": "chain", "较前三年": "mean3", "均": "both", "占比": "share",
    "排名": "rank", "最多": "most", "未发生": "none", "有": "any", "各镇": "places", "截至": "until",
}  # fmt: skip
"""Word in a template -> method of Vocabulary."""


def _texts(value: Any) -> tuple[str, ...]:
    """The values of a filter: one, or a list of them."""
    parts = value if isinstance(value, list | tuple) else [value]
    return tuple(str(part).strip() for part in parts)


Word = Callable[..., Said]
