"""What `import` and `export` act on and as whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any


def ledger_of(ledger_id: str) -> Any:
    """The declared ledger of that id, label or plural.

    Raises:
        NotFound: "cli.ledger.unknown" with the ids that there are.
    """
    from anlan.kernel.errors import NotFound
    from anlan.platform.catalogue import CATALOGUE

    for ledger in CATALOGUE.ledgers.values():
        if ledger_id in {ledger.id, ledger.label, ledger.plural}:
            return ledger
    raise NotFound("cli.ledger.unknown", ledger=ledger_id, known="、".join(sorted(CATALOGUE.ledgers)))


def named_scope(username: str, post: str | None, now: datetime) -> Any:
    """One of the server's users: in the post of that title or id, else in the first.

    Raises:
        NotFound: "cli.user.unknown", "cli.user.post_unknown" with the posts there are.
    """
    from anlan.accounts.queries import account_of, acting_posts
    from anlan.kernel.errors import NotFound

    first = scope_of(username, now)
    if post is None:
        return first
    account = account_of(username)
    posts = acting_posts(account, now) if account else []
    found = [p for p in posts if post in {p.post_id, p.label}]
    if not found:
        raise NotFound("cli.user.post_unknown", post=post, known="、".join(p.label for p in posts))
    return found[0].scope


def scope_of(username: str | None, now: datetime) -> Any:
    """The server acting for itself in its own region, or one of its users in the first post.

    Raises:
        NotFound: "cli.user.unknown" for a user that does not exist or has no post today.
    """
    from anlan.kernel.codes import region_prefix
    from anlan.kernel.errors import NotFound
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.journal import node
    from anlan.platform.scope import SYSTEM

    if username is None:
        return replace(SYSTEM, rights=frozenset(CATALOGUE.rights), region=region_prefix(node.own().region))
    from anlan.accounts.queries import account_of, post_scopes

    account = account_of(username)
    scopes = post_scopes(account, now) if account else []
    if not scopes:
        raise NotFound("cli.user.unknown", username=username)
    return scopes[0]
