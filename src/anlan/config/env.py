"""Every environment variable Anlan reads, declared once. A wrong value stops the start with a sentence that names it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from anlan.kernel.messages import render


class EnvError(ValueError):
    """A variable holds a value that can't be used; the message names the variable, its value unless secret, and what may."""


def _boolean(value: str) -> bool:
    lowered = value.strip().lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(value)


def _words(shape: str, least: int) -> Callable[[str], tuple[str, ...]]:
    """Words parted by commas, each of this shape, at least so many."""

    def parse(value: str) -> tuple[str, ...]:
        words = tuple(word.strip() for word in value.split(",") if word.strip())
        if len(words) < least or not all(re.fullmatch(shape, word) for word in words):
            raise ValueError(value)
        return words

    return parse


def _shaped(shape: str) -> Callable[[str], str]:
    """A text of this shape; empty stands for the default."""

    def parse(value: str) -> str:
        if value and not re.fullmatch(shape, value):
            raise ValueError(value)
        return value

    return parse


def _between(least: int, most: int) -> Callable[[str], int]:
    """A whole number between two bounds, both allowed."""

    def parse(value: str) -> int:
        number = int(value)
        if not least <= number <= most:
            raise ValueError(value)
        return number

    return parse


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(value) from error
    return value


def _one_of(*words: str) -> Callable[[str], str]:
    def read_word(value: str) -> str:
        if value not in words:
            raise ValueError(value)
        return value

    return read_word


def _headers(value: str) -> dict[str, str]:
    pairs = [line.partition(":") for line in value.replace("\\n", "\n").splitlines() if line.strip()]
    if not all(name.strip() and colon for name, colon, _ in pairs):
        raise ValueError(value)
    return {name.strip(): text.strip() for name, _, text in pairs}


def _folder(value: str) -> Path:
    return Path(_place(value) or "var")


def _place(value: str) -> str:
    if value and Path(value).exists() and not Path(value).is_dir():
        raise ValueError(value)
    return value


def _absolute(value: str) -> str:
    if value and (not Path(value).is_absolute() or (Path(value).exists() and not Path(value).is_dir())):
        raise ValueError(value)
    return value


def _database(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    named = parts.path.strip("/") and "/" not in parts.path.strip("/")
    if parts.scheme not in {"postgresql", "postgres"} or not named or parts.port == 0:
        raise ValueError(value)
    return value


_HOST = r"\*|\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]"
_PORT = r"(0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_LISTEN = rf"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):{_PORT}"
_URL = r"https?://\S+"
_ORIGIN = r"https?://(\*\.)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"


@dataclass(frozen=True)
class Variable:
    """One variable: name, how its text is read, default, one line of help, and whether it is a secret (`*_FILE` allowed).

    `allowed`: the sentence `config.env.<allowed>` of the catalogue, which tells what may stand there.
    """

    name: str
    parse: Callable[[str], Any]
    default: Any
    help: str
    allowed: str
    secret: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable("ANLAN_DATA", _folder, Path("var"), "Folder of the database, attachments, keys and backups.", "folder"),
    Variable(
        "ANLAN_DATABASE_URL",
        _database,
        "",
        "postgresql://user:password@host:port/name; empty: SQLite in ANLAN_DATA.",
        "database",
        True,
    ),
    Variable(
        "ANLAN_SECRET_KEY",
        _shaped(r"\S{32,}"),
        "",
        "Signs sessions, 32 characters or more; empty: the key made by `anlan init` in ANLAN_DATA/keys.",
        "secret_key",
        True,
    ),
    Variable(
        "ANLAN_VAULT_KEY",
        _shaped(r"[0-9A-Fa-f]{64}"),
        "",
        "Encrypts personal data, 64 hex digits; empty: ANLAN_DATA/keys/vault.key.",
        "vault_key",
        True,
    ),
    Variable(
        "ANLAN_ALLOWED_HOSTS",
        _words(_HOST, 1),
        ("127.0.0.1", "localhost", "[::1]"),
        "Host names this server answers to, parted by commas, without port.",
        "hosts",
    ),
    Variable(
        "ANLAN_CSRF_ORIGINS",
        _words(_ORIGIN, 0),
        (),
        "Origins of the HTTPS front end, e.g. https://anlan.example.gov, parted by commas.",
        "origins",
    ),
    Variable("ANLAN_HTTPS", _boolean, False, "The front end speaks HTTPS: cookies become Secure.", "boolean"),
    Variable(
        "ANLAN_DEBUG", _boolean, False, "Show Python tracebacks in the browser; never on a real server.", "boolean"
    ),
    Variable("ANLAN_HASH", _one_of("sha256", "sm3"), "sha256", "Digest of the journal's chain: sha256 or sm3.", "hash"),
    Variable(
        "ANLAN_IDLE_MINUTES",
        _between(1, 1440),
        30,
        "Minutes without a request after which a session ends, 1 to 1440.",
        "idle_minutes",
    ),
    Variable("ANLAN_UPLOAD_MB", _between(1, 500), 20, "Largest upload accepted, in MiB, 1 to 500.", "upload_mb"),
    Variable(
        "ANLAN_TIANDITU_KEY",
        _shaped("[0-9A-Za-z]{16,64}"),
        "",
        "Key of the 天地图 base map; empty: the built-in outline map.",
        "tianditu_key",
        True,
    ),
    Variable(
        "ANLAN_BACKUP_COPY",
        _absolute,
        "",
        "Folder on another machine that the nightly backup is copied to, an absolute path; empty: none.",
        "backup_copy",
    ),
    Variable(
        "ANLAN_SENSING_AHEAD_MINUTES",
        _between(1, 1440),
        10,
        "How far a device's clock may run ahead before it is not believed, 1 to 1440 minutes.",
        "sensing_ahead_minutes",
    ),
    Variable(
        "ANLAN_SENSING_KEEP_DAYS",
        _between(31, 36_500),
        1100,
        "Days that single readings are kept, 31 to 36500; their summaries stay.",
        "sensing_keep_days",
    ),
)

