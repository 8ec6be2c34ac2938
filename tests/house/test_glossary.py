"""docs/glossary.md and the code call the same things by the same names, one term for one identifier."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from anlan.accounts.rules.organisations import KINDS
from anlan.accounts.rules.roles import ROLES
from anlan.config.contexts import CONTEXTS
from anlan.inspection.rules.hazard import DUE_UNITS, GRADES, PHOTO_STAGES, SOURCES
from anlan.platform.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "glossary.md"
_ROW = re.compile(r"\| (?P<term>[^|]+?) \| `(?P<name>[^`]+)` \|(?P<rest>.*)")


def sections() -> dict[str, list[tuple[str, str, str]]]:
    """Heading -> (identifier, Chinese term, rest of the row), in the order of the page."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    heading = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
            found[heading] = []
        elif row := _ROW.match(line):
            found[heading].append((row["name"], row["term"], row["rest"]))
    return found


def pairs(heading: str) -> dict[str, str]:
    return {name: term for name, term, _ in sections()[heading]}


def differences(heading: str, code: dict[str, str]) -> list[str]:
    """Every pair that the page lacks, has too many, or has in other words than the code."""
    page = pairs(heading)
    return [
        f"{name}: page {page.get(name, 'has no such line')}, code {code.get(name, 'has no such thing')}"
        for name in sorted(page.keys() | code.keys())
        if page.get(name) != code.get(name)
    ]


def tables() -> dict[str, tuple[str, str]]:
    """Model -> (its verbose name, "" where it declares none; its kind)."""
    ours = [m for m in apps.get_models() if m._meta.app_label in CONTEXTS]
    return {m._meta.label: (str(m._meta.original_attrs.get("verbose_name", "")), m.KIND) for m in ours}


def loops() -> list[object]:
    return [loop for loop in CATALOGUE.loops.values() if loop.subject.partition(".")[0] in CONTEXTS]


def test_every_table_is_in_the_glossary_under_its_verbose_name() -> None:
    page = pairs("Tables")
    # A table that no page shows may go without a verbose name, but not without a term.
    code = {label: name or page.get(label, "a table without a term") for label, (name, _) in tables().items()}
    assert differences("Tables", code) == []


def test_only_the_platform_has_tables_without_a_verbose_name() -> None:
    assert [m for m, (name, _) in tables().items() if not name and not m.startswith("platform.")] == []


def test_the_glossary_says_which_table_is_a_projection() -> None:
    written = {name: rest.split("|")[0].strip() for name, _, rest in sections()["Tables"]}
    assert written == {label: kind for label, (_, kind) in tables().items()}


def test_states_of_loops_are_those_of_the_glossary() -> None:
    assert differences("States", {f"{x.id}.{s.id}": s.label for x in loops() for s in x.states}) == []


def test_actions_of_loops_and_their_entries_are_those_of_the_glossary() -> None:
    assert differences("Actions", {f"{x.id}.{a.id}": a.label for x in loops() for a in x.actions}) == []
    entries = {name: rest.strip(" |`") for name, _, rest in sections()["Actions"]}
    assert entries == {f"{x.id}.{a.id}": a.kind for x in loops() for a in x.actions}


def test_roles_and_rights_are_those_of_the_glossary() -> None:
    assert differences("Roles", {role.word: role.label for role in ROLES}) == []
    ours = {
        word: label
        for word, label in CATALOGUE.rights.items()
        if word.partition(".")[0] in {*CONTEXTS, "journal", "vault"}
    }
    assert differences("Rights", ours) == []


def test_codes_are_those_of_the_glossary() -> None:
    lists = {"grade": GRADES, "source": SOURCES, "photo": PHOTO_STAGES, "due": DUE_UNITS, "organisation": KINDS.items()}
    assert differences("Codes", {f"{n}.{code}": label for n, codes in lists.items() for code, label in codes}) == []


def test_nouns_are_words_of_the_source() -> None:
    source = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src" / "anlan").rglob("*.py"))
    words = set(re.findall(r"[A-Za-z_]+", source.lower()))
    assert [name for name in pairs("Nouns") if name not in words] == []
    places = [w for _, _, rest in sections()["Nouns"] for w in re.findall(r"`([a-z_/.]+)`", rest.split("|")[0])]
    assert [p for p in places if not (ROOT / "src" / "anlan" / p).exists()] == []


@pytest.mark.parametrize("heading", ["Tables", "States", "Actions", "Roles", "Rights", "Codes", "Nouns"])
def test_one_term_is_one_identifier(heading: str) -> None:
    rows = [
        (n.partition(".")[0] + t if heading in {"States", "Actions", "Codes"} else t, n)
        for n, t, _ in sections()[heading]
    ]
    terms, names = [t for t, _ in rows], [n for _, n in rows]
    assert [t for t in terms if terms.count(t) > 1] == []
    assert [n for n in names if names.count(n) > 1] == []
