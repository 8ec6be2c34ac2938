"""What travels to whom, who may write what, and whose word about a key counts."""

from __future__ import annotations

import pytest

from anlan.kernel.nodes import above, is_node_id, stem
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.exchange.select import travels_below
from anlan.platform.rules.exchange import EVERYWHERE, has_a_say, in_scope, may_write

COUNTY, EAST, SOUTH, VILLAGE = "331003", "331003001", "331003002", "331003001001"


def full(code: str) -> str:
    return code.ljust(12, "0")


@pytest.mark.parametrize(
    ("kind", "stands", "receiver", "whole"),
    [
        ("inspection.hazard", [full(EAST)], EAST, True),
        ("inspection.hazard", [full(EAST)], COUNTY, True),
        ("inspection.hazard", [full(EAST)], "3310", True),
        ("inspection.hazard", [VILLAGE], EAST, True),
        ("inspection.hazard", [VILLAGE], SOUTH, False),
        ("inspection.hazard", [full(EAST)], SOUTH, False),
        ("inspection.hazard", [full(EAST)], VILLAGE, False),
        ("inspection.hazard", [full(SOUTH), full(EAST)], EAST, True),
        ("inspection.hazard", [full(COUNTY)], EAST, False),
        ("accounts.person", [full(COUNTY)], EAST, True),
        ("accounts.person", [full(COUNTY)], VILLAGE, True),
        ("accounts.person", [full(SOUTH)], EAST, False),
        ("accounts.role", [full(COUNTY)], VILLAGE, True),
        ("platform.peer", [full(SOUTH)], EAST, True),
        ("platform.clock", [full(SOUTH)], EAST, True),
        # Codes that end in zeros are no wider than their level says.
        ("inspection.campaign", ["331030000000"], "331003", False),
        ("inspection.campaign", ["330000000000"], "331003", True),
    ],
)
def test_what_travels_to_whom(kind: str, stands: list[str], receiver: str, whole: bool) -> None:
    assert in_scope(kind, stands, receiver, travels_below()) is whole


@pytest.mark.parametrize(
    ("author", "kind", "region", "stood", "may"),
    [
        (EAST, "inspection.hazard", full(EAST), [], True),
        (EAST, "inspection.hazard", VILLAGE, [full(EAST)], True),
        (EAST, "inspection.hazard", full(SOUTH), [], False),
        (EAST, "inspection.hazard", full(COUNTY), [], False),
        (EAST, "inspection.hazard", full(EAST), [full(SOUTH)], False),
        (EAST, "inspection.hazard", full(EAST), [full(SOUTH), full(EAST)], True),
        (COUNTY, "inspection.hazard", full(EAST), [full(SOUTH)], True),
        (EAST, "platform.peer", full(EAST), [full(COUNTY)], True),
        (EAST, "accounts.role", full(EAST), [full(COUNTY)], False),
    ],
)
def test_who_may_write_what(author: str, kind: str, region: str, stood: list[str], may: bool) -> None:
    assert may_write(author, author, kind, region, stood) is may


def test_a_town_whose_code_changed_writes_under_the_new_one() -> None:
    assert may_write("331003099", EAST, "inspection.hazard", full(EAST), [])
    assert not may_write("331003099", "331003099", "inspection.hazard", full(EAST), [])


@pytest.mark.parametrize(
    ("author", "about", "receiver", "counts"),
    [
        (COUNTY, EAST, SOUTH, True),
        (COUNTY, EAST, EAST, True),
        (EAST, VILLAGE, COUNTY, True),
        (EAST, SOUTH, COUNTY, False),
        (EAST, COUNTY, EAST, True),
        (EAST, COUNTY, VILLAGE, True),
        (EAST, COUNTY, SOUTH, False),
        (EAST, COUNTY, COUNTY, False),
        (VILLAGE, EAST, COUNTY, False),
        (COUNTY, "3310", EAST, True),
        (EAST, EAST, COUNTY, False),
        (COUNTY, COUNTY, EAST, False),
    ],
)
def test_whose_word_about_a_key_counts(author: str, about: str, receiver: str, counts: bool) -> None:
    assert has_a_say(author, about, receiver) is counts


def test_ids_of_nodes() -> None:
    assert [stem(n) for n in ("331003a", "331003002b7kq4xm", "x")] == ["331003", "331003002", ""]
    assert above("331003a", "331003002a") and not above("331003002a", "331003a") and not above("x", "331003a")
    assert all(is_node_id(n) for n in ("331003a", "33a", "331003002b7kq4xm", "331003001001a"))
    assert not any(is_node_id(n) for n in ("331003", "a", "3310031a", "331003A", "331003a/..", "331003-a", ""))


def test_every_kind_of_record_says_how_far_it_travels() -> None:
    said = {model.SUBJECT: model.TRAVELS for model in CATALOGUE.projections.values()}
    assert set(said.values()) <= {"within", "below", "everywhere"}
    assert {kind for kind, how in said.items() if how == "everywhere"} == EVERYWHERE & said.keys()
