"""What a centre owes a terminal, and the commands it sends most.

Every function gives a `Frame` for `encode.encode_frame`, with the header's edition and the number of the terminal that is
answered. Serial numbers are the centre's own: whoever holds the connection counts them.

Source: JT/T 808-2013, clauses 6.1 and 8; the texts of the codes from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anlan.protocols.jt808.encode import encode_body
from anlan.protocols.jt808.frame import Frame
from anlan.protocols.jt808.messages import messages
from anlan.protocols.jt808.times import write_time

__all__ = [
    "REGISTRATION",
    "RESULT",
    "acknowledge",
    "command",
    "general_reply",
    "media_reply",
    "register_reply",
    "resend_request",
    "text",
    "time_reply",
]

# Result of 0001 and 8001.
RESULT: dict[int, str] = {0: "成功或确认", 1: "失败", 2: "消息有误", 3: "不支持", 4: "报警处理确认"}
# Result of 8100.
REGISTRATION: dict[int, str] = {
    0: "成功",
    1: "车辆已被注册",
    2: "数据库中无该车辆",
    3: "终端已被注册",
    4: "数据库中无该终端",
}
# Text to a terminal: bit 3 lets it be read aloud, bit 2 shown, bit 0 makes it urgent.
READ_ALOUD, SHOWN, URGENT = 8, 4, 1
# Packages named in one 8003: its count is one byte.
_MOST_NUMBERS = 255


def acknowledge(frame: Frame, serial: int, result: int = 0) -> Frame | None:
    """The general answer 8001 for a message of a terminal.

    Returns:
        None for answers, for messages that have an answer of their own (register, clock, picture) and for 0005. A message
        that is not in the table is answered with "not supported", so that it is not repeated for ever: house rule.
    Source:
        JT/T 808-2013, clauses 6.1 and 8.2.
    """
    known = messages().get(frame.message)
    if known is None:
        return general_reply(frame, serial, result or 3)
    # A package of a picture is answered like any other message; the whole picture by 8800 then.
    if known.answer == "8001" or (known.answer == "8800" and frame.total > 1):
        return general_reply(frame, serial, result)
    return None


def general_reply(frame: Frame, serial: int, result: int = 0) -> Frame:
    """8001, whatever the message. `result`: see RESULT.

    Source: JT/T 808-2013, clause 8.2.
    """
    fields = {"ack_serial": frame.serial, "ack_id": f"{frame.message:04X}", "result": result}
    return command(frame, 0x8001, fields, serial)


def register_reply(frame: Frame, serial: int, result: int, auth_code: str = "") -> Frame:
    """8100: the answer to 0100. `result`: see REGISTRATION; the code only with 0.

    Source: JT/T 808-2013, clause 8.6.
    """
    code = "" if result else auth_code
    return command(frame, 0x8100, {"ack_serial": frame.serial, "result": result, "auth_code": code}, serial)


def time_reply(frame: Frame, serial: int, at: datetime) -> Frame:
    """8004: the answer to 0004. In UTC, other than every other time of the protocol.

    Source: JT/T 808-2019, answer about the server's time (UTC); the clock is the caller's.
    """
    digits = write_time(at, utc=True)
    return command(frame, 0x8004, {"time": digits}, serial)


def media_reply(frame: Frame, serial: int, media: int, missing: Iterable[int] = ()) -> Frame:
    """8800: a picture has come, or these packages of it are missing (255 at most in one answer).

    Source: JT/T 808-2013, clause 8.49; without missing packages nothing follows the picture's number.
    """
    numbers = list(missing)[:_MOST_NUMBERS]
    return command(frame, 0x8800, {"media_id": media} | ({"numbers": numbers} if numbers else {}), serial)


def resend_request(frame: Frame, serial: int, first_serial: int, missing: Iterable[int]) -> Frame:
    """8003: ask for packages again (255 at most in one request).

    Args:
        first_serial: serial number of the message's first package, as `split.Pending` tells it.
    Source:
        JT/T 808-2013, clause 8.4.
    """
    return command(frame, 0x8003, {"first_serial": first_serial, "numbers": list(missing)[:_MOST_NUMBERS]}, serial)


def text(frame: Frame, serial: int, content: str, flag: int = READ_ALOUD | SHOWN) -> Frame:
    """8300: a text to the driver; as a notice, where the edition of 2019 asks for a kind.

    Source: JT/T 808-2013, clause 8.23.
    """
    return command(frame, 0x8300, {"flag": flag, "text_type": 1, "text": content}, serial)


def command(frame: Frame, message: int, fields: dict[str, Any], serial: int) -> Frame:
    """Any message to the terminal that sent this frame, in its edition.

    Raises:
        ProtocolError: as `encode_body`.
    Source:
        JT/T 808-2013, clause 4.4.3.
    """
    body = encode_body(message, fields, 2013 if frame.version is None else 2019)
    return Frame(message, frame.device, serial, body, frame.version)
