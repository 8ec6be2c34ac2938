"""A county made with seven hazards, its server and its officers, for journeys through a real browser."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from journeys.browser import DESK, ROOT, anlan, chromium, environment, server


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """(running server, what make_world says of it)."""
    assert (ROOT / "src/anlan/static/screen/trend.js").is_file(), "the scripts of the pages are not built: make web"
    data = tmp_path_factory.mktemp("county")
    anlan(data, "init")
    made = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "tools" / "make_world.py"), str(data), "7"],
        env=environment(data), capture_output=True, text=True, check=True,
    )  # fmt: skip
    with server(data) as running:
        yield running, json.loads(made.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def officer(site, browser, size, role):
    running, world = site
    return browser.person(running.url, world["users"][role], world["password"], size)


def kept(visitor, name, size):
    """A screenshot of this station where they are asked for; no page scrolls sideways."""
    assert visitor.width_px() <= size[0], f"{name} scrolls sideways"
    if folder := os.environ.get("ANLAN_SHOTS"):
        visitor.shot(Path(folder) / f"{name}-{'desk' if size == DESK else 'phone'}.png")
