"""`walk`: the main job once through HTTP against the running demo: inspect, find, order, mend, look again, close, count."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from anlan.demo.firms import FIRST_TOWN
from anlan.demo.photos import draw
from anlan.demo.visitor import Visitor
from anlan.demo.words import faults, words
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import Unavailable
from anlan.platform import clock

__all__ = ["walk"]

_HAZARDS = "/inspection/hazards"


def walk(address: str, accounts: list[dict[str, str]], note: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Walk the main job.

    Args:
        address: http://host:port of the running server. accounts: as `build` returned them. note: told of every step.
    Returns:
        ok, the hazard's number, the steps taken with the state after each, found and closed of the town before and
        after, the entries the auditor saw, and the status that a user of another town got.
    Raises:
        Unavailable: "demo.check_failed" with the first request that was not answered as it should be.
    """
    known = {a["username"]: a["password"] for a in accounts}
    people = {name: Visitor(address, name, known[name]) for name in ("supervision", "enterprise", "auditor", "town2")}
    job = _Job(people, note or (lambda text: None))
    before = job.counts()
    job.inspect()
    job.mend()
    after = job.counts()
    path = f"{_HAZARDS}/{job.hazard}"
    history = people["auditor"].get(f"{path}/history")["items"]
    people["town2"].get(path, expect=404)
    job.demand("counts", after == {"found": before["found"] + 1, "closed": before["closed"] + 1}, after)
    job.demand("history", len(history) == len(job.steps) - 1, len(history))
    return {
        "ok": True,
        "hazard": job.number,
        "steps": job.steps,
        "town": {"before": before, "after": after},
        "auditor_entries": len(history),
        "other_town_status": 404,
    }


class _Job:
    """One hazard on its way, and what was done with it."""

    def __init__(self, people: dict[str, Visitor], note: Callable[[str], None]) -> None:
        self.people, self._note = people, note
        self.officer, self.enterprise = people["supervision"], people["enterprise"]
        self.steps: list[dict[str, str]] = []
        self.hazard = self.number = self.colleague = ""
        self._version = 0
        self._dice = random.Random()

    def demand(self, what: str, held: bool, seen: Any) -> None:
        """End the walk when something is not as it should be."""
        if not held:
            raise Unavailable("demo.check_failed", request=what, reason=str(seen))

    def counts(self) -> dict[str, int]:
        """Found and closed of the demo's own town since yesterday, as the officer's home page counts them."""
        today: date = local_date(clock.now())
        asked = f"since={today - timedelta(days=1)}&until={today}&region={FIRST_TOWN}"
        total = self.officer.get(f"{_HAZARDS}/counts?{asked}")["total"]
        return {"found": total["found"], "closed": total["closed"]}

    def inspect(self) -> None:
        """Inspect the demo's own enterprise with a checklist: one item is a hazard, with a photo."""
        officer, texts = self.officer, words()["texts"]
        firm = self.enterprise.get("/registry/enterprises")["items"][0]["id"]
        checklist = next(c for c in officer.get("/inspection/checklists")["items"] if c["code"] == "fcsb")
        self.colleague = self._second_officer({officer.get("/inspection/pocket")["person"]["id"]})
        body = {"enterprise_id": firm, "checklist_id": checklist["id"], "officers": [self.colleague]}
        started = officer.post("/inspection/inspections", body, expect=201)
        path = f"/inspection/inspections/{started['id']}"
        sheet = officer.get(f"{path}/sheet")
        fault = self._dice.choice(faults()["fcsb"])
        answers: list[dict[str, Any]] = [{"key": i["key"], "result": "pass"} for i in sheet["items"]]
        for answer, item in zip(answers, sheet["items"], strict=True):
            if answer["key"] == fault.key:
                photos = [officer.upload(self._picture("before"))]
                answer.update(result="hazard", note=fault.text, place=fault.place, photos=photos)
                if item["major"]:  # a criterion of major hazards: who files it as a general one says why
                    answer["general_reason"] = texts["not_major"]
        officer.post(f"{path}/items", {"answers": answers})
        version = officer.get(f"{path}/sheet")["version"]
        done = officer.post(f"{path}/finish", {"conclusion": texts["found"].format(count=1), "base": version})
        self.hazard = done["hazards"][0]
        held = officer.get(f"{_HAZARDS}/{self.hazard}")
        self.number, self._version = held["number"], held["version"]
        self._done("inspect", officer, done["state"])
        self._done("report", officer, held["state"])

    def _second_officer(self, own: set[str]) -> str:
        """Somebody whom this officer inspected with before: a review is signed by two."""
        for visit in self.officer.get("/inspection/inspections?limit=100")["items"]:
            team = self.officer.get(f"/inspection/inspections/{visit['id']}/sheet")["officers"]
            if others := [person for person, _ in team if person not in own]:
                return str(others[0])
        return ""

    def mend(self) -> None:
        """Order, submit, first review sends back, submit again, second review closes."""
        officer, enterprise, texts = self.officer, self.enterprise, words()["texts"]
        mend = faults()["fcsb"][0].mend
        self._step("order", officer, {"note": texts["order"].format(mend=mend), "days": 15})
        self._step("submit", enterprise, self._shown("after", enterprise, texts["submit"][0].format(mend=mend)))
        self._step("return", officer, {"note": texts["returned"][0]})
        self._step("submit", enterprise, self._shown("after", enterprise, texts["submit"][1].format(mend=mend)))
        shown = self._shown("review", officer, texts["close"][0])
        self._step("close", officer, shown | {"co_reviewer": self.colleague})
        self.demand("state", self.steps[-1]["state"] == "closed", self.steps[-1])

    def _picture(self, stage: str) -> bytes:
        return draw(self._dice.randrange(10**9), stage)

    def _shown(self, stage: str, who: Visitor, text: str) -> dict[str, Any]:
        return {"note": text, "photos": [who.upload(self._picture(stage))]}

    def _step(self, act: str, who: Visitor, values: dict[str, Any]) -> None:
        stood = who.post(f"{_HAZARDS}/{self.hazard}/{act}", values | {"base": self._version})
        self._version = stood["version"]
        self._done(act, who, stood["state"])

    def _done(self, act: str, who: Visitor, state: str) -> None:
        self.steps.append({"act": act, "by": who.username, "state": state})
        self._note(f"{act} {who.username} {state}")
