"""`anlan import LEDGER FILE` and `anlan export LEDGER`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, note, say

_FILE = click.Path(path_type=Path, dir_okay=False)
_FORMATS = ("xlsx", "csv", "geojson")


def _ledger(ledger_id: str) -> Any:
    """The declared ledger of that id, label or plural.

    Raises:
        NotFound: "cli.ledger.unknown" with the ids that there are.
    """
    from anlan.kernel.errors import NotFound
    from anlan.platform.catalogue import CATALOGUE

    for ledger in CATALOGUE.ledgers.values():
        if ledger_id in {ledger.id, ledger.label, ledger.plural}:
            return ledger
    raise NotFound("cli.ledger.unknown", ledger=ledger_id, known="、".join(sorted(CATALOGUE.ledgers)))


def _scope(username: str | None, now: datetime) -> Any:
    """The server acting for itself in its own region, or one of its users in the first post.

    Raises:
        NotFound: "cli.user.unknown" for a user that does not exist or has no post today.
    """
    from anlan.kernel.codes import region_prefix
    from anlan.kernel.errors import NotFound
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.journal import node
    from anlan.platform.scope import SYSTEM

    if username is None:
        return replace(SYSTEM, rights=frozenset(CATALOGUE.rights), region=region_prefix(node.own().region))
    from anlan.accounts.queries import account_of, post_scopes

    account = account_of(username)
    scopes = post_scopes(account, now) if account else []
    if not scopes:
        raise NotFound("cli.user.unknown", username=username)
    return scopes[0]


@command("import")
@click.argument("ledger")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help=help_of("dry_run"))
@click.option("--skip-bad", is_flag=True, help=help_of("skip_bad"))
@click.option("--rejected", type=_FILE, help=help_of("rejected"))
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
    declared = _ledger(ledger)
    bar = _Bar(quiet=as_json)
    report = import_file(
        scope=_scope(username, now),
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


@command("export")
@click.argument("ledger")
@click.option("-o", "--output", type=_FILE, help=help_of("output"))
@click.option("--format", "form", type=click.Choice(_FORMATS), help=help_of("format"))
@click.option("--where", "conditions", multiple=True, metavar="FIELD=VALUE", help=help_of("where"))
@click.option("--as", "username", help=help_of("as_user"))
def export_command(
    ledger: str, output: Path | None, form: str | None, conditions: tuple[str, ...], username: str | None
) -> Answer:
    """The rows of a ledger as a file that can be imported again."""
    wanted = form or (output.suffix.lstrip(".").lower() if output else "xlsx")
    if wanted not in _FORMATS:
        raise click.UsageError(say("export.format", formats=", ".join(_FORMATS)))
    given: dict[str, list[str]] = {}
    for condition in conditions:
        field, equals, value = condition.partition("=")
        if not equals:
            raise click.UsageError(say("export.condition", condition=condition))
        given.setdefault(field, []).append(value)
    boot.ready()
    from anlan.kernel.errors import BadInput
    from anlan.platform import clock
    from anlan.platform.ledger.filters import read_ask
    from anlan.platform.ledger.queries import total

    now = clock.now()
    scope, declared = _scope(username, now), _ledger(ledger)
    if wanted == "geojson" and declared.point is None:
        raise BadInput("cli.export.no_place", label=declared.label)
    ask = read_ask(declared, given)
    target = output or Path(f"{declared.plural}.{wanted}")
    note(say("export.writing", label=declared.label, file=target))
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            for piece in _pieces(wanted, scope, declared, ask, now):
                file.write(piece)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    rows = total(scope, declared, ask)
    data = {"ok": True, "ledger": declared.id, "rows": rows, "file": str(target)}
    return Answer(data, say("export.done", label=declared.label, rows=rows, file=target))


def _pieces(form: str, scope: Any, ledger: Any, ask: Any, now: datetime) -> Iterator[bytes]:
    from anlan.platform.ledger import geojson
    from anlan.platform.ledger.workbook import export

    if form == "geojson":
        yield geojson.feature_collection(scope, ledger, ask)[0]
        return
    write = export.export_csv if form == "csv" else export.export_xlsx
    yield from write(scope, ledger, ask, now=now)
