"""Nothing a person sees is English: every translatable string of the packages whose pages we show has our Chinese."""

import ast
import gettext
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

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
