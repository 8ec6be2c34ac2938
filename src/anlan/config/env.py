"""Every environment variable Anlan reads, declared once. A wrong value stops the start with a sentence that names it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class EnvError(ValueError):
    """A variable holds a value that can't be used; the message names the variable and the reason."""


def _boolean(value: str) -> bool:
    lowered = value.strip().lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("expected 1/0, true/false, yes/no or on/off")


def _words(value: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip())


def _hash(value: str) -> str:
    if value not in {"sha256", "sm3"}:
        raise ValueError("expected sha256 or sm3")
    return value


@dataclass(frozen=True)
class Variable:
    """One variable: name, how its text is read, default, one line of help, and whether it is a secret (`*_FILE` allowed)."""

    name: str
    parse: Callable[[str], Any]
    default: Any
    help: str
    secret: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable("ANLAN_DATA", Path, Path("var"), "Folder of the database, attachments, keys and backups."),
    Variable(
        "ANLAN_DATABASE_URL", str, "", "postgresql://user:password@host:port/name; empty: SQLite in ANLAN_DATA.", True
    ),
    Variable(
        "ANLAN_SECRET_KEY", str, "", "Signs sessions; empty: the key made by `anlan init` in ANLAN_DATA/keys.", True
    ),
    Variable(
        "ANLAN_VAULT_KEY", str, "", "Encrypts personal data, 64 hex digits; empty: ANLAN_DATA/keys/vault.key.", True
    ),
    Variable("ANLAN_ALLOWED_HOSTS", _words, ("127.0.0.1", "localhost", "[::1]"), "Host names this server answers to."),
    Variable("ANLAN_CSRF_ORIGINS", _words, (), "Origins of the HTTPS front end, e.g. https://anlan.example.gov."),
    Variable("ANLAN_HTTPS", _boolean, False, "The front end speaks HTTPS: cookies become Secure."),
    Variable("ANLAN_DEBUG", _boolean, False, "Show Python tracebacks in the browser; never on a real server."),
    Variable("ANLAN_HASH", _hash, "sha256", "Digest of the journal's chain: sha256 or sm3."),
    Variable("ANLAN_IDLE_MINUTES", int, 30, "Minutes without a request after which a session ends."),
    Variable("ANLAN_UPLOAD_MB", int, 20, "Largest upload accepted, in MiB."),
    Variable("ANLAN_TIANDITU_KEY", str, "", "Key of the 天地图 base map; empty: the built-in outline map.", True),
    Variable(
        "ANLAN_BACKUP_COPY", str, "", "Folder on another machine that the nightly backup is copied to; empty: none."
    ),
)


def read(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All variables by name, parsed.

    Raises:
        EnvError: a value can't be read, or a `*_FILE` can't be opened.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for variable in VARIABLES:
        raw = environ.get(variable.name)
        if raw is None and variable.secret and (path := environ.get(f"{variable.name}_FILE")):
            try:
                raw = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise EnvError(f"{variable.name}_FILE: {error}") from error
        if raw is None:
            values[variable.name] = variable.default
            continue
        try:
            values[variable.name] = variable.parse(raw)
        except ValueError as error:
            raise EnvError(f"{variable.name}={'***' if variable.secret else raw}: {error}") from error
    return values
