"""`anlan backup FILE` and `anlan restore FILE`."""

from __future__ import annotations

from pathlib import Path

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, note, say

_FILE = click.Path(path_type=Path, dir_okay=False)


@command("backup")
@click.argument("file", type=_FILE)
def backup_command(file: Path) -> Answer:
    """One consistent file while the server goes on serving, read back before it counts."""
    boot.ready()
    from anlan.platform import backup, clock

    target = file.absolute()
    made = backup.backup_make(target, now=clock.now())
    backup.backup_verify(target)
    data = {"ok": True, "file": str(target), **made.as_dict()}
    return Answer(data, say("backup.done", size_mb=round(made.size / 1048576, 1), **data))


@command("restore")
@click.argument("file", type=_FILE)
@click.option("--check", is_flag=True, help=help_of("restore_check"))
def restore_command(file: Path, check: bool) -> Answer:
    """Put a backup in place of the present data, which is kept aside; this server becomes a new incarnation."""
    boot.django()
    from anlan.platform import backup

    source = file.absolute()
    if check:
        manifest = backup.backup_verify(source)
        return Answer({"ok": True, **manifest.as_dict()}, say("restore.checked", **manifest.as_dict()))
    if not boot.data_dir().exists():
        backup.backup_verify(source)  # a file that is none must not leave a new folder behind
    boot.lock(alone=True, make=True)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from anlan.platform import clock
    from anlan.platform.journal import chain, rebuild
    from anlan.platform.search import index

    connections.close_all()
    manifest = backup.restore_files(source, boot.data_dir(), settings.DATABASES["default"], now=clock.now())
    call_command("migrate", verbosity=0, interactive=False)
    node = backup.incarnate(boot.data_dir())
    index.refresh()
    note(say("restore.verifying"))
    verified = chain.verify()
    folded = rebuild.rebuild(check=True)
    ok = verified.ok and folded.ok
    data = {"ok": ok, "node": node, "verified": verified.ok, "differences": folded.differences, **manifest.as_dict()}
    return Answer(data, say("restore.done" if ok else "restore.suspect", **data), ok)
