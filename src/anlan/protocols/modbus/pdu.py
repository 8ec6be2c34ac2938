"""Function and data of a frame, both ways: requests, replies and exceptions of function codes 1–6, 15 and 16.

A lone frame does not say whether it asks or answers; its length mostly does. Where it does not, both are told.

Source: MODBUS Application Protocol V1.1b3, clauses 6.1–6.6, 6.11, 6.12 and 7.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from anlan.kernel.errors import ProtocolError, Violation

__all__ = [
    "EXCEPTIONS",
    "FUNCTIONS",
    "Pdu",
    "bits_reply",
    "exception",
    "read_pdu",
    "read_request",
    "registers_reply",
    "write_bits",
    "write_many_reply",
    "write_one",
    "write_registers",
]

FUNCTIONS: dict[int, str] = {
    1: "读线圈",
    2: "读离散输入",
    3: "读保持寄存器",
    4: "读输入寄存器",
    5: "写单个线圈",
    6: "写单个寄存器",
    15: "写多个线圈",
    16: "写多个寄存器",
}
EXCEPTIONS: dict[int, str] = {
    1: "不支持的功能码",
    2: "地址不存在",
    3: "数值无效",
    4: "设备故障",
    5: "已接受，正在处理",
    6: "设备忙",
    8: "存储校验错误",
    10: "网关路径不可用",
    11: "网关后的设备无应答",
}
# Most coils or registers that one request may ask for or write.
_MOST = {1: 2000, 2: 2000, 3: 125, 4: 125, 15: 1968, 16: 123}
_ON, _OFF = 0xFF00, 0x0000


@dataclass(slots=True)
class Pdu:
    """What function and data say.

    `direction` is "request" or "reply", None when a lone frame leaves it open or is unreadable. `function` is without the
    bit of an exception, whose code is `exception`. `address` and `count` are those asked for or written, `value` that of a
    single write; `registers` and `bits` are values answered or written (bits padded to whole bytes in replies).
    """

    function: int
    direction: str | None = None
    exception: int | None = None
    address: int | None = None
    count: int | None = None
    value: int | None = None
    registers: tuple[int, ...] | None = None
    bits: tuple[int, ...] | None = None


def read_pdu(function: int, data: bytes, warnings: list[Violation], direction: str | None = None) -> Pdu:
    """What function and data say; never fails.

    Args:
        function: as sent. warnings: are added to: "modbus.function.unknown", "modbus.exception.unknown",
            "modbus.pdu.shape", "modbus.pdu.range", "modbus.direction.ambiguous".
        direction: "request" or "reply" when it is known.
    Source:
        MODBUS Application Protocol V1.1b3, clauses 6 and 7.
    """
    code = function & 0x7F
    if function & 0x80:
        pdu = Pdu(code, "reply", data[0] if data else None)
        if len(data) != 1:
            warnings.append(Violation("modbus.pdu.shape", {"function": code, "size": len(data)}))
        elif data[0] not in EXCEPTIONS:
            warnings.append(Violation("modbus.exception.unknown", {"value": data[0]}))
        return pdu
    if code not in FUNCTIONS:
        warnings.append(Violation("modbus.function.unknown", {"function": code}))
        return Pdu(code, direction)
    if code <= 4:
        pdu = _read(code, data, direction, warnings)
    elif code <= 6:
        pdu = _write_one(code, data, direction, warnings)
    else:
        pdu = _write_many(code, data, direction)
    if pdu is None:
        warnings.append(Violation("modbus.pdu.shape", {"function": code, "size": len(data)}))
        return Pdu(code, direction)
    most = _MOST.get(code, 1)
    if pdu.count is not None and not (1 <= pdu.count <= most and (pdu.address or 0) + pdu.count <= 0x10000):
        warnings.append(Violation("modbus.pdu.range", {"address": pdu.address, "count": pdu.count}))
    return pdu


def _read(code: int, data: bytes, direction: str | None, warnings: list[Violation]) -> Pdu | None:
    size = len(data)
    asks = size == 4 and direction != "reply"
    answers = size > 1 and data[0] == size - 1 and direction != "request" and (code < 3 or size & 1)
    if not asks and not answers:
        return None
    pdu = Pdu(code, "request" if asks else "reply")
    if asks:
        pdu.address, pdu.count = data[0] << 8 | data[1], data[2] << 8 | data[3]
    if not answers:
        return pdu
    if asks:
        # 3 bytes of coils look like a request from address 03xx on, unless nobody may ask for so many.
        assert pdu.count is not None
        if not 1 <= pdu.count <= _MOST[code]:
            pdu = Pdu(code, "reply")
        else:
            pdu.direction = None
            warnings.append(Violation("modbus.direction.ambiguous", {"function": code}))
    if code < 3:
        pdu.bits = _bits(data[1:])
    else:
        pdu.registers = struct.unpack_from(f">{size >> 1}H", data, 1)
    return pdu


def _write_one(code: int, data: bytes, direction: str | None, warnings: list[Violation]) -> Pdu | None:
    if len(data) != 4:
        return None
    pdu = Pdu(code, direction, address=data[0] << 8 | data[1], value=data[2] << 8 | data[3])
    if direction is None:
        # The reply repeats the request.
        warnings.append(Violation("modbus.direction.ambiguous", {"function": code}))
    if code == 5 and pdu.value not in (_ON, _OFF):
        warnings.append(Violation("modbus.pdu.range", {"address": pdu.address, "count": pdu.value}))
    return pdu


def _write_many(code: int, data: bytes, direction: str | None) -> Pdu | None:
    size = len(data)
    if size == 4 and direction != "request":
        return Pdu(code, "reply", address=data[0] << 8 | data[1], count=data[2] << 8 | data[3])
    if size < 6 or data[4] != size - 5 or direction == "reply":
        return None
    address, count = struct.unpack_from(">HH", data)
    if data[4] != (count * 2 if code == 16 else (count + 7) // 8):
        return None
    pdu = Pdu(code, "request", address=address, count=count)
    if code == 16:
        pdu.registers = struct.unpack_from(f">{count}H", data, 5)
    else:
        pdu.bits = _bits(data[5:])[:count]
    return pdu


def _bits(data: bytes) -> tuple[int, ...]:
    return tuple(byte >> place & 1 for byte in data for place in range(8))


def _packed(bits: Sequence[int]) -> bytes:
    number = sum(1 << place for place, bit in enumerate(bits) if bit)
    return number.to_bytes((len(bits) + 7) // 8, "little")


def _span(function: int, address: int, count: int) -> bytes:
    """Address and number, checked."""
    if not (function in _MOST and 1 <= count <= _MOST[function] and 0 <= address <= 0x10000 - count):
        raise ProtocolError("modbus.encode.range", function=function, address=address, count=count)
    return struct.pack(">HH", address, count)


def _words(function: int, values: Sequence[int]) -> bytes:
    try:
        return struct.pack(f">{len(values)}H", *values)
    except struct.error:
        raise ProtocolError("modbus.encode.value", function=function) from None


def read_request(function: int, address: int, count: int) -> bytes:
    """Data of a request for coils (1), inputs (2), holding (3) or input registers (4).

    Raises:
        ProtocolError: "modbus.encode.range" for another function, or an address or number out of bounds.
    Source:
        MODBUS Application Protocol V1.1b3, clauses 6.1–6.4.
    """
    return _span(function if function <= 4 else 0, address, count)


def registers_reply(function: int, registers: Sequence[int]) -> bytes:
    """Data of a reply with registers (3, 4).

    Raises:
        ProtocolError: "modbus.encode.range", "modbus.encode.value" when a value is no unsigned word.
    Source:
        MODBUS Application Protocol V1.1b3, clauses 6.3 and 6.4.
    """
    _span(function if function in (3, 4) else 0, 0, len(registers))
    return bytes((len(registers) * 2,)) + _words(function, registers)


def bits_reply(function: int, bits: Sequence[int]) -> bytes:
    """Data of a reply with coils or inputs (1, 2).

    Raises:
        ProtocolError: "modbus.encode.range".
    Source:
        MODBUS Application Protocol V1.1b3, clauses 6.1 and 6.2.
    """
    _span(function if function in (1, 2) else 0, 0, len(bits))
    packed = _packed(bits)
    return bytes((len(packed),)) + packed


def write_one(function: int, address: int, value: int) -> bytes:
    """Data of a request to write one coil (5, any value but 0 is on) or register (6), and of its reply.

    Raises:
        ProtocolError: "modbus.encode.range", "modbus.encode.value".
    Source:
        MODBUS Application Protocol V1.1b3, clauses 6.5 and 6.6.
    """
    if function not in (5, 6) or not 0 <= address <= 0xFFFF:
        raise ProtocolError("modbus.encode.range", function=function, address=address, count=1)
    return _words(function, (address, (_ON if value else _OFF) if function == 5 else value))


def write_bits(address: int, bits: Sequence[int]) -> bytes:
    """Data of a request to write coils (15).

    Raises:
        ProtocolError: "modbus.encode.range".
    Source:
        MODBUS Application Protocol V1.1b3, clause 6.11.
    """
    span, packed = _span(15, address, len(bits)), _packed(bits)
    return span + bytes((len(packed),)) + packed


def write_registers(address: int, registers: Sequence[int]) -> bytes:
    """Data of a request to write registers (16).

    Raises:
        ProtocolError: "modbus.encode.range", "modbus.encode.value".
    Source:
        MODBUS Application Protocol V1.1b3, clause 6.12.
    """
    span = _span(16, address, len(registers))
    return span + bytes((len(registers) * 2,)) + _words(16, registers)


def write_many_reply(function: int, address: int, count: int) -> bytes:
    """Data of the reply to 15 or 16.

    Raises:
        ProtocolError: "modbus.encode.range".
    Source:
        MODBUS Application Protocol V1.1b3, clauses 6.11 and 6.12.
    """
    return _span(function if function in (15, 16) else 0, address, count)


def exception(function: int, code: int) -> tuple[int, bytes]:
    """Function and data of an exception.

    Raises:
        ProtocolError: "modbus.encode.range".
    Source:
        MODBUS Application Protocol V1.1b3, clause 7.
    """
    if not (1 <= function <= 127 and 1 <= code <= 255):
        raise ProtocolError("modbus.encode.range", function=function, address=0, count=code)
    return function | 0x80, bytes((code,))
