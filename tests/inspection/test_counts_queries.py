from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.panels import PANELS
from anlan.inspection.services.campaigns import campaign_create, campaign_retire
from anlan.inspection.services.hazards import hazard_tag, hazard_untag
from anlan.inspection.todos import TODOS
from anlan.kernel.errors import BadInput, NotAllowed, RuleViolation
from anlan.platform.journal import node
from anlan.platform.journal.receive import receive
from inspection.factories import NOW, World
from platform_helpers import Peer, opened, subject

pytestmark = pytest.mark.django_db

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def counts(world: World, role: str = "enforcement", by: str = "town", **asked: object) -> queries.HazardCounts:
    return queries.hazard_counts(world.scope[role], "", *YEAR, by, now=NOW + timedelta(days=30), **asked)


def lines(found: queries.HazardCounts) -> dict[str, tuple[int, int]]:
    return {r.label: (r.found, r.closed) for r in found.rows if r.found}


def test_counts_by_town_count_found_and_closed(world: World) -> None:
    world.ordered()
    world.closed()
    world.found(role="other_town", enterprise_id=world.other_enterprise)
    found = counts(world)
    assert lines(found) == {"东城街道": (2, 1), "南城街道": (1, 0)}
    assert (found.total.found, found.total.closed, found.total.open) == (3, 1, 2)
    assert found.total.rate_ratio == pytest.approx(1 / 3)
    assert found.overdue == 1
    assert len(found.rows) == found.coverage.towns == 19
    assert found.rows[-1].rate_ratio is None


def test_coverage_names_the_towns_that_reported_nothing(world: World) -> None:
    world.found()
    coverage = counts(world).coverage
    assert len(coverage.silent) == 18
    assert ("331003001", "东城街道") not in coverage.silent
    assert ("331003002", "南城街道") in coverage.silent
    assert [(n.id, n.own) for n in coverage.nodes] == [("331003a", True)]


def test_coverage_says_until_when_another_servers_entries_are_here(world: World) -> None:
    peer = Peer("331003002a", start=NOW)
    peer.bear(opened("甲", subject(NOW), region="331003002000"))
    receive(peer.links, region="331003002000", now=NOW + timedelta(hours=1))
    nodes = {n.id: n for n in counts(world).coverage.nodes}
    assert nodes["331003002a"].heard_at == NOW + timedelta(seconds=1)
    line = render_to_string("anlan/parts/coverage.html", {"coverage": counts(world).coverage, "span": "本月"})
    assert "节点数据截至 2026-03-02 10:00" in line
    assert "尚未收到" not in line


def test_coverage_shows_the_incarnation_in_force_before_its_first_entry(world: World) -> None:
    world.found()
    node.start("331003000000")
    (shown,) = counts(world).coverage.nodes
    assert (shown.id, shown.own) == (node.own().id, True)
    node.forget()


def test_counts_by_month_follow_the_local_day(world: World) -> None:
    for at in (NOW.replace(month=1, day=31, hour=15, minute=59), NOW.replace(month=1, day=31, hour=16)):
        world.found(now=at, at=at)
    found = counts(world, by="month")
    assert [(r.key, r.found) for r in found.rows][:3] == [("2026-01", 1), ("2026-02", 1), ("2026-03", 0)]
    assert len(found.rows) == 12


def test_counts_within_the_scope_only(world: World) -> None:
    world.found()
    world.found(role="other_town", enterprise_id=world.other_enterprise)
    assert counts(world, "town").total.found == 1
    assert counts(world, "supervision").total.found == 1
    assert counts(world, "enterprise").total.found == 1
    with pytest.raises(NotAllowed):
        queries.hazard_counts(world.scope["town"], "331003002", *YEAR, now=NOW)
    narrowed = queries.hazard_counts(world.scope["enforcement"], "331003002000", *YEAR, now=NOW)
    assert [(r.key, r.found) for r in narrowed.rows] == [("331003002", 1)]


def test_counts_refuse_nonsense(world: World) -> None:
    for by, since, until in (("week", *YEAR), ("town", *reversed(YEAR)), ("month", date(2020, 1, 1), YEAR[1])):
        with pytest.raises(BadInput):
            queries.hazard_counts(world.scope["enforcement"], "", since, until, by, now=NOW)


