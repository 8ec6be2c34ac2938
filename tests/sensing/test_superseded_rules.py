"""Which of two limits of one channel takes over the calling (ADR 0020)."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.sensing.rules.alarm import Excursion, takes_over


def excursion(kind: str, since: int = 0, until: int | None = None, **values: Any) -> Excursion:
    return Excursion(**{"kind": kind, "severity": "urgent", "ends_itself": False, "since": since, "until": until} | values)


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        (excursion("high_high", 60), excursion("high", 0), True),
        (excursion("high_high", 0), excursion("high", 60), True),
        (excursion("low_low", 60), excursion("low", 0), True),
        (excursion("high_high", 60), excursion("low", 0), False),
        (excursion("low_low", 60), excursion("high", 0), False),
        (excursion("high", 60), excursion("high_high", 0), False),
        (excursion("high", 60), excursion("high", 0), False),
        (excursion("rate", 60), excursion("high", 0), False),
        # Another excursion: the upper one was over before, or begins after.
        (excursion("high_high", 0, 50), excursion("high", 60), False),
        (excursion("high_high", 60), excursion("high", 0, 59), False),
        (excursion("high_high", 60), excursion("high", 0, 60), True),
        # The lower one's delay reaches back into the upper one's time.
        (excursion("high_high", 0, 50), excursion("high", 60, delay_ms=10), True),
        (excursion("high_high", 0, 49), excursion("high", 60, delay_ms=10), False),
        # It never tells less than the lower one alone would.
        (excursion("high_high", severity="routine"), excursion("high"), False),
        (excursion("high_high", severity="critical"), excursion("high"), True),
        (excursion("high_high", ends_itself=True), excursion("high"), False),
        (excursion("high_high", ends_itself=True), excursion("high", ends_itself=True), True),
        (excursion("high_high"), excursion("high", ends_itself=True), True),
    ],
)  # fmt: skip
def test_which_limit_takes_over(upper: Excursion, lower: Excursion, expected: bool) -> None:
    assert takes_over(upper, lower) is expected
