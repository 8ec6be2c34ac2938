"""`anlan report`: templates, the reports that they make of the ledgers, and the packages that prove them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.acting import named_scope, scope_of
from anlan.cli.output import Answer, command, help_of, say

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("report", help=help_of("report"))
def report_command() -> None:
    """Commands about reports."""


@command("template", group=report_command, data=False)
@click.argument("name")
@click.option("-o", "--output", type=_FILE, required=True, help=help_of("report_output"))
def report_template(name: str, output: Path, as_json: bool) -> Answer:
    """Write a template that comes with the product (.docx or .xlsx) to be changed in Word, Excel or WPS."""
    from anlan.reporting.reports.outline import outline_data, outline_named

    data = outline_data(outline_named(name) or name)
    _suffixed(output, data)
    output.write_bytes(data)
    return Answer({"ok": True, "file": str(output), "bytes": len(data)}, say("report.template", file=output))


@command("build", group=report_command)
@click.argument("template")
@click.option("--region", default="", help=help_of("indicators_region"))
@click.option("--period", required=True, help=help_of("indicators_period"))
@click.option("-o", "--output", type=_FILE, help=help_of("report_output"))
@click.option("--html", "package", type=_FILE, help=help_of("report_html"))
@click.option("--public", is_flag=True, help=help_of("report_public"))
@click.option("--plain", is_flag=True, help=help_of("report_plain"))
@click.option("--as", "username", help=help_of("as_user"))
@click.option("--post", help=help_of("acting_post"))
def report_build(
    template: str, region: str, period: str, output: Path | None, package: Path | None, public: bool, plain: bool,
    username: str | None, post: str | None,
) -> Answer:  # fmt: skip
    """The draft of a report; exit 0 with what is still blank."""
    boot.ready()
    from anlan.kernel.periods import read_period
    from anlan.platform import clock
    from anlan.reporting import queries

    now = clock.now()
    scope = named_scope(username, post, now) if username else scope_of(None, now)
    span = read_period(period)
    report = queries.report_build(scope, _template(template), region or scope.region, span, now, appendix=not plain)
    if output is not None:
        _suffixed(output, report.made.data)
        output.write_bytes(report.made.data)
    if package is not None:
        package.write_bytes(queries.report_package(scope, report, now, public=public))
    data = {"ok": True, **queries.report_words(report)}
    lines = [say("report.built", **{n: data[n] for n in ("count", "ledger", "reported", "blank")})]
    lines += [say("report.blank", text=each) for each in report.made.blanks]
    return Answer(data, "\n".join(lines))


@command("issue", group=report_command)
@click.argument("template")
@click.option("--region", default="", help=help_of("indicators_region"))
@click.option("--period", required=True, help=help_of("indicators_period"))
@click.option("--title", default="", help=help_of("report_title"))
@click.option("--html", "package", type=_FILE, required=True, help=help_of("report_html"))
@click.option("--public", is_flag=True, help=help_of("report_public"))
@click.option("--plain", is_flag=True, help=help_of("report_plain"))
@click.option("--again", default="", help=help_of("report_again"))
@click.option("--as", "username", help=help_of("as_user"))
@click.option("--post", help=help_of("acting_post"))
def report_issue(
    template: str, region: str, period: str, title: str, package: Path, public: bool, plain: bool, again: str,
    username: str | None, post: str | None,
) -> Answer:  # fmt: skip
    """Freeze a report: its package is written, its digests stand in the journal. Exit 1 while anything is blank."""
    boot.ready()
    from anlan.kernel.periods import read_period
    from anlan.platform import clock
    from anlan.reporting import queries
    from anlan.reporting.reports.outline import OUTLINES, outline_named
    from anlan.reporting.services.issuing import report_issue as issue

    now = clock.now()
    scope = named_scope(username, post, now) if username else scope_of(None, now)
    if not title:
        title = OUTLINES.get(outline_named(template) or "", Path(template).stem)
    report = queries.report_build(
        scope, _template(template), region or scope.region, read_period(period), now, appendix=not plain
    )
    # Nothing is issued that can't be kept: the place is tried before, and the finished package only has to be renamed.
    part = package.with_name(f"{package.name}.part")
    with _writable(part, package):
        part.touch()
        made, data = issue(scope=scope, report=report, title=title, now=now, reason=again, public=public, keep=part.write_bytes)
        part.replace(package)
    words = {"ok": True, "id": made, "file": str(package), "bytes": len(data), **queries.report_words(report)}
    return Answer(words, say("report.issued", title=title, count=words["count"], file=package))


@command("verify", group=report_command, data=False)
@click.argument("package", type=_FILE)
@click.option("--key", default="", help=help_of("report_key"))
def report_verify(package: Path, key: str, as_json: bool) -> Answer:
    """Whether document, numbers, rows and signature of a package fit; needs no data. Exit 1 where they do not."""
    from anlan.reporting.reports.package import package_read
    from anlan.reporting.reports.proof import package_check

    data = _read(package)
    faults = package_check(data, key)
    figures = package_read(data)
    facts = {"numbers": len(figures.get("numbers", ())), "rows": len(figures["rows"]), "key": figures.get("key", "")}
    said = say("report.verified", **facts) if not faults else "\n".join(fault.message for fault in faults)
    return Answer({"ok": not faults, "faults": [f.as_dict() for f in faults], **facts}, said, not faults)


@command("diff", group=report_command)
@click.argument("package", type=_FILE)
@click.option("--as", "username", help=help_of("as_user"))
@click.option("--post", help=help_of("acting_post"))
def report_diff(package: Path, username: str | None, post: str | None) -> Answer:
    """Every number of a package that the ledgers answer otherwise now, with the entries that moved it."""
    boot.ready()
    from anlan.platform import clock
    from anlan.reporting import queries
    from anlan.reporting.reports.package import package_read

    now = clock.now()
    scope = named_scope(username, post, now) if username else scope_of(None, now)
    found = queries.report_differences(scope, package_read(_read(package)), now)
    lines = [line for one in found for line in _difference(one)]
    return Answer({"ok": True, "differences": found}, "\n".join(lines) or say("report.same"))


def _difference(one: dict[str, Any]) -> list[str]:
    lines = [say("report.differs", **{n: one[n] for n in ("id", "label", "then", "now", "added", "removed", "changed")})]
    for cause in one["causes"]:
        acts = "；".join(f"{act['at']} {act['act']}" for act in cause["acts"]) or "—"
        what = say(f"report.{cause['what']}")
        lines.append(say("report.cause", what=what, title=cause["title"] or cause["subject"], acts=acts))
    return lines


@contextmanager
def _writable(part: Path, package: Path) -> Iterator[None]:
    """Where the package can't be kept, nothing is issued; no half of it is left."""
    from anlan.kernel.errors import BadInput

    try:
        yield
    except OSError as error:
        raise BadInput("reporting.package.unwritable", name=package.name, reason=error.strerror or "") from error
    finally:
        part.unlink(missing_ok=True)


def _suffixed(output: Path, data: bytes) -> None:
    """A workbook is not written under the name of a document, nor the other way round."""
    from anlan.kernel.errors import BadInput
    from anlan.reporting.reports.guard import is_workbook

    kind = ".xlsx" if is_workbook(data) else ".docx"
    if output.suffix.lower() in {".xlsx", ".docx", ".xls", ".doc"} - {kind}:
        raise BadInput("reporting.template.suffix", kind=kind, name=output.name)


def _read(path: Path) -> bytes:
    from anlan.kernel.errors import BadInput

    if not path.is_file():
        raise BadInput("reporting.package.unreadable")
    return path.read_bytes()


def _template(word: str) -> bytes:
    """A file, or a template that comes with the product."""
    from anlan.kernel.errors import BadInput
    from anlan.reporting.reports.outline import OUTLINES, outline_data, outline_named

    if key := outline_named(word):
        return outline_data(key)
    path = Path(word)
    if not path.is_file():
        raise BadInput("reporting.template.unknown", name=word[:80], known="、".join(OUTLINES.values()))
    return path.read_bytes()
