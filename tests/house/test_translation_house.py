"""Nothing a person sees is English: every translatable string of the packages whose pages we show has our Chinese."""

import ast
import gettext
import re
from collections import deque
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

from anlan.inspection.queries import checklist_list
from inspection.factories import make_world
from inspection.listing_samples import applied, major

# Packages that render something in our pages: forms, lists, admin names, validation messages.
SHOWN = ("unfold", "axes", "django_otp", "django_tasks", "django_tasks_db", "csp")
# Parts of them that are not installed apps here, or are development tools.
NOT_SHOWN = (
    "unfold/contrib/constance",
    "unfold/contrib/guardian",
    "unfold/contrib/simple_history",
    "django_otp/plugins/otp_email",
    "django_otp/plugins/otp_hotp",
    "django_otp/plugins/otp_static",
    "/management/",
    "/migrations/",
    "/tests/",
)
# Same in both languages.
SAME = {"%(label)s %(subtitle)s"}

CALLS = {"gettext", "gettext_lazy", "gettext_noop", "_", "ugettext", "ugettext_lazy"}
PLURALS = {"ngettext", "ngettext_lazy"}
CONTEXTS = {"pgettext", "pgettext_lazy"}
HAN = re.compile(r"[\u4e00-\u9fff]")


def _strings(source):
    """(context, singular, plural) of every gettext call with constant arguments in Python text."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in CALLS and words:
            yield None, words[0], None
        elif name in PLURALS and len(words) >= 2:
            yield None, words[0], words[1]
        elif name in CONTEXTS and len(words) >= 2:
            yield words[0], words[1], None


def _of_template(text):
    """The same for a Django template: its tags become gettext calls, one by one."""
    pseudo = templatize(text)
    for match in re.finditer(r"\b(gettext|ngettext|pgettext|npgettext|_)\(", pseudo):
        for end in (m.end() for m in re.finditer(r"\)", pseudo[match.start() :])):
            call = pseudo[match.start() : match.start() + end]
            try:
                yield from _strings(call)
            except SyntaxError:
                continue
            break


def collect():
    """Every translatable string of the shown packages: {(context, singular, plural): file it stands in}."""
    found = {}
    for package in SHOWN:
        spec = find_spec(package)
        for folder in map(Path, spec.submodule_search_locations or ()):
            for file in sorted(folder.rglob("*")):
                name = f"{package}/{file.relative_to(folder).as_posix()}"
                if file.suffix not in {".py", ".html", ".txt"} or any(part in name for part in NOT_SHOWN):
                    continue
                text = file.read_text(encoding="utf-8")
                for key in _strings(text) if file.suffix == ".py" else _of_template(text):
                    if re.search(r"[A-Za-z]{2}", re.sub(r"%\(\w+\)[sd]", "", key[1])):
                        found.setdefault(key, name)
    return found


def _chinese(key):
    context, singular, plural = key
    if context:
        return translation.pgettext(context, singular)
    return translation.ngettext(singular, plural, 2) if plural else translation.gettext(singular)


def untranslated():
    """Strings that zh-hans leaves without a Chinese character."""
    with translation.override("zh-hans"):
        return {key: file for key, file in collect().items() if key[1] not in SAME and not HAN.search(_chinese(key))}


def test_every_string_of_the_shown_packages_is_chinese():
    assert {f"{file}: {key}" for key, file in untranslated().items()} == set()


# --- our catalogue ----------------------------------------------------------------------------------------------------


def _unquote(line):
    return ast.literal_eval(line[line.index('"') :])


def _po_entries(file):
    """{msgid or (context, msgid): msgstr} of a .po file."""
    entries, field, parts = {}, None, {}
    for line in [*file.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if parts.get("msgid"):
                key = f"{parts['msgctxt']}\x04{parts['msgid']}" if "msgctxt" in parts else parts["msgid"]
                entries[key] = parts.get("msgstr", parts.get("msgstr[0]", ""))
            field, parts = None, {}
        elif line.startswith('"'):
            parts[field] += _unquote(line)
        else:
            field = line.split(" ", 1)[0]
            parts[field] = _unquote(line)
    return entries


def test_compiled_catalogue_is_the_written_one():
    folder = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
    written = _po_entries(folder / "django.po")
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    held = {key[0] if isinstance(key, tuple) else key: text for key, text in compiled.items() if key}
    assert written == held


def test_placeholders_survive_translation():
    folder = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
    pattern = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
    for source, chinese in _po_entries(folder / "django.po").items():
        assert sorted(pattern.findall(source)) == sorted(pattern.findall(chinese)), source


# --- what pages really say --------------------------------------------------------------------------------------------

# Words that officials themselves write in Latin letters.
ALLOWED = {
    "API", "Excel", "CSV", "GPS", "GeoJSON", "JSON", "HTTP", "HTTPS", "IP", "ID", "PDF", "kB", "MB", "GB", "HJ", "MN", "LED",
    "LPG", "LNG",
    "WGS", "GCJ", "BD", "CGCS", "SQLite", "PostgreSQL", "JPEG", "PNG", "WebP", "XLSX", "xlsx", "csv", "UTF", "GBK", "SHA",
    "docx", "txt",
    "thing",  # the suite's own test app
    "TOTP", "URL", "Bearer", "OpenAPI", "QR", "AQ", "TSG", "HG", "SY", "DB", "GA", "XF", "AND", "OR",
}  # fmt: skip
_QUIET = {"script", "style", "code", "template", "kbd", "samp"}
_SPOKEN = ("placeholder", "title", "aria-label", "alt", "data-confirm", "data-label")
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class _Words(HTMLParser):
    """Visible text and spoken attributes of a page, and its links. What stands in class `data` is somebody's value."""

    def __init__(self):
        super().__init__()
        self.text, self.links, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        self.text += [given[name] for name in _SPOKEN if given.get(name)]
        if tag == "input" and given.get("type") in {"submit", "button"} and given.get("value"):
            self.text.append(given["value"])
        if tag not in _VOID:
            classes = set((given.get("class") or "").split())
            quiet = tag in _QUIET or bool(classes & {"data", "mono", "material-symbols-outlined"})
            self.open.append((tag, quiet or bool(self.open and self.open[-1][1])))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not (self.open and self.open[-1][1]):
            self.text.append(data)


