"""`anlan round`: reporting rounds are opened, shown, filled, sent back, chased and closed."""

from __future__ import annotations

from typing import Any

import click

from anlan.cli import boot
from anlan.cli.acting import named_scope, scope_of
from anlan.cli.output import Answer, command, help_of, say


@click.group("round", help=help_of("round"))
def round_command() -> None:
    """Commands about reporting rounds."""


def _acting(function: Any) -> Any:
    """The options of whoever acts."""
    function = click.option("--post", help=help_of("acting_post"))(function)
    return click.option("--as", "username", help=help_of("as_user"))(function)


def _who(username: str | None, post: str | None) -> tuple[Any, Any]:
    boot.ready()
    from anlan.platform import clock

    now = clock.now()
    return (named_scope(username, post, now) if username else scope_of(None, now)), now


@command("list", group=round_command)
@_acting
def round_list(username: str | None, post: str | None) -> Answer:
    """The rounds, the newest first, with how far each is."""
    scope, now = _who(username, post)
    from anlan.reporting import queries

    rows = list(queries.round_list(scope)[:200])
    progress = queries.progress_of(scope, rows, now)
    items = [
        {
            "id": str(row.pk), "title": row.title, "period": row.period, "state": row.state, "due_at": row.due_at.isoformat(),
            "coverage": progress[row.pk].label, "overdue": progress[row.pk].overdue if row.state == "open" else 0,
        }
        for row in rows
    ]  # fmt: skip
    lines = [say("round.line", **item | {"state": row.get_state_display()}) for item, row in zip(items, rows, strict=True)]
    return Answer({"ok": True, "rounds": items}, "\n".join(lines) or say("round.none"))


@command("open", group=round_command)
@click.option("--title", required=True, help=help_of("round_title"))
@click.option("--kind", default="month", help=help_of("round_kind"))
@click.option("--period", required=True, help=help_of("indicators_period"))
@click.option("--due", required=True, help=help_of("round_due"))
@click.option("--indicator", "indicators", multiple=True, help=help_of("round_indicator"))
@click.option("--item", "items", multiple=True, help=help_of("round_item"))
@click.option("--town", "towns", multiple=True, help=help_of("round_town"))
@click.option("--region", default="", help=help_of("round_region"))
@click.option("--note", default="", help=help_of("round_note"))
@_acting
def round_open(
    title: str, kind: str, period: str, due: str, indicators: tuple[str, ...], items: tuple[str, ...],
    towns: tuple[str, ...], region: str, note: str, username: str | None, post: str | None,
) -> Answer:  # fmt: skip
    """Open a round and hand every town its form."""
    scope, now = _who(username, post)
    from anlan.reporting import queries
    from anlan.reporting.services.rounds import AskedItem, OpenInput, items_typed
    from anlan.reporting.services.rounds import round_open as opening

    asked = [AskedItem(indicator=name) for name in indicators] + items_typed(items)
    given = OpenInput(title, kind, period, _moment(due), asked, region, towns, note)
    key = opening(scope=scope, item=given, now=now)
    count = len(queries.filings_of(scope, queries.round_get(scope, key)))
    return Answer({"ok": True, "id": key, "towns": count}, say("round.opened", title=title, count=count, id=key))


@command("show", group=round_command)
@click.argument("round_id")
@_acting
def round_show(round_id: str, username: str | None, post: str | None) -> Answer:
    """A round with its towns, and sums that say who is missing."""
    scope, now = _who(username, post)
    from anlan.reporting import queries

    words = queries.round_table_words(queries.round_table(scope, queries.round_get(scope, round_id), now))
    lines = [say("round.head", title=words["title"], period=words["period"], coverage=words["coverage"])]
    if words["missing"]:
        lines.append(say("round.missing", names="、".join(words["missing"])))
    names = {item["key"]: item for item in words["items"]}
    for cell in words["sums"]:
        item = names[cell["key"]]
        value = f"{cell['value']}{item['unit']}" if cell["value"] else say("round.no_sum")
        lines.append(say("round.sum", name=item["name"], value=value, coverage=cell["coverage"] or "—"))
    for town in words["towns"]:
        late = say("round.overdue") if town["overdue"] else ""
        lines.append(say("round.town", name=town["name"], state=town["label"], late=late, chased=town["chased"], id=town["id"]))
    data = {"ok": True, **words, "first_on": str(words["first_on"]), "last_on": str(words["last_on"])}
    return Answer(data, "\n".join(lines))


@command("form", group=round_command)
@click.argument("filing_id")
@_acting
def round_form(filing_id: str, username: str | None, post: str | None) -> Answer:
    """A town's form: what is known already, and what is asked."""
    scope, now = _who(username, post)
    from anlan.reporting import queries

    words = queries.filing_words(scope, queries.filing_get(scope, filing_id), now)
    lines = [
        say("round.form_asked", **line) if line["kind"] == "asked" else say("round.form_known", **line)
        for line in words["lines"]
    ]
    return Answer({"ok": True, **words}, "\n".join(lines))


