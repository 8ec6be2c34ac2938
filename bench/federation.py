"""A county, its 19 towns and a village as real databases through days of cut lines: nothing lost, nothing counted twice.

    bench/federation.py --seed N --hours 72 --json

Every node is a process with its own SQLite file and works through the product's services. A seeded hand cuts lines, delivers
turns late, twice and out of order, lets clocks drift, burns one town's disk, and carries sticks. One line of JSON at the end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from exchange.nodes import Federation, NodeProcess, Refused, federation  # noqa: E402

COUNTY = "331003"
_CUT, _MENDED = 0.25, 0.35
_DRIFT_S = 8 * 60


@dataclass
class Story:
    """What happened, as the one who did it knows it: what every node must say in the end."""

    filed: dict[str, str] = field(default_factory=dict)
    ordered: dict[str, set[str]] = field(default_factory=dict)
    burnt: set[str] = field(default_factory=set)
    twins: int = 0


class Run:
    """One seeded run."""

    def __init__(self, made: Federation, seed: int, towns: int, hours: int) -> None:
        self.made, self.dice, self.hours = made, Random(seed), hours
        self.story = Story()
        self.regions = [f"{COUNTY}{n:03d}" for n in _town_numbers(towns)]
        self.up: dict[str, bool] = {}
        self.old: dict[str, list[tuple[str, bytes]]] = {}
        self.sticks: dict[str, bytes] = {}
        self.enterprises: dict[str, str] = {}

    def build(self) -> None:
        """All nodes enrolled and in step once."""
        top = self.made.node("county", COUNTY)
        village = f"{self.regions[0]}001"
        self.made.made, self.enterprises = top.staff(regions=[*self.regions, village])
        for region in self.regions:
            self.made.node(region, region, "county")
        self.made.node(village, village, self.regions[0])
        for name, node in self.made.nodes.items():
            self.up[name] = True
            node.drift = timedelta(seconds=self.dice.randint(-_DRIFT_S, _DRIFT_S))
        self.made.settle()

    def play(self) -> None:
        """Hour by hour."""
        burns, doomed = self.hours * 5 // 9, self.dice.choice(self.regions[1:])
        for hour in range(self.hours):
            self.made.pass_time(minutes=self.dice.randint(40, 80))
            for name in self.made.nodes:
                self.up[name] = self.dice.random() > _CUT if self.up[name] else self.dice.random() < _MENDED
            # Cut off before it burns, so that something is there which never left the machine.
            self.up[doomed] = self.up[doomed] and not burns - 4 <= hour <= burns
            for name in sorted(self.made.nodes):
                self._work(name)
            for name in self._shuffled(self.made.above):
                if self.up[name]:
                    self._talk(name)
                elif self.dice.random() < 0.2 and (name != doomed or hour < burns - 1):
                    self._stick(name)
            if hour == burns:
                self._burn(doomed)
            _say(f"{hour + 1}/{self.hours} 小时，隐患 {len(self.story.filed)} 条")
        self.up = dict.fromkeys(self.up, True)
        self.made.settle()

    def _shuffled(self, names: Any) -> list[str]:
        found = sorted(names)
        self.dice.shuffle(found)
        return found

    def _work(self, name: str) -> None:
        node, region = self.made.nodes[name], self.made.nodes[name].region
        if name == "county":
            region = self.dice.choice(sorted(self.enterprises))
        role = "supervision" if name == "county" else f"at_{region}"
        if self.dice.random() < 0.5:
            key = node.found(role=role, description=f"隐患{len(self.story.filed)}", enterprise=self.enterprises[region])
            self.story.filed[key] = name
        if self.dice.random() < 0.4 and (waiting := node.open_hazards(region=region)):
            key = self.dice.choice(waiting[-4:])
            node.order(role=role, hazard=key, days=self.dice.randint(3, 20))
            self.story.ordered.setdefault(key, set()).add(name)
        if name != "county" and self.dice.random() < 0.02:
            try:
                node.twin(region=region, number=900 + self.dice.randrange(4))
                self.story.twins += 1
            except Refused:
                pass  # this node has heard of the other registration already

    def _talk(self, name: str) -> None:
        """A turn each way, perhaps after an old one came once more, perhaps with the answer lost."""
        lower, upper = self.made.nodes[name], self.made.nodes[self.made.above[name]]
        held = self.old.setdefault(name, [])
        if held and self.dice.random() < 0.2:
            to, data = self.dice.choice(held)
            self.made.nodes[to].hear(data=data)
        told = lower.say(key=upper.key)
        if self.dice.random() < 0.1:
            held.append((self.made.above[name], told))
            return  # lost on the way, or only late
        answer = upper.hear(data=told)
        back = upper.say(key=lower.key, want=answer["lacking"], fills=answer["asked"])
        if self.dice.random() < 0.1:
            held.append((name, back))
            return
        lower.hear(data=back)
        held[:] = held[-6:]

    def _stick(self, name: str) -> None:
        """A cut-off node writes a stick; somebody brings it to the node above within hours, or never."""
        lower, upper = self.made.nodes[name], self.made.nodes[self.made.above[name]]
        path = self.made.folder / f"{name}.parts"
        lower.export(path=str(path))
        self.sticks[name] = path.read_bytes()
        if self.dice.random() < 0.5:
            assert upper.import_(path=str(path))["whole"]

    def _burn(self, name: str) -> None:
        """A town's disk is gone. What had left the machine, the last stick included, is not lost; a new machine goes on."""
        top, dead = self.made.nodes["county"], self.made.nodes[name]
        path = self.made.folder / "last.parts"
        if name in self.sticks:
            path.write_bytes(self.sticks[name])
            top.import_(path=str(path))
        dead.kill()
        shutil.rmtree(dead.folder)
        kept = set(top.hazards())
        self.story.burnt = {key for key, by in self.story.filed.items() if by == name and key not in kept}
        for key, who in self.story.ordered.items():
            if name in who and key in kept and name not in _orderers(top, key):
                who.discard(name)
        self.old[name] = []
        fresh = NodeProcess.__new__(NodeProcess)
        del fresh, self.made.nodes[name]
        self.made.node(name, dead.region, "county").drift = dead.drift
        self.made.meet(name)

    def verdict(self) -> dict[str, Any]:
        """What all nodes hold, against what was done."""
        story, top = self.story, self.made.nodes["county"]
        wanted = set(story.filed) - story.burnt
        tallies = {name: node.tally() for name, node in self.made.nodes.items()}
        held = {name: set(node.hazards()) for name, node in self.made.nodes.items()}
        of = {name: {k for k in wanted if self._within(k, name)} for name in self.made.nodes}
        contested = {f"inspection.hazard/{k}" for k, who in story.ordered.items() if len(who) > 1 and k in wanted}
        queued = set(top.contests())
        nodes = self.made.nodes.values()
        equal = all(top.scoped_digest(region=n.region) == n.scoped_digest(region=n.region) for n in nodes)
        marks = {json.dumps(node.marks(), sort_keys=True) for node in nodes}
        return {
            "nodes": len(self.made.nodes),
            "entries": tallies["county"]["entries"],
            "hazards": len(wanted),
            "burnt": len(story.burnt),
            "lost": sum(len(of[name] - held[name]) for name in held),
            "doubled": sum(t["twice"] for t in tallies.values()) + sum(len(held[n] - of[n]) for n in held),
            "digests_equal": equal and len(marks) == 1,
            "verified": all(t["verified"] for t in tallies.values()),
            "contested": len(contested),
            "contested_queued": len(contested & queued),
            "queued_otherwise": len(queued - contested),
            "twins": story.twins,
        }

    def _within(self, hazard: str, name: str) -> bool:
        """Whether a hazard concerns a node: filed at an enterprise of its region (all enterprises stand in towns)."""
        region = self.made.nodes[name].region
        return self._regions[hazard].startswith(region)

    @property
    def _regions(self) -> dict[str, str]:
        if not hasattr(self, "_known"):
            self._known = self.made.nodes["county"].run(source=_REGIONS)
        return self._known


