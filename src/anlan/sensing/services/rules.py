"""Alarm rules: made, changed by a further version from a date on, retired. The past is never judged anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from anlan.kernel.errors import RuleViolation, Violation
from anlan.platform.ledger.services import plain_change, plain_create
from anlan.platform.scope import Scope
from anlan.sensing import queries
from anlan.sensing.errors import RuleNotFound
from anlan.sensing.models import AlarmRule
from anlan.sensing.rules.rule import RULE_FIELDS, check_rule

__all__ = ["rule_change", "rule_create", "rule_values"]

RIGHT = "sensing.rule.change"
_SLACK = timedelta(minutes=5)
_FIXED = ("kind", "metric", "model", "device")


def rule_values(rule: AlarmRule) -> dict[str, Any]:
    """What a rule says now (or will say), as entered."""
    names = [n for n in RULE_FIELDS if n != "device_id" and n != "model"]
    return {n: getattr(rule, n) for n in names} | {
        "model": str(rule.model_id or ""), "device_id": str(rule.device_id or ""),
    }  # fmt: skip


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else value or None


def _effective(values: Mapping[str, Any], now: datetime, floor: datetime | None = None) -> datetime:
    """When a version takes effect: as entered, else now; never in the past.

    Raises:
        RuleViolation: "sensing.rule.refused".
    """
    at = _moment(values.get("effective_from"))
    if at is not None and at < now - _SLACK:
        raise RuleViolation("sensing.rule.refused", [Violation("sensing.rule.past", {}, "effective_from")])
    at = max(at or now, now)
    if floor is not None and at < floor:
        raise RuleViolation("sensing.rule.refused", [Violation("sensing.rule.before_next", {}, "effective_from")])
    return at


def _judge(values: Mapping[str, Any]) -> None:
    if problems := check_rule(values):
        raise RuleViolation("sensing.rule.refused", problems)


def rule_create(*, scope: Scope, values: Mapping[str, Any], now: datetime, once: str | None = None) -> str:
    """Make a rule and return its id.

    Args:
        values: name, region (who keeps it), effective_from and rules.rule.RULE_FIELDS (model and device as ids).
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside". BadInput: "ledger.values_refused".
        RuleViolation: "sensing.rule.refused" with every reason; "ledger.duplicate". DeviceNotFound.
    """
    scope.require(RIGHT)
    _judge(dict(values))
    if values.get("device"):
        queries.device_get(scope, values["device"])
    full = {**values, "effective_from": _effective(values, now).isoformat()}
    full.setdefault("area", "")
    # A town's rule ends at the town's border, whatever was entered.
    region = full.get("region") or scope.region.ljust(12, "0")
    if scope.region and not str(full["area"]).startswith(scope.region):
        full["area"] = scope.region
    return plain_create(scope=scope, ledger=AlarmRule.SUBJECT, values=full | {"region": region}, now=now, once=once)


def rule_change(
    *, scope: Scope, id: str, values: Mapping[str, Any], base: int | None, now: datetime, once: str | None = None
) -> bool:
    """Let a rule say something else from `effective_from` on (now, if not entered); whether anything differed.

    Kind, factor, model and device stay: another kind is another rule.

    Raises:
        RuleNotFound; as `rule_create`; Conflict: "journal.conflict".
    """
    scope.require(RIGHT)
    key = queries.as_uuid(id)
    rule = queries.visible(AlarmRule, scope).filter(pk=key).first() if key else None
    if rule is None:
        raise RuleNotFound
    scope.require_region(rule.region)
    fixed = [n for n in _FIXED if n in values and str(values[n] or "") != str(getattr(rule, f"{n}_id", getattr(rule, n)) or "")]
    if fixed:
        raise RuleViolation("sensing.rule.refused", [Violation("sensing.rule.fixed", {}, n) for n in fixed])
    _judge({**rule_values(rule), **values})
    floor = rule.effective_from if rule.effective_from > now else None
    full = {**values, "effective_from": _effective(values, now, floor).isoformat()}
    if scope.region and "area" in full and not str(full["area"]).startswith(scope.region):
        full["area"] = scope.region
    return plain_change(scope=scope, ledger=AlarmRule.SUBJECT, id=id, values=full, base=base, now=now, once=once)
