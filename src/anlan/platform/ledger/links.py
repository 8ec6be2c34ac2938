"""Where a ledger's pages are, and which of them a person may open."""

from __future__ import annotations

from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.columns import entered_of, model_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.guard import require_entered
from anlan.platform.scope import Scope


def root_url(ledger: Ledger) -> str:
    """`/records/registry/enterprises`: forms, import, export and generic record pages lie below it."""
    return f"/records/{ledger.context}/{ledger.plural}"


def page_url(ledger: Ledger, id: str) -> str:
    """The page of one record: the context's own, else the generic one."""
    return ledger.page(id) if ledger.page else f"{root_url(ledger)}/{id}"


def list_url(ledger: Ledger) -> str:
    """The desk's list of the ledger."""
    meta = model_of(ledger)._meta
    return f"/desk/{meta.app_label}/{meta.model_name}/"


def may_create(scope: Scope, ledger: Ledger) -> bool:
    """Whether this person may enter new rows."""
    return bool(ledger.change) and bool(entered_of(ledger)) and scope.may(ledger.change)


def import_right(ledger: Ledger) -> str:
    """The right an import needs: the context's `<context>.import` where it declares one, else the right to change."""
    own = f"{ledger.context}.import"
    return own if own in CATALOGUE.rights else ledger.change


def require_import(scope: Scope, ledger: Ledger) -> None:
    """Refuse whoever may not import workbooks into the ledger; what `may_import` asks, with the reason.

    Raises:
        NotAllowed: "ledger.read_only" where people enter nothing, "platform.not_allowed".
    """
    require_entered(ledger)
    scope.require(ledger.change)
    scope.require(import_right(ledger))


def may_import(scope: Scope, ledger: Ledger) -> bool:
    """Whether this person may import workbooks into the ledger."""
    return may_create(scope, ledger) and scope.may(import_right(ledger))
