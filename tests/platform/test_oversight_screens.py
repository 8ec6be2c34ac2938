"""履历审计, 合并裁定 and 系统: what they show, and who may open them."""

import pytest

from anlan.accounts.rules.roles import ROLES
from anlan.kernel.entry import Draft, Step
from anlan.platform.clock import now as clock_now
from anlan.platform.journal import receive
from anlan.platform.journal.record import NEW, record, version_of
from platform_helpers import Peer, stepped, subject

pytestmark = pytest.mark.django_db

MAY = {
    "/history": {"leader", "auditor", "admin"},
    "/contests": {"leader", "town"},
    "/system": {"admin"},
}


def contested(county):
    """A thing of the town, stepped here and at another node by people who did not hear of each other."""
    now = clock_now()
    scope, region = county.scope["town"], county.scope["town"].region.ljust(12, "0")
    s = subject(now)
    draft = Draft("things.thing.opened", s, region, {"name": "阀门"}, step=Step("", "open"))
    first = record(draft, scope=scope, now=now, base=NEW)
    here = record(stepped(s, "open", "closed", region=region), scope=scope, now=now, base=1)
    peer = Peer("331003099a", start=now)
    there = peer.bear(stepped(s, "open", "rejected", region=region), tip=first.id, base=first.id)
    receive.receive(peer.links, region="331003099000", now=now)
    return s, here, there


@pytest.mark.parametrize("path", MAY)
def test_only_those_with_the_right_open_the_page(county, client_as, path):
    roles = [role.word for role in ROLES if role.word in county.account]
    opened = {role for role in roles if client_as(role).get(path).status_code == 200}
    assert opened == MAY[path] & set(roles)


def test_audit_shows_who_did_what_and_filters_by_person(county, client_as):
    s, _, _ = contested(county)
    page = client_as("auditor").get("/history", {"kind": "things.thing"}).content.decode()
    assert f"/history/{s}" in page
    actor = county.scope["town"].person
    mine = client_as("auditor").get("/history", {"actor": actor}).content.decode()
    assert county.scope["town"].name in mine
    assert client_as("auditor").get("/history", {"cursor": "abc"}).status_code == 422


def test_audit_pages_follow_each_other_without_gap_or_repeat(county):
    from anlan.platform.journal.audit import entry_list

    scope, cursor, seen = county.scope["auditor"], "", []
    while True:
        page = entry_list(scope, cursor=cursor, limit=7)
        seen += [e.id for e in page.entries]
        if page.next is None:
            break
        cursor = page.next
    assert len(seen) == len(set(seen)) > 7
    assert seen == [e.id for e in entry_list(scope, limit=1000).entries]


def test_contest_is_decided_on_screen_once(county, client_as):
    s, _, there = contested(county)
    client = client_as("town")
    assert "待裁定" not in client.get("/contests").content.decode()
    form = {"subject": s, "index": "0", "tip": there.id, "base": str(version_of(s)), "reason": "现场核实"}
    assert client.get("/contests/decide", form).status_code == 405
    assert client.post("/contests/decide", form).status_code == 302
    again = client.post("/contests/decide", form)
    assert again.status_code == 404
    assert "没有需要裁定的事项" in client.get("/contests").content.decode()


def test_other_town_neither_sees_nor_decides_the_contest(county, client_as):
    s, _, there = contested(county)
    client = client_as("other_town")
    assert s not in client.get("/contests").content.decode()
    form = {"subject": s, "index": "0", "tip": there.id, "base": str(version_of(s)), "reason": "x"}
    assert client.post("/contests/decide", form).status_code == 403
    assert version_of(s) == 3


def test_administrator_verifies_the_chain(county, client_as):
    assert "履历链完好" in client_as("admin").post("/system/verify").content.decode()
    assert client_as("town").post("/system/verify").status_code == 403
