"""The gateway as a process of its own: killed, cut off, flooded, starved; a real socket on every side."""

from __future__ import annotations

import resource
import signal
import socket
import struct
import threading
import time
from pathlib import Path

import pytest
from gateway_world import AT, Device, Gateway, Ingest, frame, gateway, payload, until

from anlan.protocols.hj212.encode import encode_frame

pytestmark = pytest.mark.slow


def test_a_message_is_on_disk_when_it_is_answered_and_then_handed_on(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address) as running:
        device = Device(running.address)
        mine = "{}:{}".format(*device.socket.getsockname())
        device.send(frame(value=7.5, asked=42))
        [answer] = device.hear(1)
        assert b"QN=20260302100000042;ST=91;CN=9014" in answer
        assert b'"2011"' in next((tmp_path / "spool").glob("*.spool")).read_bytes()
        device.close()
        assert until(lambda: len(ingest.once()) == 3)
        up, message, down = ingest.once()
        assert (up.kind, up.identity, message.kind, down.kind, down.message) == (
            "up", "HY331003000001", "readings", "down", "closed",
        )  # fmt: skip
        assert message.readings == (("a21001-Rtd", AT, 7.5, "N"),)
        assert (message.protocol, message.message, message.peer) == ("hj212", "2011", mine)
        assert [r.id for r in ingest.once()] == [f"{running.facts['gateway']}:{n}" for n in (1, 2, 3)]
        assert ingest.tokens == {"Token of-this-test"}
        assert running.stop() == 0
    assert "Traceback" not in running.said()


def _stream(running: Gateway, device: int, answered: set[float], count: int = 4000) -> None:
    """Send numbered values without waiting; note those that were answered, until the gateway is gone."""
    peer = Device(running.address)

    def send() -> None:
        try:
            for number in range(count):
                peer.send(frame(f"D{device}", float(device * count + number), number))
        except OSError:
            pass

    sender = threading.Thread(target=send)
    sender.start()
    for answer in peer.hear(count):
        asked = answer.split(b";")[0][-7:]
        minutes, seconds = int(asked[:2]), int(asked[2:4])
        answered.add(float(device * count + minutes * 60_000 + seconds * 1000 + int(asked[4:7])))
    sender.join()
    peer.close()


@pytest.mark.parametrize("after", [300, 900])
def test_killed_in_a_burst_it_has_lost_nothing_that_it_acknowledged(tmp_path: Path, ingest: Ingest, after: int) -> None:
    answered: list[set[float]] = [set() for _ in range(4)]
    with gateway(tmp_path / "spool", ingest.address) as running:
        peers = [threading.Thread(target=_stream, args=(running, n, answered[n])) for n in range(4)]
        for peer in peers:
            peer.start()
        # An answer of the ingest is lost too: that parcel comes twice.
        ingest.silent = 1
        until(lambda: sum(map(len, [ingest.values()])) >= after)
        running.kill()
        for peer in peers:
            peer.join()
    seen = set().union(*answered)
    assert len(seen) > 0
    with gateway(tmp_path / "spool", ingest.address) as again:
        assert again.facts["gateway"] == running.facts["gateway"]
        assert until(lambda: seen <= set(ingest.values()))
        assert again.stop() == 0
    values = ingest.values()
    assert len(values) == len(set(values))
    assert len(ingest.reports) > len(ingest.once())


def test_without_an_ingest_everything_is_kept_and_then_drained_in_order(tmp_path: Path) -> None:
    ingest = Ingest()
    ingest.close()
    with gateway(tmp_path / "spool", ingest.address) as running:
        device = Device(running.address)
        for number in range(3000):
            device.send(frame(value=float(number), asked=number))
        assert len(device.hear(3000)) == 3000
        # A day may pass, and the gateway may be started again: what it keeps is the same.
        device.close()
        assert running.stop() == 0
        assert running.said().count("nobody takes parcels") == 1
        assert "gateways.ingest.unreachable" in running.said()
    with gateway(tmp_path / "spool", ingest.address) as again:
        assert again.facts["waiting"] >= 3001
        back = Ingest(ingest.port)
        try:
            assert until(lambda: len(back.values()) == 3000)
            assert back.values() == [float(n) for n in range(3000)]
            assert again.stop() == 0
        finally:
            back.close()


