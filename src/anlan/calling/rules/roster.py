"""Shifts (班次) and duty rosters (值班表): who is on duty at an instant; over midnight too. Pure.

Source: house rule; times of a shift are local (Asia/Shanghai).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from anlan.kernel.deadlines import SHANGHAI
from anlan.kernel.errors import BadInput, Violation

__all__ = ["Duty", "check_shift", "duty_span", "read_clock"]

_CLOCK = re.compile(r"([01]?\d|2[0-4])[:：]([0-5]\d)(?::00)?")


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of a roster: on the local day `on` from `starts` to `ends` ("HH:MM", the end may lie on the next day).

    `region`: 12 digits. `position`: a word of rules.chain.POSITIONS. `post`: id of the post that is on duty.
    """

    region: str
    position: str
    on: date
    starts: str
    ends: str
    post: str

    def holds(self, at: datetime) -> bool:
        """Whether it is running at an aware moment: its first second counts, its last one is the next shift's."""
        first, last = duty_span(self.on, self.starts, self.ends)
        return first <= at < last


def read_clock(text: str) -> str:
    """A local time of day as "HH:MM"; "24:00" is the end of the day.

    Raises:
        BadInput: "calling.shift.clock_malformed".
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None or (match[1] == "24" and match[2] != "00"):
        raise BadInput("calling.shift.clock_malformed", value=text[:20])
    return f"{int(match[1]):02d}:{match[2]}"


def duty_span(on: date, starts: str, ends: str) -> tuple[datetime, datetime]:
    """First and last moment (excluded), aware; an end not after the beginning lies on the next day. Source: house rule."""

    def moment(day: date, text: str) -> datetime:
        hour, minute = int(text[:2]), int(text[3:])
        whole = datetime.combine(day, time(0, minute), SHANGHAI)
        return whole + timedelta(hours=hour)

    return moment(on, starts), moment(on if ends > starts else on + timedelta(days=1), ends)


def check_shift(values: Mapping[str, Any]) -> list[Violation]:
    """Why a row of the ledger is no shift: begin and end are the same unless it lasts a whole day. Source: house rule."""
    starts, ends = values.get("starts") or "", values.get("ends") or ""
    if starts == "24:00":
        return [Violation("calling.shift.starts_late", {}, "starts")]
    return [] if starts and ends else [Violation("calling.shift.clock_missing", {}, "starts")]
