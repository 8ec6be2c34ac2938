"""Indicators under siege: what a hostile or unlucky question finds is a number of its rows or a refusal, never a fault."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings

from anlan.kernel.errors import BadInput
from anlan.platform.indicator import disk, evaluate
from anlan.platform.indicator.ask import indicator_rows, indicator_values
from anlan.platform.indicator.columns import TABLES
from anlan.platform.indicator.reading import stored
from anlan.registry.services.mergers import enterprise_merge
from inspection.factories import NOW, REGISTRAR, World
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


HOSTILE: list[dict[str, str]] = [
    {"where": "industry=\0"}, {"where": "basis=a\0b"}, {"by": "industry", "cell": "industry=\0"},
    {"by": "grade", "cell": "grade=%"}, {"by": "basis", "cell": "basis=%s%%"}, {"page": "1000000000"}, {"period": "\0"},
    {"region": "\0"}, {"on": "\0"}, {"by": "\0"}, {"by": "campaign", "cell": "campaign=x\0"},
    {"by": "town", "cell": "town=\u0663\u0663"}, {"region": "331003", "by": ",,,"}, {"period": "1949..2199"},
    {"period": "1949..2026", "by": "month"}, {"where": "="}, {"compare": "\0"}, {"on": "2199"},
]  # fmt: skip


@pytest.mark.parametrize("asked", HOSTILE)
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


def test_the_hazards_of_a_merged_enterprise_keep_its_class(busy: World) -> None:
    scope = busy.scope["leader"]
    held = number(scope, "企业.在册")
    enterprise_merge(
        scope=REGISTRAR, enterprise_id=busy.enterprise, into_id=busy.other_enterprise, mode="merger", reason="吸收合并",
        base=None, now=NOW + timedelta(days=40),
    )  # fmt: skip
    assert held is not None
    assert number(scope, "企业.在册") == held - 1
    for by in ("class", "industry", "scale"):
        asked = ask(scope, "隐患.排查", by=(by,))
        for key, value in indicator_values(scope, asked).lines.items():
            assert indicator_rows(scope, asked, {by: key[0]}).count() == value.rows, (by, key)


@pytest.mark.parametrize("spoilt", ["data-found_at", "starts-campaign", "words-campaign", "ids", "current"])
def test_a_base_whose_files_do_not_fit_each_other_is_not_read(busy: World, spoilt: str) -> None:
    facts = evaluate.facts_get("inspection.hazard")
    table = TABLES.get(facts)
    disk.save(table, stored(facts))
    assert disk.load(facts, stored(facts)) is not None
    home = Path(settings.DATA_DIR) / "columns" / facts.id
    if spoilt == "current":
        said = json.loads((home / "current.json").read_text("utf-8"))
        (home / "current.json").write_text(json.dumps(said | {"chains": []}), "utf-8")
    else:
        (file,) = home.glob(f"*/{spoilt}.npy")
        held = np.load(file)
        file.unlink()
        np.save(file, held[:-1])
    assert disk.load(facts, stored(facts)) is None
