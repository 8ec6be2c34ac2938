"""Take the pictures of README and docs from the demo county, with the real server and a real Chromium.

    python -m anlan.cli demo build --data var/demo
    python docs/build/screenshots.py --demo var/demo --out docs/screens

Pictures whose page changes nothing stay as they are: the demo is built from fixed seeds. A Chromium without its Chinese
language pack (Debian: chromium-l10n) draws English words into date fields.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from journeys.browser import DESK, PHONE, Browser, Visitor, chromium, environment, server  # noqa: E402


@dataclass(frozen=True)
class Shot:
    """One picture: file name, whose window, which address, what to click before, desk or phone, whole page or window."""

    name: str
    user: str
    path: str
    act: Callable[[Visitor], None] | None = None
    size: tuple[int, int] = DESK
    whole: bool = False


def _first_row(visitor: Visitor) -> None:
    """Open the first record of the list that is shown."""
    visitor.page.click(".table tbody a >> nth=0")
    visitor.page.wait_for_load_state("networkidle")


SHEET = """企业名称,统一社会信用代码,所在区划,地址,生产经营状态
黄岩示例甲有限公司（演示）,91331003XW00090013,东城街道,演示路1号,在产
黄岩示例乙有限公司（演示）,91331003XW0009001X,东城街道,演示路2号,在产
黄岩示例丙有限公司（演示）,91331003XW0009002X,东域街道,演示路3号,在产
"""


def _upload(visitor: Visitor) -> None:
    """Hand in a sheet with faults and wait for its check; nothing is written."""
    file = {"name": "企业名单.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    visitor.page.set_input_files("input[type=file]", file)
    visitor.page.click("button:has-text('上传并检查')")
    visitor.page.locator("text=跳过错误行").first.wait_for(timeout=30_000)
    visitor.page.wait_for_load_state("networkidle")


def _history(visitor: Visitor) -> None:
    """Open the first record of the list and then its whole history."""
    _first_row(visitor)
    visitor.page.click("a:has-text('完整履历')")
    visitor.page.wait_for_load_state("networkidle")


SHOTS = (
    Shot("home", "leader", "/"),
    Shot("enterprise", "supervision", "/desk/registry/enterprise/?q=瑞渚", _first_row),
    Shot("inspection", "supervision", "/desk/inspection/inspection/", _first_row),
    Shot("hazards", "supervision", "/desk/inspection/hazard/"),
    Shot("hazard", "town", "/desk/inspection/hazard/?state=submitted", _first_row),
    Shot("history", "auditor", "/desk/inspection/hazard/?state=closed", _history),
    Shot("figures", "leader", "/figures"),
    Shot("import", "supervision", "/records/registry/enterprises/import", _upload),
    Shot("phone-home", "town", "/", None, PHONE),
    Shot("phone-hazard", "town", "/desk/inspection/hazard/?state=submitted", _first_row, PHONE),
    Shot("phone-enterprise", "enterprise", "/", None, PHONE),
)


def _take(browser: Browser, base: str, accounts: dict[str, str], shot: Shot, out: Path) -> list[str]:
    scale = 2 if shot.size == PHONE else 1
    visitor = (
        browser.person(base, shot.user, accounts[shot.user], shot.size, scale)
        if shot.user
        else browser.visitor(base, shot.size, scale)
    )
    visitor.open(shot.path)
    if shot.act:
        shot.act(visitor)
    _shrink(visitor.shot(out / f"{shot.name}.png", whole=shot.whole))
    visitor.page.context.close()
    return visitor.troubles


def _shrink(file: Path) -> None:
    """256 colours are enough for pages, and a third of the bytes."""
    few = Image.open(file).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def _leak(demo: Path, out: Path) -> int:
    """The pictures of one leak, on a copy of the county: tests/journeys/test_leak_journey.py walks it and takes them."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/journeys/test_leak_journey.py"]
    told = environment(demo) | {"ANLAN_DEMO": str(demo.absolute()), "ANLAN_SHOTS": str(out.absolute())}
    failed = subprocess.run(command, cwd=ROOT, env=told, check=False).returncode
    for file in sorted(out.glob("leak-*.png")):
        _shrink(file)
    return failed


@contextlib.contextmanager
def worker(data: Path) -> Iterator[None]:
    """The process that checks uploaded files, beside the server."""
    command = [sys.executable, "-m", "anlan.cli", "worker", "--data", str(data)]
    process = subprocess.Popen(command, env=environment(data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def main() -> int:
    """Take all pictures, or those named; 1 if a page had troubles."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--demo", type=Path, default=ROOT / "var" / "demo", help="data folder of the demo county")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screens")
    parser.add_argument("names", nargs="*", help="only these pictures")
    parser.add_argument("--leak", action="store_true", help="take the pictures of one leak instead: a test walks it")
    asked = parser.parse_args()
    if asked.leak:
        return _leak(asked.demo, asked.out)
    accounts = {
        each["username"]: each["password"]
        for each in json.loads((asked.demo / "demo-accounts.json").read_text(encoding="utf-8"))
    }
    failed = False
    with server(asked.demo) as site, worker(asked.demo), chromium() as browser:
        for shot in SHOTS:
            if asked.names and shot.name not in asked.names:
                continue
            troubles = _take(browser, site.url, accounts, shot, asked.out)
            failed = failed or bool(troubles)
            print(f"{shot.name}.png", *troubles, sep="\n  ")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
