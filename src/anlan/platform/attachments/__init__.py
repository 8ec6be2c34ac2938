"""Attachments: files by the SHA-256 of their content, checked before they are kept, seen only with what they belong to.

A screen or API stores a file with `store`; the service that records it (entry.text) calls `link` in its transaction.
"""

from anlan.platform.attachments.compare import Twin, same_press, shows_nothing, twins
from anlan.platform.attachments.facts import AttachmentFacts
from anlan.platform.attachments.store import (
    awaited,
    erase,
    expect,
    facts_of,
    files_of,
    link,
    read,
    release,
    store,
    sweep,
    take_over,
    visible,
)

__all__ = [
    "AttachmentFacts",
    "Twin",
    "awaited",
    "erase",
    "expect",
    "facts_of",
    "files_of",
    "link",
    "read",
    "release",
    "same_press",
    "shows_nothing",
    "store",
    "sweep",
    "take_over",
    "twins",
    "visible",
]
