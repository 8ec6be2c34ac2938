"""`anlan round`: a round is opened, filled, sent back, chased and closed, and its sums say who is missing."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from cli_process import anlan

from anlan.platform import clock

pytestmark = pytest.mark.slow


def test_a_round_on_the_command_line(fresh_data: Path, tmp_path: Path) -> None:
    data = tmp_path / "d"
    shutil.copytree(fresh_data, data)
    at = ("--data", data, "--json")
    asked = ("--town", "331003001", "--town", "331003002", "--indicator", "隐患.排查", "--item", "投入资金，万元")
    told = ("round", "open", "--title", "专班周报", "--kind", "drive", "--period", "2020-W09", *asked, "--region", "331003")
    wrong = anlan(*told, "--due", "明天", *at)
    assert (wrong.code, wrong.json["code"]) == (1, "kernel.text.not_a_date")
    past = anlan(*told, "--due", "2020-01-01", *at)
    assert [v["code"] for v in past.json["violations"]] == ["reporting.round.due_past"]
    unread = anlan(*told, "--item", "只有名称", "--due", "2020-01-01", *at)
    assert unread.json["code"] == "reporting.round.items_unread"
    assert unread.json["violations"][0]["code"] == "reporting.round.item_line"
    due = (clock.now() + timedelta(days=9)).strftime("%Y-%m-%d %H:%M")
    made = anlan(*told, "--due", due, *at)
    assert (made.code, made.json["towns"]) == (0, 2), made
    key = made.json["id"]
    first = anlan("round", "show", key, *at).json["towns"][0]["id"]
    form = anlan("round", "form", first, *at)
    assert [line["kind"] for line in form.json["lines"]] == ["ledger", "asked"]
    refused = anlan("round", "submit", first, "--value", "1=3", *at)
    assert [v["code"] for v in refused.json["violations"]] == ["reporting.round.not_asked", "reporting.round.unanswered"]
    assert anlan("round", "submit", first, "--value", "2=3.5", "--remark", "1=正在核实", "--note", "周报", *at).code == 0
    assert anlan("round", "return", first, "--reason", "请核实", *at).code == 0
    assert anlan("round", "submit", first, "--none", "2", *at).code == 0
    assert anlan("round", "submit", first, "--value", "2=2.5", *at).code == 0
    assert anlan("round", "approve", first, *at).code == 0
    assert anlan("round", "chase", key, *at).json["chased"] == ["331003002000"]
    closed = anlan("round", "close", key, *at)
    assert (closed.code, closed.json["missing"]) == (0, ["南城街道"])
    said = anlan("round", "show", key, "--data", data)
    assert "已报 1/2个乡镇（街道）" in said.out and "未报：南城街道" in said.out and "投入资金  2.5万元" in said.out
    assert anlan("round", "list", *at).json["rounds"][0]["state"] == "closed"
    assert anlan("round", "reopen", key, "--reason", "补报", *at).code == 0
    assert anlan("journal", "rebuild", "--check", "--data", data).code == 0
