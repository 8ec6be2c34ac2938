"""`anlan check` (what is declared, and whether it fits) and `anlan doctor` (whether this installation is healthy)."""

from __future__ import annotations

from typing import Any

from anlan.cli import boot
from anlan.cli.output import Answer, command, say

_KINDS = ("ledgers", "loops", "folds", "projections", "rights", "panels", "todos", "jobs", "indicators")


@command("check")
def check_command() -> Answer:
    """The declarations of every context and Django's own system checks; needs no data."""
    boot.django()
    from django.core import checks

    from anlan.platform.catalogue import CATALOGUE

    declared = {kind: sorted(getattr(CATALOGUE, kind)) for kind in _KINDS}
    problems = [m for m in checks.run_checks() if not m.is_silenced() and m.level >= checks.WARNING]
    data = {"ok": not problems, "declared": declared, "problems": [f"{m.id}: {m.msg}" for m in problems]}
    width = max(len(kind) for kind in _KINDS)
    lines = [
        f"{kind:<{width}}  {number}" if number else kind
        for kind, ids in declared.items()
        for number in (", ".join(ids),)
    ]
    return Answer(data, "\n".join([*lines, *data["problems"]]), not problems)


@command("doctor")
def doctor_command() -> Answer:
    """Every check of the installation with its result; exit 1 when one fails."""
    boot.require_data()
    boot.django()
    from anlan.platform import clock
    from anlan.platform.health import examine_all

    found = examine_all(boot.data_dir(), clock.now())
    results: list[dict[str, Any]] = [{"check": f.check, "ok": f.ok, "message": f.message} for f in found]
    ok = all(r["ok"] for r in results)
    lines = [say("doctor.good" if r["ok"] else "doctor.bad", message=r["message"]) for r in results]
    return Answer({"ok": ok, "checks": results}, "\n".join(lines), ok)
