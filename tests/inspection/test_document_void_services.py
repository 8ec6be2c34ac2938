"""A document is declared void by the body that issued it or by the county's leaders, by nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.kernel.errors import NotAllowed, RuleViolation
from anlan.platform.documents import queries, services
from inspection.factories import NOW, World
from inspection.test_documents_services import HAZARD, issue

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=4)


def void(world: World, document: Any, role: str) -> None:
    services.document_void(scope=world.scope[role], document_id=document.pk, reason="写错期限", base=None, now=LATER)


def offered(world: World, document: Any, role: str) -> bool:
    actions = queries.document_actions(world.scope[role], document, LATER)
    return next(a.allowed for a in actions if a.id == "void")


@pytest.mark.parametrize(
    ("issuer", "other", "own"), [("enforcement", "town", "supervision"), ("town", "enforcement", "town_second")]
)
def test_another_body_s_document_is_not_declared_void(world: World, issuer: str, other: str, own: str) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}", role=issuer)
    assert not offered(world, order, other)
    with pytest.raises(RuleViolation, match="platform.document.void.refused") as error:
        void(world, order, other)
    assert [(v.code, v.facts) for v in error.value.violations] == [
        ("platform.document.void_not_yours", {"number": order.number})
    ]
    assert offered(world, order, own)
    void(world, order, own)
    order.refresh_from_db()
    assert order.state == "void"


def test_a_leader_of_the_county_declares_any_document_void_and_takes_no_other_step(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    assert [a.id for a in queries.document_actions(world.scope["leader"], order, LATER) if a.allowed] == ["void"]
    with pytest.raises(NotAllowed):
        services.document_serve(
            scope=world.scope["leader"], document_id=order.pk, way="direct", receiver="王厂长", base=None, now=LATER
        )
    with pytest.raises(NotAllowed):
        void(world, order, "auditor")
    void(world, order, "leader")
    order.refresh_from_db()
    assert order.state == "void"