# Gateways of devices (docs/howto/gateway.md): read by `anlan gateway`, which knows no Django.
GATEWAY: tuple[Variable, ...] = (
    Variable(
        "ANLAN_HJ212_LISTEN", _shaped(_LISTEN), "", "host:port where HJ 212 devices are received; empty: they are not.",
        "listen",
    ),
    Variable(
        "ANLAN_INGEST", _shaped(_URL), "http://127.0.0.1:8000", "Server that `anlan gateway` hands its parcels to.", "url"
    ),
    Variable(
        "ANLAN_GATEWAY_TOKEN", _shaped(r"\S+"), "",
        "Key that a gateway shows to the ingest; under `serve` empty: one of its own.",
        "token", True,
    ),
    Variable(
        "ANLAN_GATEWAY_REGION", _shaped(r"[0-9]{6}"), "331003",
        "County of the gateway, six digits: part of its subject on NATS.", "region6",
    ),
    Variable(
        "ANLAN_GATEWAY_CONNECTIONS", _between(1, 1_000_000), 20_000, "Most connections of devices that a gateway holds.",
        "count",
    ),
    Variable(
        "ANLAN_GATEWAY_PER_ADDRESS", _between(1, 1_000_000), 1000,
        "Most connections of one address that have not sent a message yet.", "count",
    ),
    Variable(
        "ANLAN_GATEWAY_FIRST_SECONDS", _between(1, 86_400), 60,
        "Seconds in which a new connection must send its first message.", "seconds",
    ),
    Variable(
        "ANLAN_GATEWAY_IDLE_SECONDS", _between(1, 86_400), 900,
        "Seconds without a message after which a device counts as silent.", "seconds",
    ),
    Variable(
        "ANLAN_SPOOL", _place, "", "Folder where a gateway keeps what it acknowledged; empty: ANLAN_DATA/spool.", "folder"
    ),
    Variable(
        "ANLAN_SPOOL_MB", _between(1, 10_000_000), 4096,
        "Most MiB of that folder; at the limit devices are not acknowledged.", "spool_mb",
    ),
    Variable(
        "ANLAN_NATS", _shaped(r"(nats|tls)://\S+"), "",
        "nats://host:port of JetStream for parcels of gateways; empty: HTTP.", "nats", True,
    ),
    Variable(
        "ANLAN_EXCHANGE_NATS", _shaped(r"(nats|tls)://\S+"), "",
        "nats://user:password@host:port of this node's own NATS server, several parted by commas, for the exchange with other"
        " nodes; empty: HTTP.", "nats", True,
    ),
    Variable(
        "ANLAN_EXCHANGE_SECONDS", _between(1, 86_400), 20,
        "Seconds between two turns with the node above.", "seconds",
    ),
)  # fmt: skip

