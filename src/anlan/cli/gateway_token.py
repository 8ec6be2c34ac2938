"""`anlan gateway token`: the keys that gateways of their own machine show to the ingest."""

from __future__ import annotations

from datetime import timedelta

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, say


@click.group("token", help=help_of("gateway_token"))
def token_command() -> None:
    """Commands about gateways' keys."""


_DAYS = click.option("--days", type=click.IntRange(1, 36_500), help=help_of("gateway_token_days"))


@command("make", group=token_command)
@click.argument("name")
@_DAYS
def token_make(name: str, days: int | None) -> Answer:
    """A first key, or one more; it is shown once."""
    boot.ready()
    from anlan.platform import clock
    from anlan.sensing.services.gateways import gateway_token_create

    made = gateway_token_create(name=name, now=clock.now(), lasts=timedelta(days=days) if days else None)
    answer = {"ok": True, "id": made.id, "name": name.strip(), "token": made.raw}
    return Answer(answer, say("gateway.token_made", **answer))


@command("rotate", group=token_command)
@click.argument("name")
@click.option(
    "--keep-hours", type=click.FloatRange(0, 8760), default=24, show_default=True, help=help_of("gateway_token_keep")
)
@_DAYS
def token_rotate(name: str, keep_hours: float, days: int | None) -> Answer:
    """A new key; the ones before end after some hours."""
    boot.ready()
    from anlan.platform import clock
    from anlan.sensing.services.gateways import gateway_token_rotate

    lasts = timedelta(days=days) if days else None
    made = gateway_token_rotate(name=name, now=clock.now(), keep=timedelta(hours=keep_hours), lasts=lasts)
    answer = {"ok": True, "id": made.id, "name": name.strip(), "token": made.raw, "keep_hours": keep_hours}
    return Answer(answer, say("gateway.token_rotated", **answer | {"keep_hours": f"{keep_hours:g}"}))


@command("revoke", group=token_command)
@click.argument("token_id", metavar="ID")
def token_revoke(token_id: str) -> Answer:
    """End one key at once."""
    boot.ready()
    from anlan.platform import clock
    from anlan.sensing.services.gateways import gateway_token_revoke

    gateway_token_revoke(token_id=token_id, now=clock.now())
    return Answer({"ok": True, "id": token_id}, say("gateway.token_revoked", id=token_id))


@command("list", group=token_command)
def token_list() -> Answer:
    """The keys that hold; never what they are."""
    boot.ready()
    from anlan.kernel.deadlines import local_time
    from anlan.platform import clock
    from anlan.sensing.queries import gateway_tokens

    def shown(moment: object) -> str:
        return local_time(moment).strftime("%Y-%m-%d %H:%M") if moment else ""  # type: ignore[arg-type]

    rows = [
        {"id": str(t.id), "name": t.name, "created_at": shown(t.created_at), "expires_at": shown(t.expires_at)}
        for t in gateway_tokens(clock.now())
    ]
    lines = [say("gateway.token_line", **row | {"until": row["expires_at"] or say("gateway.token_endless")}) for row in rows]
    return Answer({"ok": True, "tokens": rows}, "\n".join(lines) or say("gateway.token_none"))
