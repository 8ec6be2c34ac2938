"""County and town, each `anlan serve` with a browser: cut apart both order one hazard, the county decides, the town obeys."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cli.cli_process import Ran, anlan, serving
from exchange.brokers import Line, ending, until
from journeys.browser import DESK, PHONE, ROOT, Browser, Visitor, chromium, chromium_path
from journeys.test_hazard_journey import photo, submit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine"),
]
QUICK = {"ANLAN_EXCHANGE_SECONDS": "1"}
TOWN, PASSWORD = "331003001", "Lianwang-2026-ceshi"


@dataclass
class Pair:
    """Both folders, the county's people, where both answer, and the line between them."""

    folder: Path
    world: dict[str, Any]
    county: str
    town: str
    line: Line

    def run(self, name: str, *words: str, stdin: str = "") -> Ran:
        return _run(self.folder, name, *words, stdin=stdin)

    def settled(self) -> bool:
        """Nothing is owed either way, as the town's server says."""
        (line,) = self.run("town", "node", "status").json["lines"]
        return bool(line["owed"] == 0 and line["owing"] == 0)


def _run(folder: Path, name: str, *words: str, stdin: str = "") -> Ran:
    done = anlan(*words, "--data", folder / name, "--json", stdin=stdin, **QUICK)
    assert done.code == 0, f"{words}: {done.out}{done.err}"
    return done


@contextlib.contextmanager
def pair(folder: Path) -> Iterator[Pair]:
    """The county serves and the town is enrolled over the line by the commands of docs/howto/connect-towns.md."""
    _run(folder, "county", "init", "--region", "331003")
    maker = [sys.executable, str(ROOT / "tests/tools/make_world.py"), str(folder / "county")]
    world = json.loads(subprocess.run(maker, capture_output=True, text=True, check=True).stdout)
    with serving(folder / "county", **QUICK) as (county, _):
        line = Line(int(urlsplit(county).port or 0))
        code = _run(folder, "county", "node", "code", TOWN).json["code"]
        parent = f"http://127.0.0.1:{line.port}"
        _run(folder, "town", "node", "init", "--region", TOWN, "--parent", parent, "--code", code)
        (waiting,) = _run(folder, "county", "node", "requests").json["requests"]
        _run(folder, "county", "node", "approve", waiting["id"])
        _run(folder, "town", "sync", "now")
        who = ("zhao.lin", "--name", "赵林", "--role", "town", "--organisation", "东城街道应急站", "--region", TOWN)
        _run(folder, "town", "user", "add", *who, "--password-stdin", stdin=PASSWORD + "\n")
        with ending(line), serving(folder / "town", **QUICK) as (town, _):
            yield Pair(folder, world, county, town, line)


def _ordered(visitor: Visitor, hazard: str, days: int, note: str) -> None:
    page = visitor.open(hazard).page
    page.locator("#step-order input[name=by][value=days]").check()
    page.locator("#step-order input[name=days]").fill(str(days))
    page.locator("#step-order textarea").fill(note)
    submit(page, "order")
    assert "已责令限期整改" in page.inner_text("main")


def _pictures(both: list[tuple[Browser, str, str, str, str]], path: str, name: str, folder: Path) -> None:
    """One page as both sizes show it; on neither does anything scroll sideways."""
    for browser, base, user, password, word in both:
        for size in (DESK, PHONE):
            visitor = browser.person(base, user, password, size).open(path)
            visitor.shot(folder / f"{name}-{word}-{size[0]}.png", whole=True)
            assert visitor.width_px() <= size[0]
            wide = "[...document.querySelectorAll('main .table-wrap')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
            assert visitor.page.evaluate(wide) == 0, f"{path} at {size[0]} px: a table scrolls sideways"
            assert visitor.troubles == []
            visitor.page.context.close()


def test_both_order_one_hazard_while_apart_and_the_county_decides(tmp_path: Path) -> None:
    with pair(tmp_path) as nodes, chromium() as browser:
        users, password = nodes.world["users"], nodes.world["password"]
        town = browser.person(nodes.town, "zhao.lin", PASSWORD)
        county = browser.person(nodes.county, users["leader"], password)
        office = browser.person(nodes.county, users["supervision"], password)

        page = town.open(f"/inspection/hazards/new?enterprise={nodes.world['enterprise']}").page
        page.locator("textarea[name=description]").fill("配电箱前堆放杂物")
        page.locator("input[type=file]").set_input_files(photo(tmp_path, "before", (150, 90, 60)))
        page.locator("form.form button.btn-primary[type=submit]").last.click()
        page.wait_for_load_state("networkidle")
        hazard = urlsplit(page.url).path

        def there() -> bool:
            return office.open(hazard).page.locator("#step-order").count() == 1

        until(there, "the county has the hazard")

        nodes.line.cut()
        _ordered(town, hazard, 7, "镇里要求七日内清理。")
        _ordered(office, hazard, 15, "县里要求十五日内清理。")
        assert "没有需要裁定的事项" in county.open("/contests").page.inner_text("main")
        nodes.line.mend()

        until(lambda: county.open("/contests").page.locator("form[action='/contests/decide']").count() == 1, "contested")
        sides = county.page.locator("form[action='/contests/decide'] tbody tr")
        shown = sides.all_inner_texts()
        assert len(shown) == 2 and any("赵林" in one and f"{TOWN}a" in one for one in shown), shown
        assert "镇里要求七日内清理。" in "".join(shown) and "县里要求十五日内清理。" in "".join(shown)
        assert any("331003a" in one and f"{TOWN}a" not in one for one in shown), shown
        until(lambda: "待合并裁定" in town.open(hazard).page.inner_text("main"), "the town sees that it is open")
        people = [
            (browser, nodes.county, users["leader"], password, "county"),
            (browser, nodes.town, "zhao.lin", PASSWORD, "town"),
        ]
        _pictures(people, "/contests", "contests", tmp_path)
        _pictures([(browser, nodes.county, users["admin"], password, "county")], "/exchange", "exchange", tmp_path)

        # The county takes what did not stand, so that the decision changes what the town's page says.
        before = town.page.locator("dl.fields").first.inner_text()
        sides.nth(1).locator("input[type=radio]").check()
        county.page.locator("input[name=reason]").fill("两处已核对，以此项为准。")
        county.page.locator("form[action='/contests/decide'] button[type=submit]").click()
        county.page.wait_for_load_state("networkidle")
        assert "没有需要裁定的事项" in county.page.inner_text("main")
        until(lambda: "待合并裁定" not in town.open(hazard).page.inner_text("main"), "the decision is at the town")
        after = town.page.locator("dl.fields").first.inner_text()
        assert after != before and after == office.open(hazard).page.locator("dl.fields").first.inner_text()
        assert "裁定未采用" in town.page.inner_text("main") and "待裁定" not in town.page.inner_text("main")
        full = town.open(f"/history/inspection.hazard/{hazard.rpartition('/')[2]}").page.inner_text("main")
        assert full.count("两处已核对，以此项为准。") == 1
        assert "没有需要裁定的事项" in town.open("/contests").page.inner_text("main")
        _pictures(people, hazard, "decided", tmp_path)
        until(nodes.settled, "nothing is owed")
        assert (town.troubles, county.troubles, office.troubles) == ([], [], [])
