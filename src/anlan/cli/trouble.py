"""What the machine refuses a command, as a typed error: a full disk, a folder that is not writable, a locked database."""

from __future__ import annotations

import errno
import shutil
import sys

from anlan.kernel.errors import Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
# SQLite's own words (sqlite3.c, sqlite3ErrStr), and what PostgreSQL's SQLSTATE classes say, by the beginning of the state.
_WORDS = (
    ("database or disk is full", "disk_full"),
    ("readonly database", "read_only"),
    ("unable to open database file", "read_only"),
    ("database is locked", "locked"),
    ("database table is locked", "locked"),
    ("disk I/O error", "disk_io"),
)
_LEAST = 128 * 1024
_STATES = (("53100", "disk_full"), ("25006", "read_only"), ("55P03", "locked"), ("57014", "locked"))


def troubles() -> tuple[type[Exception], ...]:
    """The exceptions that the machine, not a defect, may cause. Asked only once one was raised: neither SQLite nor Django
    may be loaded, and what was never loaded has raised nothing."""
    sqlite, loaded = sys.modules.get("sqlite3"), sys.modules.get("django.db")
    django = (loaded.OperationalError, loaded.InternalError) if loaded else ()
    return (OSError, *((sqlite.OperationalError,) if sqlite else ()), *django)


def unavailable_of(error: Exception, folder: str) -> Unavailable:
    """The refusal that tells what stood in the way, where, and how to mend it.

    Args:
        error: one of `troubles`. folder: the data folder, named where the error names no file.
    Returns:
        Unavailable "cli.trouble.disk_full|read_only|locked|disk_io|file|database"; `permanent` unless waiting helps.
    """
    what = _what(error)
    # On a full disk SQLite may already fail to make its log, and says only that it could not open or write a file.
    if what in {"disk_io", "read_only"} and not isinstance(error, OSError) and _free(folder) < _LEAST:
        what = "disk_full"
    file = getattr(error, "filename", None) or folder
    reason = getattr(error, "strerror", None) or str(error).strip().partition("\n")[0]
    facts = {"file": str(file), "folder": folder, "reason": reason}
    codes = {
        "disk_full": Unavailable("cli.trouble.disk_full", permanent=True, **facts),
        "read_only": Unavailable("cli.trouble.read_only", permanent=True, **facts),
        "locked": Unavailable("cli.trouble.locked", permanent=False, **facts),
        "disk_io": Unavailable("cli.trouble.disk_io", permanent=True, **facts),
        "file": Unavailable("cli.trouble.file", permanent=True, **facts),
        "database": Unavailable("cli.trouble.database", permanent=True, **facts),
    }
    return codes[what]


def _free(folder: str) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _LEAST


def _what(error: Exception) -> str:
    if isinstance(error, OSError):
        return "disk_full" if error.errno in _FULL else "read_only" if error.errno in _CLOSED else "file"
    state = getattr(error.__cause__, "sqlstate", None) or ""
    said = str(error)
    for begins, what in _STATES:
        if state == begins:
            return what
    return next((what for words, what in _WORDS if words in said), "database")
