"""`anlan code` and `anlan geo`: pure functions of the kernel, no data, no Django."""

from __future__ import annotations

from typing import Any

import click

from anlan.cli.output import Answer, command, say

# So that a negative longitude is a value and not an unknown option.
_VALUES = {"ignore_unknown_options": True}


def _shown(facts: dict[str, Any]) -> str:
    """Facts of a code for people, one a line: label and value; reasons after them."""
    lines = [
        f"{say('code.' + key)}：{value}"
        for key, value in facts.items()
        if isinstance(value, str | int) and value != "" and key in _LABELS
    ]
    return "\n".join([*lines, *(problem["message"] for problem in (*facts.get("errors", ()), *facts.get("notes", ())))])


_LABELS = (
    "value",
    "registrar_label",
    "type_label",
    "region_name",
    "region",
    "org_code",
    "check",
    "level_label",
    "full_name",
    "type",
    "parent",
    "born_on",
    "sex_label",
)


@command("code", data=False, context_settings=_VALUES)
@click.argument("kind", type=click.Choice(["uscc", "region", "id"]))
@click.argument("value")
def code_command(kind: str, value: str) -> Answer:
    """Check and explain a code; exit 1 when it is not valid."""
    from anlan.kernel import codes

    if kind == "region":
        from anlan import data

        facts = codes.explain_region(value, data.region_name)
    else:
        facts = codes.explain_uscc(value) if kind == "uscc" else codes.explain_id(value)
    return Answer(facts, _shown(facts), bool(facts["ok"]))


_SYSTEMS = click.Choice(["wgs84", "gcj02", "bd09"], case_sensitive=False)


@command("geo", data=False, context_settings=_VALUES)
@click.argument("source", type=_SYSTEMS)
@click.argument("to", type=click.Choice(["to"]))
@click.argument("target", type=_SYSTEMS)
@click.argument("lon", type=float)
@click.argument("lat", type=float)
def geo_command(source: str, to: str, target: str, lon: float, lat: float) -> Answer:
    """Convert a position; always prints one JSON object with lon and lat."""
    import json

    from anlan.kernel import geo

    out_lon, out_lat = geo.convert(source, target, lon, lat)
    place = {"lon": round(out_lon, 9), "lat": round(out_lat, 9)}
    return Answer(place, json.dumps(place))
