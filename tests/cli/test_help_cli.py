"""Every command and option is explained, in Chinese, and takes --data and --json."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from anlan.cli import main

CONTRACT = {
    *("init", "serve", "web", "worker", "user add", "import", "export", "check", "doctor", "journal verify"),
    *("journal rebuild", "journal export", "journal show", "journal fence"),
    *("backup", "restore", "upgrade", "demo build", "code", "geo"),
    "decode",
}


def commands(group: click.Group = main, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, f"{path}{name} ")
        else:
            yield f"{path}{name}", found


COMMANDS = dict(commands())


def test_the_names_that_scripts_rely_on_are_all_there() -> None:
    assert CONTRACT - COMMANDS.keys() == set()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_explains_itself_in_chinese(name: str) -> None:
    command = COMMANDS[name]
    texts = [command.help, *(p.help for p in command.params if isinstance(p, click.Option))]
    assert [t for t in texts if not t or not re.search(r"[\u4e00-\u9fff]", t) or "cli.help" in t] == []
    assert {"data_dir", "as_json"} <= {p.name for p in command.params}
