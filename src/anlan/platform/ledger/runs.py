"""Imports in the background: the file is kept, checked, shown, and imported when the person confirms.

Progress is a small file beside the upload: the importing transaction can't be looked into from outside, and on SQLite
nobody else may write while it runs. A run whose worker died stands still; importing again is harmless (natural key).
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django_tasks import task

from anlan.kernel.errors import AnlanError, BadInput, Conflict, NotFound
from anlan.kernel.messages import render
from anlan.platform import clock
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import writing
from anlan.platform.journal.node import new_id
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.links import import_right, require_import
from anlan.platform.ledger.models import ImportRun
from anlan.platform.scope import Scope

if TYPE_CHECKING:
    from anlan.platform.ledger.workbook.import_ import Report

log = logging.getLogger(__name__)
STALE = timedelta(minutes=3)
KEPT_FOR = timedelta(days=30)
_EVERY_SECONDS = 0.4


def import_start(*, scope: Scope, ledger: Ledger, content: bytes, name: str, now: datetime) -> str:
    """Keep an uploaded file and queue its check; returns the id of the run.

    Raises:
        NotAllowed: "ledger.read_only", "platform.not_allowed". BadInput: "ledger.file.empty",
        "ledger.file.upload_too_large".
    """
    require_import(scope, ledger)
    if not content:
        raise BadInput("ledger.file.empty", name=name)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise BadInput("ledger.file.upload_too_large", name=name, limit_mb=settings.UPLOAD_MAX_BYTES // 1048576)
    key = new_id(now)
    folder_of(key).mkdir(parents=True)
    (folder_of(key) / "upload").write_bytes(content)
    with writing():
        ImportRun(
            id=key,
            ledger=ledger.id,
            name=name[:200],
            sha256=hashlib.sha256(content).hexdigest(),
            person=scope.person,
            scope=_pack(scope),
            created_at=now,
            changed_at=now,
        ).save(force_insert=True)
        import_work.enqueue(key)
    return key


def import_confirm(*, scope: Scope, run: ImportRun, mode: str, now: datetime) -> None:
    """Queue the writing of a checked file: "all" or "skip_bad".

    Raises:
        BadInput: "ledger.import.mode". Conflict: "ledger.import.not_checked" unless the run is checked, was refused, or
            its worker died.
    """
    if mode not in {"all", "skip_bad"}:
        raise BadInput("ledger.import.mode", mode=mode[:20], offered="all、skip_bad")
    require_import(scope, CATALOGUE.ledgers[run.ledger])
    ready = run.state in {"checked", "refused"} or (run.state == "writing" and stale(run, now))
    with writing():
        swapped = ready and ImportRun.objects.filter(pk=run.pk, state=run.state, changed_at=run.changed_at).update(
            state="writing", mode=mode, changed_at=now, scope=_pack(scope)
        )
        if not swapped:
            raise Conflict("ledger.import.not_checked")
        tell(str(run.pk), 0, 0)
        import_work.enqueue(str(run.pk))


def import_get(scope: Scope, id: str) -> ImportRun:
    """A run of this person.

    Raises:
        NotFound: "ledger.import.missing", also for somebody else's.
    """
    run = ImportRun.objects.filter(pk=id, person__in=scope.ids).first()
    if run is None:
        raise NotFound("ledger.import.missing")
    return run


def imports_recent(scope: Scope, ledger: Ledger, count: int = 10) -> list[ImportRun]:
    """This person's latest imports into a ledger."""
    return list(ImportRun.objects.filter(person__in=scope.ids, ledger=ledger.id).order_by("-created_at")[:count])


@task()
def import_work(run_id: str) -> str:
    """Background task: check the file, or write it once confirmed.

    A defect ends the run with a message: nobody waits for a run that no worker will take up again.
    """
    try:
        return import_execute(run_id, clock.now())
    except Exception:
        log.exception("import %s failed", run_id)
        _finish(ImportRun.objects.get(pk=run_id), "failed", error=render("ledger.import.broken", {"run": run_id[:8]}))
        raise
    finally:
        if not connection.in_atomic_block:
            connection.close()


