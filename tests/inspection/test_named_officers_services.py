"""Whoever is named as an officer sees the matter and may act on it himself; others are neither taken nor offered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import hazard_close
from anlan.inspection.services.inspections import inspection_start
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)
STRANGERS = ("other_town", "other_office", "department")


@pytest.mark.parametrize("stranger", STRANGERS)
def test_the_second_reviewer_has_to_see_the_hazard_himself(world: World, stranger: str) -> None:
    key, person = world.submitted(), world.county.person[stranger]
    with pytest.raises(StepRefused) as error:
        item = world.closing(key, "supervision", co_reviewer=person)
        hazard_close(scope=world.scope["supervision"], item=item, now=LATER)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.close.co_reviewer_unknown"]
    assert Hazard.objects.get(pk=key).state == "submitted"
    page = world.client("supervision").get(reverse("inspection-hazard", args=[key])).content.decode()
    assert f'value="{person}"' not in page
    assert f'value="{world.county.person["town"]}"' in page
    item = world.closing(key, "supervision", co_reviewer=world.county.person["town"])
    hazard_close(scope=world.scope["supervision"], item=item, now=LATER)
    assert Hazard.objects.get(pk=key).state == "closed"


@pytest.mark.parametrize("stranger", STRANGERS)
def test_the_second_officer_of_a_visit_has_to_see_the_enterprise_himself(world: World, stranger: str) -> None:
    scope, person = world.scope["supervision"], world.county.person[stranger]
    values = {"enterprise_id": world.enterprise, "checklist_id": world.checklist(), "now": NOW}
    with pytest.raises(StepRefused) as error:
        inspection_start(scope=scope, officers=[person], **values)
    assert [v.code for v in error.value.violations] == ["inspection.start.officer_unknown"]
    page = world.client("supervision").get(reverse("inspection-new"), {"enterprise": world.enterprise}).content.decode()
    assert f'value="{person}"' not in page
    assert f'value="{world.county.person["town"]}"' in page
    assert inspection_start(scope=scope, officers=[world.county.person["town"]], **values)


def test_those_offered_are_the_ones_who_see_the_hazard(world: World) -> None:
    hazard = Hazard.objects.get(pk=world.submitted())
    offered = dict(queries.officer_choices(world.scope["supervision"], "inspection.hazard.review", NOW, hazard))
    assert world.county.person["town_second"] in offered
    assert not offered.keys() & {world.county.person[name] for name in (*STRANGERS, "enterprise", "auditor")}
