"""One node in a process of its own: reads calls from standard input, answers on standard output (pickles, length first).

Started by tests/exchange/nodes.py on a data folder; what it does it does through the product's own services.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

_LENGTH = struct.Struct(">I")
WORLD: Any = None


def prepare() -> None:
    """Tables without a node: the template that every node's folder is copied from."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def start(region: str, known: int, top: bool) -> str:
    """This server's node with the reference sets of this version; roles only where nobody stands above."""
    from anlan.accounts.services.bootstrap import SETUP
    from anlan.accounts.services.roles import roles_install
    from anlan.platform import clock, regions
    from anlan.platform.journal import node
    from anlan.platform.reference import references_install
    from anlan.platform.scope import SYSTEM

    own = node.start(region, known)
    regions.regions_install(scope=SYSTEM, region=region, now=clock.now())
    references_install(scope=SYSTEM, region=region, now=clock.now())
    if top:
        roles_install(scope=SETUP, region=region, now=clock.now())
    return own.id


def world(made: bytes | None = None) -> bytes:
    """Make the county of the tests here, or take over what another process made of it; a pickle."""
    global WORLD
    if made is None:
        from inspection.factories import make_world

        WORLD = make_world()
    else:
        WORLD = pickle.loads(made)
    return pickle.dumps(replace(WORLD, county=replace(WORLD.county, account={})))


def staff(regions: list[str]) -> tuple[bytes, dict[str, str]]:
    """An officer (`at_<region>`) and an enterprise for each of these towns; the world with them, enterprises by region."""
    from anlan.platform import clock
    from anlan.registry.services.enterprises import enterprise_office_assign
    from inspection.factories import REGISTRAR
    from registry.factories import make_enterprise

    made = {}
    for number, region in enumerate(regions):
        padded = region.ljust(12, "0")
        WORLD.county.add(f"at_{region}", role="town", organisation=f"{region}应急办", region=region, name="值班员")
        made[region] = str(make_enterprise(REGISTRAR, 100 + number, name=f"测试{region}厂", region=padded))
        office = {"office_id": WORLD.county.office, "base": None, "now": clock.now()}
        enterprise_office_assign(scope=REGISTRAR, enterprise_id=made[region], **office)
    return pickle.dumps(replace(WORLD, county=replace(WORLD.county, account={}))), made


def twin(region: str, number: int) -> str:
    """An enterprise registered at this node, perhaps a second time: equal numbers are one enterprise in two towns."""
    from inspection.factories import REGISTRAR
    from registry.factories import make_enterprise

    return str(make_enterprise(REGISTRAR, number, name=f"重复登记{number}厂", region=region.ljust(12, "0")))


def open_hazards(region: str) -> list[str]:
    """Hazards of a region that nobody has ordered to be mended yet, as far as this node knows."""
    from anlan.inspection.models import Hazard

    rows = Hazard._default_manager.filter(state="found", region__startswith=region).order_by("pk")
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def scoped_digest(region: str) -> str:
    """One hash over all projection rows that stand in a region, with their children."""
    import hashlib

    from anlan.kernel.canonical import canonical
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.journal.digest import _plain
    from anlan.platform.journal.rows import load_rows

    state = hashlib.sha256()
    for kind, model in sorted(CATALOGUE.projections.items()):
        ids = sorted(str(i) for i in model._default_manager.filter(region__startswith=region).values_list("pk", flat=True))
        rows = load_rows(kind, ids)
        for key in ids:
            state.update(canonical([kind, _plain(rows[key])]))
    return state.hexdigest()


def entry_ids() -> list[str]:
    """Ids of the entries of people held here, sorted."""
    from anlan.platform.journal.models import JournalEntry

    return sorted(str(i) for i in JournalEntry.objects.exclude(actor="").values_list("id", flat=True))


def code(region: str) -> str:
    from anlan.platform import clock
    from anlan.platform.exchange import enrol

    return enrol.code_make(scope=_all_rights(), region=region, now=clock.now())


def _all_rights() -> Any:
    from anlan.cli.acting import scope_of
    from anlan.platform import clock

    return scope_of(None, clock.now())


def keys() -> tuple[str, str]:
    from anlan.platform.exchange.keys import box_key, public_key

    return public_key(), box_key()


