from __future__ import annotations
import re
import pytest
from accounts.factories import County, OTHER_TOWN
from accounts.test_person_merge_services import PHONE, given, version
from accounts.test_person_merge_attacks import merge, pair  # noqa
from anlan.platform.journal.duplicates import duplicate_merge
pytestmark = pytest.mark.django_db

def text(r):
    t = re.sub(r"<(script|style).*?</\1>", "", r.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", t))

def test_http(county, client_as, pair):
    twin, leader, admin = client_as("twin"), client_as("leader"), client_as("admin")
    print("before", twin.get("/posts").status_code)
    shown = leader.get("/contests")
    print(text(shown)[:1500])
    t2 = client_as("town")
    print("TOWN contests", t2.get("/contests").status_code, "蒋安" in text(t2.get("/contests")).replace("蒋安 ", "", 1))
    form = {"kind": "accounts.person", "id": list(pair), "base": [str(version(k)) for k in pair], "verdict": "first", "reason": "电话核实"}
    for who in (t2, twin, admin):
        r = who.post("/contests/duplicates", form); print("refused?", r.status_code)
    print(leader.post("/contests/duplicates", form).status_code, leader.post("/contests/duplicates", form).status_code)
    r = twin.get("/posts"); print("twin /posts", r.status_code, text(r)[:600])
    for p in pair:
        for who, name in ((leader, "leader"), (admin, "admin")):
            r = who.get(f"/people/{p}"); print(name, "person", p == pair[1] and "GONE", r.status_code, text(r)[300:1800])
            r = who.get(f"/history/accounts.person/{p}"); print(name, "history", r.status_code, text(r)[200:1500])
    for path in ("/api/v1/accounts/people", "/api/v1/accounts/people?sort=name"):
        r = admin.get(path); print(path, r.status_code, len(r.json().get("items", [])), [ (i.get("name"), i.get("merged_into")) for i in r.json().get("items", []) if i.get("name") == "蒋安"])
