"""`anlan indicators`: what the ledgers say of a region and a period."""

from __future__ import annotations

from typing import Any

import click

from anlan.cli import boot
from anlan.cli.acting import named_scope, scope_of
from anlan.cli.output import Answer, command, help_of, say

_MOST_ROWS = 10_000


@command("indicators")
@click.option("--id", "ids", multiple=True, metavar="ID", help=help_of("indicators_id"))
@click.option("--region", default="", help=help_of("indicators_region"))
@click.option("--period", required=True, help=help_of("indicators_period"))
@click.option("--by", default="", help=help_of("indicators_by"))
@click.option("--where", "conditions", multiple=True, metavar="NAME=VALUE", help=help_of("indicators_where"))
@click.option("--compare", type=click.Choice(("yoy", "chain", "mean3")), help=help_of("indicators_compare"))
@click.option("--rows", "with_rows", is_flag=True, help=help_of("indicators_rows"))
@click.option("--on", type=click.DateTime(("%Y-%m-%d",)), help=help_of("indicators_on"))
@click.option("--as", "username", help=help_of("as_user"))
@click.option("--post", help=help_of("acting_post"))
def indicators_command(
    ids: tuple[str, ...], region: str, period: str, by: str, conditions: tuple[str, ...], compare: str | None,
    with_rows: bool, on: Any, username: str | None, post: str | None,
) -> Answer:  # fmt: skip
    """The indicators that were named, or all, with coverage; exit 0 also where nothing is known."""
    boot.ready()
    from anlan.kernel.periods import read_period
    from anlan.platform import clock
    from anlan.reporting import queries

    now = clock.now()
    scope = named_scope(username, post, now) if username else scope_of(None, now)
    span, wanted = read_period(period), [each for each in by.split(",") if each]
    limits: dict[str, list[str]] = {}
    for name, value in queries.pairs_list(conditions):
        limits.setdefault(name, []).append(value)
    names = ids or [i.id for i in queries.indicators_list(scope) if not set(wanted) - set(queries.dimensions_of(i))]
    day = on.date() if on else None
    asked = [queries.figure_asked(scope, name, region, span, now, wanted, limits, day) for name in names]
    found = [queries.figure_words(table) for table in queries.figure_tables(scope, asked, now, compare or "")]
    if with_rows:
        for words, question in zip(found, asked, strict=True):
            words["row_list"] = queries.figure_rows(scope, question, {}, most=_MOST_ROWS)
    data = {"ok": True, "period": span.label, "indicators": found}
    return Answer(data, "\n".join(line for words in found for line in _lines(words)) or say("indicators.none"))


def _lines(words: dict[str, Any]) -> list[str]:
    """A figure for people: the total, then the lines, then who is missing."""
    total, coverage = words["total"], words["coverage"]
    said = [f"{words['name']}  {words['label']}  {_number(words, total)}  [{coverage['label']}]"]
    said += [f"    {line['label']}  {_number(words, line)}" for line in words["lines"]]
    if coverage["missing"]:
        said.append(f"    {say('indicators.missing', names='、'.join(coverage['missing']))}")
    if words["partly"]:
        said.append(f"    {say('indicators.partly', day=words['begins'])}")
    for row in words.get("row_list", {}).get("items", ()):
        said.append(f"      {'  '.join(row['cells'])}")
    return said


def _number(words: dict[str, Any], line: dict[str, Any]) -> str:
    unit = "" if words["unit"] == "%" or line["value"] is None else words["unit"]
    compared = f"（{line['comparison']['text']}）" if line["comparison"] else ""
    return f"{line['text']}{unit}{compared}"
