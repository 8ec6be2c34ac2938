"""Input and output of the API of sensing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import AwareDatetime


class TakenOut(Schema):
    """How many reports were taken; their readings are durable."""

    taken: int


class ThresholdOut(Schema):
    """A limit that a rule draws."""

    label: str
    value: float
    severity: str


class CurveAlarmOut(Schema):
    """An alarm over the curve; `end` is null while it stands. Epoch ms."""

    id: str
    start: int
    end: int | None
    severity: str


class SeriesOut(Schema):
    """A curve: points [ms, value] where there are few, else [ms, least, greatest]; gaps [ms, ms]."""

    channel: str
    name: str
    unit: str
    digits: int
    points: list[list[float | int]]
    gaps: list[list[int]]
    thresholds: list[ThresholdOut]
    alarms: list[CurveAlarmOut]


class ChannelOut(Schema):
    """A channel as people see it."""

    metric: str
    name: str
    unit: str
    low: float | None
    high: float | None
    digits: int
    position: str


class ChannelsOut(Schema):
    """The channels of a device."""

    items: list[ChannelOut]


class ChannelIn(Schema):
    """A channel as entered."""

    base: int | None = Field(None, ge=1, description="所见的版本号")
    metric: str
    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    digits: int = 2
    position: str = ""


class WindowIn(Schema):
    """A maintenance window."""

    base: int | None = Field(None, ge=1, description="所见的版本号")
    since: AwareDatetime
    until: AwareDatetime
    reason: str


class WindowOut(Schema):
    """The key of a maintenance window."""

    key: str


class VersionIn(Schema):
    """A step that needs nothing but the version seen."""

    base: int | None = Field(None, ge=1, description="所见的版本号")
    note: str = ""


class DeviceStandOut(Schema):
    """Where a device stands."""

    id: str
    version: int


class TownOut(Schema):
    """Devices of one town."""

    region: str
    name: str
    devices: int
    silent: int


class FleetOut(Schema):
    """How the devices in scope are."""

    devices: int
    online: int
    silent: int
    quarantined: int
    maintenance: int
    by_town: list[TownOut]


class StrangerOut(Schema):
    """An unknown identity."""

    id: int
    protocol: str
    identity: str
    peer: str
    count: int
    refused: int
    first_at: datetime
    last_at: datetime
    metrics: list[str]


class StrangersOut(Schema):
    """Who speaks without being known."""

    items: list[StrangerOut]


class ClaimIn(Schema):
    """What an unknown device is claimed as."""

    name: str
    enterprise: str | None = None
    region: str | None = None
    place: str = ""
    model: str | None = None
    lon: float | None = None
    lat: float | None = None


class ClaimedOut(Schema):
    """The device's id."""

    id: str


class AlarmStepIn(Schema):
    """A step of an alarm; what is said of it stands in `note`."""

    base: int | None = Field(None, ge=1, description="所见的版本号")
    note: str = ""
    at: AwareDatetime | None = None


class AlarmAnswerIn(AlarmStepIn):
    """An answer: on_my_way, seen or false_alarm."""

    word: str = "seen"


class AlarmHazardIn(AlarmStepIn):
    """What the hazard will be."""

    grade: str = "general"
    major_criteria: Annotated[list[str], Field(default_factory=list, max_length=20)]
    major_basis: str = ""


class AlarmOut(Schema):
    """Where an alarm stands."""

    id: str
    number: str
    state: str
    version: int
    count: int
    hazard_id: str


class AlarmActionOut(Schema):
    """An action that the caller may take now."""

    id: str
    label: str
    note: bool


class AlarmRepeatOut(Schema):
    """One more triggering."""

    at: datetime
    value: float | None


class AlarmMemberOut(Schema):
    """A device of a mass alarm."""

    device: str
    joined_at: datetime
    left_at: datetime | None


class AlarmStandOut(AlarmOut):
    """An alarm with what may be done, its repetitions and members."""

    actions: list[AlarmActionOut]
    repeats: list[AlarmRepeatOut]
    members: list[AlarmMemberOut]


class DryRunIn(Schema):
    """A rule to be tried over stored readings; of an existing one only what would change."""

    start: AwareDatetime
    end: AwareDatetime
    rule: str = ""
    values: dict[str, Any] = Field(default_factory=dict)


class WouldHaveOut(Schema):
    """An alarm that would have been raised; epoch ms, `until` null while it would stand."""

    device_id: str
    device: str
    metric: str
    at: int
    until: int | None
    value: float


class DryRunOut(Schema):
    """What a rule would have raised."""

    alarms: list[WouldHaveOut]
    devices: int
    readings: int
    cut: bool
