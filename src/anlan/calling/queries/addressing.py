"""From a matter and a level to the posts that hear of it: one look at all posts, then tables in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from anlan.accounts import queries as accounts
from anlan.calling.rules.reminder import levels_above
from anlan.kernel.reminders import Matter

_TOWN_DIGITS = 9


class Addressees:
    """Posts by level, for one set of rights (level -> the right a post must hold), out of posts that run."""

    def __init__(self, rights: Mapping[str, str], places: Iterable[accounts.PostPlace]) -> None:
        self._enterprise: dict[str, list[str]] = defaultdict(list)
        self._town: dict[str, list[str]] = defaultdict(list)
        self._office: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._leader: list[tuple[str, str]] = []
        self._running: set[str] = set()
        self._known: dict[tuple[str, str, str, str, tuple[str, ...]], tuple[str, ...]] = {}
        for place in places:
            self._place(place, rights)

    def _place(self, place: accounts.PostPlace, rights: Mapping[str, str]) -> None:
        if rights.get("post") in place.rights:
            self._running.add(place.post_id)
        if place.enterprise_id:
            if rights.get("enterprise") in place.rights:
                self._enterprise[place.enterprise_id].append(place.post_id)
        elif place.office_id:
            if rights.get("office") in place.rights:
                self._office[place.office_id].append((place.prefix, place.post_id))
        else:
            if rights.get("town") in place.rights and len(place.prefix) == _TOWN_DIGITS:
                self._town[place.prefix].append(place.post_id)
            if rights.get("leader") in place.rights:
                self._leader.append((place.prefix, place.post_id))

    def of(self, level: str, matter: Matter) -> tuple[str, ...]:
        """Ids of the posts that hear of the matter at `level`; where it has none, those of the next one that has some."""
        town = matter.region[:_TOWN_DIGITS]
        firm, posts = matter.enterprise_id if level == "enterprise" else "", matter.posts if level == "post" else ()
        asked = (level, firm, matter.office_id, town, posts)
        if asked not in self._known:
            chain = (level, *levels_above(level))
            self._known[asked] = next((found for each in chain if (found := self._at(each, matter))), ())
        return self._known[asked]

    def _at(self, level: str, matter: Matter) -> tuple[str, ...]:
        region = matter.region
        placed: Sequence[str]
        if level == "post":
            placed = [post for post in matter.posts if post in self._running]
        elif level == "enterprise":
            placed = self._enterprise.get(matter.enterprise_id, ())
        elif level == "town":
            placed = self._town.get(region[:_TOWN_DIGITS], ())
        else:
            wider = self._office.get(matter.office_id, ()) if level == "office" else self._leader
            # A scope of a village never holds a whole town: the matter's full code is asked, not its town's.
            placed = [post for prefix, post in wider if region.startswith(prefix)]
        return tuple(placed)
