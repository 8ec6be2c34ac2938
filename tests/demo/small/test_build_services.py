"""The small demo county, built through the services; the tests look at what stands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from anlan.accounts import queries as accounts
from anlan.accounts.services.accounts import password_problems
from anlan.accounts.services.bootstrap import SETUP
from anlan.demo.build import build
from anlan.demo.cast import ACCOUNTS, PASSWORD
from anlan.inspection import queries
from anlan.inspection.queries.blanket import blanket_rows, grid_total
from anlan.inspection.queries.self_checks import self_check_list
from anlan.kernel.errors import AnlanError
from anlan.platform.journal import chain, rebuild
from anlan.platform.journal.models import JournalEntry
from anlan.registry import queries as registry
from anlan.registry.models import Enterprise
from demo.demo_store import COUNTY, NOW, scope_of

YEAR = (date(2025, 3, 1), date(2026, 3, 2))


def test_figures_are_those_of_the_scale(built: dict[str, Any]) -> None:
    assert {k: built[k] for k in ("hazards", "closed", "enterprises")} == {
        "hazards": 120,
        "closed": 92,
        "enterprises": 60,
    }
    assert built["entries"] == JournalEntry.objects.count()


def test_a_second_build_does_nothing(built: dict[str, Any]) -> None:
    assert build("small", now=NOW + timedelta(days=9)) == built


def test_another_scale_is_refused_on_a_built_county(built: dict[str, Any]) -> None:
    with pytest.raises(AnlanError) as refused:
        build("luohu", now=NOW)
    assert refused.value.code == "demo.scale_differs"


def test_the_journal_stands_and_folds_to_the_tables_in_any_order(built: dict[str, Any]) -> None:
    assert chain.verify().ok
    folded = rebuild.rebuild(check=True, shuffle=7)
    assert (folded.differences, folded.entries) == (0, built["entries"])


def test_counts_by_town_and_by_month_are_the_same_hazards(built: dict[str, Any]) -> None:
    by_town = queries.hazard_counts(COUNTY, "331003", *YEAR, "town", now=NOW)
    by_month = queries.hazard_counts(COUNTY, "331003", *YEAR, "month", now=NOW)
    assert (by_town.total.found, by_town.total.closed) == (by_month.total.found, by_month.total.closed) == (120, 92)
    assert [town for town, _ in by_town.coverage.silent] == ["331003204"]
    assert [r.key for r in by_month.rows if not r.found] == ["2026-03"]
    assert by_town.overdue == queries.hazards_overdue(COUNTY, NOW).count() > 0


def test_history_lies_in_the_past_in_order(built: dict[str, Any]) -> None:
    hazard = queries.hazard_list(COUNTY, state="closed")[0]
    moments = [hazard.found_at, hazard.ordered_at, hazard.submitted_at, hazard.closed_at]
    assert moments == sorted(moments)
    assert queries.hazard_list(COUNTY).order_by("found_at")[0].found_at < NOW - timedelta(days=300)
    assert not JournalEntry.objects.filter(hlc__gte=int((NOW.timestamp() + 1) * 1000) << 16).exists()


def test_every_hazard_has_a_picture_of_its_own(built: dict[str, Any]) -> None:
    pictures = [p.sha256 for h in queries.hazard_list(COUNTY) for p in queries.hazard_photos(h)["before"]]
    assert len(pictures) == len(set(pictures)) == 122


def test_two_campaigns_overlap_and_a_hazard_of_both_is_one_hazard(built: dict[str, Any]) -> None:
    everything = list(queries.campaign_list(COUNTY))
    held = [c for c in everything if not c.blanket]
    assert (len(everything), len(held)) == (3, 2)
    later, earlier = sorted(held, key=lambda c: c.since_on, reverse=True)
    assert earlier.since_on < later.since_on < earlier.until_on < later.until_on
    single = [queries.hazard_list(COUNTY, campaigns=[str(c.id)]).count() for c in held]
    both = queries.hazard_list(COUNTY, campaigns=[str(c.id) for c in held]).count()
    assert max(single) < both < sum(single)


def test_every_account_of_the_list_can_log_in_with_the_printed_password(built: dict[str, Any]) -> None:
    assert [a["username"] for a in built["accounts"]] == list(ACCOUNTS)
    assert {a["role"] for a in built["accounts"]} == {
        "leader", "supervision", "enforcement", "town", "grid", "department", "enterprise", "expert", "auditor", "admin",
    }  # fmt: skip
    for username in ACCOUNTS:
        account = accounts.account_list(SETUP).get(username=username)
        assert account.check_password(PASSWORD)
        assert (account.must_change_password, password_problems(PASSWORD, account)) == (False, [])


def test_a_second_town_sees_nothing_of_the_first(built: dict[str, Any]) -> None:
    first = set(queries.hazard_list(scope_of("town")).values_list("id", flat=True))
    second = set(queries.hazard_list(scope_of("town2")).values_list("id", flat=True))
    assert (bool(first), bool(second), first & second) == (True, True, set())


def test_the_demo_enterprise_has_work_to_do(built: dict[str, Any]) -> None:
    scope = scope_of("enterprise")
    assert registry.enterprise_list(scope).count() == 1
    assert queries.hazard_list(scope, state="ordered").count() >= 2


def test_one_enterprise_was_renamed_and_one_suspended(built: dict[str, Any]) -> None:
    assert Enterprise.objects.exclude(former="").count() == 1
    assert Enterprise.objects.filter(status="suspended").count() == 1


def test_listings_stand_in_every_state(built: dict[str, Any]) -> None:
    rows = queries.listing_list(COUNTY)
    states = sorted((row.level, row.state) for row in rows)
    assert states == [
        ("city", "unlisted"), ("county", "listed"), ("county", "listed"), ("county", "proposed"), ("county", "refused"),
        ("county", "unlisted"), ("county", "unlisting_applied"),
    ]  # fmt: skip
    late = [row for row in rows if row.state == "listed" and row.follow_due_at and row.follow_due_at < NOW]
    assert len(late) == 1
    assert [row.hazard.listed for row in rows if row.ended_at is None] == ["county"] * 4


def test_enterprises_check_themselves_and_a_blanket_campaign_is_under_way(built: dict[str, Any]) -> None:
    reports = self_check_list(COUNTY, counting=True)
    assert (reports.count(), reports.filter(mended__gt=0).count(), reports.filter(hazards__gt=0).count()) == (
        100,
        16,
        0,
    )
    campaign = next(c for c in queries.campaign_list(COUNTY) if c.blanket)
    total = grid_total(blanket_rows(COUNTY, campaign))
    assert (total.visited, total.found, total.targets > 4) == (4, 0, True)
