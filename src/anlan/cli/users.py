"""`anlan user add`: somebody who can log in, made on the server's own authority."""

from __future__ import annotations

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, say


@click.group("user", help=help_of("user"))
def user_command() -> None:
    """Commands about people who log in."""


@command("add", group=user_command)
@click.argument("username")
@click.option("--name", required=True, help=help_of("user_name"))
@click.option("--role", required=True, help=help_of("user_role"))
@click.option("--organisation", required=True, help=help_of("user_organisation"))
@click.option("--region", help=help_of("user_region"))
@click.option("--office", help=help_of("user_office"))
@click.option("--enterprise", help=help_of("user_enterprise"))
@click.option("--title", default="", help=help_of("user_title"))
@click.option("--password-stdin", is_flag=True, help=help_of("user_password_stdin"))
def user_add_command(
    username: str,
    name: str,
    role: str,
    organisation: str,
    region: str | None,
    office: str | None,
    enterprise: str | None,
    title: str,
    password_stdin: bool,
) -> Answer:
    """Person, post and account in one transaction; a password that nobody gave is made and shown once."""
    boot.ready()
    from anlan.accounts.services.bootstrap import user_add
    from anlan.platform import clock
    from anlan.platform.journal import node

    given = click.get_text_stream("stdin").readline().rstrip("\r\n") if password_stdin else None
    made = user_add(
        username=username,
        name=name,
        role=role,
        region=region or node.own().region,
        organisation=organisation,
        office=office,
        enterprise_id=enterprise,
        title=title,
        password=given,
        must_change=given is None,
        now=clock.now(),
    )
    answer = {"ok": True, "username": made.username, "person": made.person_id, "post": made.post_id}
    if given is None:
        answer["password"] = made.password
        return Answer(answer, say("user.added_with_password", **answer))
    return Answer(answer, say("user.added", **answer))
