"""Duty chains (叫应链): who is called first, who next, after how many minutes, by which channels. Pure.

Source: house rule. 《突发事件应对法》(2024) 第六十四条 wants reports without delay; the minutes are the county's to set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.region_codes import region_ancestors

__all__ = [
    "ANY", "CHANNELS", "DEFAULT_CHAIN", "HOLDERS", "LONGEST_MINUTES", "POSITIONS", "ChainFacts", "ChainStep", "check_step",
    "pick_chain", "read_channels", "show_channels",
]  # fmt: skip

HOLDERS: tuple[tuple[str, str], ...] = (
    ("position", "值班岗位"),
    ("post", "指定任职"),
    ("person", "指定人员"),
    ("leader", "接收升级提醒的领导"),
)
POSITIONS: tuple[tuple[str, str], ...] = (
    ("duty", "值班员"),
    ("lead", "带班领导"),
    ("technical", "技术值守"),
    ("standby", "备勤"),
)
CHANNELS: tuple[tuple[str, str], ...] = (
    ("inapp", "站内"),
    ("sms", "短信"),
    ("apprise", "群消息和邮件"),
    ("webhook", "语音和其他接口"),
)
ANY = ""
LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One step of a chain.

    Attributes:
        holder: a word of HOLDERS. position, post, person: which, as the holder says; the others are "".
        minutes: how long those called have, before the next step begins.
        critical, urgent, routine: channels by urgency, words of CHANNELS.
    """

    holder: str
    minutes: int
    position: str = ""
    post: str = ""
    person: str = ""
    critical: tuple[str, ...] = ("inapp", "sms", "webhook", "apprise")
    urgent: tuple[str, ...] = ("inapp", "sms", "apprise")
    routine: tuple[str, ...] = ("inapp", "sms")

    def channels(self, urgency: str) -> tuple[str, ...]:
        """The channels of an urgency, each once, in the order of CHANNELS."""
        chosen = {"critical": self.critical, "urgent": self.urgent, "routine": self.routine}[urgency]
        return tuple(word for word, _ in CHANNELS if word in chosen)

    def as_dict(self) -> dict[str, Any]:
        """JSON values for the entry of a call."""
        return {
            "holder": self.holder, "minutes": self.minutes, "position": self.position, "post": self.post,
            "person": self.person, "critical": list(self.critical), "urgent": list(self.urgent),
            "routine": list(self.routine),
        }  # fmt: skip

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> ChainStep:
        """The step of such JSON values."""
        lists = {name: tuple(values[name]) for name in ("critical", "urgent", "routine")}
        return cls(**{**values, **lists})


# Where a region has no chain of its own. 2026-11-22, house rule: ten minutes for who is on duty, then who leads them.
DEFAULT_CHAIN: tuple[ChainStep, ...] = (
    ChainStep("position", 10, position="duty"),
    ChainStep("position", 10, position="lead"),
    ChainStep("leader", 15),
)


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """A chain that stands: id, 12-digit region, and the kind of matter it is for (ANY for every kind)."""

    id: str
    region: str
    kind: str


def pick_chain(chains: Iterable[ChainFacts], region: str, kind: str) -> str | None:
    """The id of the chain in force for a matter; None where the default holds.

    The nearest region upward decides, and within it the chain for this kind goes before the one for every kind; of equal
    ones the smaller id, so that two nodes choose alike. Source: house rule.
    """
    places = {code: depth for depth, code in enumerate((*region_ancestors(region), region))}
    fitting = [c for c in chains if c.region in places and c.kind in (ANY, kind)]
    best = min(fitting, key=lambda c: (-places[c.region], c.kind == ANY, c.id), default=None)
    return best.id if best else None


def read_channels(text: str) -> str:
    """Channel words, separated by blanks, from labels or words: "站内、短信" -> "inapp sms".

    Raises:
        BadInput: "calling.chain.channel_unknown".
    """
    known = {label: word for word, label in CHANNELS} | {word: word for word, _ in CHANNELS}
    for separator in "，,;；|/":
        text = text.replace(separator, "、")
    parts = [part.strip() for piece in text.split("、") for part in piece.split()]
    chosen = set()
    for part in parts:
        if part not in known:
            raise BadInput("calling.chain.channel_unknown", value=part[:30], offered="、".join(x for _, x in CHANNELS))
        chosen.add(known[part])
    return " ".join(word for word, _ in CHANNELS if word in chosen)


def show_channels(words: str) -> str:
    """The labels of channel words: "inapp sms" -> "站内、短信"."""
    labels = dict(CHANNELS)
    return "、".join(labels.get(word, word) for word in words.split())


def check_step(values: Mapping[str, Any]) -> list[Violation]:
    """Every reason why a row of the ledger is no step of a chain; empty when it is. Source: house rule."""
    found = []
    holder = values.get("holder") or ""
    needed = {"position": "position", "post": "post_id", "person": "person_id"}.get(holder)
    if needed and not values.get(needed):
        field = needed.removesuffix("_id")
        found.append(Violation("calling.chain.holder_missing", {"holder": dict(HOLDERS)[holder]}, field))
    minutes = values.get("minutes")
    if minutes is None or not 1 <= int(minutes) <= LONGEST_MINUTES:
        found.append(Violation("calling.chain.minutes_odd", {"most": LONGEST_MINUTES}, "minutes"))
    place = values.get("place")
    if place is None or not 1 <= int(place) <= 20:
        found.append(Violation("calling.chain.place_odd", {}, "place"))
    if not any((values.get(name) or "").split() for name in ("critical", "urgent", "routine")):
        found.append(Violation("calling.chain.channels_missing", {}, "critical"))
    return found