@command("submit", group=round_command)
@click.argument("filing_id")
@click.option("--value", "values", multiple=True, metavar="N=VALUE", help=help_of("round_value"))
@click.option("--none", "nones", multiple=True, metavar="N", help=help_of("round_nothing"))
@click.option("--remark", "remarks", multiple=True, metavar="N=TEXT", help=help_of("round_remark"))
@click.option("--note", default="", help=help_of("round_filed_note"))
@_acting
def round_submit(
    filing_id: str, values: tuple[str, ...], nones: tuple[str, ...], remarks: tuple[str, ...], note: str,
    username: str | None, post: str | None,
) -> Answer:  # fmt: skip
    """File a town's form, or file it corrected."""
    scope, now = _who(username, post)
    from anlan.reporting.queries import Answer as Said
    from anlan.reporting.services.round_filings import filing_submit
    from anlan.reporting.services.round_steps import Pressed

    typed, words = dict(_pair(each) for each in values), dict(_pair(each) for each in remarks)
    said = {
        key: Said(typed.get(key, ""), none=key in nones, remark=words.get(key, "")) for key in {*typed, *words, *nones}
    }
    filing_submit(scope=scope, filing_id=filing_id, answers=said, pressed=Pressed(), now=now, remark=note)
    return Answer({"ok": True, "id": filing_id}, say("round.submitted"))


@command("return", group=round_command)
@click.argument("filing_id")
@click.option("--reason", required=True, help=help_of("round_reason"))
@_acting
def round_return(filing_id: str, reason: str, username: str | None, post: str | None) -> Answer:
    """Send a form back."""
    scope, now = _who(username, post)
    from anlan.reporting.services.round_filings import filing_return
    from anlan.reporting.services.round_steps import Pressed

    filing_return(scope=scope, filing_id=filing_id, note=reason, pressed=Pressed(), now=now)
    return Answer({"ok": True, "id": filing_id}, say("round.returned"))


@command("approve", group=round_command)
@click.argument("filing_id")
@_acting
def round_approve(filing_id: str, username: str | None, post: str | None) -> Answer:
    """Find a form in order."""
    scope, now = _who(username, post)
    from anlan.reporting.services.round_filings import filing_approve
    from anlan.reporting.services.round_steps import Pressed

    filing_approve(scope=scope, filing_id=filing_id, pressed=Pressed(), now=now)
    return Answer({"ok": True, "id": filing_id}, say("round.approved"))


@command("chase", group=round_command)
@click.argument("round_id")
@click.option("--town", "towns", multiple=True, help=help_of("round_chased"))
@_acting
def round_chase(round_id: str, towns: tuple[str, ...], username: str | None, post: str | None) -> Answer:
    """Chase the towns that owe their form."""
    scope, now = _who(username, post)
    from anlan.reporting.services.round_chasing import filing_chase

    chased = filing_chase(scope=scope, round_id=round_id, towns=towns, now=now)
    return Answer({"ok": True, "chased": chased}, say("round.chased", count=len(chased)))


@command("close", group=round_command)
@click.argument("round_id")
@_acting
def round_close(round_id: str, username: str | None, post: str | None) -> Answer:
    """End a round; the towns that have not filed are named."""
    scope, now = _who(username, post)
    from anlan.reporting import queries
    from anlan.reporting.services.round_steps import Pressed
    from anlan.reporting.services.rounds import round_close as closing

    closing(scope=scope, round_id=round_id, pressed=Pressed(), now=now)
    row = queries.round_get(scope, round_id)
    names = [queries.town_name(code) for code in row.missing.split(",") if code]
    said = say("round.missing", names="、".join(names)) if names else ""
    return Answer({"ok": True, "id": round_id, "missing": names}, "\n".join(filter(None, [say("round.closed"), said])))


@command("reopen", group=round_command)
@click.argument("round_id")
@click.option("--reason", required=True, help=help_of("round_reason"))
@_acting
def round_reopen(round_id: str, reason: str, username: str | None, post: str | None) -> Answer:
    """Let a closed round take forms again."""
    scope, now = _who(username, post)
    from anlan.reporting.services.round_steps import Pressed
    from anlan.reporting.services.rounds import round_reopen as reopening

    reopening(scope=scope, round_id=round_id, note=reason, pressed=Pressed(), now=now)
    return Answer({"ok": True, "id": round_id}, say("round.reopened"))


def _moment(text: str) -> Any:
    """A local date and time, of a date its end.

    Raises:
        BadInput: "kernel.text.not_a_date".
    """
    from datetime import date, datetime

    from anlan.kernel.deadlines import SHANGHAI, end_of_day
    from anlan.kernel.errors import BadInput

    typed = text.strip().replace(" ", "T")
    try:
        if len(typed) == len("2026-01-01"):
            return end_of_day(date.fromisoformat(typed))
        found = datetime.fromisoformat(typed)
    except ValueError:
        raise BadInput("kernel.text.not_a_date", value=text[:20]) from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key.strip(), value.strip()
