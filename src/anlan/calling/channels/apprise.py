"""DingTalk, WeCom, Feishu and mail through the library apprise: a group's robot hears each call once for each person.

Setting: ANLAN_APPRISE_URLS, one or more addresses of apprise separated by commas; {number} in one is the person's number
(`dingtalk://token/{number}` mentions them). The library is imported when a message goes out, and only then.
"""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings

from anlan.calling.channels import http
from anlan.calling.channels.base import Message, Refused, Sent


class AppriseChannel:
    """All addresses together are one message."""

    numbered = True

    def ready(self) -> bool:
        """Whether addresses are set and the library is installed."""
        return bool(settings.CALLING["ANLAN_APPRISE_URLS"]) and find_spec("apprise") is not None

    def send(self, message: Message) -> Sent | Refused:
        """Hand it to every address; it went out where at least one took it."""
        import apprise

        kind = apprise.NotifyType.WARNING
        urls = [http.fill(u, {"number": message.number}, quoted=True) for u in settings.CALLING["ANLAN_APPRISE_URLS"]]
        taken = []
        # One by one: together they count as failed when one fails, and the others would hear it again at every try.
        for url in urls:
            one = apprise.Apprise()
            if one.add(url):
                taken.append(bool(one.notify(title=message.title, body=message.text, notify_type=kind)))
        if not taken:
            return Refused(permanent=True, why="address_unknown")
        return Sent(message.attempt) if any(taken) else Refused(permanent=False, why="not_taken")
