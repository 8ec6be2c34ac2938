"""Devices: entered, claimed, with channels and maintenance windows; down and up once each; a mass loss as one alarm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.kernel.errors import AnlanError, NotAllowed, NotFound, Unavailable
from anlan.kernel.telemetry import Report
from anlan.platform.journal.record import version_of
from anlan.platform.ledger.columns import columns_of
from anlan.platform.ledger.workbook.import_ import import_file
from anlan.registry.services.enterprises import enterprise_office_assign
from anlan.sensing import queries
from anlan.sensing.ledgers import DEVICES
from anlan.sensing.models import Alarm, Device, Quarantined, QuarantinedReport
from anlan.sensing.rules.device import ChannelFacts, Peers, check_channel, check_device, check_window, is_skewed
from anlan.sensing.services import claiming, devices, liveness, quarantine
from anlan.sensing.services import ingest as ingesting
from anlan.sensing.services.claiming import quarantined_claim
from anlan.sensing.services.ingest import Taken, reports_take
from anlan.sensing.services.upkeep import Watched, devices_watch
from anlan.sensing.store.readings import Store
from inspection.factories import REGISTRAR
from sensing.factories import BOSS, MS, NH3, NOW, Plant, report
from sensing.test_ingest_services import kinds

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def codes(error: pytest.ExceptionInfo[AnlanError]) -> list[str]:
    return [v.code for v in error.value.violations]


# --- the ledger ---


def test_a_device_follows_its_enterprise(plant: Plant) -> None:
    device = plant.row()
    assert (device.region, str(device.office_id), device.status) == ("331003001001", plant.county.office, "active")
    other = plant.county.other_office
    enterprise_office_assign(scope=REGISTRAR, enterprise_id=plant.enterprise, office_id=other, base=None, now=NOW)
    plant.rule()
    key = plant.say(20.0).opened[0]
    assert devices.enterprise_rescope(enterprise_id=plant.enterprise, now=NOW) == 2
    assert (str(plant.row().office_id), str(Alarm.objects.get(pk=key).office_id)) == (other, other)
    assert devices.enterprise_rescope(enterprise_id=plant.enterprise, now=NOW) == 0


def test_an_identity_is_entered_once(plant: Plant) -> None:
    with pytest.raises(AnlanError, match=r"ledger.duplicate"):
        plant.add("MN1")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": " ", "identity": "x", "place": "p"}, ["sensing.device.name_missing"]),
        ({"name": "n", "identity": "", "place": "p"}, ["sensing.device.identity_missing"]),
        ({"name": "n", "identity": " x", "place": "p"}, ["sensing.device.identity_malformed"]),
        ({"name": "n", "identity": "x" * 65, "place": "p"}, ["sensing.device.identity_malformed"]),
        ({"name": "n", "identity": "x"}, ["sensing.device.nowhere"]),
        ({"name": "n", "identity": "x", "place": "p"}, []),
    ],
)
def test_what_a_device_needs(values: dict[str, str], expected: list[str]) -> None:
    assert [v.code for v in check_device(values, None)] == expected


def test_an_enterprise_is_named_by_its_code(plant: Plant) -> None:
    from anlan.registry.models import Enterprise
    from anlan.sensing.ledgers import DEVICES

    read = next(c for c in DEVICES.columns if c.field == "enterprise").parse
    firm = Enterprise.objects.get(pk=plant.enterprise)
    assert read is not None
    assert (read(firm.uscc), read(plant.enterprise)) == (plant.enterprise, plant.enterprise)
    with pytest.raises(AnlanError, match=r"sensing.device.enterprise_unknown"):
        read("91330000MA00000000")


@pytest.mark.parametrize("role", ["grid", "enterprise", "expert", "auditor", "admin", "leader", "enforcement"])
def test_who_may_not_change_devices(plant: Plant, role: str) -> None:
    facts = ChannelFacts("x", "y")
    with pytest.raises(NotAllowed):
        devices.channel_set(scope=plant.scope[role], subject="sensing.device", id=plant.device, facts=facts, base=None,
                            now=NOW)  # fmt: skip
    assert version_of(f"sensing.device/{plant.device}") == 2


def test_an_outsider_finds_no_device(plant: Plant) -> None:
    with pytest.raises(NotFound, match=r"sensing.device.not_found"):
        devices.window_set(scope=plant.scope["other_town"], device_id=plant.device, since=NOW, until=NOW + MINUTE,
                           reason="x", base=None, now=NOW)  # fmt: skip
    with pytest.raises(NotFound, match=r"sensing.model.not_found"):
        devices.channel_set(scope=BOSS, subject="sensing.model", id=plant.device, facts=ChannelFacts("x", "y"), base=None,
                            now=NOW)  # fmt: skip


# --- channels ---


def test_a_channel_is_set_changed_and_removed(plant: Plant) -> None:
    channels = queries.channels_of([plant.device])[plant.device]
    assert channels == {NH3: queries.Channel(NH3, "氨气浓度", "mg/m3", 0.0, 200.0, 1, "机房顶部")}
    devices.channel_remove(scope=BOSS, subject="sensing.device", id=plant.device, metric=NH3, base=2, now=NOW)
    assert queries.channels_of([plant.device]) == {plant.device: {}}
    with pytest.raises(NotFound, match=r"sensing.channel.not_found"):
        devices.channel_remove(scope=BOSS, subject="sensing.device", id=plant.device, metric=NH3, base=None, now=NOW)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (ChannelFacts(" ", "n"), ["sensing.channel.metric_malformed"]),
        (ChannelFacts("x" * 41, "n"), ["sensing.channel.metric_malformed"]),
        (ChannelFacts("x", ""), ["sensing.channel.name_missing"]),
        (ChannelFacts("x", "n", low=2.0, high=2.0), ["sensing.channel.range_empty"]),
        (ChannelFacts("x", "n", digits=7), ["sensing.channel.digits"]),
    ],
)
def test_what_a_channel_needs(plant: Plant, facts: ChannelFacts, expected: list[str]) -> None:
    assert [v.code for v in check_channel(facts)] == expected
    with pytest.raises(AnlanError, match=r"sensing.channel.refused"):
        devices.channel_set(scope=BOSS, subject="sensing.device", id=plant.device, facts=facts, base=None, now=NOW)


# --- maintenance windows ---


def test_under_repair_nothing_is_raised_and_everything_recorded(plant: Plant) -> None:
    plant.rule()
    key = devices.window_set(scope=BOSS, device_id=plant.device, since=NOW, until=NOW + 10 * MINUTE, reason="校准",
                             base=None, now=NOW)  # fmt: skip
    assert plant.say(5.0, 50.0).suppressed == 1
    assert plant.alarms() == []
    (held,) = plant.row().suppressed.all()
    assert (held.kind, held.metric, held.value, held.at) == ("high", NH3, 50.0, NOW + MINUTE)
    assert kinds("sensing.device.alarm") == ["_suppressed"]
    devices.window_end(scope=BOSS, device_id=plant.device, key=key, base=None, now=NOW + 3 * MINUTE)
    assert plant.say(5.0, 50.0, start=4).opened != ()
    with pytest.raises(NotFound, match=r"sensing.window.not_found"):
        devices.window_end(scope=BOSS, device_id=plant.device, key=key, base=None, now=NOW + 9 * MINUTE)


@pytest.mark.parametrize(
    ("since", "until", "reason", "expected"),
    [
        (0, 0, "x", ["sensing.window.empty"]), (-9, -1, "x", ["sensing.window.past"]),
        (0, 93 * 1440, "x", ["sensing.window.too_long"]), (0, 9, " ", ["sensing.window.reason_missing"]),
    ],
)  # fmt: skip
def test_what_a_window_needs(since: int, until: int, reason: str, expected: list[str]) -> None:
    found = check_window(NOW + since * MINUTE, NOW + until * MINUTE, reason, NOW)
    assert [v.code for v in found] == expected


def test_a_window_that_can_not_be_is_refused(plant: Plant) -> None:
    with pytest.raises(AnlanError, match=r"sensing.window.refused"):
        devices.window_set(scope=BOSS, device_id=plant.device, since=NOW, until=NOW, reason="x", base=None, now=NOW)


# --- the quarantine ---


def test_an_unknown_device_is_kept_apart_and_claimed(plant: Plant, readings: Store) -> None:
    plant.rule()
    reports = [report("MN7", MS + i * 60_000, NH3=float(i)) for i in (3, 30)]
    assert reports_take(reports, now=NOW) == Taken(reports=2, unknown=2)
    (held,) = queries.quarantined_list(plant.scope["supervision"])
    assert (held.identity, held.count, held.refused, held.metrics, held.peer) == ("MN7", 2, 0, NH3, "10.0.0.1:1")
    assert list(queries.quarantined_list(plant.scope["town"])) == []
    later = NOW + timedelta(minutes=40)
    values = {"name": "7号探头", "enterprise": plant.enterprise}
    key = quarantined_claim(scope=plant.scope["supervision"], number=held.pk, values=values, now=later)
    assert readings.series(key, NH3, MS, MS + 3_600_000).value.tolist() == [3.0, 30.0]
    assert [str(a.device_id) for a in plant.alarms()] == [key]
    assert reports_take([report("MN7", MS + 3_000_000, NH3=1.0)], now=later) == Taken(reports=1, stored=1)
    assert QuarantinedReport.objects.count() == 0
    with pytest.raises(NotFound, match=r"sensing.quarantined.not_found"):
        quarantined_claim(scope=plant.scope["supervision"], number=held.pk, values=values, now=later)


def test_only_the_last_reports_of_a_stranger_are_kept(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "KEPT_REPORTS", 3)
    for i in range(5):
        reports_take([report("MN7", MS + i, NH3=float(i))], now=NOW)
    assert (Quarantined.objects.get().count, QuarantinedReport.objects.count()) == (5, 3)


def test_a_peer_that_invents_identities_fills_no_disk(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MOST_IDENTITIES", 2)
    reports_take([report(f"X{i}", MS, NH3=1.0) for i in range(5)], now=NOW)
    assert Quarantined.objects.count() == 2


def test_a_frame_that_nobody_could_read_is_counted(plant: Plant) -> None:
    broken = Report("g:1", "hj212", "", "", MS, "10.0.0.9:4", (), ("hj212.frame.crc",), "refused", "##00\x00\xff")
    reports_take([broken, broken], now=NOW)
    held = Quarantined.objects.get()
    assert (held.identity, held.refused, held.raw, held.peer) == ("", 2, "##00\ufffd\xff", "10.0.0.9:4")
    with pytest.raises(NotFound):
        queries.quarantined_get(plant.scope["supervision"], held.pk)


def test_a_broken_frame_of_a_device_on_file_makes_it_no_stranger(plant: Plant) -> None:
    broken = Report("g:1", "hj212", "MN1", "2011", MS, "10.0.0.9:4", (), (), "refused", "##")
    assert reports_take([broken], now=NOW) == Taken(reports=1, unknown=1)
    assert [(q.identity, q.refused) for q in Quarantined.objects.all()] == [("", 1)]


# --- two under one name ---


def test_two_senders_under_one_identity_are_flagged_once(plant: Plant) -> None:
    for i, peer in enumerate(["a:1", "b:1", "a:1", "b:1", "a:1", "b:1"]):
        reports_take([report("MN1", MS + i, peer=peer, NH3=1.0)], now=NOW)
    assert kinds("sensing.device.identity") == ["_doubted"]
    assert plant.row().doubted_at is not None
    devices.doubt_clear(scope=BOSS, device_id=plant.device, note="一台已停用", base=None, now=NOW)
    assert plant.row().doubted_at is None
    with pytest.raises(NotFound, match=r"sensing.device.not_doubted"):
        devices.doubt_clear(scope=BOSS, device_id=plant.device, note="", base=None, now=NOW)


@pytest.mark.parametrize(
    ("peers", "expected"),
    [("aaaa", False), ("abcdef", False), ("aba", False), ("abab", True), ("abcab", True), ("aab", False)],
)
def test_who_reconnects_is_one(peers: str, expected: bool) -> None:
    held = Peers()
    assert [held.heard(p, i * 1000) for i, p in enumerate(peers)][-1] is expected


def test_taking_turns_slowly_is_no_proof() -> None:
    held = Peers()
    assert [held.heard(p, i * 700_000) for i, p in enumerate("abab")][-1] is False


@pytest.mark.parametrize(
    ("at", "expected"), [(MS, False), (MS + 600_000, False), (MS + 600_001, True), (0, True), (MS - 10**10, False)]
)
def test_clocks(at: int, expected: bool) -> None:
    assert is_skewed(at, MS, 600_000) is expected


# --- down and up ---


def test_down_and_up_are_said_once_each(plant: Plant) -> None:
    plant.rule("offline", metric="", limit=None, window_s=600, severity="routine", ends_itself=True)
    plant.say(1.0)
    assert devices_watch(now=NOW + 10 * MINUTE) == Watched(0, 0, ())
    found = devices_watch(now=NOW + 12 * MINUTE)
    (alarm,) = plant.alarms()
    assert found == Watched(1, 0, (str(alarm.pk),))
    assert (alarm.title, alarm.kind, alarm.severity) == ("1号氨气探头离线超过10分钟", "offline", "routine")
    assert plant.row().down_at == NOW
    assert devices_watch(now=NOW + 20 * MINUTE) == Watched(0, 0, ())
    plant.say(1.0, 1.0, start=30)
    assert plant.row().down_at is None
    assert Alarm.objects.get().state == "recovered"
    assert [k for k in kinds("sensing.device.") if k in ("down", "up")] == ["down", "up"]


def test_without_a_rule_a_silent_device_is_down_and_raises_nothing(plant: Plant) -> None:
    plant.say(1.0)
    assert devices_watch(now=NOW + 30 * MINUTE).lost == 0
    assert devices_watch(now=NOW + 32 * MINUTE) == Watched(1, 0, ())
    assert plant.alarms() == []


def test_a_device_that_was_never_heard_of_is_not_lost(plant: Plant) -> None:
    assert devices_watch(now=NOW + timedelta(days=1)) == Watched(0, 0, ())


def test_a_server_that_was_off_takes_nobody_for_silent_until_it_has_listened_as_long(plant: Plant) -> None:
    plant.rule("offline", metric="", limit=None, window_s=600)
    plant.say(1.0)
    ingesting._ingest = ingesting.Ingest()  # switched off, and on again ten hours later
    started = NOW + 600 * MINUTE
    assert devices_watch(now=started) == Watched(0, 0, ())
    assert devices_watch(now=started + 10 * MINUTE) == Watched(0, 0, ())
    assert devices_watch(now=started + 11 * MINUTE).lost == 1


def test_under_repair_a_silent_device_raises_nothing(plant: Plant) -> None:
    plant.rule("offline", metric="", limit=None, window_s=600)
    devices.window_set(scope=BOSS, device_id=plant.device, since=NOW, until=NOW + 60 * MINUTE, reason="换电池", base=None,
                       now=NOW)  # fmt: skip
    plant.say(1.0)
    assert devices_watch(now=NOW + 12 * MINUTE) == Watched(1, 0, ())
    assert kinds() == []
    assert plant.row().suppressed.count() == 1


def test_a_mass_loss_is_one_alarm_with_members(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "MASS", 3)
    plant.rule("offline", metric="", limit=None, window_s=600, severity="routine")
    names = ["MN1", "S1", "S2", "S3"]
    made = {"MN1": plant.device} | {n: plant.add(n) for n in names[1:]}
    plant.add("S4")
    reports_take([report(n, MS, NH3=1.0) for n in names], now=NOW)
    reports_take([report("S4", MS + 300_000, NH3=1.0)], now=NOW + 5 * MINUTE)
    found = devices_watch(now=NOW + 11 * MINUTE)
    (alarm,) = plant.alarms()
    assert found == Watched(4, 0, (str(alarm.pk),))
    assert (alarm.kind, alarm.title, alarm.severity, alarm.region) == (
        "mass", "4台监测设备同时离线", "urgent", "331003001001",
    )  # fmt: skip
    assert set(alarm.members.values_list("key", flat=True)) == set(made.values())
    devices_watch(now=NOW + 16 * MINUTE)
    assert (len(plant.alarms()), alarm.members.count()) == (1, 5)
    reports_take([report(n, MS + 1_200_000, NH3=1.0) for n in names], now=NOW + 20 * MINUTE)
    assert alarm.members.filter(left_at__isnull=True).count() == 1
    assert Alarm.objects.get().cleared_at is None
    reports_take([report("S4", MS + 1_260_000, NH3=1.0)], now=NOW + 21 * MINUTE)
    assert (Alarm.objects.get().state, Alarm.objects.get().cleared_at) == ("recovered", NOW + 21 * MINUTE)
    assert kinds() == ["triggered", "joined", "left", "left", "cleared", "subsided"]


def test_missing_readings_of_a_channel_alarm_and_clear(plant: Plant) -> None:
    plant.rule("missing", limit=None, window_s=600)
    plant.say(1.0)
    reports_take([report("MN1", MS + 660_000, other=1.0)], now=NOW + 11 * MINUTE)
    found = devices_watch(now=NOW + 11 * MINUTE)
    assert (found.missing, [a.title for a in plant.alarms()]) == (1, ["1号氨气探头 氨气浓度超过10分钟没有数据"])
    assert devices_watch(now=NOW + 12 * MINUTE).opened == ()
    plant.say(2.0, start=13)
    devices_watch(now=NOW + 14 * MINUTE)
    assert kinds() == ["triggered", "cleared"]


def test_fleet(plant: Plant) -> None:
    plant.add("S1", status="stopped")
    plant.say(1.0)
    reports_take([report("MN7", MS, NH3=1.0)], now=NOW)
    devices_watch(now=NOW + 60 * MINUTE)
    found = queries.fleet(plant.scope["leader"], NOW + 60 * MINUTE)
    assert {n: found[n] for n in ("devices", "online", "silent", "quarantined", "maintenance")} == {
        "devices": 1, "online": 0, "silent": 1, "quarantined": 0, "maintenance": 0,
    }  # fmt: skip
    assert [(t["region"], t["devices"], t["silent"]) for t in found["by_town"]] == [("331003001000", 1, 1)]
    assert queries.fleet(plant.scope["supervision"], NOW)["quarantined"] == 1
    assert queries.fleet(plant.scope["other_town"], NOW)["devices"] == 0
    assert Device.objects.count() == 2


# --- claims that were cut short or pressed twice ---


def test_a_double_click_on_claiming_leads_to_the_one_device(plant: Plant) -> None:
    reports_take([report("NEW", MS, NH3=3.0)], now=NOW)
    number, scope = Quarantined.objects.get(identity="NEW").pk, plant.scope["supervision"]
    values = {"name": "新设备", "enterprise": plant.enterprise}
    keys = [quarantined_claim(scope=scope, number=number, values=values, now=NOW, once="press") for _ in range(2)]
    assert keys[0] == keys[1]
    with pytest.raises(NotFound, match=r"sensing.quarantined.not_found"):
        quarantined_claim(scope=scope, number=number, values=values, now=NOW, once="other")


def test_a_claim_that_was_cut_short_loses_no_reading(plant: Plant, readings: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reports_take([report("NEW", MS, NH3=3.0)], now=NOW)
    number = Quarantined.objects.get(identity="NEW").pk
    values = {"name": "新设备", "enterprise": plant.enterprise}

    def away(*_: object, **__: object) -> None:
        raise Unavailable("sensing.store.unavailable", permanent=False)

    with monkeypatch.context() as broken:
        broken.setattr(claiming, "reports_take", away)
        with pytest.raises(Unavailable):
            quarantined_claim(scope=plant.scope["supervision"], number=number, values=values, now=NOW)
    key = str(Device.objects.get(identity="NEW").pk)
    assert readings.series(key, NH3, MS, MS + 1).value.tolist() == []
    # A report that was under way while the claim was recorded: the stranger seems unknown again.
    quarantine.reports_quarantine([report("NEW", MS + 1000, NH3=4.0)], now=NOW)
    assert (claiming.claimed_take(now=NOW), claiming.claimed_take(now=NOW)) == (1, 0)
    assert readings.series(key, NH3, MS, MS + 1001).value.tolist() == [3.0, 4.0]
    assert Quarantined.objects.get(identity="NEW").claimed_at is not None


def test_an_import_without_protocol_knows_the_devices_on_file(plant: Plant) -> None:
    names = {b.name: b.label for b in columns_of(DEVICES)}
    head = ",".join(names[n] for n in ("name", "protocol", "identity", "place"))
    text = f"{head}\r\n1号氨气探头改,,MN1,机房\r\n新设备,,MN2,站房\r\n新设备又一次,HJ 212,MN2,站房\r\n"
    given = {"scope": BOSS, "ledger": DEVICES, "content": text.encode(), "name": "a.csv", "now": NOW}
    report = import_file(**given, mode="dry_run")
    assert (report.created, report.changed, report.bad) == (1, 1, 1), report.as_dict()
    assert [e["code"] for e in report.as_dict()["errors"]] == ["ledger.import.twice"]
    assert import_file(**given, mode="skip_bad").changed == 1
    assert (plant.row().name, plant.row().protocol) == ("1号氨气探头改", "hj212")
    assert Device.objects.get(identity="MN2").protocol == "hj212"
