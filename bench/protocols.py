"""Speed of the device codecs: frames a second of each protocol, decoded in batches on one core.

Run: `python bench/protocols.py --json [--frames 2000] [--only sl651]`. Prints one line of JSON. CPU time of this process,
the best of several rounds; no socket, no store. `loop_cpu_ms` (a million additions) tells how busy the machine was. Another
protocol is another row of `TABLE`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from hj212 import loop_cpu_ms, rate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BATCH = 500


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--only", choices=sorted(TABLE))
    asked = parser.parse_args()
    before = loop_cpu_ms()
    figures = {name: measure(name, asked.frames) for name in TABLE if asked.only in (None, name)}
    load = {"load_average": os.getloadavg()[0], "loop_cpu_ms": round((before + loop_cpu_ms()) / 2, 1)}
    print(json.dumps({"bench": "protocols", "frames": asked.frames, **load, "protocols": figures}))


def sl651(number: int) -> bytes:
    """A timed report: current rain, rain so far, stage, voltage; every station and value another."""
    from anlan.protocols.sl651.encode import observed, report
    from anlan.protocols.sl651.frame import encode_frame
    from anlan.protocols.sl651.values import number_item

    at = START + timedelta(seconds=number % 3600)
    values = (("20", number % 50 / 10), ("26", number / 10), ("39", 10 + number / 1000), ("38", 12.08))
    items = (observed(START), *(number_item(identifier, value) for identifier, value in values))
    return encode_frame(report(f"{number:010d}", 0x32, number % 65536, at, items))


def gb26875(number: int) -> bytes:
    """The state of one part with its text."""
    from anlan.protocols.gb26875.encode import send
    from anlan.protocols.gb26875.frame import encode_frame
    from anlan.protocols.gb26875.times import write_time
    from anlan.protocols.gb26875.unit import encode_unit

    at = START + timedelta(seconds=number % 3600)
    part = {"sys_type": 1, "sys_addr": 1, "part_type": 42, "part_addr": number, "state": 2, "desc": "1号楼3层走廊烟感"}
    data = encode_unit(2, [part | {"time": write_time(at)}])
    return encode_frame(send(f"{number:012x}", "000000000064", number % 65536, at, data))


def jt808(number: int) -> bytes:
    """A position with mileage, fuel, speed of the recorder, signal strength and satellites."""
    from anlan.protocols.jt808.encode import encode_frame
    from anlan.protocols.jt808.frame import Frame
    from anlan.protocols.jt808.location import Location, location_bytes

    at = (START + timedelta(seconds=number % 3600, hours=8)).strftime("%y%m%d%H%M%S")
    extras = ((0x01, number.to_bytes(4, "big")), (0x02, b"\x00\x64"), (0x03, b"\x02\x1c"), (0x30, b"\x1f"), (0x31, b"\x0c"))
    place = Location(0, 3, 28_642_000 + number, 121_262_000, 12, 540, number % 360, bytes.fromhex(at), extras)
    return encode_frame(Frame(0x0200, f"{number:012d}", number % 65536, location_bytes(place)))


def dlt645(number: int) -> bytes:
    """A meter's energy."""
    from anlan.protocols.dlt645.encode import read_reply
    from anlan.protocols.dlt645.frame import encode_frame

    return encode_frame(read_reply(f"{number:012d}", "00010000", number / 100))


def modbus(number: int) -> bytes:
    """A reply with four registers."""
    from anlan.protocols.modbus.frame import Frame, encode_frame
    from anlan.protocols.modbus.pdu import registers_reply

    return encode_frame(Frame(number % 247 + 1, 3, registers_reply(3, (number % 65536, 231, 500, 0))))


def gb28181(number: int) -> bytes:
    """A keep-alive of a camera."""
    from anlan.protocols.gb28181.encode import Dialog, body_bytes, message_request
    from anlan.protocols.gb28181.message import encode_message

    device = f"34020000001320{number:06d}"
    who = Dialog(device, "192.168.2.64:5060", "34020000002000000001", "3402000000", f"{number}", f"{number}", f"{number}")
    return encode_message(message_request(who, body_bytes("Notify", "Keepalive", number, device, {"Status": "OK"})))


# Protocol -> (makes the n-th frame, module with `decode_many`, class that cuts a stream, frames a second that are asked for).
TABLE: dict[str, tuple[Callable[[int], bytes], str, str, int]] = {
    "sl651": (sl651, "anlan.protocols.sl651.decode", "anlan.protocols.sl651.cutter", 20_000),
    "jt808": (jt808, "anlan.protocols.jt808.decode", "anlan.protocols.jt808.cutter", 20_000),
    "dlt645": (dlt645, "anlan.protocols.dlt645.decode", "anlan.protocols.dlt645.cutter", 50_000),
    "modbus": (modbus, "anlan.protocols.modbus.decode", "anlan.protocols.modbus.cutter", 50_000),
    "gb26875": (gb26875, "anlan.protocols.gb26875.decode", "anlan.protocols.gb26875.cutter", 20_000),
    # No rate is asked for: a county's thousand cameras keep alive once a minute.
    "gb28181": (gb28181, "anlan.protocols.gb28181.decode", "anlan.protocols.gb28181.cutter", 0),
}


def measure(name: str, count: int) -> dict[str, Any]:
    """Frames a second in batches, and through a stream in portions of 64 KiB."""
    make, decoder, cutting, bound = TABLE[name]
    frames = [make(number) for number in range(count)]
    module, cutter_class = import_module(decoder), import_module(cutting).FrameCutter
    stream = b"".join(frames)

    def batches() -> int:
        return sum(len(m.readings) for i in range(0, count, BATCH) for m in module.decode_many(frames[i : i + BATCH]))

    def through() -> int:
        cutter = cutter_class()
        portions = (stream[start : start + 65_536] for start in range(0, len(stream), 65_536))
        return sum(len(module.read(frame).readings) for portion in portions for frame in cutter.feed(portion))

    readings = batches()
    assert readings == through() > 0
    batch = rate(count, batches)
    return {
        "frame_bytes": len(frames[0]),
        "batch_per_s": batch,
        "stream_per_s": rate(count, through),
        "readings_per_s": batch * readings // count,
        "bound_per_s": bound,
        "met": batch >= bound,
    }


if __name__ == "__main__":
    main()
