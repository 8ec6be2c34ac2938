"""Matters in memory, so that thousands of steps can be walked without a journal; notices are real."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from anlan.accounts.queries import PostPlace
from anlan.calling.models import Notice
from anlan.inspection.reminders import REMINDERS
from anlan.kernel.reminders import Matter
from anlan.platform.declare import Reminder

TOPIC = "test.due"
POSTS = {
    level: f"01900000-0000-7000-8000-00000000000{n}" for n, level in enumerate(("firm", "town", "office", "leader"))
}
_ORDER, _SUBMIT, _READ = "inspection.hazard.order", "inspection.hazard.submit", "calling.escalation.read"
PLACES = [
    PostPlace(POSTS["firm"], frozenset({_SUBMIT}), "331003001", "", "e"),
    PostPlace(POSTS["town"], frozenset({_ORDER}), "331003001", "", ""),
    PostPlace(POSTS["office"], frozenset({_ORDER}), "331003", "o", ""),
    PostPlace(POSTS["leader"], frozenset({_READ}), "331003", "", ""),
]


@dataclass
class Store:
    """Open matters by subject; `pause` is called when a run reads some of them again under the key."""

    open: dict[str, Matter] = field(default_factory=dict)
    pause: Callable[[], None] = lambda: None

    def matters(self, subjects: Collection[str] | None) -> Iterator[Matter]:
        """What the declaration promises: all, or those of `subjects`, that are open now."""
        found = [m for m in self.open.values() if subjects is None or m.subject in subjects]
        if subjects is not None:
            self.pause()
        return iter(found)

    def reminder(self) -> Reminder:
        """Hazards' tables and rights over these matters."""
        real = REMINDERS[0]
        return Reminder(TOPIC, "测试", "test.matter", real.tables, real.rights, self.matters, lambda scope, keys: {})


def standing() -> list[Notice]:
    """The notices of the test's topic that stand."""
    return list(Notice.objects.filter(topic=TOPIC, withdrawn_at__isnull=True).order_by("pk"))
