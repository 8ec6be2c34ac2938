"""In the pages themselves: the attempt's row is the message; bell and page of calls show it, with sound."""

from __future__ import annotations

from anlan.calling.channels.base import Message, Refused, Sent


class InAppChannel:
    """Nothing leaves this server: whoever is logged in sees and hears it."""

    numbered = False

    def ready(self) -> bool:
        """Always."""
        return True

    def send(self, message: Message) -> Sent | Refused:
        """Said by being there."""
        return Sent()
