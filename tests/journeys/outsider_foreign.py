"""What belongs to others: one real thing of every kind in the second town, and ten roles of the first that walk."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from docx import Document

from accident.factories import filed
from accounts.factories import OTHER_TOWN, TOWN
from anlan.accounts.models import Account, Post
from anlan.accounts.rules.roles import ROLES, role_id
from anlan.calling.models import Attempt, Notice
from anlan.inspection.services.campaigns import campaign_create
from anlan.inspection.services.inspections import inspection_start
from anlan.inspection.services.plans import plan_draft, plan_input
from anlan.inspection.services.self_checks import self_check_start
from anlan.kernel.periods import read_period
from anlan.platform import attachments
from anlan.platform.attachments.models import AttachmentLink
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.documents.services import document_issue
from anlan.platform.exchange import enrol
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger.models import ImportRun
from anlan.platform.ledger.runs import import_start
from anlan.platform.ledger.services import ledger_create, plain_create
from anlan.platform.scope import Scope
from anlan.platform.vault.models import VaultValue
from anlan.registry.services.contacts import contact_set
from anlan.registry.services.premises import premises_add
from anlan.reporting.models import Dismissal, Filing
from anlan.reporting.queries import Answer, report_build
from anlan.reporting.services.issuing import report_issue
from anlan.reporting.services.round_filings import filing_submit
from anlan.reporting.services.round_steps import Pressed
from anlan.reporting.services.rounds import AskedItem, OpenInput, round_open
from anlan.reporting.services.templates import template_store
from anlan.sensing.models import Quarantined
from inspection.factories import NOW, REGISTRAR, World
from inspection.listing_samples import Listed, major
from inspection.task_samples import CAPACITY, DUE, LINE, assigned, crew, team
from journeys.outsider_watch import watch

MARK = "西桥秘密"
OF_TOWN = "南岭内情"  # stands in what every office of the county sees of its towns, but no other town
PHONE = "19900001234"
REGION = "331003002000"
ROLE_WORDS = tuple(role.word for role in ROLES)
# What an office of the county sees of every town, whatever office the firms have.
COUNTYWIDE = frozenset({
    "accounts.person", "accounts.post", "accounts.organisation", "inspection.campaign", "inspection.team",
    "inspection.plan", "inspection.self_check_rule",
    # The duty desk of the county has every call and every roster; models and rules belong to a region, not to an office.
    "calling.call", "calling.chain", "calling.link", "calling.shift", "calling.roster_line", "sensing.model",
    "sensing.alarm_rule",
    # A stated figure is of a place, not of an office's enterprises: whoever writes the county's report needs them all.
    "reporting.value", "reporting.report", "reporting.template", "reporting.round", "reporting.filing",
})  # fmt: skip
# Read by whoever is logged in (SCOPED_BY public): an id of theirs is real, but nobody's secret.
PUBLIC = frozenset({"accounts.role", "inspection.checklist"})
_BY_OFFICE = ("supervision", "department")


@dataclass
class Foreign:
    """What no walker may see or touch.

    Attributes:
        ids: by subject type; every projection of the product has one.
        loose: by parameter name, what is no subject (a photo's hash, a notice, an import run, keys of parts).
        words: names, numbers and personal data that stand nowhere in an answer to a walker; OF_TOWN for those of towns.
    """

    world: World
    ids: dict[str, str] = field(default_factory=dict)
    loose: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)


def _scope(world: World, *rights: str) -> Scope:
    """Somebody of the second town with just these rights."""
    return Scope(world.scope["other_town"].person, "", "外镇", frozenset(rights), OTHER_TOWN)


def make_foreign(world: World) -> Foreign:
    """One thing of every subject type, each named with MARK, in the second town and at its enterprise."""
    found = Foreign(world)
    world.county.add("other_second", role="town", organisation=f"{OF_TOWN}办", region=OTHER_TOWN, name=f"{OF_TOWN}二")
    own = world.scope["other_town"]
    firm = world.other_enterprise
    _hazards(found)
    _work(found)
    _accident(found)
    _reported(found)
    _round(found)
    watch(found, MARK, OF_TOWN, REGION)
    common: dict[str, Any] = {"scope": REGISTRAR, "enterprise_id": firm, "base": None, "now": NOW}
    contact = {"name": f"{MARK}联系人", "post": "officer", "phone": PHONE}
    found.loose["contact"] = contact_set(**common, values=contact)
    place = {"name": f"{MARK}厂区", "use": "production", "address": f"{MARK}路1号"}
    found.loose["premises"] = premises_add(**common, values=place)
    found.ids["registry.enterprise"] = firm
    found.ids["accounts.person"] = world.county.person["other_second"]
    found.ids["accounts.post"] = world.county.post["other_second"]
    found.ids["accounts.organisation"] = str(Post.objects.get(pk=found.ids["accounts.post"]).organisation_id)
    found.ids["accounts.role"] = role_id("leader")
    found.ids["inspection.checklist"] = world.checklist()
    photo = world.photo("other_town")
    attachments.link([photo], f"inspection.hazard/{found.ids['inspection.hazard']}", scope=own)
    found.loose["sha256"] = photo
    notice = Notice.objects.create(
        topic="inspection.hazard", subject=f"inspection.hazard/{found.ids['inspection.hazard']}", step="near",
        post_id=world.county.post["other_town"], form="single", code="calling.notice.hazard.near", facts={}, made_at=NOW,
    )  # fmt: skip
    found.loose["notice_id"] = str(notice.pk)
    judged = Dismissal.objects.create(
        text_hash="f" * 64, rule=1, code="parts_exceed", start=0, end=1, office=found.ids["accounts.organisation"],
        reason=f"{OF_TOWN}理由", person_id=found.ids["accounts.person"], post_id=found.ids["accounts.post"], at=NOW,
    )  # fmt: skip
    found.loose["dismissal_id"] = str(judged.pk)
    _nodes(found)
    importer, ledger = world.scope["other_office"], CATALOGUE.ledgers["registry.enterprise"]
    found.loose["run_id"] = import_start(scope=importer, ledger=ledger, content=b"x", name=f"{MARK}.csv", now=NOW)
    found.words |= {MARK, PHONE, "测试乙机械", *_numbers(found)}
    return found


def _reported(found: Foreign) -> None:
    """A figure that the second town took from another department's paper."""
    values = {
        "name": f"交通违法{OF_TOWN}", "value": "12", "unit": "起", "period": "2025年", "region": REGION,
        "source_title": f"{OF_TOWN}通报", "source_office": "交警中队", "quote": OF_TOWN,
    }  # fmt: skip
    scope = _scope(found.world, "reporting.value.view", "reporting.value.change")
    ledger = CATALOGUE.ledgers["reporting.value"]
    found.ids["reporting.value"] = ledger_create(scope=scope, ledger=ledger, values=values, now=NOW)
    issuer = _scope(found.world, "reporting.value.view", "reporting.report.issue")
    template = Document()
    template.add_paragraph(f"{OF_TOWN}{{{{ 数('交通违法{OF_TOWN}') }}}}起")
    out = io.BytesIO()
    template.save(out)
    report = report_build(issuer, out.getvalue(), OTHER_TOWN, read_period("2025年"), NOW)
    keeper = _scope(found.world, "reporting.value.view", "reporting.template.change")
    found.ids["reporting.template"] = template_store(
        scope=keeper, data=out.getvalue(), filename=f"{OF_TOWN}.docx", name=f"{OF_TOWN}模板", now=NOW
    )
    found.ids["reporting.report"], _ = report_issue(scope=issuer, report=report, title=f"{OF_TOWN}总结", now=NOW)


def _round(found: Foreign) -> None:
    """A round that asks the second town alone, and its form, filed."""
    given = OpenInput(
        f"{OF_TOWN}周报", "week", "2026-02", NOW + timedelta(days=2), [AskedItem(name=f"排查{OF_TOWN}", unit="处")],
        towns=[OTHER_TOWN], note=OF_TOWN,
    )  # fmt: skip
    asker, filer = found.world.scope["leader"], found.world.scope["other_town"]
    found.ids["reporting.round"] = round_open(scope=asker, item=given, now=NOW)
    filing = Filing.objects.get(round_id=found.ids["reporting.round"])
    found.ids["reporting.filing"] = str(filing.pk)
    said = {"1": Answer("7", remark=OF_TOWN)}
    filing_submit(
        scope=filer, filing_id=str(filing.pk), answers=said, pressed=Pressed(), now=NOW, remark=OF_TOWN
    )


def _accident(found: Foreign) -> None:
    """An accident at the second town's enterprise: one without would be seen by every office of the county."""
    found.ids["accident.accident"] = filed(
        found.world, "other_town", region=REGION, place=f"{MARK}路口", summary=f"{MARK}经过",
        enterprise_id=found.world.other_enterprise, lon=121.27, lat=28.64,
    )  # fmt: skip


def _nodes(found: Foreign) -> None:
    """The second town's node, enrolled, and a further machine of it that waits."""
    admin = found.world.scope["admin"]
    for digit in ("a", "b"):
        code = enrol.code_make(scope=admin, region=OTHER_TOWN, now=NOW)
        asked = {"region": OTHER_TOWN, "name": f"{MARK}节点", "key": digit * 64, "box_key": "c" * 64}
        enrol.enrol_ask(**asked, code=code, now=NOW)
        (waiting,) = enrol.requests_waiting(admin)
        found.loose["request"] = waiting.id
        if digit == "a":
            found.ids["platform.peer"] = enrol.enrol_approve(scope=admin, request_id=waiting.id, now=NOW)


def _hazards(found: Foreign) -> None:
    world, firm = found.world, found.world.other_enterprise
    hazard = world.found(role="other_town", enterprise_id=firm, description=f"{MARK}隐患", place=f"{MARK}车间")
    case = _listed(world)
    found.ids["inspection.hazard"] = hazard
    found.ids["inspection.listing"] = case.key
    found.ids["platform.document"] = document_issue(
        scope=world.scope["other_town"],
        template="inspection.order",
        subject=f"inspection.hazard/{case.hazard}",
        now=NOW,
    )


def _listed(world: World) -> Listed:
    """A listing at the second enterprise, proposed by the office that it has."""
    theirs = replace(world, enterprise=world.other_enterprise, county=_as_others(world))
    case = major(theirs, description=f"{MARK}重大隐患")
    case.propose(note=f"{MARK}理由", requirement=f"{MARK}要求")
    return case


def _as_others(world: World) -> Any:
    """The county with the second town's people where the samples expect the first's."""
    county = world.county
    swapped = {"town": "other_town", "supervision": "other_office", "enterprise": "other_enterprise"}
    scope = county.scope | {role: county.scope[other] for role, other in swapped.items()}
    return replace(county, scope=scope)


def _work(found: Foreign) -> None:
    world, firm, ids = found.world, found.world.other_enterprise, found.ids
    own, list_id = world.scope["other_town"], found.world.checklist()
    mate = world.county.person["other_second"]
    ids["inspection.inspection"] = inspection_start(
        scope=own, enterprise_id=firm, checklist_id=list_id, now=NOW, officers=(mate,), participants=f"{MARK}陪同"
    )
    days = {"since_on": "2026-03-01", "until_on": "2026-04-01", "region": REGION}
    leading = _scope(world, "inspection.campaign.change", "inspection.view")
    ids["inspection.campaign"] = campaign_create(scope=leading, values={"name": f"{OF_TOWN}行动", **days}, now=NOW)
    ids["inspection.team"] = team(
        world, "other_town", "other_second", role="other_town", name=f"{OF_TOWN}组", region=REGION
    )
    people = crew(world, "other_town", "other_second", due_on=DUE)
    ids["inspection.task"] = assigned(world, role="other_town", enterprise_id=firm, crew=people)
    planning = _scope(world, "inspection.plan.change", "inspection.plan.view", "inspection.view")
    plan = plan_input(2026, f"{OF_TOWN}计划", CAPACITY, (LINE,))
    ids["inspection.plan"] = plan_draft(scope=planning, values=plan, now=NOW)
    safety = replace(world.scope["other_enterprise"], region=OTHER_TOWN)
    ids["inspection.self_check"] = self_check_start(scope=safety, enterprise_id=firm, checklist_id=list_id, now=NOW)
    ruling = _scope(world, "inspection.self_check.rule", "inspection.view")
    rule = {
        "region": REGION, "target_class": "machinery", "period": "month", "since_on": date(2026, 3, 1),
        "basis": f"{OF_TOWN}依据",
    }  # fmt: skip
    ids["inspection.self_check_rule"] = plain_create(
        scope=ruling, ledger="inspection.self_check_rule", values=rule, now=NOW
    )


def _numbers(found: Foreign) -> Iterator[str]:
    for kind, key in found.ids.items():
        row = CATALOGUE.projections[kind]._default_manager.get(pk=key)  # type: ignore[attr-defined]
        if number := getattr(row, "number", ""):
            yield str(number)


def add_walkers(world: World) -> None:
    """Every role once in the first town, found under `walker_<role>`; the county's two kinds of office beside them."""
    for role in ROLE_WORDS:
        firm = world.enterprise if role == "enterprise" else None
        world.county.add(
            f"walker_{role}", role=role, organisation=f"走查{role}", region=TOWN, enterprise_id=firm, name=f"走查{role}"
        )
    for role in _BY_OFFICE:
        world.county.add(f"walker_county_{role}", role=role, organisation=f"走查县级{role}", name=f"走查县级{role}")


def state_of_the_record(foreign: Foreign) -> Mapping[str, Any]:
    """Everything that a walker could have changed: entries, the vault, links of photos, what is local to others."""
    entries = [str(i) for i in JournalEntry.objects.order_by("id").values_list("id", flat=True)]
    others = Account.objects.exclude(username__startswith="test.walker").order_by("pk")
    return {
        "entries": (len(entries), hashlib.sha256("".join(entries).encode()).hexdigest()),
        "vault": VaultValue.objects.count(),
        "links": AttachmentLink.objects.exclude(subject__startswith="person/").count(),
        "notice": Notice.objects.filter(pk=foreign.loose["notice_id"]).values("read_at", "withdrawn_at").get(),
        "run": ImportRun.objects.filter(pk=foreign.loose["run_id"]).values("state", "mode").get(),
        "attempts": list(Attempt.objects.order_by("pk").values_list("pk", "state", "tries")),
        "judged": list(Dismissal.objects.order_by("pk").values_list("pk", "reason", "taken_back_at")),
        "strangers": list(Quarantined.objects.order_by("pk").values_list("pk", "claimed_at", "count")),
        "accounts": list(others.values_list("username", "password", "is_active")),
    }
