"""What happens beside the loop in the small county: one of everything that the pages show."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.queries import leading, standings
from anlan.platform.documents.queries import document_list
from demo.demo_store import COUNTY, NOW, scope_of

pytestmark = pytest.mark.django_db


def test_the_acts_leave_found_and_closed_as_planned(built: dict[str, Any]) -> None:
    rows = queries.hazard_list(COUNTY)
    assert rows.count() == 120 + 2 + rows.filter(state="merged").count()
    assert (built["hazards"], built["closed"]) == (120, 92)


def test_there_is_one_of_everything(built: dict[str, Any]) -> None:
    rows = queries.hazard_list(COUNTY)
    states = Counter(rows.values_list("state", flat=True))
    assert (states["dismissed"], states["merged"], states["doubted"]) == (2, 2, 2)
    assert rows.filter(transferred=1).count() == 2
    assert rows.filter(extended_count__gte=1).count() >= 3
    assert rows.filter(look_back_result="again").count() == rows.filter(reopened_from__isnull=False).count() == 2
    assert rows.filter(look_back_result="fine").count() >= 10
    majors = rows.filter(grade="major", closed_at__isnull=True)
    assert len(set(majors.values_list("region9", flat=True))) >= 3
    assert not majors.filter(state="ordered", five_responsible="").exists()


def test_documents_are_issued_served_and_refused(built: dict[str, Any]) -> None:
    held = Counter(document_list(scope_of("leader")).values_list("template", "state"))
    assert held["inspection.record", "issued"] == 5
    assert (held["inspection.order", "served"], held["inspection.order", "refused"]) == (4, 1)
    assert {template for template, _ in held} >= {"inspection.extension", "inspection.transfer", "inspection.review"}


def test_leaders_have_something_to_look_at(built: dict[str, Any]) -> None:
    scope = scope_of("leader")
    towns, firms = standings.town_standings(scope, NOW), standings.enterprise_standings(scope, NOW)
    assert leading.majors_by_town(scope, NOW, 8)[0].overdue >= 1
    assert leading.interviews(NOW, towns, firms)
    assert len(standings.worst_enterprises(firms, 15)) >= 5
