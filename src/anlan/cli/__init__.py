"""The command `anlan`. Each command is loaded when it is called, so that `anlan code` never waits for Django."""

from __future__ import annotations

from importlib import import_module

import click

from anlan.cli.output import help_of

# Command -> module of this package and attribute. Names are a contract: scripts and units call them.
_COMMANDS = {
    "init": "setup",
    "upgrade": "upgrade",
    "check": "inspect_",
    "doctor": "inspect_",
    "serve": "servers",
    "web": "servers",
    "worker": "servers",
    "gateway": "gateway",
    "simulate": "simulating",
    "user": "users",
    "import": "importing",
    "export": "exporting",
    "hazard": "loop",
    "inspect": "loop",
    "listing": "loop",
    "node": "node",
    "sync": "sync",
    "journal": "mending",
    "region": "mending",
    "backup": "safety",
    "restore": "safety",
    "demo": "demo",
    "indicators": "indicators",
    "report": "report",
    "round": "round",
    "documents": "documents",
    "checklist": "checklist",
    "code": "words",
    "geo": "words",
    "decode": "decoding",
    "check-draft": "drafts",
}


class _Lazy(click.Group):
    """A group whose commands are imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of the table."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"anlan.cli.{_COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return found


@click.group(cls=_Lazy, help=help_of("anlan"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="anlan", message="%(prog)s %(version)s")
def main() -> None:
    """Entry point `anlan`."""


__all__ = ["main"]