def english_words(html):
    """Words of two and more Latin letters that no official would write, as they stand on the page."""
    page = _Words()
    page.feed(html)
    found = set()
    for text in page.text:
        # Numbers of objects (YH-331003001a-2026-000123), codes, names of users and of files are not language.
        for run in re.findall(r"[A-Za-z0-9_./:@#*()+-]+", text):
            if re.fullmatch(r"[A-Za-z]{2,}", run.strip("().:/#*+-")) and run.strip("().:/#*+-") not in ALLOWED:
                found.add(run)
    return found, page.links


CRAWLED = ("leader", "supervision", "town", "enterprise", "admin", "auditor")
_OF_A_SHAPE = 2
# The API's own documentation is written for programmers; files are not pages.
_NOT_PAGES = ("/api/", "/static/", "/attachments/", "/metrics", "/healthz", "/readyz", "/favicon.ico")


def crawl(client, start="/"):
    """(address, answer) of the pages that links lead to: of addresses that differ in numbers only, the first two."""
    seen, shapes, queue = {start}, {}, deque([start])
    while queue:
        address = queue.popleft()
        answer = client.get(address)
        if answer.status_code in {301, 302}:
            target = urljoin(address, answer["Location"])
            if target not in seen and not urlsplit(target).netloc:
                seen.add(target)
                queue.append(target)
            continue
        yield address, answer
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for link in english_words(answer.content.decode())[1]:
            target = urljoin(address, link).split("#")[0]
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or target in seen or parts.path.startswith(_NOT_PAGES):
                continue
            shape = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", parts.path) + ("?" if parts.query else "")
            shapes[shape] = shapes.get(shape, 0) + 1
            if shapes[shape] <= _OF_A_SHAPE:
                seen.add(target)
                queue.append(target)


@pytest.fixture
def busy_county(db):
    """The small county with a hazard in every state, listed ones, a campaign and the checklists."""
    world = make_world()
    campaign = world.campaign("2026年有限空间专项整治")
    world.found(campaigns=(campaign,))
    world.ordered()
    world.submitted()
    world.closed()
    applied(world)
    major(world).propose()
    major(world)
    return world


@pytest.mark.once
def test_pages_speak_chinese_and_links_open(busy_county):
    # Role ids and checklists' codes are people's own identifiers, shown as such.
    named = set(busy_county.scope) | {c.code for c in checklist_list(busy_county.scope["leader"])}
    english, broken, shapes = {}, {}, set()
    for role in CRAWLED:
        for address, answer in crawl(busy_county.client(role)):
            shapes.add(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", urlsplit(address).path))
            page = answer.get("Content-Type", "").startswith("text/html")
            if answer.status_code != 200:
                broken[role, address] = answer.status_code
            elif page and (words := english_words(answer.content.decode())[0] - named):
                english[role, address] = sorted(words)
    assert broken == {}
    assert english == {}
    assert {
        "/",
        "/figures",
        "/inspection/hazards/#",
        "/inspection/listings/#",
        "/registry/enterprises/#",
        "/desk/inspection/hazard/",
    } <= shapes


@pytest.mark.django_db
def test_pages_for_strangers_speak_chinese(client):
    for address in ("/login", "/no-such-page"):
        assert english_words(client.get(address).content.decode())[0] == set()
