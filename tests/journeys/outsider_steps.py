"""One walker and the three walks: pages by GET, forms by POST, the API's operations; what was wrong is gathered."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.test import Client

from journeys.outsider_addresses import body_of, by_name, filled, operations, questions, routes
from journeys.outsider_foreign import COUNTYWIDE, MARK, OF_TOWN, PUBLIC, REGION, Foreign

# Acts on oneself: they end the walk's session or change one's own login, and name nothing of anybody else's.
_OWN = frozenset({"/logout", "/login", "/login/code", "/password", "/totp", "/tokens", "/posts/switch", "/desk/login/"})
_UNLISTED = frozenset({"/api/v1/", "/api/v1/docs", "/api/v1/openapi.json", "/api/v1/no-such-route"})
# A model names neither a firm nor a person: an office of the county that enters one makes a row of its own.
_OWN_ROWS = frozenset({"/records/sensing/models/new"})
_BYTES = b"PK\x03\x04"


def text_of(answer: Any) -> str:
    """An answer's words: headers and body, the parts of a workbook or document unpacked."""
    body: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(_BYTES):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    return body.decode(errors="replace") + str(dict(answer.items()))


def leaks(answer: Any, words: Collection[str]) -> list[str]:
    """Words of others in an answer."""
    text = text_of(answer)
    return sorted(word for word in words if word in text)


@dataclass
class Walk:
    """A walker of one role, logged in; `bad` gathers what leaked or failed, `walked` counts the requests."""

    foreign: Foreign
    role: str
    only: Callable[[str], bool] = lambda address: True
    bad: list[tuple[Any, ...]] = field(default_factory=list)
    walked: int = 0

    def __post_init__(self) -> None:
        world = self.foreign.world
        countywide = self.role.startswith("county_")
        self.words = self.foreign.words | (set() if countywide else {OF_TOWN})
        # Not others' for this walker: whoever has the right changes it, in public sets for all.
        shared = PUBLIC | (COUNTYWIDE if countywide else set())
        self.shared = [self.foreign.ids[kind] for kind in shared]
        if countywide:  # an unknown device has no region yet: the county claims it
            number = self.foreign.loose["number"]
            self.shared += [f"/strangers/{number}", f"/quarantined/{number}/"]
        self.client = Client()
        account = world.county.account[f"walker_{self.role}"]
        answer = self.client.post("/login", {"username": account.username, "password": world.county.password})
        assert answer.status_code == 302

    def look(self, method: str, address: str, answer: Any) -> None:
        """Note what is wrong with an answer."""
        self.walked += 1
        found = leaks(answer, self.words)
        if answer.status_code >= 500 or found:
            self.bad.append((method, address, answer.status_code, found))

    def addresses(self) -> list[str]:
        """Every address of the server, filled in."""
        return [a for route in routes() for a in filled(route, self.foreign) if self.only(a)]

    def pages(self) -> None:
        """Every address by GET: half of the mark as the question, and what belongs to others as the default of a form."""
        ids = {
            name: by_name(name, self.foreign) for name in ("enterprise", "hazard", "plan", "task", "campaign", "team")
        }
        hazard = f"inspection.hazard/{self.foreign.ids['inspection.hazard']}"
        named = {
            **ids,
            **{f"{k}_id": v for k, v in ids.items()},
            "subject": hazard,
            "region": REGION,
            "ids": ids["hazard"],
        }
        keys = [*self.foreign.ids.values(), *(v for v in self.foreign.loose.values() if len(v) > 8)]
        for address in self.addresses():
            if address.startswith("/api/v1/") and address not in _UNLISTED:
                continue  # walked as operations, with all their questions
            self.look("GET", address, self.client.get(address, {"q": MARK[:2], "search": MARK[:2]}))
            # Forms and overviews take what they begin with from the question; lists have their own filters, asked by the API.
            if not address.startswith(("/desk/", "/records/")) and not any(key in address for key in keys):
                self.look("GET?", address, self.client.get(address, named))

    def forms(self) -> None:
        """Every address but the API's by POST, with a form that names what belongs to others."""
        ids = {kind.partition(".")[2]: key for kind, key in self.foreign.ids.items()}
        account = self.foreign.world.county.account["other_second"]
        form = {
            "base": "1", "once": "walk", "note": "走查", "reason": "走查理由", "word": "seen", "name": "改名",
            "status": "closed", "days": "5",
            "region": REGION, "into": ids["enterprise"], "uscc": "", "account": str(account.pk), "post": ids["post"],
            "subject": f"inspection.hazard/{ids['hazard']}", "ids": ids["hazard"], "template": "inspection.order",
            "enterprises": ids["enterprise"], "officers": ids["post"], "kind": "routine", "description": "走查",
            **{f"{entity}_id": key for entity, key in ids.items()}, **{k: v for k, v in ids.items() if k != "post"},
        }  # fmt: skip
        own = _OWN | (_OWN_ROWS if self.role.startswith("county_") else frozenset())
        for address in self.addresses():
            if not address.startswith("/api/") and address not in own and not self._is_shared(address):
                self.look("POST", address, self.client.post(address, form))

    def operations(self) -> None:
        """Every operation of the API with every question, or with a body that its schema accepts."""
        document = orjson.loads(self.client.get("/api/v1/openapi.json").content)
        for method, path, operation in operations(document):
            for address in filled(path, self.foreign):
                if not self.only(address):
                    continue
                if method == "GET":
                    for question in questions(operation, self.foreign):
                        self.look(method, address, self.client.get(address, question))
                elif not self._is_shared(address):
                    body = orjson.dumps(body_of(operation, document, self.foreign))
                    if not self._is_of_others(address, body.decode()):
                        continue  # a new row of one's own
                    answer = self.client.generic(method, address, body, content_type="application/json")
                    self.look(method, address, answer)

    def _is_shared(self, address: str) -> bool:
        return any(key in address for key in self.shared)

    def _is_of_others(self, address: str, body: str) -> bool:
        """Whether a request names what is not this walker's: for an office of the county a town's region is its own."""
        own = {*self.shared, *([REGION] if self.role.startswith("county_") else [])}
        named = {*self.foreign.ids.values(), *(v for v in self.foreign.loose.values() if len(v) > 8), REGION} - own
        return not self.role.startswith("county_") or any(key in address or key in body for key in named)
