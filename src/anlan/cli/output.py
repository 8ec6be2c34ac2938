"""What every command shares: --data and --json, one line of JSON last on standard output, exit codes 0, 1 and 2."""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

import click

from anlan.cli.trouble import troubles, unavailable_of
from anlan.kernel.errors import AnlanError

REFUSED = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's result: the JSON object, the same for people, and whether it ends with exit code 0."""

    data: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    ok: bool = True


@functools.cache
def _sentences() -> dict[str, str]:
    """Our own file of the catalogue: reading all of it would cost `anlan code` a third of its half second."""
    return tomllib.loads(resources.files("anlan.kernel.messages").joinpath("cli.toml").read_text(encoding="utf-8"))


def say(code: str, /, **facts: Any) -> str:
    """The sentence `cli.<code>` of the catalogue with its facts filled in."""
    return _sentences()[f"cli.{code}"].format_map(defaultdict(lambda: "—", facts))


def help_of(name: str) -> str:
    """Help text of a command or option."""
    return say(f"help.{name}")


def note(text: str) -> None:
    """A line for people on standard error, which scripts do not read."""
    click.echo(text, err=True)


def command(
    name: str, *, data: bool = True, group: click.Group | None = None, **settings: Any
) -> Callable[[Callable[..., Answer | None]], click.Command]:
    """Make a click command of a function that returns an `Answer` (None: it has printed everything itself).

    Args:
        name: as typed. data: False for commands that touch no data folder; they accept --data and ignore it.
        group: the group it belongs to. settings: for click.
    """

    def decorate(function: Callable[..., Answer | None]) -> click.Command:
        wants_json = "as_json" in inspect.signature(function).parameters

        @functools.wraps(function)
        def run(*args: Any, data_dir: Path | None, as_json: bool, **options: Any) -> None:
            if data:
                from anlan.cli import boot

                boot.choose(data_dir)
            if wants_json:
                options["as_json"] = as_json
            try:
                answer = function(*args, **options)
            except AnlanError as error:
                _refuse(error, as_json)
            except troubles() as error:
                _refuse(unavailable_of(error, os.environ.get("ANLAN_DATA", "")), as_json)
            if answer is not None:
                finish(answer, as_json)

        shared = [
            click.option("--data", "data_dir", type=click.Path(path_type=Path, file_okay=False), help=help_of("data")),
            click.option("--json", "as_json", is_flag=True, help=help_of("json")),
        ]
        for option in shared:
            run = option(run)
        key = (f"{group.name}_{name}" if group else name).replace("-", "_")
        made = click.command(name, **({"help": help_of(key)} if "help" not in settings else {}) | settings)(run)
        if group is not None:
            group.add_command(made)
        return made

    return decorate


def finish(answer: Answer, as_json: bool) -> None:
    """Print an answer and end the process with its code."""
    if as_json:
        click.echo(json.dumps(answer.data, ensure_ascii=False, default=str))
    elif answer.text:
        click.echo(answer.text)
    if not answer.ok:
        sys.exit(REFUSED)


def _refuse(error: AnlanError, as_json: bool) -> NoReturn:
    if as_json:
        refusal = {
            "ok": False,
            "code": error.code,
            "message": error.message,
            "violations": [v.as_dict() for v in error.violations],
        }
        click.echo(json.dumps(refusal, ensure_ascii=False, default=str))
    note(error.message)
    sys.exit(REFUSED)
