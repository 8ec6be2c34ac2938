"""Reading sensing. Whatever a person sees goes through `limit`; what needs no person says so."""

from __future__ import annotations

from anlan.sensing.queries.alarms import (
    alarm_actions,
    alarm_count,
    alarm_get,
    alarm_is_open,
    alarm_list,
    alarm_members,
    alarms_of,
    alarms_standing,
)
from anlan.sensing.queries.devices import (
    Channel,
    channel_named,
    channels_of,
    device_get,
    device_list,
    devices_of,
    fleet,
    members_shown,
    model_choices,
    model_get,
    model_values,
    quarantined_get,
    quarantined_list,
)
from anlan.sensing.queries.gateways import gateway_tokens
from anlan.sensing.queries.scoped import VIEW, as_uuid, names_of, versions_of, visible
from anlan.sensing.queries.series import channels_shown, skewed_count

__all__ = [
    "VIEW", "Channel", "alarm_actions", "alarm_count", "alarm_get", "alarm_is_open", "alarm_list", "alarm_members",
    "alarms_of", "alarms_standing", "as_uuid", "channel_named", "channels_of", "channels_shown", "device_get",
    "device_list", "devices_of", "fleet", "gateway_tokens",
    "members_shown", "model_get", "skewed_count",
    "model_choices", "model_values", "names_of", "quarantined_get", "quarantined_list", "versions_of", "visible",
]  # fmt: skip
