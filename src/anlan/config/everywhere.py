"""全局搜索: one box on every page for all ledgers a person may see, by name, number, credit code or a contact's phone."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.kernel.phones import looks_like_phone
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger import links, queries
from anlan.platform.ledger.columns import columns_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import key_of, read_ask
from anlan.platform.ledger.values import Shower
from anlan.platform.scope import Scope
from anlan.platform.search import index
from anlan.registry import queries as registry

SHOWN = 6
_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """One record: its id, its address, its first column and what tells it apart from its neighbours."""

    id: str
    url: str
    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one ledger: the first SHOWN of `total`, and where all are listed ("" where there is no list)."""

    ledger: str
    label: str
    total: int
    hits: tuple[Hit, ...]
    url: str


def find_everywhere(scope: Scope, text: str) -> list[Group]:
    """What a search finds in every ledger that the person may view, ledgers without a hit left out.

    Every word must occur in a record; a contact's phone number must be typed whole (its index knows equality only).
    """
    groups = [g for ledger in CATALOGUE.ledgers.values() if (g := _in_ledger(scope, ledger, text))] if text else []
    if scope.may("registry.view") and looks_like_phone(text):
        owners = registry.enterprises_by_phone(scope, text)
        if owners:
            hits = tuple(Hit(i, f"/registry/enterprises/{i}", name, ()) for i, name in owners[:SHOWN])
            groups.insert(0, Group("registry.contact", "联系电话相符的企业", len(owners), hits, ""))
    return groups


def _in_ledger(scope: Scope, ledger: Ledger, text: str) -> Group | None:
    if (ledger.view and not scope.may(ledger.view)) or not index.searched(ledger.id):
        return None
    ask = read_ask(ledger, {"q": [text]})
    total = queries.total(scope, ledger, ask) if ask.terms else 0
    if not total:
        return None
    shown = [b for b in columns_of(ledger) if b.column.show and b.kind not in {"vault", "set"}][:_COLUMNS]
    rows = queries.page(scope, ledger, ask, offset=0, size=SHOWN, names=[b.name for b in shown])
    shower = Shower(ledger, scope)
    hits = []
    for row in rows:
        texts = [(b.label, shower.text(b, row.get(key_of(b)))) for b in shown]
        facts = tuple((label, value) for label, value in texts[1:] if value)
        hits.append(Hit(row["id"], links.page_url(ledger, row["id"]), texts[0][1], facts))
    return Group(ledger.id, ledger.label, total, tuple(hits), links.list_url(ledger))