def test_a_hazard_in_three_campaigns_counts_once(world: World) -> None:
    key = world.found()
    campaigns = [world.campaign(name) for name in ("春雷行动", "有限空间整治", "百日攻坚")]
    for campaign in campaigns:
        assert hazard_tag(scope=world.scope["town"], hazard_ids=[key], campaign_id=campaign, now=NOW) == 1
    assert hazard_tag(scope=world.scope["town"], hazard_ids=[key], campaign_id=campaigns[0], now=NOW) == 0
    assert counts(world, campaigns=campaigns).total.found == 1
    assert counts(world, by="month", campaigns=campaigns).total.found == 1
    assert counts(world).total.found == 1
    listed = queries.hazard_list(world.scope["town"], campaigns=campaigns)
    assert (len(listed), listed.count()) == (1, 1)
    for campaign in campaigns:
        got = queries.campaign_get(world.scope["town"], campaign)
        progress = queries.campaign_progress(world.scope["town"], got, NOW)
        assert (progress.found, progress.closed, progress.targets) == (1, 0, 1)
    assert hazard_untag(scope=world.scope["town"], hazard_ids=[key], campaign_id=campaigns[0], now=NOW) == 1
    assert counts(world, campaigns=campaigns[:1]).total.found == 0
    assert counts(world, campaigns=campaigns).total.found == 1


def test_nothing_new_is_put_under_an_ended_campaign(world: World) -> None:
    key, campaign = world.found(), world.campaign("春雷行动")
    campaign_retire(scope=world.scope["leader"], campaign_id=campaign, reason="行动结束", base=1, now=NOW)
    with pytest.raises(StepRefused):
        hazard_tag(scope=world.scope["town"], hazard_ids=[key], campaign_id=campaign, now=NOW)
    assert queries.campaign_choices(world.scope["town"]) == []


def test_campaign_needs_name_period_right_and_own_region(world: World) -> None:
    with pytest.raises(NotAllowed):
        campaign_create(scope=world.scope["town"], values={"name": "街道行动"}, now=NOW)
    with pytest.raises(RuleViolation) as error:
        world.campaign("倒置", since_on="2026-06-01", until_on="2026-01-01")
    assert [v.code for v in error.value.violations] == ["inspection.campaign.period_reversed"]


@pytest.mark.parametrize(
    ("since", "until", "codes"),
    [
        ("1999-12-31", "2000-06-30", ["since_early"]),
        ("2026-01-01", "2029-01-02", ["period_long"]),
        ("1990-01-01", "2026-12-31", ["period_long", "since_early"]),
    ],
)
def test_a_campaign_s_period_is_one_that_can_be_worked(world: World, since: str, until: str, codes: list[str]) -> None:
    with pytest.raises(RuleViolation) as error:
        world.campaign("长期", since_on=since, until_on=until)
    assert [v.code for v in error.value.violations] == [f"inspection.campaign.{c}" for c in codes]
    assert world.campaign("三年行动", since_on="2026-01-01", until_on="2028-12-31")


def test_todos_follow_the_loop_from_person_to_person(world: World) -> None:
    found, ordered, submitted = world.found(), world.ordered(days=1), world.submitted()

    def todo(role: str) -> dict[str, list[str]]:
        late = NOW + timedelta(days=9)
        answers = {t.id.removeprefix("inspection."): t.items(world.scope[role], late, 9)[0] for t in TODOS}
        return {name: [i.url.rpartition("/")[2] for i in items] for name, items in answers.items() if items}

    assert todo("town") == {"overdue": [ordered], "to_review": [submitted], "to_order": [found]}
    assert todo("supervision") == todo("town")
    assert todo("enterprise") == {"to_mend": [ordered]}
    assert todo("other_town") == todo("leader") == todo("auditor") == todo("other_enterprise") == {}


def test_panels_show_an_enterprise_s_hazards_within_the_scope(world: World) -> None:
    key = world.found()
    hazards = next(p for p in PANELS if p.id == "inspection.enterprise_hazards")
    rows, total = hazards.rows(world.scope["town"], world.enterprise, 5)
    assert ([(r.url, r.state, r.tone) for r in rows], total) == (
        [(f"/inspection/hazards/{key}", "已发现", "warn")],
        1,
    )
    assert hazards.rows(world.scope["other_town"], world.enterprise, 5) == ([], 0)
