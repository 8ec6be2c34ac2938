"""Hazards in a county of figures: found, ordered, listed, mended and closed. Each step is one service call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from anlan.demo.figurefile.acts import Act, Span
from anlan.demo.figurefile.county import County, Host
from anlan.demo.figurefile.filling import Atom
from anlan.demo.words import words
from anlan.inspection.services import hazards as loop
from anlan.inspection.services import listing_steps
from anlan.inspection.services.listings import ReceiveInput, listing_receive
from anlan.kernel.deadlines import local_date

__all__ = ["hazard_acts"]

_BATCH, _AT_ONE_FIRM = 160, 40
_DUE_DAYS = 30


def hazard_acts(county: County, atom: Atom, now: datetime) -> Iterator[Act]:
    """Hazards of one atom from finding to closing, all within its period."""
    span, made = Span.of(atom.period, now), 0
    hosts = county.among(atom.place, staffed=True)
    levels = [level for level, count in atom.levels for _ in range(count)]
    size = 1 if levels else _BATCH
    batches = -(-atom.count // size)
    for n in range(batches):
        count = min(size, atom.count - made)
        closed = (atom.closed or 0) * (made + count) // atom.count - (atom.closed or 0) * made // atom.count
        batch = _Batch(county, atom, hosts, made, count, closed, levels[n] if levels else "")
        yield from batch.acts(span, span.at(0.05 + 0.5 * (n + 0.5) / batches))
        made += count


class _Batch:
    """Hazards that are found in one round: filed and ordered together, mended by each enterprise, reviewed together."""

    def __init__(
        self, county: County, atom: Atom, hosts: Sequence[Host], start: int, count: int, closed: int, level: str
    ) -> None:
        self.county, self.atom, self.level, self.closed = county, atom, level, closed
        turn = start // _AT_ONE_FIRM
        self.firms = [hosts[(turn + n // _AT_ONE_FIRM) % len(hosts)] for n in range(count)]
        self.ids: list[str] = []
        self.listing = ""

    def acts(self, span: Span, found: datetime) -> Iterator[Act]:
        """The steps with their moments, one after the other."""
        ordered = span.after(found, timedelta(hours=3), 0.03)
        mended = span.after(ordered, timedelta(days=4), 0.12)
        reviewed = span.after(mended, timedelta(days=2), 0.1)
        count = len(self.firms)
        yield Act(found, count, self._report)
        yield Act(ordered, count, self._order)
        if self.level:
            yield Act(span.after(ordered, timedelta(hours=2), 0.02), 1, self._receive)
        for n, (firm, few) in enumerate(self._mending()):
            yield Act(mended + timedelta(seconds=n), len(few), partial(self._submit, firm, few))
        if self.closed:
            yield Act(reviewed, self.closed, self._close)
        if self.level and self.closed:
            yield Act(span.after(reviewed, timedelta(days=3), 0.05), 1, self._end)

    def _mending(self) -> list[tuple[Host, list[int]]]:
        by_firm: dict[int, tuple[Host, list[int]]] = {}
        for n in range(self.closed):
            by_firm.setdefault(self.firms[n].index, (self.firms[n], []))[1].append(n)
        return list(by_firm.values())

    @property
    def _major(self) -> bool:
        return self.atom.grade == "major"

    def _report(self, at: datetime) -> None:
        atom, period = self.atom, self.atom.period
        tags = [self.county.campaign(s, period.last.year, period.first, period.last, at) for s in atom.stems]
        items = [
            loop.HazardInput(
                enterprise_id=firm.id, description=_FAULTS[n % len(_FAULTS)], place="厂区", grade=atom.grade,
                major_basis="按汇报数据生成的重大隐患（演示）" if self._major else "", campaigns=tuple(tags),
            )
            for n, firm in enumerate(self.firms)
        ]  # fmt: skip
        self.ids = loop.hazards_report(scope=self.county.officer(), items=items, now=at)

    def _order(self, at: datetime) -> None:
        texts = words()["texts"]
        five: dict[str, Any] = {
            "measures": texts["plan"], "responsible": texts["responsible"], "funds_yuan": 5000, "plan": texts["plan"],
        } if self._major else {}  # fmt: skip
        items = [loop.OrderInput(hazard_id=key, note=_ORDER, days=_DUE_DAYS, **five) for key in self.ids]
        loop.hazards_order(scope=self.county.officer(), items=items, now=at)

    def _submit(self, firm: Host, few: Sequence[int], at: datetime) -> None:
        scope, note = self.county.cast.officer(firm.body, 0), words()["texts"]["submit"][0].format(mend=_MENDED)
        items = [
            loop.SubmitInput(hazard_id=self.ids[n], note=note, photos=(self.county.picture(scope, "after", at),))
            for n in few
        ]
        loop.hazards_submit(scope=scope, items=items, now=at)

    def _close(self, at: datetime) -> None:
        scope, other = self.county.cast.officer("squad", 0), self.county.cast.officer("squad", 1)
        note = words()["texts"]["close"][0]
        items = [
            loop.CloseInput(
                hazard_id=key, note=note, photos=(self.county.picture(scope, "review", at),), co_reviewer=other.person
            )
            for key in self.ids[: self.closed]
        ]
        loop.hazards_close(scope=scope, items=items, now=at)

    def _receive(self, at: datetime) -> None:
        office, texts = self.county.officer(), words()["listing"]
        item = ReceiveInput(
            hazard_id=self.ids[0], note=texts["reason"], requirement=_ORDER, level=self.level,
            due_on=local_date(at) + timedelta(days=_DUE_DAYS - 5), follower=self.county.officer(1).person,
            notice_number=texts["number"].format(serial=self.county.pictures), notice_on=local_date(at),
            issuer=texts["issuer"], photos=(self.county.picture(office, "before", at),),
        )  # fmt: skip
        self.listing = listing_receive(scope=office, item=item, now=at)

    def _end(self, at: datetime) -> None:
        office, texts = self.county.officer(), words()["listing"]
        item = listing_steps.EndInput(
            listing_id=self.listing, notice_number=texts["end_number"].format(serial=self.county.pictures),
            notice_on=local_date(at), photos=(self.county.picture(office, "before", at),),
        )  # fmt: skip
        listing_steps.listing_receive_end(scope=office, item=item, now=at)


_FAULTS = ("安全通道堆放杂物", "配电箱未关闭、未贴警示标志", "灭火器压力不足", "安全警示标志缺失", "应急照明损坏")
_ORDER = "限期完成整改并提交整改照片。"
_MENDED = "已按要求整改完毕"
