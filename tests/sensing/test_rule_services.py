"""Alarm rules: made, changed from a date on, tried over history; gateways' keys; curves; summaries and old days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.kernel.errors import AnlanError, BadInput, NotAllowed, NotFound
from anlan.platform.ledger.services import ledger_change, ledger_create
from anlan.sensing import queries
from anlan.sensing.ledgers import RULES
from anlan.sensing.models import AlarmRule, GatewayToken, Quarantined
from anlan.sensing.queries.series import Threshold, device_channels, series_get
from anlan.sensing.services.dryrun import WouldHave, rule_dry_run
from anlan.sensing.services.gateways import (
    gateway_authenticate,
    gateway_token_create,
    gateway_token_revoke,
    gateway_token_rotate,
)
from anlan.sensing.services.ingest import reports_take
from anlan.sensing.services.rules import rule_change
from anlan.sensing.services.table import rule_versions
from anlan.sensing.services.upkeep import readings_compact, readings_summarise
from anlan.sensing.store.days import DAY, HOUR
from anlan.sensing.store.readings import Store
from sensing.factories import BOSS, MS, NH3, NOW, Plant, report

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def change(key: str, *, now: Any = NOW, **values: Any) -> bool:
    return rule_change(scope=BOSS, id=key, values=values, base=None, now=now)


# --- versions ---


def test_a_change_leaves_the_past_as_it_was(plant: Plant) -> None:
    key = plant.rule(limit=10.0)
    assert change(key, limit=30.0, effective_from=(NOW + 3 * MINUTE).isoformat()) is True
    first, second = rule_versions()[key]
    assert (first.limit, second.limit, first.end) == (10.0, 30.0, second.start)
    plant.say(5.0, 20.0, 5.0, 20.0, 40.0)
    (alarm,) = plant.alarms()
    assert (alarm.triggered_at, alarm.limit) == (NOW + MINUTE, 10.0)
    assert [r.at for r in alarm.repeats.all()] == [NOW + 4 * MINUTE]


def test_a_rule_that_is_changed_to_the_same_is_no_version(plant: Plant) -> None:
    key = plant.rule()
    held = AlarmRule.objects.get(pk=key)
    assert change(key, limit=10.0, effective_from=held.effective_from.isoformat(), now=held.effective_from) is False


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"effective_from": (NOW - timedelta(hours=1)).isoformat()}, "sensing.rule.past"),
        ({"kind": "low"}, "sensing.rule.fixed"),
        ({"metric": "other"}, "sensing.rule.fixed"),
        ({"limit": None}, "sensing.rule.needed"),
    ],
)
def test_changes_that_are_refused(plant: Plant, values: dict[str, Any], expected: str) -> None:
    key = plant.rule()
    with pytest.raises(AnlanError, match=r"sensing.rule.refused") as refused:
        change(key, **values)
    assert [v.code for v in refused.value.violations] == [expected]
    assert len(rule_versions()[key]) == 1


def test_a_version_never_slips_before_one_that_waits(plant: Plant) -> None:
    key = plant.rule()
    change(key, limit=30.0, effective_from=(NOW + timedelta(days=2)).isoformat())
    with pytest.raises(AnlanError) as refused:
        change(key, limit=20.0)
    assert [v.code for v in refused.value.violations] == ["sensing.rule.before_next"]


def test_nobody_changes_a_rule_that_is_not_there(plant: Plant) -> None:
    with pytest.raises(NotFound, match=r"sensing.rule.not_found"):
        change(plant.device)


@pytest.mark.parametrize("role", ["leader", "enforcement", "grid", "enterprise", "expert", "auditor", "admin"])
def test_who_may_not_make_rules(plant: Plant, role: str) -> None:
    with pytest.raises(NotAllowed):
        rule_change(scope=plant.scope[role], id=plant.rule(), values={"limit": 1.0}, base=None, now=NOW)


def test_a_town_makes_rules_for_itself_alone(plant: Plant) -> None:
    values = {"name": "镇规则", "kind": "high", "metric": NH3, "limit": 1.0, "basis": "x", "area": "331003"}
    key = ledger_create(scope=plant.scope["other_town"], ledger="sensing.alarm_rule", values=values, now=NOW)
    assert (AlarmRule.objects.get(pk=key).area, AlarmRule.objects.get(pk=key).region) == ("331003002", "331003002000")
    assert plant.say(50.0).opened == ()


def test_the_ledger_makes_and_changes_rules(plant: Plant) -> None:
    scope = plant.scope["supervision"]
    values = {"name": "县规则", "kind": "高限", "metric": NH3, "limit": "12.5", "severity": "紧急", "basis": "许可"}
    key = ledger_create(scope=scope, ledger="sensing.alarm_rule", values=values, now=NOW)
    assert ledger_change(scope=scope, ledger="sensing.alarm_rule", id=key, values={"limit": "15"}, base=None,
                         now=NOW + MINUTE) is True  # fmt: skip
    assert [(v.limit, v.severity, v.area) for v in rule_versions()[key]] == [
        (12.5, "critical", "331003"), (15.0, "critical", "331003"),
    ]  # fmt: skip


def test_a_metric_is_shown_by_its_name_and_read_back_from_it(plant: Plant) -> None:
    scope = plant.scope["supervision"]
    values = {"name": "县规则", "kind": "高限", "metric": "氨（氨气）实时（a21001-Rtd）", "limit": "12.5", "basis": "许可"}
    key = ledger_create(scope=scope, ledger="sensing.alarm_rule", values=values, now=NOW)
    assert AlarmRule.objects.get(pk=key).metric == NH3
    (column,) = [c for c in RULES.columns if c.field == "metric"]
    assert [column.format(m) for m in (NH3, "", "x1")] == ["氨（氨气）实时（a21001-Rtd）", "", "x1"]
    assert [column.parse(column.format(m)) for m in (NH3, "", "x1")] == [NH3, "", "x1"]


# --- the dry run ---


def dry(plant: Plant, minutes: int = 60, **values: Any) -> list[tuple]:
    full = {"kind": "high", "metric": NH3, "limit": 10.0, "basis": "x"} | values
    found = rule_dry_run(scope=plant.scope["supervision"], start=NOW, end=NOW + minutes * MINUTE, values=full)
    return [((a.at - MS) // 60_000, None if a.until is None else (a.until - MS) // 60_000, a.value) for a in found.alarms]


def test_a_dry_run_shows_what_a_rule_would_have_raised(plant: Plant) -> None:
    plant.say(5.0, 12.0, 5.0, 5.0, 20.0)
    assert dry(plant) == [(1, 2, 12.0), (4, None, 20.0)]
    assert dry(plant, limit=15.0) == [(4, None, 20.0)]
    assert dry(plant, kind="offline", metric="", limit=None, window_s=600) == [(14, None, 0.0)]
    assert dry(plant, 20, kind="missing", limit=None, window_s=600) == [(14, None, 0.0)]
    assert plant.alarms() == []


def test_a_dry_run_of_a_changed_rule(plant: Plant) -> None:
    key = plant.rule(limit=30.0)
    plant.say(5.0, 12.0)
    found = rule_dry_run(
        scope=plant.scope["supervision"], start=NOW, end=NOW + 5 * MINUTE, rule_id=key, values={"limit": 11.0}
    )
    at = MS + 60_000
    assert found.alarms == (WouldHave(plant.device, "1号氨气探头", NH3, at, None, 12.0),)
    assert (found.devices, found.readings, found.cut) == (1, 2, False)


def test_a_dry_run_looks_only_at_ones_own(plant: Plant) -> None:
    plant.say(50.0)
    found = rule_dry_run(
        scope=plant.scope["other_town"], start=NOW, end=NOW + MINUTE,
        values={"kind": "high", "metric": NH3, "limit": 1.0, "basis": "x"},
    )  # fmt: skip
    assert (found.alarms, found.devices) == ((), 0)


def test_dry_runs_that_are_refused(plant: Plant) -> None:
    with pytest.raises(BadInput, match=r"sensing.dry_run.span"):
        dry(plant, 0)
    with pytest.raises(BadInput, match=r"sensing.dry_run.span"):
        dry(plant, 93 * 1440)
    with pytest.raises(AnlanError, match=r"sensing.rule.refused"):
        dry(plant, basis="")


# --- curves ---


def test_a_curve_with_limits_gaps_and_alarms(plant: Plant) -> None:
    plant.rule(limit=10.0)
    plant.rule("high_high", limit=40.0, severity="critical")
    plant.rule("high", limit=12.0, device=plant.device, now=NOW - MINUTE)
    plant.say(5.0, 20.0, 5.0)
    shown = series_get(plant.scope["enterprise"], plant.device, NH3, MS, MS + HOUR, 100, NOW + timedelta(hours=1))
    (alarm,) = plant.alarms()
    assert (shown.name, shown.unit, shown.digits) == ("氨气浓度", "mg/m3", 1)
    assert shown.points == [[MS, 5.0], [MS + 60_000, 20.0], [MS + 120_000, 5.0]]
    assert shown.gaps == [(MS + 120_000, MS + HOUR)]
    assert shown.thresholds == [Threshold("高高限", 40.0, "critical"), Threshold("高限", 12.0, "urgent")]
    assert shown.alarms == [
        {"id": str(alarm.pk), "start": MS + 60_000, "end": MS + 120_000, "severity": "urgent"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "points", "code"),
    [(0, 0, 100, "sensing.series.span"), (0, 401 * DAY, 100, "sensing.series.span"), (0, 1, 1, "sensing.series.points"),
     (0, 1, 5001, "sensing.series.points")],
)  # fmt: skip
def test_curves_that_are_refused(plant: Plant, start: int, end: int, points: int, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        series_get(plant.scope["town"], plant.device, NH3, start, end, points, NOW)
    assert refused.value.code == code


def test_channels_that_nobody_entered_are_named_by_the_standard(plant: Plant) -> None:
    reports_take([report("MN1", MS, **{"w01018-Rtd": 30.0, "zz": 1.0})], now=NOW)
    assert [(c.metric, c.name) for c in device_channels(plant.device)] == [
        (NH3, "氨气浓度"), ("zz", "zz"), ("w01018-Rtd", "化学需氧量实时"),
    ]  # fmt: skip


# --- upkeep ---


def test_summaries_and_old_days(plant: Plant, readings: Store, settings: Any) -> None:
    plant.say(1.0, 2.0, 3.0)
    Quarantined.objects.create(protocol="hj212", identity="old", first_at=NOW, last_at=NOW - timedelta(days=91))
    assert readings_summarise(now=NOW + timedelta(hours=3)) == 1
    assert readings.summary(plant.device, NH3, MS - DAY, MS + DAY, HOUR).mean.tolist() == [2.0]
    assert readings_compact(now=NOW + timedelta(days=2)) == (1, 0)
    assert readings.series(plant.device, NH3, MS, MS + HOUR).value.tolist() == [1.0, 2.0, 3.0]
    settings.SENSING_KEEP_DAYS = 5
    readings_compact(now=NOW + timedelta(days=7))
    assert readings.series(plant.device, NH3, MS, MS + HOUR).value.tolist() == []
    assert readings.summary(plant.device, NH3, MS - DAY, MS + DAY, DAY).count.tolist() == [3]
    assert Quarantined.objects.count() == 0


# --- gateways ---


def test_a_gateways_key(plant: Plant) -> None:
    made = gateway_token_create(name=" 一号网关 ", now=NOW)
    assert gateway_authenticate(made.raw, NOW) == "一号网关"
    assert (gateway_authenticate(made.raw + "x", NOW), gateway_authenticate("other", NOW)) == ("", "")
    assert made.raw not in str(GatewayToken.objects.values())
    gateway_token_revoke(token_id=made.id, now=NOW)
    assert gateway_authenticate(made.raw, NOW) == ""
    with pytest.raises(NotFound, match=r"sensing.gateway.not_found"):
        gateway_token_revoke(token_id=made.id, now=NOW)


def test_a_key_for_one_run_ends_by_itself(plant: Plant) -> None:
    made = gateway_token_create(name="本机", now=NOW, lasts=timedelta(hours=1))
    assert gateway_authenticate(made.raw, NOW + timedelta(minutes=59)) == "本机"
    assert gateway_authenticate(made.raw, NOW + timedelta(minutes=60)) == ""


def test_a_new_key_replaces_the_old_one_after_a_while(plant: Plant) -> None:
    old = gateway_token_create(name="一号网关", now=NOW)
    other = gateway_token_create(name="二号网关", now=NOW)
    new = gateway_token_rotate(name="一号网关", now=NOW, keep=timedelta(hours=24))
    before, after = NOW + timedelta(hours=23), NOW + timedelta(hours=24)
    assert [gateway_authenticate(t.raw, before) for t in (old, new, other)] == ["一号网关", "一号网关", "二号网关"]
    assert [gateway_authenticate(t.raw, after) for t in (old, new, other)] == ["", "一号网关", "二号网关"]
    assert {t.name for t in queries.gateway_tokens(after)} == {"一号网关", "二号网关"}
    with pytest.raises(NotFound, match=r"sensing.gateway.not_found"):
        gateway_token_rotate(name="三号网关", now=NOW, keep=timedelta(0))
    with pytest.raises(NotFound, match=r"sensing.gateway.not_found"):
        gateway_token_revoke(token_id="三号网关", now=NOW)


def test_a_key_that_ends_sooner_is_not_prolonged_by_its_successor(plant: Plant) -> None:
    short = gateway_token_create(name="一号网关", now=NOW, lasts=timedelta(hours=1))
    gateway_token_rotate(name="一号网关", now=NOW, keep=timedelta(hours=24))
    assert gateway_authenticate(short.raw, NOW + timedelta(hours=1)) == ""


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "a\u202eb"])
def test_a_gateway_needs_a_name(plant: Plant, name: str) -> None:
    with pytest.raises(BadInput, match=r"sensing.gateway.name_malformed"):
        gateway_token_create(name=name, now=NOW)


@pytest.mark.parametrize("role", ["supervision", "leader", "enterprise"])
def test_only_operators_issue_keys(plant: Plant, role: str) -> None:
    with pytest.raises(NotAllowed):
        gateway_token_create(name="x", now=NOW, scope=plant.scope[role])
    assert gateway_token_create(name="x", now=NOW, scope=plant.scope["admin"]).raw.startswith("anlangw_")


def test_queries_of_models(plant: Plant) -> None:
    values = {"name": "AQ-1", "maker": "某厂", "region": "331003000000"}
    key = ledger_create(scope=plant.scope["supervision"], ledger="sensing.model", values=values, now=NOW)
    assert queries.model_choices(plant.scope["town"]) == [(key, "AQ-1（某厂）")]
    assert queries.model_get(plant.scope["town"], key).name == "AQ-1"


@pytest.mark.parametrize("values", [{"limit": "abc"}, {"limit": "nan"}, {"kind": "count", "times": "x", "among": [1]}])
def test_a_dry_run_of_what_is_no_number_is_refused(plant: Plant, values: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"kernel.text.not_a_number"):
        dry(plant, **values)


def test_a_curve_beyond_all_calendars_is_refused(plant: Plant) -> None:
    for start in (-(9 * 10**17), 9 * 10**17):
        with pytest.raises(BadInput, match=r"sensing.series.span"):
            series_get(plant.scope["supervision"], plant.device, NH3, start, start + 10, 100, NOW)
