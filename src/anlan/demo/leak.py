"""`Leak`: one leak of ammonia from the device's socket to a hazard, through real sockets and HTTP against the running demo.

A frame crosses the limit, the duty officer is called and does not answer, the deputy is called after the chain's minute and
answers with the one-time link of the message, and turns the alarm into a hazard.
"""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from anlan.demo.fleet import DEVICES, PROFILE
from anlan.demo.visitor import Visitor
from anlan.demo.words import words
from anlan.kernel.errors import Unavailable
from anlan.platform import clock
from anlan.protocols.hj212.cutter import FrameCutter
from anlan.simulator.frames import real_time_frame
from anlan.simulator.profiles import Device, fleet

__all__ = ["Leak"]

_ALARMS = "/sensing/alarms"
_LEAKING_MG_M3, _QUIET_MG_M3 = 260.0, 1.6
_BETWEEN_S, _ANSWER_S = 20.0, 10.0
# The board's second is measured elsewhere (bench/sensing.py); here a busy machine may take its time.
_ALARM_S, _CALLED_S, _ESCALATED_S = 30.0, 60.0, 180.0


class Leak:
    """`begin` sends the frames and waits for the first call, `end` sees the rest through."""

    def __init__(
        self, served: dict[str, Any], accounts: list[dict[str, str]], note: Callable[[str], None] | None = None
    ) -> None:
        """`served`: what the demo's server announced; `accounts`: as `build` returned them."""
        known = {a["username"]: a["password"] for a in accounts}
        address = served["address"]
        self._deputy, self._stranger = (Visitor(address, name, known[name]) for name in ("supervision", "town2"))
        self._phones, self._to, self._note = served["phones"], served["listen"]["hj212"], note or (lambda text: None)
        self.steps: list[dict[str, Any]] = []
        self._first: dict[str, str] = {}
        self._title = self.alarm = ""

    def begin(self) -> None:
        """Frame, alarm, call of the duty officer.

        Raises:
            Unavailable: "demo.check_failed" with what did not happen.
        """
        device, standing = self._device(), self._open()
        now = clock.now().timestamp()
        self._send(device, [(now - _BETWEEN_S, _QUIET_MG_M3), (now, _LEAKING_MG_M3)])
        sent = time.monotonic()
        self._did("frame", device=device.identity, value=_LEAKING_MG_M3)
        raised = self._until("alarm", _ALARM_S, lambda: self._raised(standing))
        self.alarm, self._title = raised["id"], raised["title"]
        self._did("alarm", number=raised["number"], after_ms=round((time.monotonic() - sent) * 1000))
        self._first = self._until("called", _CALLED_S, lambda: self._call(set()))
        self._did("called", who=self._first["name"])

    def end(self) -> dict[str, Any]:
        """Call of the deputy, answer by the link, hazard; what was done.

        Raises:
            Unavailable: "demo.check_failed" with what did not happen.
        """
        second = self._until("escalated", _ESCALATED_S, lambda: self._call({self._first["number"]}))
        self._did("escalated", who=second["name"])
        self._answer(second["link"])
        self._until("answered", _ALARM_S, lambda: self._stand()["state"] == "answered")
        self._did("answered", who=second["name"])
        body = {"note": words()["texts"]["leak"], "base": self._stand()["version"]}
        hazard = self._deputy.post(f"{_ALARMS}/{self.alarm}/to-hazard", body)["hazard_id"]
        held = self._deputy.get(f"/inspection/hazards/{hazard}")
        self._did("to_hazard", hazard=held["number"], state=held["state"])
        listed = {h["id"] for h in self._deputy.get("/inspection/hazards?limit=100")["items"]}
        self._demand("listed", hazard in listed, len(listed))
        self._stranger.get(f"{_ALARMS}/{self.alarm}", expect=404)
        # The frame crosses both limits of the channel; what was said of either counts (ADR 0020).
        channel = self._title.partition("达")[0]
        called = [s["number"] for s in self._said() if channel in s["text"]]
        self._demand("calls", called == [self._first["number"], second["number"]], called)
        return {"hazard": held["number"], "steps": self.steps, "calls": len(called), "other_town_status": 404}

    def _device(self) -> Device:
        """The plant's device, or the next one over ammonia where an alarm of it is still open."""
        taken = {row["device_id"] for row in self._rows() if not row["ended_at"]}
        rows = self._deputy.get("/sensing/devices?limit=200")["items"]
        free = {row["identity"] for row in rows if row["id"] not in taken}
        fitting = [d for d in fleet(PROFILE, DEVICES) if d.kind.word == "ammonia" and d.identity in free]
        self._demand("device", bool(fitting), sorted(taken))
        return fitting[0]

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._deputy.get(f"{_ALARMS}?limit=200")["items"]
        return rows

    def _open(self) -> set[str]:
        return {row["id"] for row in self._rows()}

    def _raised(self, standing: set[str]) -> dict[str, Any] | None:
        fresh = [row for row in self._rows() if row["id"] not in standing and row["severity"] == "critical"]
        return fresh[0] if fresh else None

    def _send(self, device: Device, said: list[tuple[float, float]]) -> None:
        """Frames of one device over one connection, each acknowledged before the next."""
        host, _, port = self._to.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=_ANSWER_S) as line:
                for at, value in said:
                    measured = [value, *(factor.base for factor in device.kind.factors[1:])]
                    line.sendall(real_time_frame(device, measured, asked_at=at, stated_at=at))
                    cutter, heard = FrameCutter(), False
                    while not heard:
                        data = line.recv(4096)
                        self._demand("acknowledged", bool(data), device.identity)
                        heard = any(b"CN=9014" in getattr(found, "payload", b"") for found in cutter.feed(data))
        except OSError as error:
            raise Unavailable("demo.check_failed", request=f"HJ 212 {self._to}", reason=str(error)) from error

    def _said(self) -> list[dict[str, str]]:
        with urllib.request.urlopen(f"{self._phones}/messages", timeout=_ANSWER_S) as answer:
            said: list[dict[str, str]] = json.load(answer)
        return said

    def _call(self, without: set[str]) -> dict[str, str] | None:
        fitting = [s for s in self._said() if self._title in s["text"] and s["number"] not in without]
        return fitting[0] if fitting else None

    def _answer(self, link: str) -> None:
        """Look at the page, press its first button, see the answer on it."""
        path = urlsplit(link).path
        self._deputy.send("GET", path, expect=200)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self._deputy.send("POST", path, urlencode({"word": "on_my_way"}).encode(), form, expect=302)
        page = self._deputy.send("GET", path, expect=200).decode()
        self._demand("answer page", words()["texts"]["replied"] in page, page[-400:])

    def _stand(self) -> dict[str, Any]:
        stand: dict[str, Any] = self._deputy.get(f"{_ALARMS}/{self.alarm}/stand")
        return stand

    def _until(self, what: str, seconds: float, look: Callable[[], Any]) -> Any:
        end = time.monotonic() + seconds
        while not (found := look()):
            self._demand(what, time.monotonic() < end, f"{seconds} s")
            time.sleep(0.1)
        return found

    def _demand(self, what: str, held: bool, seen: Any) -> None:
        if not held:
            raise Unavailable("demo.check_failed", request=f"leak: {what}", reason=str(seen))

    def _did(self, act: str, **facts: Any) -> None:
        self.steps.append({"act": act, **facts})
        self._note(" ".join([act, *map(str, facts.values())]))