@pytest.mark.parametrize("status", [401, 503])
def test_a_refusing_ingest_is_asked_again(tmp_path: Path, ingest: Ingest, status: int) -> None:
    ingest.status = status
    with gateway(tmp_path / "spool", ingest.address) as running:
        device = Device(running.address)
        device.send(frame())
        device.hear(1)
        assert until(lambda: "gateways.ingest.refused" in running.said())
        assert f"返回 {status}" in running.said()
        ingest.status = 200
        assert until(lambda: len(ingest.values()) == 1)
        assert until(lambda: "handing on again" in running.said())
        assert running.said().count("nobody takes parcels") == 1


def test_a_report_that_is_never_taken_is_set_aside_and_stops_nobody(tmp_path: Path, ingest: Ingest) -> None:
    ingest.refuses = lambda report: report.identity == "BAD" and report.kind == "readings"
    with gateway(tmp_path / "spool", ingest.address) as running:
        good, bad = Device(running.address), Device(running.address)
        for number in range(20):
            good.send(frame("GOOD", float(number), number))
        bad.send(frame("BAD", 99.0))
        good.hear(20)
        bad.hear(1)
        good.send(frame("GOOD", 20.0, 20))
        assert until(lambda: len(ingest.values()) == 21)
        assert ingest.values() == [float(n) for n in range(21)]
        assert running.stop() == 0
    [kept] = (tmp_path / "spool" / "refused").iterdir()
    assert b'"BAD"' in kept.read_bytes()
    assert "gateways.ingest.parcel" in running.said()


def test_on_a_full_disk_nobody_is_acknowledged_until_there_is_room(tmp_path: Path) -> None:
    spool = tmp_path / "spool"

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))

    # Nobody takes parcels, so the file grows; the log is smaller than the limit.
    with gateway(spool, "http://127.0.0.1:9", before=small) as running:
        device = Device(running.address)
        device.send(frame(asked=0))
        device.hear(1)
        for number in range(1, 200):
            device.send(frame(value=float(number), asked=number))
        assert until(lambda: "can't write" in running.said())
        acknowledged = len(device.answers)
        time.sleep(1.5)
        assert running.said().count("can't write") == 1
        assert acknowledged < 200
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert len(device.hear(200)) == 200
        assert "writing again" in running.said()
        assert running.stop() == 0


def test_at_the_limit_of_the_spool_nobody_is_acknowledged(tmp_path: Path, ingest: Ingest) -> None:
    ingest.status = 503
    with gateway(tmp_path / "spool", ingest.address, ANLAN_SPOOL_MB="1") as running:
        device = Device(running.address)
        body = "DataTime=20260302100000;" + ";".join(f"a{n:05d}-Rtd=1.123456789" for n in range(300))
        for number in range(400):
            device.send(frame(CP=body, asked=number))
        assert until(lambda: "can't write" in running.said())
        assert sum(p.stat().st_size for p in (tmp_path / "spool").glob("*.spool")) <= 1024 * 1024
        assert running.stop() == 0


def test_two_connections_with_one_identity_are_both_heard_and_told_once(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address) as running:
        one, other = Device(running.address), Device(running.address)
        for number in range(3):
            one.send(frame("SAME", 1.0, number))
            one.hear(number + 1)
            other.send(frame("SAME", 2.0, number))
            other.hear(number + 1)
        one.close()
        time.sleep(0.2)
        other.close()
        assert until(lambda: ingest.of("down"))
        assert ingest.values() == [1.0, 2.0] * 3
        assert len(ingest.of("up")) == len(ingest.of("down")) == 1
        assert [r.warnings for r in ingest.of("event")] == [("gateways.identity.twice",)]