# 叫应: how people are reached outside the pages (docs/howto/calling.md).
CALLING: tuple[Variable, ...] = (
    Variable(
        "ANLAN_PUBLIC_URL", _shaped(_URL), "",
        "Address under which phones reach this server; empty: messages carry no link.", "url",
    ),
    Variable(
        "ANLAN_SMS_URL", _shaped(_URL), "",
        "The SMS provider's address; {number} {text} … are filled in. Empty: no SMS.", "url", True,
    ),
    Variable("ANLAN_SMS_METHOD", _one_of("POST", "GET"), "POST", "POST or GET.", "method"),
    Variable(
        "ANLAN_SMS_FORMAT", _one_of("json", "form"), "json", "How ANLAN_SMS_BODY is sent: json or form.", "format"
    ),
    Variable(
        "ANLAN_SMS_BODY", _shaped(r"(?s).*\{text\}.*"),
        '{"mobile": "{number}", "content": "{text}"}', "The body, with the same places.",
        "sms_body", True,
    ),
    Variable("ANLAN_SMS_HEADERS", _headers, {}, "Further headers, one `Name: value` a line.", "headers", True),
    Variable(
        "ANLAN_SMS_SUCCESS", _pattern, ".", "The answer of a message that was taken matches this pattern.", "pattern"
    ),
    Variable(
        "ANLAN_SMS_ID", _pattern, "", "Group 1 of this pattern in the answer is the provider's number of the message.",
        "pattern",
    ),
    Variable(
        "ANLAN_SMS_PERMANENT", _pattern, "", "An answer that matches this pattern refuses the number for good.", "pattern"
    ),
    Variable(
        "ANLAN_SMS_SECRET", _shaped(r"\S+"), "",
        "What delivery reports and replies must show; empty: they are refused.", "token", True
    ),
    Variable(
        "ANLAN_SMS_REPORT_FIELDS", _words(r"\S+", 3), ("id", "status", "DELIVRD"),
        "Names in a delivery report: the message's number, its state, and the word for delivered.", "three_words",
    ),
    Variable(
        "ANLAN_SMS_REPLY_FIELDS", _words(r"\S+", 2), ("mobile", "content"),
        "Names in a reply: the number, the text, and the provider's number of the reply if there is one.",
        "two_words",
    ),
    Variable(
        "ANLAN_KEYPAD_SECRET", _shaped(r"\S+"), "",
        "What the voice provider's keypad reports must show; empty: refused.", "token", True
    ),
    Variable(
        "ANLAN_KEYPAD_FIELDS", _words(r"\S+", 3), ("number", "key", "attempt"),
        "Names in a keypad report: number, key, attempt.", "three_words",
    ),
    Variable(
        "ANLAN_APPRISE_URLS", _words(r"[a-z]+://\S+", 0), (),
        "Addresses of apprise (DingTalk, WeCom, Feishu, mail) for calls.", "apprise", True,
    ),
    Variable(
        "ANLAN_CALL_WEBHOOK_URL", _shaped(_URL), "", "Address that gets each call as signed JSON; empty: none.", "url"
    ),
    Variable(
        "ANLAN_CALL_WEBHOOK_SECRET", _shaped(r"\S+"), "", "Signs what goes to ANLAN_CALL_WEBHOOK_URL.", "token", True
    ),
    Variable(
        "ANLAN_CALL_KEEP_DAYS", _between(31, 36_500), 400,
        "Days that single messages of ended calls are kept, 31 to 36500; who was called and what was answered stays.",
        "call_keep_days",
    ),
)  # fmt: skip
VARIABLES = (*VARIABLES, *GATEWAY, *CALLING)


def checked(variable: Variable, raw: str, source: str = "") -> Any:
    """The value that a text stands for.

    Args:
        source: where the text was read, if not in the variable itself: `ANLAN_VAULT_KEY_FILE`, or a file's path.
    Raises:
        EnvError: it is not of the variable's kind or outside its bounds.
    """
    if raw == "" and variable.default in ("", ()):
        return variable.default
    try:
        if "\0" in raw:
            raise ValueError(raw)
        return variable.parse(raw)
    except ValueError:
        facts = {
            "name": source or variable.name,
            "value": "***" if variable.secret else raw[:80],
            "allowed": render(f"config.env.{variable.allowed}", {}),
        }
        raise EnvError(render("config.env.wrong", facts)) from None


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
            except (OSError, UnicodeDecodeError) as error:
                facts = {
                    "name": f"{variable.name}_FILE",
                    "file": path,
                    "reason": getattr(error, "strerror", "") or "UTF-8",
                }
                raise EnvError(render("config.env.file", facts)) from error
            values[variable.name] = checked(variable, raw, f"{variable.name}_FILE")
        else:
            values[variable.name] = variable.default if raw is None else checked(variable, raw)
    return values


def named(name: str) -> Variable:
    """The variable of that name."""
    return next(v for v in VARIABLES if v.name == name)
