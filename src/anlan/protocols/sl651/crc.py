"""CRC-16 of SL 651: polynomial A001, start FFFF, as Modbus computes it; sent with its high byte first.

Source: SL 651-2014, clause 6.5.2 (table of the frame).
"""

from __future__ import annotations

__all__ = ["crc"]


def _entry(value: int) -> int:
    """Eight shifts of one byte."""
    for _ in range(8):
        value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value


_TABLE = tuple(_entry(value) for value in range(256))


def crc(data: bytes) -> int:
    """The checksum of everything before it, the start of the frame included.

    Source: SL 651-2014, clause 6.5.2.
    """
    register, table = 0xFFFF, _TABLE
    for byte in data:
        register = (register >> 8) ^ table[(register ^ byte) & 0xFF]
    return register
