"""`anlan simulate`: a simulated fleet sends to a gateway; no data folder, no Django."""

from __future__ import annotations

import json

import click

from anlan.cli.output import Answer, command, help_of, say

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
def simulate_command(
    profile: str, devices: int, seconds: float, interval: float, scenario: str, to: str, seed: int
) -> Answer:
    """Send for some seconds; exit 1 when a message was not acknowledged."""
    import asyncio

    from anlan.simulator.drive import Plan, drive
    from anlan.simulator.profiles import fleet

    host, colon, port = to.rpartition(":")
    if not colon or not port.isdigit():
        raise click.BadParameter(to, param_hint="--to")
    plan = Plan(scenario, seconds, interval, seed)
    host = host.removeprefix("[").removesuffix("]")
    counts = asyncio.run(drive(fleet(profile, devices), host, int(port), plan))
    good = counts.acknowledged == counts.messages
    data = {"ok": good, "devices": devices, "scenario": scenario, **counts.as_dict()}
    return Answer(data, say("simulate.done", **json.loads(json.dumps(data))), good)
