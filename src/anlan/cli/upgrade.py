"""`anlan upgrade`."""

from __future__ import annotations

from anlan.cli import boot
from anlan.cli.output import Answer, command, note, say
from anlan.cli.setup import reference_data


@command("upgrade")
def upgrade_command() -> Answer:
    """Back up, migrate, bring reference data to this version, fold the journal anew, verify it."""
    from datetime import timedelta

    import anlan
    from anlan.kernel.errors import Unavailable
    from anlan.platform import clock

    boot.lock(alone=True)
    boot.django()
    if not boot.initialised():
        raise Unavailable("cli.not_initialised", permanent=True, folder=str(boot.data_dir()))
    from django.core.management import call_command

    from anlan.platform import backup
    from anlan.platform.journal import chain, node, rebuild

    now = clock.now()
    stamp = (now + timedelta(hours=8)).strftime("%Y%m%d-%H%M%S")
    kept = boot.data_dir() / "backups" / f"before-upgrade-{anlan.__version__}-{stamp}.tar"
    backup.backup_make(kept, now=now)
    backup.backup_verify(kept)
    note(say("upgrade.backed_up", file=kept))
    pending = boot.pending()
    call_command("migrate", verbosity=0, interactive=False)
    reference_data(node.own().region)
    folded = rebuild.rebuild(check=False)
    verified = chain.verify()
    answer = {
        "ok": verified.ok,
        "version": anlan.__version__,
        "backup": str(kept),
        "migrations": pending,
        "entries": folded.entries,
        "refolded": folded.differences,
    }
    code = "upgrade.done" if verified.ok else "upgrade.chain_broken"
    return Answer(answer, say(code, **{**answer, "migrations": len(pending)}), verified.ok)
