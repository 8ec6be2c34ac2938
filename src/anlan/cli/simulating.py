"""`anlan simulate`: a simulated fleet sends to a gateway; no data folder, no Django."""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import click

from anlan.cli.output import Answer, command, help_of, say

if TYPE_CHECKING:
    from anlan.simulator.drive import Counts

# As in simulator/profiles.py and scenarios.py; named here so that --help needs neither.
_SCENARIOS = ("quiet", "leak", "power-cut", "liar")


@command("simulate", data=False)
@click.option("--profile", default="huangyan", show_default=True, help=help_of("simulate_profile"))
@click.option(
    "--devices", type=click.IntRange(1, 100_000), default=20, show_default=True, help=help_of("simulate_devices")
)
@click.option(
    "--seconds", type=click.FloatRange(0.1), default=60.0, show_default=True, help=help_of("simulate_seconds")
)
@click.option(
    "--interval", type=click.FloatRange(0.05), default=5.0, show_default=True, help=help_of("simulate_interval")
)
@click.option(
    "--scenario", type=click.Choice(_SCENARIOS), default="quiet", show_default=True, help=help_of("simulate_scenario")
)
@click.option("--to", default="127.0.0.1:5212", show_default=True, help=help_of("simulate_to"))
@click.option("--seed", type=int, default=1, show_default=True, help=help_of("simulate_seed"))
@click.option("--with-parent", is_flag=True, hidden=True, help=help_of("simulate_with_parent"))
def simulate_command(
    profile: str, devices: int, seconds: float, interval: float, scenario: str, to: str, seed: int, with_parent: bool
) -> Answer:
    """Send for some seconds; exit 1 when a message was not acknowledged. With --with-parent until standard input ends."""
    import asyncio

    from anlan.simulator.drive import Plan, drive
    from anlan.simulator.profiles import fleet

    host, colon, port = to.rpartition(":")
    if not colon or not port.isdigit():
        raise click.BadParameter(to, param_hint="--to")
    host = host.removeprefix("[").removesuffix("]")
    if with_parent:
        told = asyncio.run(_told(fleet(profile, devices), host, int(port), interval, seed))
        return Answer({"ok": True, "devices": devices, **told.as_dict()}, "")
    plan = Plan(scenario, seconds, interval, seed)
    counts = asyncio.run(drive(fleet(profile, devices), host, int(port), plan))
    good = counts.acknowledged == counts.messages
    data = {"ok": good, "devices": devices, "scenario": scenario, **counts.as_dict()}
    return Answer(data, say("simulate.done", **json.loads(json.dumps(data))), good)


async def _told(devices: list[Any], host: str, port: int, interval: float, seed: int) -> Counts:
    """Run until standard input ends, as it does when whoever started us is gone; a line of it names a scenario."""
    import asyncio
    import time

    from anlan.simulator.drive import Told, live

    loop, told, stop = asyncio.get_running_loop(), Told(), asyncio.Event()

    def tell(word: str) -> None:
        told.scenario, told.since = word, time.time_ns() / 1e9

    def listen() -> None:
        for line in sys.stdin:
            if line.strip() in _SCENARIOS:
                loop.call_soon_threadsafe(tell, line.strip())
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=listen, name="told", daemon=True).start()
    return await live(devices, host, port, told, stop, interval=interval, seed=seed)
