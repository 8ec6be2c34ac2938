"""What a channel is: it takes one message to one person and says whether it went out. It knows no tables and no calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Channel", "Message", "Refused", "Sent"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        attempt: key of the attempt; equal for equal messages, so that a provider can drop a repeated one.
        number: the person's number, "" where the channel needs none. It goes to the provider and nowhere else.
        title, text: what is said; `text` is complete, with link and keys. link: the answer page, "" where none.
        urgency: a word of rules.matter.URGENCIES. drill: an exercise; the text says so already.
    """

    attempt: str
    number: str
    title: str
    text: str
    link: str
    urgency: str
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """It went out; `provider_id` is what a later delivery report names."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not go out. `permanent`: trying again can't help. `why`: a short word for the record, never personal."""

    permanent: bool
    why: str


class Channel(Protocol):
    """One way to reach a person."""

    numbered: bool
    """Whether it needs the person's number."""

    def ready(self) -> bool:
        """Whether it is set up here; one that is not is left out when attempts are made."""
        ...

    def send(self, message: Message) -> Sent | Refused:
        """Hand the message over; at most some seconds, and no exception for what a network can do."""
        ...