def ask(**facts: str) -> dict[str, Any]:
    from dataclasses import asdict

    from anlan.platform import clock
    from anlan.platform.exchange.enrol import enrol_ask

    return asdict(enrol_ask(**facts, now=clock.now()))


def approve() -> list[str]:
    """Approve every request that waits; ids of the statements."""
    from anlan.platform import clock
    from anlan.platform.exchange import enrol

    scope = _all_rights()
    return [
        enrol.enrol_approve(scope=scope, request_id=one.id, now=clock.now()) for one in enrol.requests_waiting(scope)
    ]


def revoke(peer: str) -> None:
    from anlan.platform import clock
    from anlan.platform.exchange.enrol import peer_revoke

    peer_revoke(scope=_all_rights(), peer_id=peer, now=clock.now(), reason="设备报废")


def parent(card: Mapping[str, Any], url: str) -> None:
    from anlan.platform import clock
    from anlan.platform.exchange.enrol import Card, parent_name

    parent_name(Card(**card), url=url, now=clock.now())


def say(key: str, want: tuple[str, ...] = (), fills: tuple[str, ...] = (), everything: bool = False) -> bytes:
    """The parts of a turn to the neighbour with this key."""
    from anlan.platform import clock
    from anlan.platform.exchange import turn
    from anlan.platform.exchange.parts import joined

    link = turn.link_of(key)
    if everything:
        link.vector, link.refused = "{}", "{}"
    return joined(turn.say(link, now=clock.now(), want=want, fills=fills))


def hear(data: bytes) -> dict[str, Any]:
    from anlan.platform import clock
    from anlan.platform.exchange import turn

    said = turn.hear(data, now=clock.now())
    return {
        "admitted": said.admitted, "values": said.values, "file_bytes": said.file_bytes,
        "lacking": said.lacking, "asked": said.asked, "more": said.more,
        "stopped": dict(said.stopped), "owes": turn.owes(said.link),
    }  # fmt: skip


def exchange() -> dict[str, Any]:
    """Turns over HTTP with the node above."""
    from dataclasses import asdict

    from anlan.platform.exchange import file, http

    return asdict(http.exchange(file.link_named("")))


def carrier_start(address: str) -> None:
    """Speak and hear through NATS in a thread of its own; what waits for minutes waits for seconds."""
    import threading

    from anlan.platform.exchange import carrier

    carrier.BEAT_S, carrier._AGAIN_S = 2.0, 4.0
    one = carrier.Carrier(address, lambda: True)
    threading.Thread(target=one.run, args=(threading.Event(),), name="exchange-nats", daemon=True).start()


def export(path: str, name: str = "") -> int:
    from anlan.platform import clock
    from anlan.platform.exchange.file import export_file, link_named

    return export_file(link_named(name), Path(path), now=clock.now())


def import_(path: str) -> dict[str, Any]:
    from dataclasses import asdict

    from anlan.platform import clock
    from anlan.platform.exchange.file import import_file

    return asdict(import_file(Path(path), now=clock.now()))


def found(role: str, description: str, enterprise: str | None = None) -> str:
    """A hazard filed by this role's person."""
    from anlan.platform import clock

    values = {"enterprise_id": enterprise} if enterprise else {}
    return str(WORLD.found(role, clock.now(), description=description, **values))


def found_with_photo(role: str, size: int = 0) -> tuple[str, str]:
    """A hazard with a photo (made larger by noise behind its end); its id and the photo's hash."""
    from anlan.platform import attachments, clock
    from pictures import jpeg, scene

    data = jpeg(scene(77, (640, 480))) + os.urandom(size)
    sha256 = attachments.store(data, "现场.jpg", scope=WORLD.scope[role], now=clock.now()).sha256
    return WORLD.found(role, clock.now(), photos=(sha256,)), sha256


def photo(sha256: str, role: str) -> int | None:
    """Bytes of a photo as this role's person may see it; None where it is not held or not theirs to see."""
    from anlan.kernel.errors import NotFound
    from anlan.platform import attachments

    try:
        return int(attachments.read(sha256, WORLD.scope[role]).size)
    except NotFound:
        return None


