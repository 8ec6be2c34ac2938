"""A real server process and a real Chromium for the journeys.

with server(data_dir) as site, chromium() as browser:
    officer = browser.person(site.url, "officer", "password")
    officer.page.click("text=开始检查")
    officer.shot(folder / "start.png")
    assert officer.troubles == []
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DESK, PHONE = (1440, 900), (390, 844)
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--lang=zh-CN",
    "--force-color-profile=srgb",
)
_STARTS_WITHIN_S = 60


def chromium_path() -> str | None:
    """The installed Chromium, or None: Debian's package, else whatever the path offers."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


# --- the server -------------------------------------------------------------------------------------------------------


@dataclass
class Site:
    """A running server: its address, its data folder, and its process (to be killed by a test that wants to)."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]


def environment(data: Path) -> dict[str, str]:
    """What a child process needs to work on `data` with the source tree of this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANLAN_", "DJANGO_"))}
    return kept | {
        "ANLAN_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "anlan.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",
    }


def anlan(data: Path, *words: str) -> str:
    """Run one command of the command line on `data`; its standard output. Fails with its standard error."""
    code = "import sys; from anlan.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--data", str(data)],
        env=environment(data),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"anlan {' '.join(words)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def server(data: Path) -> Iterator[Site]:
    """Serve `data` (already initialised) on a port that the system assigns, until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        log = (data / "server.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "anlan.config.asgi:application", "--fd", str(listening.fileno()),
             "--log-level", "warning", "--timeout-graceful-shutdown", "5"],
            env=environment(data),
            pass_fds=[listening.fileno()],
            stdout=log,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _wait(url, process, data / "server.log")
            yield Site(url, data, process)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            log.close()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}\n{log.read_text(errors='replace')}")
        try:
            with urllib.request.urlopen(f"{url}/login", timeout=5) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as error:
            raise AssertionError(f"/login answers {error.code}\n{log.read_text(errors='replace')}") from error
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer within {_STARTS_WITHIN_S} s\n{log.read_text(errors='replace')}")


# --- the browser ------------------------------------------------------------------------------------------------------


@dataclass
class Visitor:
    """One person's browser window. `troubles` collects what no page may cause: script errors, refusals of the content
    security policy, answers of 500, and requests to other hosts."""

    page: object
    base: str
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str, until: str = "networkidle") -> "Visitor":
        """Go to an address of the site and wait until it is quiet; a live page never is: `until="load"`."""
        self.page.goto(self.base + path, wait_until=until)
        return self

    def login(self, username: str, password: str) -> "Visitor":
        """Log in through the login page."""
        self.open("/login")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_load_state("networkidle")
        assert "/login" not in self.page.url, f"{username} could not log in: {self.page.inner_text('main')}"
        return self

    def shot(self, file: Path, whole: bool = False) -> Path:
        """Write a screenshot; `whole`: the page to its end, not only the window."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(file), full_page=whole)
        return file

    def width_px(self) -> int:
        """How wide the document is; more than the window means that the page scrolls sideways."""
        return self.page.evaluate("document.documentElement.scrollWidth")


class Browser:
    """A Chromium; every person gets a window with cookies of its own."""

    def __init__(self, chromium: object) -> None:
        self._chromium = chromium

    def visitor(self, base: str, size: tuple[int, int] = DESK, scale: float = 1) -> Visitor:
        """A new window that is not logged in."""
        context = self._chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            device_scale_factor=scale,
            has_touch=size[0] < 600,
            is_mobile=size[0] < 600,
        )
        visitor = Visitor(context.new_page(), base)
        page = visitor.page
        page.on("pageerror", lambda error: visitor.troubles.append(f"script: {error}"))
        page.on("console", lambda message: _note_console(visitor, message))
        page.on("response", lambda answer: _note_answer(visitor, answer))
        page.on("request", lambda request: _note_request(visitor, request))
        return visitor

    def person(
        self, base: str, username: str, password: str, size: tuple[int, int] = DESK, scale: float = 1
    ) -> Visitor:
        """A new window that is logged in."""
        return self.visitor(base, size, scale).login(username, password)


def _note_console(visitor: Visitor, message: object) -> None:
    if message.type == "error" and "Failed to load resource" not in message.text:
        visitor.troubles.append(f"console: {message.text}")


def _note_answer(visitor: Visitor, answer: object) -> None:
    if answer.status >= 500:
        visitor.troubles.append(f"{answer.status}: {answer.url}")


def _note_request(visitor: Visitor, request: object) -> None:
    if request.url.startswith("http") and not request.url.startswith(visitor.base):
        visitor.troubles.append(f"foreign: {request.url}")


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window, until the block ends."""
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    assert path, "no Chromium found: apt-get install chromium"
    # Playwright's loop runs in this thread, so Django takes every query of the test for one inside async code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with contextlib.ExitStack() as stack:
        stack.callback(_restore, "DJANGO_ALLOW_ASYNC_UNSAFE", before)
        playwright = stack.enter_context(sync_playwright())
        started = playwright.chromium.launch(
            executable_path=path, args=list(FLAGS), env={**os.environ, "LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"}
        )
        stack.callback(started.close)
        yield Browser(started)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