def test_a_flood_without_a_delimiter_is_cut_off_and_memory_stays_flat(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address) as running:
        device = Device(running.address)
        device.send(frame(asked=1))
        device.hear(1)
        before = running.memory_mb()
        sent, junk = 0, b"\xaa" * 1_000_000
        for _ in range(8):
            flood = Device(running.address)
            try:
                for _ in range(8):
                    flood.send(junk)
                    sent += len(junk)
            except OSError:
                pass
            flood.close()
        assert sent >= 8_000_000
        device.send(frame(asked=2))
        assert len(device.hear(2)) == 2
        assert running.memory_mb() - before <= 12
        assert until(lambda: len(ingest.of("refused")) >= 3)
        assert {r.message for r in ingest.of("refused")} == {"hj212.frame.garbage"}
        assert running.said().count("sends what can't be read") == 1


def test_whoever_only_trickles_is_hung_up_on_and_a_device_is_not(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address, ANLAN_GATEWAY_FIRST_SECONDS="1") as running:
        slow, device = Device(running.address), Device(running.address)
        device.send(frame(asked=1))
        device.hear(1)
        raw = frame()
        began = time.monotonic()
        with pytest.raises(OSError):
            for place in range(len(raw)):
                slow.send(raw[place : place + 1])
                time.sleep(0.2)
                assert time.monotonic() - began < 60
        device.send(frame(asked=2))
        assert len(device.hear(2)) == 2


def test_a_silent_device_is_down_and_says_so_once(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address, ANLAN_GATEWAY_IDLE_SECONDS="1") as running:
        device = Device(running.address)
        device.send(frame())
        assert device.is_closed()
        assert until(lambda: ingest.of("down"))
        assert [(r.identity, r.message) for r in ingest.of("down")] == [("HY331003000001", "silent")]


def test_strangers_of_one_address_are_limited_and_devices_are_not(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address, ANLAN_GATEWAY_PER_ADDRESS="3") as running:
        known = []
        for number in range(5):
            device = Device(running.address)
            device.send(frame(f"D{number}"))
            device.hear(1)
            known.append(device)
        strangers = [Device(running.address) for _ in range(3)]
        assert Device(running.address).is_closed()
        strangers[0].close()
        again = Device(running.address)
        again.send(frame("D9"))
        assert until(lambda: len(again.hear(1)) == 1)
        assert "is turned away" in running.said()


def test_a_peer_that_fetches_no_answers_is_heard_no_more_and_costs_nobody(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address) as running:
        greedy = socket.socket()
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, _, port = running.address.rpartition(":")
        greedy.connect((host, int(port)))
        greedy.settimeout(0.5)
        device = Device(running.address)
        raw = frame("GREEDY") * 100
        with pytest.raises(TimeoutError):
            # The kernels on the way hold some megabytes of it, on some machines over ten.
            for _ in range(10_000):
                greedy.sendall(raw)
        device.send(frame("POLITE"))
        assert len(device.hear(1)) == 1
        assert running.memory_mb() < 120
        greedy.close()


def test_a_connection_that_is_reset_takes_nothing_with_it(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address) as running:
        for number in range(20):
            device = Device(running.address)
            device.send(frame("R", float(number), number))
            if number % 2:
                device.hear(1)
            device.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            device.close()
        assert until(lambda: {float(n) for n in range(1, 20, 2)} <= set(ingest.values()))
        assert running.stop() == 0
    assert "Traceback" not in running.said()


def test_told_to_stop_it_answers_what_it_heard_and_hands_it_on(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address) as running:
        device = Device(running.address)
        device.send(b"".join(frame(value=float(n), asked=n) for n in range(50)))
        device.hear(1)
        running.process.send_signal(signal.SIGTERM)
        answers = device.hear(50)
        assert running.process.wait(60) == 0
        assert len(ingest.values()) == len(answers) == 50
    # No device went down: it was the gateway that left.
    assert ingest.of("down") == []


def test_clocks_of_1970_and_2099_are_carried(tmp_path: Path, ingest: Ingest) -> None:
    with gateway(tmp_path / "spool", ingest.address) as running:
        device = Device(running.address)
        device.send(
            encode_frame(payload(DataTime="19700101080000")) + encode_frame(payload(DataTime="20990101080000", asked=1))
        )
        device.hear(2)
        assert until(lambda: len(ingest.values()) == 2)
        assert [r.readings[0][1] for r in ingest.of("readings")] == [0, 4_070_908_800_000]
        assert [r.warnings for r in ingest.of("readings")] == [("gateways.time.behind",), ("gateways.time.ahead",)]
