"""What pages follow live of sensing: alarms, and devices that fall silent or come back."""

from __future__ import annotations

from anlan.platform.streams import Topic
from anlan.sensing import queries
from anlan.sensing.apply import FOLDS
from anlan.sensing.queries.centre import alarms_told, devices_told


def _kinds(subject: str) -> tuple[str, ...]:
    return tuple(f"sensing.{kind}" for kind in FOLDS if kind.startswith(f"{subject}."))


TOPICS = [
    Topic("alarms", _kinds("alarm"), queries.VIEW, alarms_told),
    Topic("devices", _kinds("device"), queries.VIEW, devices_told),
]
