"""Take the pictures of README and docs from the demo county, with the real server and a real Chromium.

    python -m anlan.cli demo build --data var/demo
    python docs/build/screenshots.py --demo var/demo --out docs/screenshots

Pictures whose page changes nothing stay as they are: the demo is built from fixed seeds. A Chromium without its Chinese
language pack (Debian: chromium-l10n) draws English words into date fields.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from journeys.browser import DESK, PHONE, Browser, Visitor, chromium, server  # noqa: E402


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


def _press(label: str) -> Callable[[Visitor], None]:
    """Open the first record and then one of its actions."""

    def act(visitor: Visitor) -> None:
        _first_row(visitor)
        visitor.page.click(f".btn:has-text('{label}') >> nth=0")
        visitor.page.wait_for_load_state("networkidle")

    return act


def _menu(visitor: Visitor) -> None:
    visitor.page.click(".al-bottom a[href='#menu']")
    visitor.page.locator("#menu").wait_for(state="visible")
    visitor.page.wait_for_timeout(300)


SHOTS = (
    Shot("login", "", "/login"),
    Shot("home", "leader", "/"),
    Shot("todos", "town", "/todos"),
    Shot("enterprises", "supervision", "/desk/registry/enterprise/"),
    Shot("enterprise", "supervision", "/desk/registry/enterprise/", _first_row),
    Shot("hazards", "supervision", "/desk/inspection/hazard/"),
    Shot("hazard", "supervision", "/desk/inspection/hazard/?state=closed", _first_row),
    Shot("inspection", "supervision", "/desk/inspection/inspection/", _first_row),
    Shot("checklist", "supervision", "/desk/inspection/checklist/", _first_row),
    Shot("figures", "leader", "/figures"),
    Shot("import", "supervision", "/records/registry/enterprises/import"),
    Shot("audit", "auditor", "/history"),
    Shot("own-home", "enterprise", "/"),
    Shot("phone-home", "town", "/", None, PHONE),
    Shot("phone-menu", "town", "/", _menu, PHONE),
    Shot("phone-hazards", "town", "/desk/inspection/hazard/", None, PHONE),
    Shot("phone-hazard", "town", "/desk/inspection/hazard/?state=ordered", _first_row, PHONE),
    Shot("phone-own", "enterprise", "/", None, PHONE),
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
    file = visitor.shot(out / f"{shot.name}.png", whole=shot.whole)
    Image.open(file).convert("RGB").save(file, optimize=True)
    visitor.page.context.close()
    return visitor.troubles


def main() -> int:
    """Take all pictures, or those named; 1 if a page had troubles."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--demo", type=Path, default=ROOT / "var" / "demo", help="data folder of the demo county")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("names", nargs="*", help="only these pictures")
    asked = parser.parse_args()
    accounts = {
        each["username"]: each["password"]
        for each in json.loads((asked.demo / "demo-accounts.json").read_text(encoding="utf-8"))
    }
    failed = False
    with server(asked.demo) as site, chromium() as browser:
        for shot in SHOTS:
            if asked.names and shot.name not in asked.names:
                continue
            troubles = _take(browser, site.url, accounts, shot, asked.out)
            failed = failed or bool(troubles)
            print(f"{shot.name}.png", *troubles, sep="\n  ")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
