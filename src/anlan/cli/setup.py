"""`anlan init`."""

from __future__ import annotations

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, say

DEFAULT_REGION = "331003"


@command("init")
@click.option("--region", default=DEFAULT_REGION, show_default=True, help=help_of("region"))
def init_command(region: str) -> Answer:
    """Make keys, tables, node, regions and roles where they are missing."""
    return Answer(*initialise(region))


def initialise(region: str) -> tuple[dict[str, object], str]:
    """What `anlan init` does; asks nothing and may be repeated. Returns its JSON answer and its sentence.

    Raises:
        BadInput: "kernel.region.*", "kernel.region.unknown". Conflict: "cli.in_use".
        Unavailable: "cli.vault_key_lost", "cli.upgrade_needed".
    """
    from anlan import data
    from anlan.kernel.codes import region_pad
    from anlan.kernel.errors import BadInput

    code = region_pad(region)
    if data.region_name(code) is None:
        raise BadInput("kernel.region.unknown", value=code)
    held, keys = tables()
    facts = reference_data(code)
    answer = {"ok": True, "data": str(boot.data_dir()), "made": not held, "keys": keys, **facts}
    sentence = say("init.repeated" if held else "init.done", folder=boot.data_dir(), **facts)
    return answer, sentence


def tables() -> tuple[bool, list[str]]:
    """Keys and tables where they are missing; whether this server had its node before, and the keys made now.

    Raises as `initialise`.
    """
    from anlan.kernel.errors import Unavailable

    boot.lock(alone=False, make=True)
    keys = boot.make_keys()
    boot.django()
    held = boot.initialised()
    if held and boot.pending():
        raise Unavailable("cli.upgrade_needed", permanent=True, folder=str(boot.data_dir()))
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    return held, keys


def reference_data(region: str) -> dict[str, object]:
    """Node, regions, roles and search index of this version, where they are missing; returns node and region name.

    Roles belong to the highest node; one below another has them from there.
    """
    from anlan.accounts.services.bootstrap import SETUP
    from anlan.accounts.services.roles import roles_install
    from anlan.platform import clock, regions
    from anlan.platform.exchange.models import PeerLink
    from anlan.platform.journal import node
    from anlan.platform.reference import references_install
    from anlan.platform.scope import SYSTEM
    from anlan.platform.search import index

    if not boot.initialised():
        node.start(region)
    own = node.own()
    now = clock.now()
    regions.regions_install(scope=SYSTEM, region=own.region, now=now)
    references_install(scope=SYSTEM, region=own.region, now=now)
    if not PeerLink.objects.filter(role="parent").exists():
        roles_install(scope=SETUP, region=own.region, now=now)
    index.refresh()
    return {"node": own.id, "region": own.region, "name": regions.full_name(own.region)}
