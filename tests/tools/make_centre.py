"""Fill an initialised data folder with a monitored county and go on making it speak: python make_centre.py DATA [--month].

A process of its own beside a running server, as `anlan worker` is. Prints one JSON line, then obeys lines on standard
input, each answered by one JSON line: `say MN VALUE`, `swing MN TIMES` (over and under the limit in turn), `logout ROLE`.
"""

import json
import math
import os
import sys
from datetime import timedelta
from pathlib import Path

NH3 = "a21001-Rtd"
WATCHERS = 25


def _cookie(account):
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return session.session_key


class County:
    """The county with its devices; `say` and `swing` are what gateways would hand in."""

    def __init__(self):
        from inspection.factories import make_world

        self.world = make_world()
        for number in range(WATCHERS):
            self.world.county.add(f"watcher{number}", role="leader", organisation="测试县应急管理局", name=f"值班{number}")
        self.devices = {}
        self.clock = None

    def furnish(self):
        """Two devices that tests speak for, a dozen others on the map, limits for all, and whom to ring."""
        from anlan.platform import clock
        from anlan.registry.services.contacts import contact_set
        from anlan.sensing.rules.device import ChannelFacts
        from anlan.sensing.services.devices import channel_set, device_create
        from anlan.sensing.services.rules import rule_create
        from inspection.factories import REGISTRAR
        from sensing.factories import BOSS

        made = clock.now() - timedelta(days=40)
        firms = [self.world.enterprise, self.world.other_enterprise]
        contact = {"post": "officer", "name": "丁一", "phone": "13800138000"}
        contact_set(scope=REGISTRAR, enterprise_id=firms[0], values=contact, base=None, now=made)
        for number in range(1, 15):
            values = {
                "name": f"{number}号氨气探头", "identity": f"MN{number}", "enterprise": firms[(number + 1) % 2],
                "place": f"{number}号冷库制冷机房", "lon": 121.27 - 0.05 * (number % 5), "lat": 28.64 - 0.02 * (number // 5),
            }  # fmt: skip
            key = self.devices[f"MN{number}"] = device_create(scope=BOSS, values=values, now=made)
            facts = ChannelFacts(NH3, "氨气浓度", "mg/m3", 0.0, 200.0, 1, "机房顶部")
            channel_set(scope=BOSS, subject="sensing.device", id=key, facts=facts, base=None, now=made)
        # A further limit that is less severe takes nothing over (ADR 0020): two alarms stand for one excursion.
        further = "routine" if "--apart" in sys.argv else "critical"
        limits = (("氨气浓度高限", "high", 20.0, "urgent"), ("氨气浓度高高限", "high_high", 30.0, further))
        for name, kind, limit, severity in limits:
            values = {"name": name, "kind": kind, "metric": NH3, "limit": limit, "basis": "GB 28009-2011", "severity": severity}
            rule_create(scope=BOSS, values=values, now=made)

    def month(self):
        """A month of MN1, a reading a minute: a daily wave, one short spike below the limit, six hours without power."""
        import numpy as np

        from anlan.platform import clock
        from anlan.sensing import store
        from anlan.sensing.services.ingest import reports_take
        from sensing.factories import report

        now = int(clock.now().timestamp() * 1000) // 60_000 * 60_000
        rng = np.random.default_rng(4)
        reports = []
        for minute in range(43_200):
            at = now - (43_200 - minute) * 60_000
            if 20_000 <= minute < 20_360:
                continue
            value = 6 + 3 * math.sin(minute / 230) + float(rng.normal(0, 0.4)) + (11 if minute == 30_000 else 0)
            reports.append(report("MN1", at, NH3=round(value, 2)))
        for start in range(0, len(reports), 4000):
            reports_take(reports[start : start + 4000], now=clock.now())
        store.current().compact(now - 2 * 86_400_000)

    def take(self, identity, values):
        """Reports a second apart that end now."""
        from anlan.platform import clock
        from anlan.sensing.services.ingest import reports_take
        from sensing.factories import report

        now = clock.now()
        last = int(now.timestamp() * 1000)
        first = max(self.clock or 0, last - len(values))
        self.clock = first + len(values)
        taken = reports_take([report(identity, first + i, NH3=value) for i, value in enumerate(values)], now=now)
        return {"opened": list(taken.opened), "repeated": taken.repeated}

    def obey(self, line):
        """Do what one line says."""
        word, name, *rest = line.split()
        if word == "say":
            return self.take(name, [float(rest[0])])
        if word == "swing":
            return self.take(name, [50.0, 1.0] * int(rest[0]))
        assert word == "logout"
        from django.contrib.sessions.models import Session

        return {"ended": Session.objects.filter(session_key=name).delete()[0]}


def main():
    os.environ["ANLAN_DATA"] = sys.argv[1]
    os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.config.settings"
    root = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(root / "src"), str(root / "tests")]
    import django

    django.setup()
    county = County()
    county.furnish()
    if "--month" in sys.argv:
        county.month()
    made = county.world.county
    facts = {
        "users": {role: account.username for role, account in made.account.items()},
        "password": made.password,
        "cookies": {role: _cookie(account) for role, account in made.account.items()},
        "enterprise": county.world.enterprise,
        "devices": county.devices,
    }
    print(json.dumps(facts), flush=True)
    for line in sys.stdin:
        print(json.dumps(county.obey(line)), flush=True)


if __name__ == "__main__":
    main()
