"""`anlan check-draft`: what in a report contradicts itself; no data, no Django."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from anlan.cli.output import Answer, command, help_of, note, say
from anlan.kernel.errors import BadInput
from anlan.reporting.drafts.check import check
from anlan.reporting.drafts.files import LARGEST, Document, document_of
from anlan.reporting.drafts.finding import SEVERITIES, Finding

UNREADABLE = 2
# Characters on either side of the passage in the listing for people.
_AROUND = 24


@command("check-draft", data=False)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--text", "with_text", is_flag=True, help=help_of("check_draft_text"))
@click.option("--annotate", type=click.Path(path_type=Path, dir_okay=False), help=help_of("check_draft_annotate"))
def check_draft_command(file: Path, with_text: bool, annotate: Path | None, as_json: bool) -> Answer | None:
    """Read, check, list; exit 0 whatever is found, 2 for what can't be read or written."""
    try:
        data = _read(file)
        document = document_of(data, "" if str(file) == "-" else file.name)
        if not document.text.strip():
            note(say("draft.empty"))
        found = check(document.text)
        if annotate is not None:
            _annotate(file, annotate, data, document, found)
    except BadInput as refusal:
        _refuse(refusal, as_json)
    return _answer(document, found, with_text)


def _annotate(file: Path, target: Path, data: bytes, document: Document, found: list[Finding]) -> None:
    """The draft with its comments as a file beside it, never in its place.

    Raises:
        BadInput: "reporting.draft.file.same", "reporting.draft.file.unwritable".
    """
    from anlan.reporting.drafts.annotate import annotated, notes_of

    if target.exists() and file.exists() and target.samefile(file):
        raise BadInput("reporting.draft.file.same", name=str(target))
    made = annotated(data, document, notes_of(document, found))
    try:
        target.write_bytes(made)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput("reporting.draft.file.unwritable", name=str(target), reason=reason) from None
    note(say("draft.annotated", name=target, count=len(found)))


def _answer(document: Document, found: list[Finding], with_text: bool) -> Answer:
    data: dict[str, Any] = {"findings": [_shown(document, f) for f in found]}
    data |= {"form": document.form, "characters": len(document.text), "paragraphs": len(document.paragraphs)}
    if with_text:
        data["text"] = document.text
    return Answer(data, "\n".join(_listing(document, found)))


def _read(file: Path) -> bytes:
    """The file, or standard input for `-`; never more than one byte above what is accepted."""
    if str(file) == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except FileNotFoundError:
        raise BadInput("reporting.draft.file.missing", name=str(file)) from None
    except OSError as error:
        raise BadInput("reporting.draft.file.unreadable", name=str(file), reason=error.strerror or str(error)) from None


def _refuse(refusal: BadInput, as_json: bool) -> NoReturn:
    if as_json:
        click.echo(json.dumps({"ok": False, "code": refusal.code, "message": refusal.message}, ensure_ascii=False))
    note(refusal.message)
    sys.exit(UNREADABLE)


def _shown(document: Document, finding: Finding) -> dict[str, Any]:
    return {**finding.as_dict(), "paragraph": document.paragraph_at(finding.place.start)}


def _listing(document: Document, found: list[Finding]) -> list[str]:
    """Findings for people: by severity, each with its passage marked 【】 in the text around it, and the other places."""
    if not found:
        return [say("draft.clean", characters=len(document.text))]
    counts = {s: sum(f.severity == s for f in found) for s in SEVERITIES}
    lines = [say("draft.total", count=len(found), **counts)]
    for severity in SEVERITIES:
        mine = [f for f in found if f.severity == severity]
        if mine:
            lines += ["", say(f"draft.{severity}", count=len(mine))]
        for number, f in enumerate(mine, 1):
            place = say("draft.place", number=number, rule=f.rule, paragraph=document.paragraph_at(f.place.start))
            lines += [f"{place}{f.why}", f"    {_marked(document.text, f.place.start, f.place.end)}"]
            lines += [f"    {say('draft.other')}{_marked(document.text, o.start, o.end)}" for o in f.others]
    return lines


def _marked(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    marked = f"{before.rpartition(chr(10))[2]}【{text[start:end]}】{after.partition(chr(10))[0]}"
    return " ".join(marked.split())
