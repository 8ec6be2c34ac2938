"""`anlan import LEDGER FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.acting import ledger_of, scope_of
from anlan.cli.output import Answer, command, help_of, say


@command("import")
@click.argument("ledger")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help=help_of("dry_run"))
@click.option("--skip-bad", is_flag=True, help=help_of("skip_bad"))
@click.option("--rejected", type=click.Path(path_type=Path, dir_okay=False), help=help_of("rejected"))
@click.option("--as", "username", help=help_of("as_user"))
def import_command(
    ledger: str,
    file: Path,
    dry_run: bool,
    skip_bad: bool,
    rejected: Path | None,
    username: str | None,
    as_json: bool,
) -> Answer:
    """All rows or none; with --skip-bad the good ones, and the others handed back as a workbook."""
    if dry_run and skip_bad:
        raise click.UsageError(say("import.one_mode"))
    boot.ready()
    from anlan.platform import clock
    from anlan.platform.ledger.links import import_right
    from anlan.platform.ledger.workbook.import_ import import_file

    now = clock.now()
    declared = ledger_of(ledger)
    bar = _Bar(quiet=as_json)
    report = import_file(
        scope=scope_of(username, now),
        ledger=declared,
        right=import_right(declared),
        content=file.read_bytes(),
        name=file.name,
        mode="dry_run" if dry_run else "skip_bad" if skip_bad else "all",
        now=now,
        progress=bar,
    )
    bar.close()
    # Skipping what is bad is what --skip-bad asks for; everywhere else a bad row is a refusal.
    ok = report.bad == 0 or skip_bad
    data = {"ok": ok, "written": report.written, **report.as_dict()}
    if report.rejected is not None:
        target = rejected or file.with_name(f"{file.stem}-rejected.xlsx")
        target.write_bytes(report.rejected)
        data["rejected"] = str(target)
    code = "import.dry_run" if dry_run else "import.written" if report.written else "import.refused"
    facts = {"rows": report.rows, "created": report.created, "changed": report.changed}
    lines = [say(code, **facts, unchanged=report.unchanged, bad=report.bad)]
    lines += [say("import.cell", line=c.line, label=c.label, value=c.value, reason=c.reason) for c in report.cells[:50]]
    if "rejected" in data:
        lines.append(say("import.rejected", file=data["rejected"]))
    return Answer(data, "\n".join(lines), ok)


class _Bar:
    """A progress bar on standard error; none where nobody looks."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet or not click.get_text_stream("stderr").isatty()
        self.bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        if self.quiet:
            return
        if self.bar is None:
            self.bar = click.progressbar(length=max(total, 1), file=click.get_text_stream("stderr"))
        self.bar.length = max(total, 1)
        self.bar.update(done - self.bar.pos)

    def close(self) -> None:
        """End the line of the bar."""
        if self.bar is not None:
            self.bar.render_finish()
