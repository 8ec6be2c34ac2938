"""`anlan checklist import|export`: a checklist by workbook or CSV."""

from __future__ import annotations

from pathlib import Path

import click

from anlan.cli import boot
from anlan.cli.acting import scope_of
from anlan.cli.output import Answer, command, help_of, say


@click.group("checklist", help=help_of("checklist"))
def checklist_command() -> None:
    """Commands about checklists."""


@command("import", group=checklist_command)
@click.argument("code")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", default="", help=help_of("checklist_name"))
@click.option("--dry-run", is_flag=True, help=help_of("dry_run"))
@click.option("--as", "username", help=help_of("as_user"))
def checklist_import_command(code: str, file: Path, name: str, dry_run: bool, username: str | None) -> Answer:
    """A new checklist of that code, or the next version of the one there is; all rows or none."""
    boot.ready()
    from anlan.inspection import queries
    from anlan.inspection.services.checklist_sheets import checklist_import
    from anlan.platform import clock

    now = clock.now()
    held = queries.checklist_by_code(code)
    report = checklist_import(
        scope=scope_of(username, now), content=file.read_bytes(), filename=file.name, now=now, dry_run=dry_run,
        checklist_id=str(held.id) if held else "", code=code, name=name or (held.name if held else ""),
    )  # fmt: skip
    key = "import.dry_run" if dry_run else "import.written" if report.written else "import.refused"
    lines = [
        say(
            key, rows=report.rows, created=report.created, changed=report.changed, unchanged=report.unchanged,
            bad=report.bad,
        )
    ]  # fmt: skip
    lines += [
        say("import.cell", line=e.row, label=e.column, value=e.value, reason=e.reason) for e in report.errors[:50]
    ]
    return Answer({"ok": not report.bad, **report.as_dict()}, "\n".join(lines), not report.bad)


@command("export", group=checklist_command)
@click.argument("code")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=help_of("output"))
@click.option("--as", "username", help=help_of("as_user"))
def checklist_export_command(code: str, output: Path | None, username: str | None) -> Answer:
    """The standing items of a checklist as a workbook that can be imported again."""
    boot.ready()
    from anlan.inspection import queries
    from anlan.inspection.errors import ChecklistNotFound
    from anlan.inspection.services.checklist_sheets import checklist_sheet
    from anlan.platform import clock

    held = queries.checklist_by_code(code)
    if held is None:
        raise ChecklistNotFound
    target = output or Path(f"{code}.xlsx")
    target.write_bytes(checklist_sheet(scope_of(username, clock.now()), str(held.id)))
    return Answer({"ok": True, "file": str(target)}, say("checklist.exported", name=held.name, file=target))
