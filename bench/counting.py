"""A stand-in for the ingest, for measuring a gateway alone: unpacks parcels, counts, remembers when a report came.

Run by bench/sensing.py as a process of its own; prints its port, then answers `GET /` with what it has seen.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from anlan.kernel.telemetry import unpack

SEEN: set[str] = set()
FIGURES = {"reports": 0, "readings": 0, "twice": 0, "last": 0.0}
# Readings above this are jumps: identity -> perf_counter at arrival, comparable between processes of one machine.
HIGH = 900.0
ALARMS: dict[str, list[float]] = {}


def take(parcel: bytes) -> None:
    now = time.perf_counter()
    for report in unpack(parcel):
        if report.id in SEEN:
            FIGURES["twice"] += 1
            continue
        SEEN.add(report.id)
        if report.moments and report.kind == "readings":
            FIGURES["reports"] += 1
            FIGURES["readings"] += sum(len(values) for _, _, values in report.moments)
            FIGURES["last"] = now
            if report.moments[0][2][0] >= HIGH:
                ALARMS.setdefault(report.identity, []).append(now)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in head else 0
            body = await reader.readexactly(length)
            answer = b'{"taken":0}'
            if head.startswith(b"post"):
                take(body)
            else:
                answer = json.dumps({**FIGURES, "alarms": ALARMS}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=16 * 1024 * 1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
