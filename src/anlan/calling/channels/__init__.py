"""The channels by word. A new one is a module beside these and one line here (docs/howto/add-a-channel.md)."""

from __future__ import annotations

from collections.abc import Mapping

from anlan.calling.channels.apprise import AppriseChannel
from anlan.calling.channels.base import Channel, Message, Refused, Sent
from anlan.calling.channels.inapp import InAppChannel
from anlan.calling.channels.sms import SmsChannel
from anlan.calling.channels.webhook import WebhookChannel

__all__ = ["CHANNELS", "Channel", "Message", "Refused", "Sent"]

CHANNELS: Mapping[str, Channel] = {
    "inapp": InAppChannel(),
    "sms": SmsChannel(),
    "apprise": AppriseChannel(),
    "webhook": WebhookChannel(),
}
"""By the words of rules.chain.CHANNELS."""
