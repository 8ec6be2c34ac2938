"""The people of the demo county: bodies, persons, posts and accounts through the services, and whose scope acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anlan.accounts import queries as accounts
from anlan.accounts.queries.scopes import post_scope
from anlan.accounts.services.accounts import account_create
from anlan.accounts.services.bootstrap import SETUP
from anlan.accounts.services.organisations import organisation_create
from anlan.accounts.services.people import person_create
from anlan.accounts.services.posts import post_create
from anlan.accounts.services.roles import roles_install
from anlan.demo.firms import COUNTY, FIRST_TOWN, Firm, town_names
from anlan.demo.words import bodies, person_name, phone, words
from anlan.platform.database import writing
from anlan.platform.scope import Scope

__all__ = ["ACCOUNTS", "PASSWORD", "Cast", "account_list", "cast_account", "cast_body", "cast_county", "cast_firms"]

PASSWORD = "Anlan-Demo-331003"
SECOND_TOWN = "331003002"
# User name -> key of the post; one for each role, and a second town that must not see the first one's matters.
ACCOUNTS = {
    "leader": "bureau:leader:0",
    "supervision": "basics:supervision:0",
    "hazchem": "hazchem:supervision:0",
    "enforcement": "squad:enforcement:0",
    "town": f"town:{FIRST_TOWN}:town:0",
    "town2": f"town:{SECOND_TOWN}:town:0",
    "grid": "grid:grid:0",
    "department": "housing:department:0",
    "enterprise": "firm:0:enterprise:0",
    "plant": "firm:plant:enterprise:0",
    "expert": "experts:expert:0",
    "auditor": "bureau:auditor:0",
    "admin": "bureau:admin:0",
}

_OF_FIRMS = ("enterprise", "plant")


@dataclass
class Cast:
    """Who may act. `scopes`: `<body>:<role>:<n>` -> Scope; `offices`: body key -> organisation id."""

    scopes: dict[str, Scope] = field(default_factory=dict)
    offices: dict[str, str] = field(default_factory=dict)
    serial: int = 0

    def officer(self, body: str, n: int) -> Scope:
        """The n-th officer of a body (any role), counted round."""
        held = [scope for key, scope in self.scopes.items() if key.startswith(f"{body}:")]
        return held[n % len(held)]

    def firm(self, index: int) -> Scope:
        """The safety officer of an enterprise."""
        return self.scopes[f"firm:{index}:enterprise:0"]


def cast_county(villages: Sequence[tuple[str, str]], now: datetime) -> Cast:
    """Roles, the county's bodies, two officers for each of the 19 towns, and grid workers.

    Args:
        villages: (twelve digits, name) of those that get a grid worker; the first one's gets the account `grid`.
    """
    cast, names = Cast(), words()["county"]
    with writing():
        roles_install(scope=SETUP, region=COUNTY, now=now)
        for body in bodies():
            cast_body(cast, body["key"], body["name"], body["kind"], COUNTY, body["posts"], now, parent=body["parent"])
        for town, name in town_names().items():
            cast_body(cast, f"town:{town}", names["town"].format(name=name), "town", town, names["town_posts"], now)
    with writing():
        for village, name in villages:
            cast_body(
                cast,
                f"village:{village}",
                names["village"].format(name=name),
                "village",
                village,
                names["grid_posts"],
                now,
            )
        cast.scopes["grid:grid:0"] = cast.officer(f"village:{villages[0][0]}", 0)
        for username in ACCOUNTS:
            if username not in _OF_FIRMS:
                cast_account(cast, username, now)
    return cast


def cast_firms(cast: Cast, firms: list[Firm], ids: list[str], plant: Firm, now: datetime) -> None:
    """An organisation and a safety officer for every enterprise; the first one's gets the account `enterprise`.

    Args:
        ids: the registry's ids of `firms`, in the same order. plant: the one whose officer gets the account `plant`.
    """
    posts = words()["county"]["firm_posts"]
    for start in range(0, len(firms), 60):
        with writing():
            for firm, enterprise_id in zip(firms[start : start + 60], ids[start : start + 60], strict=True):
                key = f"firm:{firm.index}"
                cast_body(cast, key, firm.name, "enterprise", firm.town, posts, now, firm=enterprise_id)
    cast.scopes[ACCOUNTS["plant"]] = cast.firm(plant.index)
    with writing():
        for username in _OF_FIRMS:
            cast_account(cast, username, now)


def cast_body(
    cast: Cast,
    key: str,
    name: str,
    kind: str,
    region: str,
    posts: str,
    now: datetime,
    *,
    parent: str = "",
    firm: str | None = None,
) -> None:
    """A body with its people.

    Args:
        key: of `offices` and the beginning of their keys in `scopes`. posts: `role:title` parted by blanks.
    """
    values: dict[str, Any] = {"name": name, "kind": kind, "region": region}
    if parent:
        values["parent_id"] = cast.offices[parent]
    body_id = organisation_create(scope=SETUP, values=values, now=now)
    cast.offices[key] = body_id
    seen: dict[str, int] = {}
    for word, title in (pair.split(":") for pair in posts.split()):
        n = seen[word] = seen.get(word, -1) + 1
        cast.scopes[f"{key}:{word}:{n}"] = _person(cast, word, title, body_id, region, now, firm)


def _person(cast: Cast, word: str, title: str, body_id: str, region: str, now: datetime, firm: str | None) -> Scope:
    cast.serial += 1
    values = {"name": person_name(cast.serial), "region": region, "phone": phone(cast.serial)}
    person_id = person_create(scope=SETUP, values=values, now=now)
    role = accounts.role_by_word(word)
    post_id = post_create(
        scope=SETUP,
        values={
            "person_id": person_id,
            "organisation_id": body_id,
            "role_id": str(role.pk),
            "prefix": region,
            "office_id": body_id if role.by_office else None,
            "enterprise_id": firm,
            "title": title,
        },
        now=now,
    )
    post = accounts.post_get(SETUP, post_id)
    scope = post_scope(post, post.person)
    if scope is None:
        raise LookupError(f"post {post_id} of role {word} gives no scope")
    return scope


def cast_account(cast: Cast, username: str, now: datetime, key: str = "") -> None:
    """An account for whoever holds the post `key`; of the demo county the one of ACCOUNTS."""
    person_id = cast.scopes[key or ACCOUNTS[username]].person
    account_create(scope=SETUP, person_id=person_id, username=username, password=PASSWORD, must_change=False, now=now)


def account_list(now: datetime) -> list[dict[str, str]]:
    """The demo's accounts as they are printed: role (word), label (body and title), username, password."""
    held = {a.username: a for a in accounts.account_list(SETUP).filter(username__in=list(ACCOUNTS))}
    listed = []
    for username, key in ACCOUNTS.items():
        acting = accounts.acting_posts(held[username], now) if username in held else []
        if acting:
            role = key.split(":")[-2]
            listed.append({"role": role, "label": acting[0].label, "username": username, "password": PASSWORD})
    return listed
