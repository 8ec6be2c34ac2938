"""Indicators under siege: what a hostile or unlucky question finds is a number of its rows or a refusal, never a fault."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.kernel.errors import BadInput
from anlan.kernel.periods import read_period
from anlan.platform.indicator import evaluate
from anlan.platform.indicator.ask import indicator_rows, indicator_values
from inspection.factories import World
from inspection.test_indicators_values import ask, busy, number

__all__ = ["busy"]
pytestmark = pytest.mark.django_db
PAGE = "/reporting/indicators/inspection.hazards_found"


@pytest.mark.parametrize(("by", "value"), [
    ("month", "9999-12"), ("year", "9999"), ("year", "0001"), ("month", "0001-01"), ("year", "0000"), ("month", "2026-13"),
])  # fmt: skip
def test_months_that_no_period_has_are_refused(busy: World, by: str, value: str) -> None:
    scope = busy.scope["leader"]
    with pytest.raises(BadInput) as caught:
        indicator_rows(scope, ask(scope, "隐患.排查", by=(by,)), {by: value}).count()
    assert caught.value.code == "platform.indicator.cell_unknown"


@pytest.mark.parametrize("asked", [
    {"where": "industry=\0"}, {"where": "basis=a\0b"}, {"by": "industry", "cell": "industry=\0"}, {"by": "grade", "cell": "grade=%"},
    {"by": "basis", "cell": "basis=%s%%"}, {"page": "1000000000"}, {"period": "\0"}, {"region": "\0"}, {"on": "\0"}, {"by": "\0"},
    {"by": "campaign", "cell": "campaign=x\0"}, {"by": "town", "cell": "town=٣٣١٠٠٣٠٠١"}, {"region": "331003", "by": ",,,"},
    {"period": "1949..2199"}, {"period": "1949..2026", "by": "month"}, {"where": "="}, {"compare": "\0"}, {"on": "2199"},
])  # fmt: skip
def test_no_question_is_a_fault(busy: World, asked: dict[str, str]) -> None:
    client = busy.client("leader")
    for tail in ("", "/rows"):
        for base in (PAGE, "/api/v1/reporting/indicators/inspection.hazards_found"):
            answer = client.get(base + tail, {"period": "2026"} | asked)
            assert answer.status_code in {200, 400, 404, 422}, (base, tail, answer.status_code)


def test_dimensions_of_many_values_cost_what_their_rows_cost(busy: World, monkeypatch: Any) -> None:
    scope = busy.scope["leader"]
    expected = indicator_values(scope, ask(scope, "隐患.企业", by=("basis", "industry", "village"))).lines
    original = evaluate._Asked._dimension

    def wide(self: Any, name: str) -> Any:
        labels, numbers = original(self, name)
        return labels + [f"x{i}" for i in range(300_000)], numbers

    monkeypatch.setattr(evaluate._Asked, "_dimension", wide)
    found = indicator_values(scope, ask(scope, "隐患.企业", by=("basis", "industry", "village"))).lines
    assert found == expected
