"""Commands made of the API's routes: the same functions and schemas, called by a named user without HTTP.

A route `/hazards/{hazard_id}/order` with the schema OrderIn becomes `anlan hazard order HAZARD --days N …`: path parts are
arguments, fields of the schema and of the query are options. A new route is a new command without a line here.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import click

from anlan.cli import boot
from anlan.cli.acting import named_scope
from anlan.cli.output import Answer, command, help_of, say


@dataclass(frozen=True, slots=True)
class Asked:
    """What routes read of a request: who, when, and the key that makes a repetition harmless."""

    scope: Any
    now: datetime
    once: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One route: its function, what it says of itself, and the models of its answers by status."""

    function: Callable[..., Any]
    summary: str
    path: str
    answers: Mapping[Any, Any]

    @property
    def arguments(self) -> list[str]:
        """The parts of the path that name a record."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


class RouteGroup(click.Group):
    """The routes of one kind of record as commands; `noun` is how their functions begin, `module` where they are."""

    def __init__(self, name: str, *, noun: str, module: str, renamed: Mapping[str, str], **settings: Any) -> None:
        super().__init__(name, **settings)
        self.noun, self.module, self.renamed = noun, module, renamed

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Settle the data folder before Django is loaded, which the options themselves need."""
        given = [after for name, after in zip(args, args[1:], strict=False) if name == "--data"]
        given += [each.partition("=")[2] for each in args if each.startswith("--data=")]
        boot.choose(Path(given[-1]) if given else None)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Reading first, then every route in the order of the API."""
        return [*self.commands, *self.routes()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        found = self.routes().get(cmd_name)
        return _command(cmd_name, found, self.noun) if found else None

    def routes(self) -> dict[str, Route]:
        """The routes whose function begins with the noun, by command."""
        boot.django()
        found = {}
        for path, view in import_module(self.module).router.path_operations.items():
            for operation in view.operations:
                function = inspect.unwrap(operation.view_func)
                name = function.__name__
                if function.__module__.startswith(self.module) and name.startswith((f"{self.noun}_", f"{self.noun}s_")):
                    short = self.renamed.get(name) or name.partition(f"{self.noun}_")[2].replace("_", "-")
                    found[short] = Route(function, operation.summary or short, path, operation.response_models)
        return found


def _command(name: str, route: Route, noun: str) -> click.Command:
    hints = get_type_hints(route.function)
    schema = hints.get("body")
    names = inspect.signature(route.function).parameters
    queries = {n: p for n, p in names.items() if n not in {"request", "body", *route.arguments}}

    def act(username: str, post: str | None, once: str | None, **typed: Any) -> Answer:
        boot.ready()
        from anlan.platform import clock

        now = clock.now()
        scope = named_scope(username, post, now)
        asked = Asked(scope, now, f"cli:{once}" if once else None)
        keys = {a: key_of_record(a.removesuffix("_id"), typed.pop(a), scope) for a in route.arguments}
        given = {n: v for n, v in typed.items() if v not in (None, ()) and v is not False}
        values: dict[str, Any] = dict(keys)
        values |= {n: _query(hints[n], n, given.pop(n)) for n in queries if n in given}
        if schema is not None:
            values["body"] = _body(schema, noun, keys, given, asked)
        return _answer(route, route.function(asked, **values))

    params: list[click.Parameter] = [click.Argument([a]) for a in route.arguments]
    params += [_option(n, hints[n], p.default is p.empty, "") for n, p in queries.items()]
    params += [
        _option(n, f.annotation, f.is_required() and n != "base", f.description or "")
        for n, f in (schema.model_fields if schema else {}).items()
    ]
    params += [
        click.Option(["--as", "username"], required=True, help=help_of("acting_as")),
        click.Option(["--post"], help=help_of("acting_post")),
        click.Option(["--once"], help=help_of("acting_once")),
    ]
    return command(name, help=f"{route.summary}。", params=params)(act)


def _option(name: str, annotation: Any, required: bool, description: str) -> click.Option:
    from anlan.kernel.labels import field_label

    label = description or field_label(name)
    flag = f"--{name.replace('_', '-')}"
    if _plain(annotation) is bool:
        return click.Option([flag, name], is_flag=True, help=f"{label}。")
    many = get_origin(_plain(annotation)) is list and not _nested(annotation)
    told = say("route.files") if _files(annotation) else say("route.json") if _nested(annotation) else ""
    again = say("route.again") if many else ""
    base = say("route.base") if name == "base" else ""
    return click.Option([flag, name], multiple=many, required=required, help=f"{label}。{told}{again}{base}")


def _plain(annotation: Any) -> Any:
    """The type behind `X | None`."""
    kinds = [a for a in get_args(annotation) if a is not type(None)]
    return kinds[0] if type(None) in get_args(annotation) and len(kinds) == 1 else annotation


def _files(annotation: Any) -> bool:
    """Whether it is a list of attachments, which are named by their hash in the API and by their file here."""
    from anlan.inspection.schemas.words import Sha256

    plain = _plain(annotation)
    return get_origin(plain) is list and get_args(plain)[0] == Sha256


def _nested(annotation: Any) -> bool:
    """Whether it takes objects, which are typed as JSON."""
    plain = _plain(annotation)
    inner = get_args(plain)[0] if get_origin(plain) is list else plain
    return get_origin(plain) is dict or hasattr(inner, "model_fields")


def key_of_record(noun: str, typed: str, scope: Any) -> str:
    """The id of a record that was named by its number, where its kind has one; else what was typed."""
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.scope import limit

    model = CATALOGUE.projections.get(f"inspection.{noun}")
    if model is None or not any(f.name == "number" for f in model._meta.concrete_fields):
        return typed
    found = limit(model._default_manager.filter(number=typed), scope).values_list("pk", flat=True).first()
    return str(found) if found else typed


def _body(schema: Any, noun: str, keys: Mapping[str, str], given: dict[str, Any], asked: Asked) -> Any:
    """The schema filled with what was typed: files are stored, moments read as Shanghai's, the version is the present one."""
    from anlan.kernel.deadlines import read_instant
    from anlan.platform.journal.record import version_of

    for name, field in schema.model_fields.items():
        if name in given and _files(field.annotation):
            given[name] = [_stored(each, asked) for each in given[name]]
        elif name in given and _nested(field.annotation):
            given[name] = _json(name, given[name])
        elif name == "at" and name in given:
            given[name] = read_instant(given[name])
        elif name == "base" and name not in given and keys:
            given[name] = version_of(f"inspection.{noun}/{next(iter(keys.values()))}") or 1
    return _validated(schema.model_validate, given)


