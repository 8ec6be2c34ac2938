"""Who may witness that a paper was refused, and how a refused paper is served."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from anlan.kernel.errors import RuleViolation
from anlan.platform.documents import queries, services
from anlan.platform.rules.document import check_refuse
from inspection.factories import NOW, World
from inspection.test_documents_services import HAZARD, issue, sign

pytestmark = pytest.mark.django_db


def test_officers_and_signers_do_not_witness_a_refusal(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    sign(world, order, name="张三", signer="officer")
    common = {"scope": world.scope["town"], "document_id": order.pk, "now": NOW + timedelta(days=4), "base": None}

    def refuse(*witnesses: str) -> list[str]:
        order.refresh_from_db()
        acting = queries.document_acting(world.scope["town"], order)
        facts = queries.facts_for(order, None, NOW + timedelta(days=4))
        return [v.code for v in check_refuse(replace(facts, state="issued"), "拒签", witnesses, acting)]

    assert refuse("蒋 安", "村干部乙") == ["platform.document.witness_acting"]
    assert refuse("村干部甲", "张三") == ["platform.document.witness_acting"]
    assert refuse("村干部甲", "村干部 甲") == ["platform.document.witnesses_two"]
    assert refuse("村干部甲", "村干部乙") == []
    other = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    with pytest.raises(RuleViolation, match="platform.document.refuse.refused") as refused:
        services.document_refuse(
            **common | {"document_id": other.pk}, reason="拒签", witnesses=("蒋安", "村干部乙")
        )
    assert [(v.code, v.field) for v in refused.value.violations] == [("platform.document.witness_acting", "witness1")]


def test_a_refused_paper_is_left_not_handed_over(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    common = {"scope": world.scope["town"], "document_id": order.pk, "now": NOW + timedelta(days=4), "base": None}
    services.document_refuse(**common, reason="负责人拒签", witnesses=("村干部甲", "村干部乙"))
    with pytest.raises(RuleViolation, match="platform.document.serve.refused") as refused:
        services.document_serve(**common, way="direct", receiver="负责人")
    assert [v.code for v in refused.value.violations] == ["platform.document.way_after_refusal"]
    services.document_serve(**common, way="lien", receiver="负责人")
    order.refresh_from_db()
    assert (order.state, order.way) == ("served", "lien")
