"""`anlan hazard …`, `anlan inspect …`, `anlan listing …`: the steps of the loop by a named user, and reading before them."""

from __future__ import annotations

from typing import Any

import click

from anlan.cli import boot
from anlan.cli.acting import ledger_of, named_scope
from anlan.cli.output import Answer, command, help_of, say
from anlan.cli.routes import RouteGroup

_MODULE = "anlan.inspection.api"

hazard_command = RouteGroup(
    "hazard", noun="hazard", module=_MODULE, renamed={"hazards_order": "order-many"}, help=help_of("hazard")
)
inspect_command = RouteGroup(
    "inspect",
    noun="inspection",
    module=_MODULE,
    renamed={"inspection_start": "begin", "inspection_items_set": "answer"},
    help=help_of("inspect"),
)
listing_command = RouteGroup("listing", noun="listing", module=_MODULE, renamed={}, help=help_of("listing"))


def _reading(group: RouteGroup) -> None:
    """`list` and `show` of the group's ledger."""
    ledger_id = f"inspection.{group.noun}"

    @command("list", group=group, help=help_of("loop_list"))
    @click.option("--where", "conditions", multiple=True, metavar="FIELD=VALUE", help=help_of("where"))
    @click.option("--search", default="", help=help_of("loop_search"))
    @click.option("--limit", type=click.IntRange(1, 500), default=25, show_default=True, help=help_of("loop_limit"))
    @click.option("--cursor", default="", help=help_of("loop_cursor"))
    @click.option("--as", "username", required=True, help=help_of("acting_as"))
    @click.option("--post", help=help_of("acting_post"))
    def listed(
        conditions: tuple[str, ...], search: str, limit: int, cursor: str, username: str, post: str | None
    ) -> Answer:
        return _listed(ledger_id, conditions, search, limit, cursor, username, post)

    @command("show", group=group, help=help_of("loop_show"))
    @click.argument("record")
    @click.option("--as", "username", required=True, help=help_of("acting_as"))
    @click.option("--post", help=help_of("acting_post"))
    def shown(record: str, username: str, post: str | None) -> Answer:
        return _shown(ledger_id, record, username, post)


def _given(conditions: tuple[str, ...], search: str) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {"q": [search]} if search else {}
    for condition in conditions:
        field, equals, value = condition.partition("=")
        if not equals:
            raise click.UsageError(say("export.condition", condition=condition))
        given.setdefault(field, []).append(value)
    return given


def _listed(
    ledger_id: str, conditions: tuple[str, ...], search: str, limit: int, cursor: str, username: str, post: str | None
) -> Answer:
    given = _given(conditions, search)
    boot.ready()
    from anlan.platform import clock
    from anlan.platform.ledger import queries
    from anlan.platform.ledger.columns import columns_of
    from anlan.platform.ledger.filters import key_of, read_ask
    from anlan.platform.ledger.values import Shower

    ledger = ledger_of(ledger_id)
    scope = named_scope(username, post, clock.now())
    ask = read_ask(ledger, given)
    rows, after = queries.page_after(scope, ledger, ask, cursor=cursor, size=limit)
    total = queries.total(scope, ledger, ask)
    shower, shown = Shower(ledger, scope), [b for b in columns_of(ledger) if b.column.show and b.kind != "vault"]
    lines = ["  ".join(filter(None, (shower.text(b, row.get(key_of(b))) for b in shown))) for row in rows]
    data = {"ok": True, "total": total, "next": after, "items": rows}
    return Answer(data, "\n".join([*lines, say("loop.total", total=total, shown=len(rows))]))


def _shown(ledger_id: str, record: str, username: str, post: str | None) -> Answer:
    boot.ready()
    from anlan.cli.routes import key_of_record
    from anlan.platform import clock
    from anlan.platform.journal.record import version_of
    from anlan.platform.ledger import queries
    from anlan.platform.ledger.screens.record import shown_fields

    ledger = ledger_of(ledger_id)
    scope = named_scope(username, post, clock.now())
    row: dict[str, Any] = queries.record_get(scope, ledger, key_of_record(ledger_id.partition(".")[2], record, scope))
    version = version_of(f"{ledger_id}/{row['id']}")
    lines = [f"{label}：{text}" for label, text in shown_fields(scope, ledger, row) if text]
    return Answer({"ok": True, "version": version, **row}, "\n".join(lines))


for _group in (hazard_command, inspect_command, listing_command):
    _reading(_group)
