"""`anlan report`: templates, and the reports that they make of the ledgers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.acting import named_scope, scope_of
from anlan.cli.output import Answer, command, help_of, say


@click.group("report", help=help_of("report"))
def report_command() -> None:
    """Commands about reports."""


@command("template", group=report_command, data=False)
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=help_of("report_out"))
def report_template(name: str, out: Path, as_json: bool) -> Answer:
    """Write a template that comes with the product as a .docx to be changed in Word or WPS."""
    from anlan.reporting.reports.outline import outline_docx, outline_named

    data = outline_docx(outline_named(name) or name)
    out.write_bytes(data)
    return Answer({"ok": True, "file": str(out), "bytes": len(data)}, say("report.template", file=out))


@command("build", group=report_command)
@click.option("--template", required=True, help=help_of("report_source"))
@click.option("--region", default="", help=help_of("indicators_region"))
@click.option("--period", required=True, help=help_of("indicators_period"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help=help_of("report_out"))
@click.option("--plain", is_flag=True, help=help_of("report_plain"))
@click.option("--as", "username", help=help_of("as_user"))
@click.option("--post", help=help_of("acting_post"))
def report_build(
    template: str, region: str, period: str, out: Path | None, plain: bool, username: str | None, post: str | None
) -> Answer:
    """The draft of a report; exit 0 with what is still blank."""
    boot.ready()
    from anlan.kernel.periods import read_period
    from anlan.platform import clock
    from anlan.reporting import queries

    now = clock.now()
    scope = named_scope(username, post, now) if username else scope_of(None, now)
    made = queries.report_build(
        scope, _template(template), region or scope.region, read_period(period), now, appendix=not plain
    )
    if out is not None:
        out.write_bytes(made.data)
    data = {"ok": True, **queries.report_words(made)}
    lines = [say("report.built", **{n: data[n] for n in ("count", "ledger", "reported", "blank")})]
    lines += [say("report.blank", text=each) for each in made.blanks]
    return Answer(data, "\n".join(lines))


def _template(word: str) -> bytes:
    """A file, or a template that comes with the product."""
    from anlan.kernel.errors import BadInput
    from anlan.reporting.reports.outline import outline_docx, outline_named

    if key := outline_named(word):
        return outline_docx(key)
    path = Path(word)
    if not path.is_file():
        raise BadInput("reporting.template.unknown", name=word[:80], known=_known())
    return path.read_bytes()


def _known() -> Any:
    from anlan.reporting.reports.outline import OUTLINES

    return "、".join(OUTLINES.values())
