"""Major hazards judged on the phone: the criteria travel with the day's data, ticks come back with the work."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.platform import clock
from anlan.registry import queries as registry
from inspection.factories import NOW, World
from inspection.test_inspection_screens import hidden
from inspection.test_pocket_api import begun, fetch, post

pytestmark = pytest.mark.django_db


def offered(world: World, bundle: dict[str, Any]) -> list[str]:
    """What the phone offers for the world's enterprise."""
    (firm,) = [f for f in bundle["enterprises"] if f[0] == world.enterprise]
    return list(bundle["criteria_sets"][firm[5]])


def test_criteria_of_each_enterprise_travel_with_the_days_data(world: World) -> None:
    bundle = fetch(world.client("town"))[1]
    enterprise = registry.enterprise_get(world.scope["town"], world.enterprise)
    expected = queries.criteria_offered(enterprise)
    assert offered(world, bundle) == [c.id for c in expected] != []
    words = {c["id"]: (c["citation"], c["text"], c["verified"]) for c in bundle["criteria"]}
    assert [words[c.id] for c in expected] == [(c.citation, c.text, c.verified) for c in expected]
    auditor = fetch(world.client("auditor"))[1]
    assert (auditor["criteria"], auditor["criteria_sets"]) == ([], [])


def test_ticked_criteria_of_an_item_make_its_hazard_major(world: World) -> None:
    town = world.client("town")
    inspection = begun(world)
    bundle = fetch(town)[1]
    ticks = offered(world, bundle)[:2]
    keys = [item["key"] for item in bundle["inspections"][0]["items"]]
    first = {"key": keys[0], "result": "hazard", "note": "除尘器停用", "grade": "major", "major_criteria": ticks}
    answers = [first, *({"key": k, "result": "pass"} for k in keys[1:])]
    status, said = post(town, f"/inspections/{inspection}/items", {"answers": answers})
    assert status == 200
    assert fetch(town)[1]["inspections"][0]["items"][0]["major_criteria"] == ticks
    assert post(town, f"/inspections/{inspection}/finish", {"base": said["version"], "conclusion": "一处"})[0] == 200
    hazard = Hazard.objects.get()
    assert (hazard.grade, hazard.major_criteria, hazard.major_unlisted) == ("major", " ".join(ticks), 0)
    assert hazard.major_basis.startswith("《")


def test_criterion_of_another_sort_of_enterprise_is_refused_at_the_item(world: World) -> None:
    town = world.client("town")
    inspection = begun(world)
    key = fetch(town)[1]["inspections"][0]["items"][0]["key"]
    answer = {"key": key, "result": "hazard", "note": "违章", "grade": "major", "major_criteria": ["hg2017-01"]}
    status, said = post(town, f"/inspections/{inspection}/items", {"answers": [answer]})
    assert (status, [v["code"] for v in said["violations"]]) == (409, ["inspection.hazard.major.criterion_unknown"])


def test_desk_that_saves_the_sheet_keeps_what_was_ticked_on_the_phone(world: World) -> None:
    town = world.client("town")
    inspection = begun(world)
    bundle = fetch(town)[1]
    tick, key = offered(world, bundle)[:1], bundle["inspections"][0]["items"][0]["key"]
    answer = {"key": key, "result": "hazard", "note": "除尘器停用", "grade": "major", "major_criteria": tick}
    assert post(town, f"/inspections/{inspection}/items", {"answers": [answer]})[0] == 200
    item = fetch(town)[1]["inspections"][0]["items"][0]
    form = {f"{n}-{key}": item[n] for n in ("result", "grade", "place", "major_basis")} | {f"note-{key}": "两台停用"}
    url = f"/inspection/inspections/{inspection}"
    with clock.frozen(NOW):
        assert town.post(f"{url}/items", hidden(town.get(url)) | form).status_code == 302
    held = fetch(town)[1]["inspections"][0]["items"][0]
    assert (held["note"], held["major_criteria"]) == ("两台停用", tick)
