"""Every environment variable Anlan reads, declared once. A wrong value stops the start with a sentence that names it."""

from __future__ import annotations

import os
import re
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


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return value


def _one_of(*words: str) -> Callable[[str], str]:
    def read_word(value: str) -> str:
        if value not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return value

    return read_word


def _headers(value: str) -> dict[str, str]:
    pairs = [line.partition(":") for line in value.replace("\\n", "\n").splitlines() if line.strip()]
    if not all(name.strip() and colon for name, colon, _ in pairs):
        raise ValueError("expected lines of `Name: value`")
    return {name.strip(): text.strip() for name, _, text in pairs}


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
    Variable("ANLAN_SENSING_AHEAD_MINUTES", int, 10, "How far a device's clock may run ahead before it is not believed."),
    Variable("ANLAN_SENSING_KEEP_DAYS", int, 1100, "Days that single readings are kept; their summaries stay."),
    Variable(
        "ANLAN_BACKUP_COPY", str, "", "Folder on another machine that the nightly backup is copied to; empty: none."
    ),
)

# 叫应: how people are reached outside the pages (docs/howto/calling.md).
CALLING: tuple[Variable, ...] = (
    Variable("ANLAN_PUBLIC_URL", str, "", "Address under which phones reach this server; empty: messages carry no link."),
    Variable("ANLAN_SMS_URL", str, "", "The SMS provider's address; {number} {text} … are filled in. Empty: no SMS.", True),
    Variable("ANLAN_SMS_METHOD", _one_of("POST", "GET"), "POST", "POST or GET."),
    Variable("ANLAN_SMS_FORMAT", _one_of("json", "form"), "json", "How ANLAN_SMS_BODY is sent: json or form."),
    Variable(
        "ANLAN_SMS_BODY", str, '{"mobile": "{number}", "content": "{text}"}', "The body, with the same places.", True
    ),
    Variable("ANLAN_SMS_HEADERS", _headers, {}, "Further headers, one `Name: value` a line.", True),
    Variable("ANLAN_SMS_SUCCESS", _pattern, ".", "The answer of a message that was taken matches this pattern."),
    Variable("ANLAN_SMS_ID", _pattern, "", "Group 1 of this pattern in the answer is the provider's number of the message."),
    Variable("ANLAN_SMS_PERMANENT", _pattern, "", "An answer that matches this pattern refuses the number for good."),
    Variable("ANLAN_SMS_SECRET", str, "", "What delivery reports and replies must show; empty: they are refused.", True),
    Variable(
        "ANLAN_SMS_REPORT_FIELDS", _words, ("id", "status", "DELIVRD"),
        "Names in a delivery report: the message's number, its state, and the word for delivered.",
    ),
    Variable("ANLAN_SMS_REPLY_FIELDS", _words, ("mobile", "content"), "Names in a reply: the number, the text."),
    Variable("ANLAN_KEYPAD_SECRET", str, "", "What the voice provider's keypad reports must show; empty: refused.", True),
    Variable("ANLAN_KEYPAD_FIELDS", _words, ("number", "key", "attempt"), "Names in a keypad report: number, key, attempt."),
    Variable("ANLAN_APPRISE_URLS", _words, (), "Addresses of apprise (DingTalk, WeCom, Feishu, mail) for calls.", True),
    Variable("ANLAN_CALL_WEBHOOK_URL", str, "", "Address that gets each call as signed JSON; empty: none."),
    Variable("ANLAN_CALL_WEBHOOK_SECRET", str, "", "Signs what goes to ANLAN_CALL_WEBHOOK_URL.", True),
)  # fmt: skip
VARIABLES = (*VARIABLES, *CALLING)


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
