"""What the monitoring centre of the second town has: devices, rules, alarms and strangers, and whom it calls for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accounts.factories import OTHER_TOWN
from anlan.calling.queries import call_id_of
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.services import ledger_create
from anlan.platform.scope import Scope
from anlan.sensing.models import Alarm, Quarantined
from anlan.sensing.rules.device import ChannelFacts
from anlan.sensing.services import calls
from anlan.sensing.services.devices import channel_set, window_set
from anlan.sensing.services.ingest import reports_take
from inspection.factories import NOW
from sensing.factories import MS, NH3, report

if TYPE_CHECKING:
    from journeys.outsider_foreign import Foreign

IDENTITY = "XQMM-900001"
_RIGHTS = frozenset({
    "sensing.view", "sensing.device.change", "sensing.rule.change", "registry.view", "calling.call.view",
    "calling.chain.change", "accounts.view",
})  # fmt: skip
_BEFORE = NOW - timedelta(days=20)


def watch(found: Foreign, mark: str, of_town: str, region: str) -> None:
    """One of everything that sensing and calling know, and what is no subject under its parameter's name."""
    scope = Scope(found.world.scope["other_town"].person, "", "外镇", _RIGHTS, OTHER_TOWN)

    def row(ledger: str, **values: Any) -> str:
        return ledger_create(scope=scope, ledger=CATALOGUE.ledgers[ledger], values=values, now=_BEFORE)

    ids = found.ids
    shift = ids["calling.shift"] = row(
        "calling.shift", name=f"{of_town}班", starts="08:00", ends="20:00", region=region
    )
    ids["calling.roster_line"] = row(
        "calling.roster_line", on="2026-03-02", shift_id=shift, position="duty", region=region, remark=f"{of_town}备注",
        post_id=found.world.county.post["other_second"],
    )  # fmt: skip
    chain = ids["calling.chain"] = row(
        "calling.chain", name=f"{of_town}叫应链", region=region, summary=f"{of_town}说明"
    )
    ids["calling.link"] = row(
        "calling.link", chain_id=chain, place=1, holder="post", post_id=found.world.county.post["other_second"],
        minutes=5, critical="站内", urgent="站内", routine="站内", region=region,
    )  # fmt: skip
    model = ids["sensing.model"] = row("sensing.model", name=f"{of_town}型号", maker=f"{of_town}厂", region=region)
    firm = found.world.other_enterprise
    device = row(
        "sensing.device", name=f"{mark}探头", identity=IDENTITY, model=model, enterprise=firm, place=f"{mark}机房"
    )
    ids["sensing.device"] = device
    # Calls are the region's, whatever office has the firm: the one called for stands at no firm.
    row("sensing.device", name=f"{of_town}探头", identity=f"{of_town}-1", region=region, place=f"{of_town}河岸")
    facts = ChannelFacts(NH3, f"{mark}浓度", "mg/m3", 0.0, 200.0, 1, f"{mark}顶部")
    channel_set(scope=scope, subject="sensing.device", id=device, facts=facts, base=None, now=_BEFORE)
    found.loose["window"] = window_set(
        scope=scope, device_id=device, since=NOW + timedelta(days=600), until=NOW + timedelta(days=601),
        reason=f"{mark}检修", base=None, now=NOW,
    )  # fmt: skip
    ids["sensing.alarm_rule"] = row(
        "sensing.alarm_rule", name=f"{of_town}规则", kind="high", metric=NH3, limit=10.0, severity="urgent",
        basis=f"{of_town}依据", region=region,
    )  # fmt: skip
    spoken = [report(identity, MS, NH3=55.0) for identity in (IDENTITY, f"{of_town}-1", f"{of_town}-9")]
    reports_take(spoken, now=NOW)
    ids["sensing.alarm"] = str(Alarm.objects.get(device_id=device).pk)
    called = str(Alarm.objects.exclude(device_id=device).get().pk)
    assert calls.alarm_call(alarm_id=called, now=NOW)
    ids["calling.call"] = call_id_of(f"sensing.alarm/{called}", calls.STAGE)
    found.loose["number"] = str(Quarantined.objects.get(identity=f"{of_town}-9").pk)
    # Whoever holds the token of a link is who was called, so the walk has none that is real.
    found.loose["token"] = "a-token-that-nobody-was-sent"
    found.words.add(IDENTITY)
