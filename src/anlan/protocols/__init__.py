"""Pure codecs of device protocols: bytes to frames, frames to readings and back.

No Django, no sockets, no clock: a codec may be used alone, in a gateway at the edge or on the command line. Each protocol
is a folder; `PROTOCOLS` names those that are finished. A codec offers `answer(raw)`, see `lines.Answer`.
"""

from __future__ import annotations

# Word of the command line -> module with `answer(raw: bytes) -> Answer`. Imported when it is asked for.
PROTOCOLS: dict[str, str] = {
    "dlt645": "anlan.protocols.dlt645.answer",
    "gb26875": "anlan.protocols.gb26875.answer",
    "gb28181": "anlan.protocols.gb28181.answer",
    "hj212": "anlan.protocols.hj212.answer",
    "jt808": "anlan.protocols.jt808.answer",
    "modbus": "anlan.protocols.modbus.answer",
    "modbus-tcp": "anlan.protocols.modbus.answer_tcp",
    "sl651": "anlan.protocols.sl651.answer",
}

__all__ = ["PROTOCOLS"]