_REGIONS = """
from anlan.inspection.models import Hazard
answer = {str(k): r for k, r in Hazard._default_manager.values_list("pk", "region")}
"""


def _orderers(top: NodeProcess, hazard: str) -> set[str]:
    """Names of the nodes whose order of a hazard the county holds."""
    nodes = top.run(source=_ORDERERS, key=hazard)
    return {"county" if node.startswith(COUNTY) and not node[6].isdigit() else node[:9] for node in nodes}


_ORDERERS = """
from anlan.platform.journal.models import Head, JournalEntry
sid = Head.objects.get(subject=f"inspection.hazard/{key}").sid
answer = list(JournalEntry.objects.filter(sid=sid, kind="inspection.hazard.ordered").values_list("node", flat=True))
"""


def _town_numbers(count: int) -> Iterator[int]:
    """Town codes of the county as the statistics bureau gives them."""
    from anlan import data

    found = sorted(int(r.code[6:9]) for r in data.region_rows() if r.level == "town" and r.code.startswith(COUNTY))
    yield from found[:count]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(seed: int, hours: int, towns: int, folder: Path) -> dict[str, Any]:
    """One run; its verdict."""
    began = time.monotonic()
    with federation(folder) as made:
        one = Run(made, seed, towns, hours)
        one.build()
        one.play()
        return {"seed": seed, "hours": hours} | one.verdict() | {"seconds": round(time.monotonic() - began, 1)}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--hours", type=int, default=72)
    asked.add_argument("--towns", type=int, default=19)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(given.seed, given.hours, given.towns, Path(folder)), ensure_ascii=False))


if __name__ == "__main__":
    main()
