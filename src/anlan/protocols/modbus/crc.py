"""CRC-16 of Modbus RTU: polynomial A001, start FFFF; sent with its low byte first.

Source: MODBUS over Serial Line V1.02, clause 6.2.2 and appendix B.
"""

from __future__ import annotations

__all__ = ["TABLE", "crc"]


def _entry(value: int) -> int:
    """Eight shifts of one byte."""
    for _ in range(8):
        value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value


TABLE = tuple(_entry(value) for value in range(256))


def crc(data: bytes) -> int:
    """The checksum of everything before it; 0 of a whole frame whose checksum is right.

    Source: MODBUS over Serial Line V1.02, clause 6.2.2.
    """
    register, table = 0xFFFF, TABLE
    for byte in data:
        register = (register >> 8) ^ table[(register ^ byte) & 0xFF]
    return register
