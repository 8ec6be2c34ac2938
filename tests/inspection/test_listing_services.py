"""挂牌督办 through the services: proposed, signed, followed up, unlisted; what each needs, and what it leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import ListingNotFound, StalePage, StepRefused
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.services.dismissals import MergeInput, hazard_dismiss, hazard_merge
from anlan.inspection.services.doubts import RejectInput, hazard_reject
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant, hazard_refuse
from anlan.inspection.services.hazards import (
    ReturnInput,
    StepInput,
    SubmitInput,
    hazard_close,
    hazard_return,
    hazard_submit,
)
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.kernel.errors import BadInput, Conflict
from anlan.platform import attachments
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import NOW, World
from inspection.listing_samples import WHAT, WHY, Listed, applied, listed, major

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def codes(error: Any) -> list[str]:
    return [v.code.removeprefix("inspection.listing.") for v in error.value.violations]


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 15, 59, 59, tzinfo=UTC)


def test_the_whole_life_of_a_county_listing(world: World) -> None:
    case = major(world)
    case.propose(once="p1")
    row = case.row
    assert (row.state, row.level, row.reason, row.requirement) == ("proposed", "county", WHY, WHAT)
    assert (row.due_at, row.follow_due_at, case.hazard_row.listed) == (end_of(date(2026, 3, 20)), None, "county")
    assert row.proposed_by == world.scope["supervision"].person
    case.sign(note="同意")
    row = case.row
    assert (row.state, row.listed_by, row.sign_note) == ("listed", world.scope["leader"].person, "同意")
    assert row.follow_due_at == end_of(date(2026, 3, 17))
    case.now += 5 * DAY
    case.follow()
    assert (case.row.followed_at, case.row.follow_due_at) == (case.now, end_of(date(2026, 3, 22)))
    case.close()
    case.apply()
    assert (case.row.state, case.row.apply_note) == ("unlisting_applied", "防爆电机已更换并验收")
    case.act("return", "supervision", note="台账未归档")
    assert (case.row.state, case.row.return_reason) == ("listed", "台账未归档")
    case.apply()
    case.unlist()
    row = case.row
    assert (row.state, row.ended_by, row.end_note) == ("unlisted", world.scope["supervision"].person, "现场复查合格")
    assert (row.co_reviewer, row.follow_due_at) == (world.county.person["enforcement"], None)
    assert (case.hazard_row.listed, case.hazard_row.state) == ("", "closed")
    assert queries.listing_photos(row, "review") != []
    assert [line.kind for line in queries.history_of(row)[1]] == [
        "proposed", "signed", "followed", "unlisting_applied", "unlisting_refused", "unlisting_applied", "unlisted",
    ]  # fmt: skip
    assert rebuild(check=True, shuffle=3).differences == 0


def test_an_upper_listing_begins_and_ends_with_the_upper_notice(world: World) -> None:
    case = major(world)
    case.receive(level="province", notice_number=" 浙安督〔2026〕9号 ")
    row = case.row
    assert (row.state, row.level, row.notice_number, row.notice_on) == (
        "listed", "province", "浙安督〔2026〕9号", date(2026, 3, 1),
    )  # fmt: skip
    assert (row.follow_due_at, len(queries.listing_photos(row, "notice"))) == (end_of(date(2026, 3, 9)), 1)
    case.close()
    with pytest.raises(StepRefused) as error:
        case.unlist()
    assert codes(error) == ["kernel.loop.not_from_here", "upper_only"]
    case.end()
    row = case.row
    assert (row.state, row.end_number, row.end_on) == ("unlisted", "台应急摘〔2026〕1号", date(2026, 3, 2))
    assert rebuild(check=True).differences == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"note": " "}, ["reason_missing"]),
        ({"requirement": ""}, ["requirement_missing"]),
        ({"due_on": None}, ["due_missing"]),
        ({"due_on": date(2026, 3, 1)}, ["due_early"]),
        ({"due_on": date(2026, 4, 2)}, ["due_after_hazard"]),
        ({"follower": ""}, ["follower_unknown"]),
        ({"follower": "enterprise"}, ["follower_unknown"]),
        ({"due_on": date(2026, 4, 1)}, []),
    ],
)
def test_what_a_proposal_needs(world: World, values: dict[str, Any], expected: list[str]) -> None:
    case = major(world)
    if values.get("follower"):
        values = {"follower": world.county.person[values["follower"]]}
    if not expected:
        assert case.propose(**values)
        return
    with pytest.raises(StepRefused) as error:
        case.propose(**values)
    assert (error.value.code, codes(error)) == ("inspection.listing.refused", expected)
    assert (Listing.objects.count(), case.hazard_row.listed) == (0, "")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"level": "county"}, ["level_unknown"]),
        ({"notice_number": " "}, ["number_missing"]),
        ({"notice_on": None}, ["notice_on_missing"]),
        ({"notice_on": date(2026, 3, 3)}, ["notice_in_future"]),
        ({"issuer": ""}, ["issuer_missing"]),
        ({"photos": ()}, ["scan_missing"]),
        ({"due_on": date(2026, 2, 28)}, ["due_early"]),
    ],
)
def test_what_the_record_of_an_upper_notice_needs(world: World, values: dict[str, Any], expected: list[str]) -> None:
    case = major(world)
    with pytest.raises(StepRefused) as error:
        case.receive(**values)
    assert codes(error) == expected


def test_only_a_major_hazard_between_order_and_closing_is_listed(world: World) -> None:
    general = Listed(world, world.ordered(days=30))
    with pytest.raises(StepRefused) as error:
        general.propose()
    assert codes(error) == ["not_major"]
    closed = major(world)
    closed.close()
    with pytest.raises(StepRefused) as error:
        closed.propose()
    assert codes(error) == ["hazard_state"]


def test_one_open_listing_at_each_level(world: World) -> None:
    case = listed(world)
    with pytest.raises(StepRefused) as error:
        case.propose()
    assert codes(error) == ["level_open"]
    first = case.key
    case.receive()
    assert case.hazard_row.listed == "city county"
    case.key = first
    case.act("cancel", "leader", note="已由市级挂牌")
    assert (case.row.state, case.row.end_note, case.hazard_row.listed) == ("cancelled", "已由市级挂牌", "city")
    case.propose()
    assert case.hazard_row.listed == "city county"


def test_a_pdf_is_a_scan_and_a_workbook_is_none(world: World) -> None:
    from io import BytesIO

    from openpyxl import Workbook

    out = BytesIO()
    Workbook().save(out)
    held = attachments.store(out.getvalue(), "通知.xlsx", scope=world.scope["supervision"], now=NOW)
    with pytest.raises(BadInput) as error:
        major(world).receive(photos=(held.sha256,))
    assert error.value.code == "inspection.listing.scan_type"
    assert Listing.objects.count() == 0


def test_a_declined_proposal_leaves_the_hazard_free(world: World) -> None:
    case = major(world)
    case.propose()
    with pytest.raises(StepRefused) as error:
        case.act("decline", "leader")
    assert codes(error) == ["reason_missing"]
    case.act("decline", "leader", note="已有整改方案")
    assert (case.row.state, case.hazard_row.listed) == ("refused", "")
    hazard_dismiss(
        scope=world.scope["enforcement"], item=StepInput(hazard_id=case.hazard, note="核实并非隐患"), now=NOW
    )
    assert case.hazard_row.state == "dismissed"


def test_a_proposal_is_not_signed_by_its_proposer_nor_after_the_hazard_moved_on(world: World) -> None:
    case = major(world)
    case.propose()
    both = world.scope["supervision"]
    world.scope["both"] = type(both)(
        both.person, both.post, both.name, both.rights | {"inspection.listing.sign"}, both.region
    )
    with pytest.raises(StepRefused) as error:
        case.act("sign", "both")
    del world.scope["both"]
    assert codes(error) == ["sign_own"]
    case.close()
    with pytest.raises(StepRefused) as error:
        case.sign()
    assert codes(error) == ["hazard_state"]


def test_a_visit_needs_words_and_a_photo_and_may_be_of_an_earlier_moment(world: World) -> None:
    case = listed(world)
    case.now += 20 * DAY
    with pytest.raises(StepRefused) as error:
        case.follow(note="", photos=())
    assert codes(error) == ["visit_note_missing", "visit_photo_missing"]
    refusals = (
        (case.now + DAY, "at_in_future"), (NOW - DAY, "at_too_early"), (case.now - 4 * DAY, "at_beyond_allowance"),
    )  # fmt: skip
    for at, code in refusals:
        with pytest.raises(StepRefused) as error:
            case.follow(at=at)
        assert [v.code for v in error.value.violations] == [f"inspection.hazard.{code}"]
    case.now = NOW + 4 * DAY
    case.follow(at=NOW + 3 * DAY)
    assert (case.row.follow_due_at, case.row.follow_ups.get().late) == (end_of(date(2026, 3, 20)), 0)
    case.now = NOW + 20 * DAY
    case.follow("enforcement")
    views = queries.follow_up_views(case.row)
    assert [(v.turn, v.late, v.officer) for v in views] == [
        (2, True, world.scope["enforcement"].name),
        (1, False, world.scope["town"].name),
    ]
    assert case.row.follow_due_at == end_of(date(2026, 4, 6))


def test_unlisting_waits_for_the_closing_of_the_hazard(world: World) -> None:
    case = listed(world)
    with pytest.raises(StepRefused) as error:
        case.apply()
    assert codes(error) == ["hazard_open"]
    case.close()
    with pytest.raises(StepRefused) as error:
        case.apply(note=" ")
    assert codes(error) == ["explanation_missing"]
    with pytest.raises(StepRefused) as error:
        case.end()
    assert codes(error) == ["county_only"]
    case.apply("town")
    assert case.row.applied_by == world.scope["town"].person


def test_a_review_needs_two_officers_one_of_whom_did_not_follow_it_up(world: World) -> None:
    case = applied(world)
    with pytest.raises(StepRefused) as error:
        case.unlist(note="", photos=(), co_reviewer="")
    assert [v.code for v in error.value.violations] == [
        "inspection.hazard.close.note_missing",
        "inspection.hazard.close.review_photo_missing",
        "inspection.hazard.close.two_officers",
    ]
    with pytest.raises(StepRefused) as error:
        case.unlist(co_reviewer=world.county.person["grid"])
    assert codes(error) == ["co_reviewer_unknown"]
    used = queries.listing_photos(case.row, "follow")
    attachments.link(used, f"person/{world.scope['supervision'].person}", scope=world.scope["town"])
    with pytest.raises(StepRefused) as error:
        case.unlist(photos=tuple(used))
    assert codes(error) == ["photo_reused"]
    case.act("return", "supervision", note="再看一次")
    case.follow("enforcement")
    case.follow("supervision")
    case.apply("town")
    with pytest.raises(StepRefused) as error:
        case.unlist()
    assert codes(error) == ["all_followed"]
    with pytest.raises(StepRefused) as error:
        case.unlist(co_reviewer=world.scope["town"].person)
    assert codes(error) == ["all_followed", "applicant_reviews"]
    case.unlist(co_reviewer=world.county.person["town_second"])
    assert case.row.state == "unlisted"


@pytest.mark.parametrize("name", ["sign", "decline", "cancel", "reassign", "apply", "follow", "unlist", "return"])
def test_no_act_on_a_listing_takes_a_moment_that_cannot_be(world: World, name: str) -> None:
    if name in {"sign", "decline"}:
        case = major(world)
        case.propose()
    else:
        case = applied(world) if name in {"unlist", "return"} else listed(world)
    if name == "apply":
        case.close()
    case.now += 30 * DAY
    values: dict[str, Any] = {"note": "已核实", "photos": (world.photo("supervision"),)}
    values |= {"unlist": {"co_reviewer": world.county.person["enforcement"]},
               "reassign": {"follower": world.county.person["enforcement"]}}.get(name, {})  # fmt: skip
    role = "leader" if name in {"sign", "decline", "cancel"} else "enterprise" if name == "apply" else "supervision"
    before = case.version()
    refusals = (
        (datetime(2030, 1, 1, tzinfo=UTC), "at_in_future"), (datetime(2005, 1, 1, tzinfo=UTC), "at_too_early"),
        (case.now - 4 * DAY, "at_beyond_allowance"),
    )  # fmt: skip
    for at, code in refusals:
        with pytest.raises(StepRefused) as error:
            case.act(name, role, **values, at=at)
        assert f"inspection.hazard.{code}" in [v.code for v in error.value.violations]
    for at in (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)):
        with pytest.raises(BadInput) as implausible:
            case.act(name, role, **values, at=at)
        assert implausible.value.code == "inspection.at_implausible"
    assert case.version() == before


def test_a_follow_up_needs_photos_of_its_own(world: World) -> None:
    case = listed(world)
    photo = world.photo("town")
    case.follow(photos=(photo,))
    case.now += DAY
    with pytest.raises(StepRefused) as error:
        case.follow(photos=(photo, world.photo("town")))
    assert codes(error) == ["visit_photo_reused"]
    assert [v.facts for v in error.value.violations] == [{"count": 1}]
    assert case.row.follow_ups.count() == 1


@pytest.mark.parametrize("stranger", ["other_town", "other_office"])
def test_whoever_is_named_has_to_see_the_listing(world: World, stranger: str) -> None:
    person = world.county.person[stranger]
    case = major(world)
    with pytest.raises(StepRefused) as error:
        case.propose(follower=person)
    assert codes(error) == ["follower_unknown"]
    with pytest.raises(StepRefused) as error:
        case.receive(follower=person)
    assert codes(error) == ["follower_unknown"]
    case = applied(world)
    with pytest.raises(StepRefused) as error:
        case.act("reassign", "supervision", follower=person)
    assert codes(error) == ["follower_unknown"]
    with pytest.raises(StepRefused) as error:
        case.unlist(co_reviewer=person)
    assert codes(error) == ["co_reviewer_unknown"]
    offered = queries.officer_choices(world.scope["supervision"], "inspection.listing.follow", NOW, case.row)
    assert person not in dict(offered)
    assert world.county.person["town"] in dict(offered)


def test_the_upper_notice_is_of_the_last_five_years(world: World) -> None:
    case = major(world)
    for name in ("receive", "end"):
        with pytest.raises(StepRefused) as error:
            getattr(case, name)(notice_on=date(1, 1, 1))
        assert codes(error) == ["notice_too_old"]
        if name == "receive":
            with pytest.raises(StepRefused) as early:
                case.receive(notice_on=date(2026, 2, 1), due_on=date(2026, 1, 31))
            assert codes(early) == ["due_early"]
            case.receive(notice_on=date(2021, 6, 1))
            case.close()
    assert case.row.notice_on == date(2021, 6, 1)


def test_a_listed_hazard_is_neither_dismissed_nor_merged(world: World) -> None:
    case, other = listed(world), major(world)
    dismiss = StepInput(hazard_id=case.hazard, note="核实并非隐患")
    with pytest.raises(StepRefused) as error:
        hazard_dismiss(scope=world.scope["enforcement"], item=dismiss, now=NOW)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.listed_open"]
    merge = MergeInput(hazard_id=case.hazard, into=other.hazard, note="同一处重复登记")
    with pytest.raises(StepRefused) as error:
        hazard_merge(scope=world.scope["enforcement"], item=merge, now=NOW)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.listed_open"]
    offered = {a.id: a.allowed for a in queries.hazard_actions(world.scope["enforcement"], case.hazard_row, NOW)}
    assert (offered["dismiss"], offered["merge"]) == (False, False)
    case.act("cancel", "leader", note="挂牌有误")
    hazard_merge(scope=world.scope["enforcement"], item=merge, now=NOW)
    assert case.hazard_row.state == "merged"


def test_an_extension_of_a_listed_hazard_is_the_leaders_and_moves_the_county_listing(world: World) -> None:
    case = listed(world)
    county = case.key
    case.receive()
    item = ExtendInput(hazard_id=case.hazard, days=10, note="到货延迟")
    hazard_extend(scope=world.scope["enterprise"], item=item, now=NOW)
    grant = ExtendInput(hazard_id=case.hazard)
    for service in (hazard_grant, hazard_refuse):
        with pytest.raises(StepRefused) as error:
            service(scope=world.scope["town"], item=ExtendInput(hazard_id=case.hazard, note="答复"), now=NOW)
        assert [v.code for v in error.value.violations] == ["inspection.hazard.extension.leader_only"]
    pending = {role: queries.extensions_pending(world.scope[role]).count() for role in ("leader", "town")}
    assert pending == {"leader": 1, "town": 0}
    hazard_grant(scope=world.scope["leader"], item=grant, now=NOW)
    dues = dict(Listing.objects.values_list("id", "due_at"))
    assert {str(k): v for k, v in dues.items()} == {
        county: end_of(date(2026, 3, 30)),
        case.key: end_of(date(2026, 3, 20)),
    }
    assert case.hazard_row.due_at == end_of(date(2026, 4, 11))
    with pytest.raises(StepRefused) as error:
        hazard_withdraw(scope=world.scope["leader"], item=StepInput(hazard_id=case.hazard), now=NOW)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.withdraw.nothing"]
    assert rebuild(check=True, shuffle=5).differences == 0


def test_a_review_gives_a_listed_hazard_no_new_deadline(world: World) -> None:
    case = listed(world)
    item = SubmitInput(hazard_id=case.hazard, note="已更换", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW)
    with pytest.raises(StepRefused) as error:
        hazard_return(
            scope=world.scope["town"], item=ReturnInput(hazard_id=case.hazard, note="不合格", days=60), now=NOW
        )
    assert [v.code for v in error.value.violations] == ["inspection.hazard.return.listed"]
    hazard_return(scope=world.scope["town"], item=ReturnInput(hazard_id=case.hazard, note="不合格"), now=NOW)
    assert case.hazard_row.state == "ordered"


def test_what_came_back_is_not_unlisted(world: World) -> None:
    case = listed(world)
    case.close()
    look = LookBackInput(hazard_id=case.hazard, note="再次积尘", photos=(world.photo("town"),), again=True)
    hazard_look_back(scope=world.scope["town"], item=look, now=case.now)
    with pytest.raises(StepRefused) as error:
        case.apply()
    assert codes(error) == ["hazard_reopened"]
    new = Hazard.objects.get(reopened_from_id=case.hazard)
    assert (new.listed, new.state, case.row.state) == ("", "found", "listed")


def test_a_closing_is_not_withdrawn_after_the_unlisting(world: World) -> None:
    case = applied(world)
    case.unlist()
    with pytest.raises(StepRefused) as error:
        hazard_withdraw(scope=world.scope["enforcement"], item=StepInput(hazard_id=case.hazard), now=case.now)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.withdraw.nothing"]


def test_a_closing_withdrawn_after_the_application_holds_up_the_unlisting(world: World) -> None:
    case = applied(world)
    hazard_withdraw(scope=world.scope["enforcement"], item=StepInput(hazard_id=case.hazard), now=case.now)
    with pytest.raises(StepRefused) as error:
        case.unlist()
    assert codes(error) == ["hazard_open"]
    again = world.closing(case.hazard, "enforcement")
    hazard_close(scope=world.scope["enforcement"], item=again, now=case.now)
    case.unlist()
    assert (case.row.state, case.hazard_row.state) == ("unlisted", "closed")


def test_a_double_press_acts_once_and_a_stale_page_not_at_all(world: World) -> None:
    case = major(world)
    base = world.base(case.hazard)
    assert case.propose(once="p1", base=base) == case.propose(once="p1", base=base)
    assert (Listing.objects.count(), world.base(case.hazard)) == (1, base + 1)
    with pytest.raises(StalePage):
        case.receive(base=base)
    case.key = str(Listing.objects.get().id)
    case.sign(base=1, once="s1")
    case.sign(base=1, once="s1")
    assert case.version() == 2
    with pytest.raises(StalePage):
        case.follow(base=1)
    with pytest.raises(Conflict):
        case.act("cancel", "leader", note="有误", once="s1")
    assert (case.version(), case.row.state) == (2, "listed")


def test_a_listing_of_elsewhere_is_not_found(world: World) -> None:
    case = listed(world)
    for role in ("other_town", "other_office", "other_enterprise"):
        with pytest.raises(ListingNotFound) as error:
            queries.listing_get(world.scope[role], case.key)
    assert error.value.code == "inspection.listing.not_found"
    for role in ("enterprise", "town", "leader", "auditor"):
        assert queries.listing_get(world.scope[role], case.key).number == case.row.number


def test_a_doubt_rejected_gives_a_listed_hazard_no_new_deadline(world: World) -> None:
    before = world.photo("town")
    case = major(world, photos=(before,))
    case.propose()
    case.sign()
    item = SubmitInput(hazard_id=case.hazard, note="已更换", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW)
    attachments.link([before], f"person/{world.scope['enforcement'].person}", scope=world.scope["town"])
    closing = world.closing(case.hazard, "enforcement", photos=(before,))
    hazard_close(scope=world.scope["enforcement"], item=closing, now=NOW)
    assert case.hazard_row.state == "doubted"
    with pytest.raises(StepRefused) as error:
        hazard_reject(
            scope=world.scope["supervision"], item=RejectInput(hazard_id=case.hazard, note="照片不实", days=9), now=NOW
        )
    assert [v.code for v in error.value.violations] == ["inspection.hazard.return.listed"]


def test_another_officer_follows_it_up_and_the_former_one_s_visits_stay(world: World) -> None:
    case = listed(world)
    case.follow()
    with pytest.raises(StepRefused) as error:
        case.act("reassign", "supervision", follower=world.county.person["grid"])
    assert codes(error) == ["follower_unknown"]
    with pytest.raises(StepRefused) as error:
        case.act("reassign", "supervision", follower=world.scope["town"].person)
    assert codes(error) == ["follower_same"]
    case.act("reassign", "supervision", follower=world.county.person["enforcement"], note="原督办人调离")
    assert case.row.follower == world.county.person["enforcement"]
    assert queries.listing_followers(case.row) == {world.scope["town"].person, world.county.person["enforcement"]}
    assert rebuild(check=True).differences == 0
