"""Identifiers, pure: time and randomness are arguments."""

from __future__ import annotations

__all__ = ["uuid7"]


def uuid7(ms: int, rand: bytes) -> str:
    """A UUID of version 7 as 36 lower-case characters.

    Args:
        ms: milliseconds since 1970 UTC, 0..2**48-1.
        rand: at least 10 random bytes; the first 74 bits that fit are used.
    Raises:
        ValueError: `ms` out of range or too little randomness (a caller's mistake, never a person's).
    Source:
        RFC 9562, section 5.7.
    """
    if not 0 <= ms < 1 << 48:
        raise ValueError(f"ms out of range: {ms}")
    if len(rand) < 10:
        raise ValueError(f"10 random bytes needed, got {len(rand)}")
    bits = int.from_bytes(rand[:10], "big")
    high = 0x7000 | (bits >> 68)
    low = 0x8000_0000_0000_0000 | (bits & 0x3FFF_FFFF_FFFF_FFFF)
    head, tail = f"{ms:012x}", f"{low:016x}"
    return f"{head[:8]}-{head[8:]}-{high:04x}-{tail[:4]}-{tail[4:]}"