def order(role: str, hazard: str, days: int = 10) -> None:
    from anlan.inspection.services.steps import OrderInput, hazard_order
    from anlan.platform import clock

    hazard_order(scope=WORLD.scope[role], item=OrderInput(hazard_id=hazard, days=days, note="限期整改"), now=clock.now())


def enterprise(role: str, name: str, region: str, number: int) -> str:
    from registry.factories import make_enterprise

    return str(make_enterprise(WORLD.scope[role], number, name=name, region=region))


def move(enterprise_id: str, region: str) -> None:
    """An enterprise moves into another region, by the county."""
    from anlan.platform import clock
    from anlan.registry.services.enterprises import enterprise_move

    enterprise_move(
        scope=WORLD.scope["supervision"], enterprise_id=enterprise_id, values={"region": region}, reason="整体搬迁", base=None,
        now=clock.now(),
    )  # fmt: skip


def phone(person: str, number: str) -> None:
    from anlan.platform import vault
    from anlan.platform.journal.models import Head

    head = Head.objects.get(subject=f"accounts.person/{person}")
    vault.put(f"accounts.person/{person}", "phone", number, head.last_hlc + 1)


def phone_of(person: str) -> str:
    from anlan.platform import vault

    return vault.use(f"accounts.person/{person}", "phone")


def state(hazard: str) -> tuple[str, int] | None:
    """State of a hazard and whether it waits for a decision; None where it is not held."""
    from anlan.inspection.models import Hazard

    return Hazard._default_manager.filter(pk=hazard).values_list("state", "contested").first()


def hazards() -> list[str]:
    from anlan.inspection.models import Hazard

    return sorted(str(pk) for pk in Hazard._default_manager.values_list("pk", flat=True))


def contests() -> list[str]:
    """Subjects in the merge queue."""
    from anlan.platform.journal.models import Head

    return sorted(Head.objects.exclude(open=None).values_list("subject", flat=True))


def digests() -> dict[str, str]:
    from anlan.platform.journal.digest import table_digests

    return table_digests()


def marks() -> dict[str, str]:
    from anlan.platform.exchange.select import marks as held

    return held()


def tally() -> dict[str, Any]:
    """What is held: entries by node, how often an id occurs more than once, stubs, whether all chains verify."""
    from anlan.platform.journal import chain
    from anlan.platform.journal.models import JournalEntry, JournalSeq

    ids = Counter(str(i) for i in JournalEntry.objects.values_list("id", flat=True))
    links = JournalSeq.objects.count()
    return {"entries": len(ids), "twice": sum(n > 1 for n in ids.values()), "links": links, "verified": chain.verify().ok}


def kinds(prefix: str) -> list[str]:
    from anlan.platform.journal.models import JournalEntry

    return list(JournalEntry.objects.filter(kind__startswith=prefix).order_by("hlc", "id").values_list("kind", flat=True))


def bodies(prefix: str) -> list[str]:
    from anlan.platform.journal.models import JournalEntry

    return list(JournalEntry.objects.filter(kind__startswith=prefix).order_by("hlc", "id").values_list("body", flat=True))


def lines() -> list[Mapping[str, Any]]:
    from dataclasses import asdict

    from anlan.platform import clock
    from anlan.platform.exchange import status

    return [asdict(line) for line in status.lines(clock.now())]


def run(source: str, **given: Any) -> Any:
    """A few lines of a test that fit nowhere else; what they leave in `answer`."""
    names: dict[str, Any] = {"answer": None, **given}
    exec(source, names)
    return names["answer"]


def _serve() -> None:
    import django

    django.setup()
    from anlan.platform import clock

    inward, outward = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while head := inward.read(_LENGTH.size):
        name, given, now = pickle.loads(inward.read(*_LENGTH.unpack(head)))
        try:
            with clock.frozen(datetime.fromisoformat(now)):
                answer = (True, globals()[name](**given))
        except Exception as error:  # noqa: BLE001  the other process raises it
            answer = (False, (type(error).__name__, getattr(error, "code", ""), traceback.format_exc()))
        data = pickle.dumps(answer)
        outward.write(_LENGTH.pack(len(data)) + data)
        outward.flush()


if __name__ == "__main__":
    _serve()
