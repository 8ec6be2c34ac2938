"""CRC-16 of HJ 212: the register is shifted by a whole byte first, then the byte is XORed into what is left.

What looks like Modbus is not: after the shift only the high byte of the register survives, so the state between two bytes
is one byte h, and the next one is U(h xor b) with a U that is linear over GF(2). A long text can therefore be folded in
halves, first half through U applied m times, XORed onto the second half of m bytes, which the interpreter does in C.

Source: HJ 212-2017, annex A (polynomial A001, start FFFF; its example ends in 1C80).
"""

from __future__ import annotations

__all__ = ["Ending", "crc"]

_POLYNOMIAL = 0xA001
# Below this a plain loop is as quick as folding.
_SHORT = 4


def _entry(value: int) -> int:
    """Eight shifts of one byte."""
    for _ in range(8):
        value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE = [_entry(value) for value in range(256)]
_STEP = bytes(entry >> 8 for entry in _TABLE)


def _powers() -> list[tuple[int, bytes]]:
    """(m, table of U applied m times) for m = 4, 8, … 8192."""
    table, found = _STEP, []
    for exponent in range(1, 14):
        table = table.translate(table)
        if 1 << exponent >= _SHORT:
            found.append((1 << exponent, table))
    return found


_POWERS = _powers()


def crc(payload: bytes) -> int:
    """The checksum of a data section.

    Args:
        payload: bytes between the length field and the checksum, at most 16384.
    Returns:
        0..65535, written as four hexadecimal digits; 65535 for no bytes at all.
    Source:
        HJ 212-2017, annex A.
    """
    length = len(payload)
    if not length:
        return 0xFFFF
    if length > _SHORT:
        payload = _fold(payload, length)
        high = 0
    else:
        high = 0xFF
    for byte in payload[:-1]:
        high = _STEP[high ^ byte]
    return _TABLE[high ^ payload[-1]]


class Ending:
    """The checksum of any text that ends alike: the part that stays is worked through once.

    U is linear: behind m more bytes, a state h has become U^m(h), and those bytes have added what they add to a state of 0.
    """

    __slots__ = ("_after", "_rest", "ending")

    def __init__(self, ending: bytes) -> None:
        """`ending`: at least one byte, without the length field and the checksum."""
        self.ending = ending
        self._after, self._rest = bytes(range(256)), 0
        for byte in ending[:-1]:
            self._after, self._rest = self._after.translate(_STEP), _STEP[self._rest ^ byte]
        self._rest ^= ending[-1]

    def crc(self, start: bytes) -> int:
        """The checksum of `start` and the ending.

        Source: HJ 212-2017, annex A.
        """
        high = 0xFF
        for byte in start:
            high = _STEP[high ^ byte]
        return _TABLE[self._after[high] ^ self._rest]


def _fold(payload: bytes, length: int) -> bytes:
    """4 bytes whose checksum from a start of zero is that of the whole text from its start of FF."""
    number = int.from_bytes(payload, "big") ^ (0xFF << (8 * (length - 1)))
    level = 0
    while _POWERS[level][0] * 2 < length:
        level += 1
    data = number.to_bytes(_POWERS[level][0] * 2, "big")
    for size, table in _POWERS[level::-1]:
        folded = int.from_bytes(data[:size].translate(table), "big") ^ int.from_bytes(data[size:], "big")
        data = folded.to_bytes(size, "big")
    return data
