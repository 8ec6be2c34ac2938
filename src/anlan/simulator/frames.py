"""HJ 212 frames of simulated devices.

Source: HJ 212-2017, clauses 6.3 and 6.6 (2011, real-time data).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from anlan.protocols.hj212.encode import encode_frame
from anlan.protocols.hj212.times import write_time
from anlan.simulator.profiles import Device

__all__ = ["real_time_frame"]


def real_time_frame(device: Device, values: Sequence[float], *, asked_at: float, stated_at: float) -> bytes:
    """A message 2011 that asks to be acknowledged.

    Args:
        values: one of each factor. asked_at: epoch seconds of QN. stated_at: of DataTime.
    """
    asked = write_time(datetime.fromtimestamp(asked_at, UTC), milliseconds=True)
    stated = write_time(datetime.fromtimestamp(stated_at, UTC))
    body = ";".join(
        [
            f"{f.code}-Rtd={value:.{f.decimals}f},{f.code}-Flag=N"
            for f, value in zip(device.kind.factors, values, strict=True)
        ]
    )
    head = f"QN={asked};ST={device.kind.system};CN=2011;PW=123456;MN={device.identity};Flag=5;"
    return encode_frame(f"{head}CP=&&DataTime={stated};{body}&&".encode("ascii"))