def _query(annotation: Any, name: str, typed: str) -> Any:
    from pydantic import TypeAdapter

    return _validated(TypeAdapter(dict[str, annotation]).validate_python, {name: typed})[name]


def _validated(validate: Callable[[Any], Any], values: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    from anlan.kernel.errors import BadInput

    try:
        return validate({n: list(v) if isinstance(v, tuple) else v for n, v in values.items()})
    except ValidationError as error:
        from anlan.config.api import violation_of

        found = [violation_of({**e, "loc": ("query", *e["loc"])}) for e in error.errors()]
        raise BadInput("api.invalid", found) from None


def _stored(file: str, asked: Asked) -> str:
    from anlan.platform import attachments

    path = Path(file)
    return attachments.store(path.read_bytes(), path.name, scope=asked.scope, now=asked.now).sha256


def _json(name: str, typed: str) -> Any:
    """What was typed as JSON, or stands in the file that `@file` names."""
    from anlan.kernel.errors import BadInput

    text = Path(typed[1:]).read_text(encoding="utf-8") if typed.startswith("@") else typed
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadInput("cli.route.not_json", option=name.replace("_", "-"), reason=str(error)) from None


def _answer(route: Route, result: Any) -> Answer:
    from ninja import Status
    from ninja.operation import ResponseObject

    status = 200 if 200 in route.answers else next(iter(route.answers))
    if isinstance(result, Status):
        status, result = result.status_code, result.value
    model = route.answers.get(status)
    data: dict[str, Any] = {}
    if model is not None:
        shown = model.model_validate(ResponseObject(result)).model_dump(mode="json")["response"]
        data = shown if isinstance(shown, dict) else {"items": shown}
    return Answer({"ok": True, **data}, "\n".join(_lines(data)) or say("route.done"))


def _lines(data: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """An answer for people: a field a line, lists below their name."""
    from anlan.kernel.labels import field_label

    for name, value in data.items():
        label = field_label(name, unknown=name)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{indent}{label}："
            for each in value:
                yield f"{indent}  - " + "；".join(line.strip() for line in _lines(each))
        elif isinstance(value, dict):
            yield f"{indent}{label}："
            yield from _lines(value, f"{indent}  ")
        elif value not in (None, "", []):
            yield f"{indent}{label}：{'、'.join(map(str, value)) if isinstance(value, list) else value}"