def import_execute(run_id: str, now: datetime) -> str:
    """Do what the run waits for; returns its new state. Nothing to do for a run that waits for nothing."""
    from anlan.platform.ledger.workbook.import_ import import_file  # the workbook libraries slow every start down

    run = ImportRun.objects.get(pk=run_id)
    if run.state not in {"checking", "writing"}:
        return run.state
    checking = run.state == "checking"
    ledger = CATALOGUE.ledgers[run.ledger]
    try:
        report = import_file(
            scope=_unpack(run.scope),
            ledger=ledger,
            content=(folder_of(run_id) / "upload").read_bytes(),
            name=run.name,
            mode="dry_run" if checking else run.mode,
            now=now,
            progress=_teller(run_id),
            right=import_right(ledger),
        )
    except AnlanError as error:
        return _finish(run, "failed" if checking else "refused", error=error.message)
    except OSError:
        return _finish(run, "failed", error=render("ledger.import.file_gone", {}))
    if report.rejected is not None:
        (folder_of(run_id) / "rejected.xlsx").write_bytes(report.rejected)
    state = "checked" if checking else "done" if report.written else "refused"
    return _finish(run, state, report=report)


def _finish(run: ImportRun, state: str, report: Report | None = None, error: str = "") -> str:
    changes: dict[str, Any] = {"state": state, "error": error, "changed_at": clock.now()}
    if report is not None:
        changes["report"] = json.dumps(report.as_dict(), ensure_ascii=False)
    with writing():
        ImportRun.objects.filter(pk=run.pk).update(**changes)
    return state


def folder_of(run_id: str) -> Path:
    """Where a run's files are. The id is checked to be a UUID, since it comes from an address."""
    return Path(settings.DATA_DIR) / "imports" / str(UUID(str(run_id)))


def tell(run_id: str, done: int, of: int) -> None:
    """Note the progress of a run."""
    (folder_of(run_id) / "progress").write_text(f"{done} {of}", encoding="ascii")


def progress_of(run_id: str) -> tuple[int, int]:
    """(rows done, rows in all) of a run; (0, 0) before it began."""
    try:
        done, of = (folder_of(run_id) / "progress").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0, 0
    return int(done), int(of)


def stale(run: ImportRun, now: datetime) -> bool:
    """Whether a run at work has shown no progress for three minutes: its worker died, or never began."""
    if run.state not in {"checking", "writing"}:
        return False
    try:
        touched = (folder_of(str(run.pk)) / "progress").stat().st_mtime
    except OSError:
        touched = run.changed_at.timestamp()
    return now.timestamp() - max(touched, run.changed_at.timestamp()) > STALE.total_seconds()


def forget_old_imports(now: datetime) -> int:
    """Delete runs and files of more than a month ago; returns how many. A daily job."""
    old = list(ImportRun.objects.filter(changed_at__lt=now - KEPT_FOR).values_list("pk", flat=True))
    for key in old:
        shutil.rmtree(folder_of(str(key)), ignore_errors=True)
    with writing():
        ImportRun.objects.filter(pk__in=old).delete()
    return len(old)


def _teller(run_id: str) -> Callable[[int, int], None]:
    last = 0.0

    def told(done: int, of: int) -> None:
        nonlocal last
        if monotonic() - last >= _EVERY_SECONDS or done == of:
            last = monotonic()
            tell(run_id, done, of)

    return told


def _pack(scope: Scope) -> str:
    held = asdict(scope) | {"name": "", "rights": sorted(scope.rights)}
    held |= {"subjects": sorted(scope.subjects) if scope.subjects is not None else None, "aliases": sorted(scope.aliases)}
    return json.dumps(held)


def _unpack(text: str) -> Scope:
    held = json.loads(text)
    subjects = held.pop("subjects")
    rights, aliases = frozenset(held.pop("rights")), frozenset(held.pop("aliases", ()))  # older runs name none
    seen = frozenset(subjects) if subjects is not None else None
    return Scope(**held, rights=rights, subjects=seen, aliases=aliases)
