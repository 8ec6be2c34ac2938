"""Where the demo county is not made. Apart from the built one, which would be seen by these tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from anlan.demo.build import build
from anlan.demo.check import _Job
from anlan.kernel.entry import Draft
from anlan.kernel.errors import AnlanError, Unavailable
from anlan.platform.journal.record import NEW, record
from anlan.platform.scope import SYSTEM
from anlan.registry.services.enterprises import enterprise_create

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def refusal(scale: str) -> str:
    with pytest.raises(AnlanError) as refused:
        build(scale, now=NOW)
    return refused.value.code


def test_it_is_never_mixed_with_enterprises_that_stand_already(county: Any) -> None:
    values = {"name": "测试甲公司", "region": "331003001", "classes": ["nine_small"], "office_id": county.town_office}
    enterprise_create(scope=county.scope["town"], values=values, now=NOW)
    assert refusal("small") == "demo.county_in_use"


def test_one_that_was_interrupted_is_not_continued(db: None) -> None:
    draft = Draft("demo.county.begun", "demo.county/331003", "331003000000", {"scale": "small"})
    record(draft, scope=SYSTEM, now=NOW, base=NEW)
    assert refusal("small") == "demo.unfinished"


def test_an_unknown_scale_is_refused(db: None) -> None:
    assert refusal("huge") == "demo.scale_unknown"


def test_a_server_of_another_county_is_refused(db: None) -> None:
    from anlan.platform.journal import node

    node.start("330106000000")
    assert refusal("small") == "demo.other_county"


def test_the_walk_ends_at_the_first_answer_that_is_not_as_it_should_be() -> None:
    people = {"supervision": None, "enterprise": None}
    job = _Job(people, lambda text: None)  # type: ignore[arg-type]
    job.demand("POST /login", True, 200)
    with pytest.raises(Unavailable) as error:
        job.demand("POST /login", False, 500)
    assert (error.value.code, error.value.facts) == ("demo.check_failed", {"request": "POST /login", "reason": "500"})
