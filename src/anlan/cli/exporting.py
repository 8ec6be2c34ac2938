"""`anlan export LEDGER`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.acting import ledger_of, scope_of
from anlan.cli.output import Answer, command, help_of, note, say

_FORMATS = ("xlsx", "csv", "geojson")


@command("export")
@click.argument("ledger")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=help_of("output"))
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
    scope, declared = scope_of(username, now), ledger_of(ledger)
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
