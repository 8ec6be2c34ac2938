"""Values as meters write them: binary coded decimals, the lowest byte first.

Source: DL/T 645-2007, annex A (formats); the sign in the highest bit: annex A.1, note.
"""

from __future__ import annotations

from anlan.kernel.errors import ProtocolError
from anlan.protocols.dlt645.tables import Identifier

__all__ = ["read_value", "write_value"]

Value = float | str | None


def read_value(raw: bytes, known: Identifier) -> Value:
    """The value in these bytes; None where the meter says that it has none (all FF).

    Returns:
        A number in the identifier's unit, or text: digits, ASCII, date as 20YY-MM-DD, time as hh:mm:ss, bits in hexadecimal.
    Raises:
        ProtocolError: "dlt645.value.unreadable" for what are no decimal digits, or no text.
    Source:
        DL/T 645-2007, annex A.
    """
    turned = raw[::-1]
    if turned == b"\xff" * len(turned):
        return None
    digits = turned.hex()
    match known.kind:
        case "number" | "signed":
            minus = known.kind == "signed" and turned[0] >= 0x80
            if minus:
                digits = bytes((turned[0] & 0x7F, *turned[1:])).hex()
            if not digits.isdecimal():
                raise ProtocolError("dlt645.value.unreadable", di=known.di, value=turned.hex().upper())
            value = int(digits) / 10**known.decimals
            return -value if minus else value
        case "ascii":
            text = turned.strip(b"\0 ")
            if not (text.isascii() and text.decode("ascii").isprintable()):
                raise ProtocolError("dlt645.value.unreadable", di=known.di, value=turned.hex().upper())
            return text.decode("ascii")
        case "bits":
            return digits.upper()
    if not digits.isdecimal():
        raise ProtocolError("dlt645.value.unreadable", di=known.di, value=turned.hex().upper())
    if known.kind == "date":
        return f"20{digits[:2]}-{digits[2:4]}-{digits[4:6]}"
    return f"{digits[:2]}:{digits[2:4]}:{digits[4:6]}" if known.kind == "time" else digits


def write_value(value: float | str, known: Identifier) -> bytes:
    """The bytes of a number or of digits, as `read_value` reads them.

    Raises:
        ProtocolError: "dlt645.encode.value" for what does not fit, or is of a kind that meters only send.
    Source:
        DL/T 645-2007, annex A.
    """
    refused = ProtocolError("dlt645.encode.value", di=known.di, value=str(value)[:40], size=known.size)
    if known.kind == "digits" and isinstance(value, str):
        if not (value.isascii() and value.isdecimal() and len(value) == 2 * known.size):
            raise refused
        return bytes.fromhex(value)[::-1]
    if known.kind not in ("number", "signed") or isinstance(value, str):
        raise refused
    whole = round(abs(value) * 10**known.decimals) if abs(value) < 10**16 else 10**20
    digits = f"{whole:0{2 * known.size}d}"
    turned = bytearray(bytes.fromhex(digits)) if len(digits) == 2 * known.size else bytearray()
    if not turned or (value < 0 and known.kind == "number") or (known.kind == "signed" and turned[0] >= 0x80):
        raise refused
    turned[0] |= 0x80 if value < 0 else 0
    return bytes(turned[::-1])
