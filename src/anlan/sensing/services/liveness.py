"""Who is heard and who is not: down and up said once each, double identities flagged once, mass losses as one alarm."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Draft, Step
from anlan.kernel.region_codes import region_prefix
from anlan.platform.database import writing
from anlan.platform.journal.held import versions_of
from anlan.platform.journal.node import new_id, next_number
from anlan.platform.journal.record import NEW, record_many
from anlan.platform.scope import SYSTEM
from anlan.sensing.models import Alarm, AlarmMember, Device
from anlan.sensing.queries.alarms import alarms_standing
from anlan.sensing.rules.alarm import ALARM_LOOP, OPEN_STATES, SEVERITIES
from anlan.sensing.rules.judging import Signal
from anlan.sensing.services.drafting import alarm_title
from anlan.sensing.services.raising import Found, Raised, alarms_raise, moment
from anlan.sensing.services.table import Known, millis

__all__ = ["MASS", "devices_doubt", "devices_lost", "devices_unsaid", "devices_up"]

MASS = 20
"""So many devices lost within a few minutes are one event, not so many alarms."""
_BATCH = 200
_JOIN_MS = 30 * 60_000
_TOGETHER = timedelta(minutes=10)
"""A storm is not seen in one look: who was lost so shortly before belongs to it, too."""


def _record(drafts: Sequence[tuple[Draft, int | None]], now: datetime) -> None:
    with writing():
        for start in range(0, len(drafts), _BATCH):
            record_many(drafts[start : start + _BATCH], scope=SYSTEM, now=now)


def _draft(known: Known, act: str, data: dict[str, object], once: str | None = None) -> tuple[Draft, int | None]:
    draft = Draft(
        kind=f"{Device.SUBJECT}.{act}", subject=f"{Device.SUBJECT}/{known.id}", region=known.row["region"], data=data,
        once=once, drill=bool(known.row["drill"]),
    )  # fmt: skip
    return draft, None


def devices_doubt(twins: Sequence[Known], *, now: datetime) -> None:
    """Flag devices under whose identity two senders speak; once, until somebody has looked into it."""
    _record([_draft(known, "identity_doubted", {}) for known in twins], now)
    for known in twins:
        known.row["doubted_at"] = now


def devices_up(returned: Sequence[tuple[Known, int]], *, now: datetime) -> None:
    """Record that devices are heard again (epoch ms), and clear what stood because they were not."""
    if not returned:
        return
    _record(
        [
            _draft(known, "up", {"at": moment(at)}, f"up:{known.row['down_at'].astimezone(UTC).isoformat()}")
            for known, at in returned
        ],
        now,
    )
    heard = {known.id: (known, at) for known, at in returned}
    found = []
    for row in alarms_standing(heard):
        if row.kind == "offline" and row.cleared_at is None:
            known, at = heard[str(row.device_id)]
            version = next((v for j in known.offline for v in j.versions if v.key == row.rule_version), None)
            if version is not None:
                found.append(Found(known, "", str(row.rule_id), version, Signal("cleared", at, 0.0)))
    alarms_raise(found, now=now)
    _leave(heard, now)
    for known, _ in returned:
        known.row["down_at"] = None


def _leave(heard: Collection[str], now: datetime) -> None:
    rows = AlarmMember._default_manager.filter(key__in=list(heard), left_at__isnull=True)
    groups: dict[str, list[str]] = {}
    for parent, key in rows.filter(parent__kind="mass").values_list("parent_id", "key"):
        groups.setdefault(str(parent), []).append(key)
    if not groups:
        return
    drafts: list[tuple[Draft, int | None]] = []
    versions = versions_of(f"{Alarm.SUBJECT}/{key}" for key in groups)
    for alarm in Alarm._default_manager.filter(pk__in=groups).order_by("id"):
        subject, members = f"{Alarm.SUBJECT}/{alarm.pk}", sorted(groups[str(alarm.pk)])
        said = {"members": members, "at": now.isoformat()}
        drafts.append((Draft(f"{Alarm.SUBJECT}.left", subject, alarm.region, said), versions[subject]))
        if alarm.members.filter(left_at__isnull=True).exclude(key__in=members).exists() or alarm.cleared_at:
            continue
        drafts.append((Draft(f"{Alarm.SUBJECT}.cleared", subject, alarm.region, {"at": now.isoformat()}), None))
        if alarm.ended_at is None:
            step = Step(alarm.state, ALARM_LOOP.action("subside").to)
            drafts.append((Draft(f"{Alarm.SUBJECT}.subsided", subject, alarm.region, step=step), None))
    _record(drafts, now)


def devices_unsaid(down: Sequence[Known]) -> list[Known]:
    """Of devices that are down those of whose silence no alarm was recorded."""
    if not down:
        return []
    ids = [known.id for known in down]
    alone = Alarm._default_manager.filter(kind="offline", device_id__in=ids).values_list("device_id", "triggered_at")
    among = AlarmMember._default_manager.filter(parent__kind="mass", key__in=ids).values_list("key", "joined_at")
    said: dict[str, datetime] = {}
    for key, at in (*alone, *among):
        said[str(key)] = max(at, said.get(str(key), at))
    return [known for known in down if known.id not in said or said[known.id] < known.row["down_at"]]


def devices_lost(lost: Sequence[tuple[Known, int]], *, now: datetime, mended: Sequence[Known] = ()) -> Raised:
    """Record that devices have fallen silent since (epoch ms); one alarm each where a rule asks for it, one for many.

    Args:
        mended: devices that are recorded as down, and whose repair is over: their silence is said now.

    Many are so many as were lost within ten minutes: those that had alarms of their own by then are members, too, and the
    calling for them ends.

    Returns what was raised; a device under repair is recorded as down and raises nothing.
    """
    if not lost and not mended:
        return Raised()
    _record([_draft(known, "down", {"since": moment(at)}, f"down:{moment(at)}") for known, at in lost], now)
    for known, at in lost:
        known.row["down_at"] = datetime.fromtimestamp(at / 1000, UTC)
    now_ms, found = millis(now), []
    for known in (*(known for known, _ in lost), *mended):
        for judge in known.offline:
            version = next((v for v in judge.versions if v.start <= now_ms < v.end), None)
            if version is not None:
                found.append(Found(known, "", judge.rule_id, version, Signal("opened", now_ms, 0.0)))
                break
    awake = [f for f in found if not any(start <= now_ms < end for start, end in f.known.windows)]
    since = {known.id: at for known, at in lost} | {known.id: millis(known.row["down_at"]) for known in mended}
    mass = _standing_mass(now)
    before = _single(now) if awake and mass is None else []
    if not awake or (mass is None and len(awake) + len(before) < MASS):
        return alarms_raise(found, now=now)
    raised = alarms_raise([f for f in found if f not in awake], now=now)
    if mass is not None:
        _join(awake, since, mass, now)
    else:
        raised.opened += _mass(awake, since, before, now)
    return raised


def _standing_mass(now: datetime) -> Alarm | None:
    """The open mass alarm that further losses belong to: it began a short while ago."""
    rows = Alarm._default_manager.filter(kind="mass", ended_at__isnull=True, drill=0).order_by("-triggered_at")
    newest = rows.first()
    return newest if newest is not None and millis(now) - millis(newest.triggered_at) <= _JOIN_MS else None


def _single(now: datetime) -> list[Alarm]:
    """Alarms of single devices that were lost a short while ago and are not back."""
    rows = Alarm._default_manager.filter(kind="offline", state__in=OPEN_STATES, cleared_at__isnull=True, drill=0)
    rows = rows.filter(triggered_at__gte=now - _TOGETHER, superseded_by="", device__isnull=False)
    return list(rows.select_related("device").order_by("id"))


def _join(awake: Sequence[Found], since: dict[str, int], standing: Alarm, now: datetime) -> None:
    members = {f.known.id: moment(since[f.known.id]) for f in awake}
    held = set(standing.members.values_list("key", flat=True))
    data = {"members": members, "title": alarm_title("mass", count=len(held | set(members)))}
    subject = f"{Alarm.SUBJECT}/{standing.pk}"
    _record([(Draft(f"{Alarm.SUBJECT}.joined", subject, standing.region, data), versions_of([subject])[subject])], now)


def _mass(awake: Sequence[Found], since: dict[str, int], before: Sequence[Alarm], now: datetime) -> list[str]:
    members = {f.known.id: moment(since[f.known.id]) for f in awake}
    members |= {str(a.device_id): (a.device.down_at or a.triggered_at).astimezone(UTC).isoformat() for a in before}
    region = _common({f.known.row["region"] for f in awake} | {alarm.region for alarm in before})
    offices = {f.known.row["office_id"] for f in awake} | {alarm.office_id and str(alarm.office_id) for alarm in before}
    held = {f.version.severity for f in awake} | {alarm.severity for alarm in before}
    worst = next(severity for severity, _ in SEVERITIES if severity in held)
    key = new_id(now)
    with writing():
        data = {
            "number": next_number("BJ", local_date(now).year)[0], "at": now.isoformat(), "kind": "mass",
            "severity": "urgent" if worst == "routine" else worst, "members": members,
            "title": alarm_title("mass", count=len(members)), "ends_itself": 1,
            "office_id": offices.pop() if len(offices) == 1 else None,
        }  # fmt: skip
        draft = Draft(
            kind=f"{Alarm.SUBJECT}.triggered", subject=f"{Alarm.SUBJECT}/{key}", region=region,
            data={n: v for n, v in data.items() if v is not None}, step=Step("", "triggered"),
        )  # fmt: skip
        _record([(draft, NEW), *_taken_over(before, key)], now)
    return [key]


def _taken_over(before: Sequence[Alarm], by: str) -> list[tuple[Draft, int | None]]:
    """Nobody is called any more for single alarms that nobody has answered."""
    waiting = [alarm for alarm in before if alarm.state == "triggered"]
    versions = versions_of(f"{Alarm.SUBJECT}/{alarm.pk}" for alarm in waiting)
    return [
        (Draft(f"{Alarm.SUBJECT}.superseded", subject, alarm.region, {"by": by}), versions[subject])
        for alarm in waiting
        for subject in (f"{Alarm.SUBJECT}/{alarm.pk}",)
    ]


def _common(found: Collection[str]) -> str:
    """The smallest region (12 digits) that holds them all."""
    for length in (12, 9, 6, 4, 2):
        prefixes = {region[:length] for region in found}
        if len(prefixes) == 1:
            return prefixes.pop().ljust(12, "0")
    return region_prefix(min(found))[:2].ljust(12, "0")
