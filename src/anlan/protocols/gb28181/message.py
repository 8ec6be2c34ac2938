"""SIP messages as GB/T 28181 uses them: start line, headers, body. `read_message` judges bytes that are said to be one message.

Source: RFC 3261, clauses 7, 7.3.1 (folding), 7.3.3 (compact forms), 18.3 (length); GB/T 28181-2016, clause 6.1.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from anlan.kernel.errors import ProtocolError

__all__ = ["LONGEST_BODY", "LONGEST_HEAD", "METHODS", "SipMessage", "body_size", "encode_message", "read_message", "uri_user"]

METHODS = (
    "REGISTER", "MESSAGE", "SUBSCRIBE", "NOTIFY", "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK",
    "REFER",
)  # fmt: skip
LONGEST_HEAD, LONGEST_BODY, _MOST_HEADERS = 16_384, 262_144, 200
_COMPACT = {
    "i": "Call-ID", "m": "Contact", "e": "Content-Encoding", "l": "Content-Length", "c": "Content-Type", "f": "From",
    "s": "Subject", "k": "Supported", "t": "To", "v": "Via", "o": "Event", "u": "Allow-Events",
}  # fmt: skip
_REQUEST = re.compile(r"([A-Z]{2,20}) (\S{1,255}) SIP/2\.0")
_STATUS = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.{0,200}))?")
_NAME = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]{1,60}")
_URI = re.compile(r"sips?:([^@;>\s]{1,128})@")
_END = re.compile(rb"\r?\n\r?\n")
_LINE = re.compile(r"\r?\n")


class SipMessage(NamedTuple):
    """A request (`method`, `uri`) or a response (`status`, `reason`).

    `headers`: (name as it was written, compact ones in full, value), in order. `offset`: where in the stream it began.
    """

    method: str = ""
    uri: str = ""
    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    offset: int = 0

    def header(self, name: str) -> str:
        """The first value of a header, "" where it is absent.

        Source: RFC 3261, clause 7.3.1 (names in any case).
        """
        wanted = name.lower()
        return next((value for each, value in self.headers if each.lower() == wanted), "")

    @property
    def device(self) -> str:
        """The code of who sent it: the user of From; of a response the user of To."""
        return uri_user(self.header("To" if self.status else "From"))


def uri_user(text: str) -> str:
    """The user of the first SIP address in a text, "" where there is none.

    Source: RFC 3261, clause 19.1.
    """
    found = _URI.search(text)
    return found[1] if found else ""


def body_size(head: str) -> int:
    """What Content-Length says in a head; -1 where it says nothing.

    Raises:
        ProtocolError: "gb28181.frame.length" for what is no length, or too long.
    Source:
        RFC 3261, clauses 7.3.3 and 20.14.
    """
    said = re.findall(r"(?im)^(?:content-length|l)[ \t]*:[ \t]*([^\r\n]{0,20})", head)
    if not said:
        return -1
    if len(set(said)) > 1 or not re.fullmatch(r"[0-9]{1,9}[ \t]*", said[0]) or int(said[0]) > LONGEST_BODY:
        raise ProtocolError("gb28181.frame.length", declared=said[0][:20], most=LONGEST_BODY)
    return int(said[0])


def read_message(raw: bytes, offset: int = 0) -> SipMessage:
    """Check one whole message: a datagram, or what a stream's cutter found.

    Args:
        raw: from the start line to the end of the body. offset: where it stood in a stream.
    Raises:
        ProtocolError: "gb28181.frame.malformed" without start line, head's end or a header's name; "gb28181.frame.length" when
            another number of bytes is there than declared, or more than 256 KB.
    Source:
        RFC 3261, clauses 7 and 18.3. A bare line feed is taken for a line end: house rule.
    """
    end = _END.search(raw, 0, LONGEST_HEAD + 4)
    if end is None:
        raise ProtocolError("gb28181.frame.malformed", size=len(raw))
    head, body = raw[: end.start()].decode("utf-8", "replace"), raw[end.end() :]
    lines = _unfolded(head)
    start = lines[0] if lines else ""
    request, status = _REQUEST.fullmatch(start), _STATUS.fullmatch(start)
    if request is None and status is None:
        raise ProtocolError("gb28181.frame.malformed", size=len(raw))
    headers = tuple(_header(line, len(raw)) for line in lines[1:])
    size = body_size(head)
    if size not in (-1, len(body)) or len(body) > LONGEST_BODY:
        raise ProtocolError("gb28181.frame.length", declared=size, actual=len(body), most=LONGEST_BODY)
    if request:
        return SipMessage(request[1], request[2], headers=headers, body=body, offset=offset)
    assert status is not None
    return SipMessage(status=int(status[1]), reason=status[2] or "", headers=headers, body=body, offset=offset)


def _unfolded(head: str) -> list[str]:
    lines: list[str] = []
    for line in _LINE.split(head.lstrip("\r\n")):
        if lines[1:] and line[:1] in (" ", "\t"):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return lines


def _header(line: str, size: int) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name = name.strip(" \t")
    if not colon or not _NAME.fullmatch(name):
        raise ProtocolError("gb28181.frame.malformed", size=size)
    return _COMPACT.get(name.lower(), name), value.strip(" \t")


def encode_message(message: SipMessage) -> bytes:
    """The bytes of a message; Content-Length is written last, whatever the headers say.

    Raises:
        ProtocolError: "gb28181.encode.head" for a start line or header that can't be written, "gb28181.frame.length".
    Source:
        RFC 3261, clause 7.
    """
    start = f"{message.method} {message.uri} SIP/2.0" if message.method else f"SIP/2.0 {message.status} {message.reason}"
    lines = [start, *(f"{name}: {value}" for name, value in message.headers if name.lower() != "content-length")]
    written = _REQUEST.fullmatch(start) or _STATUS.fullmatch(start)
    names = all(_NAME.fullmatch(name) for name, _ in message.headers)
    if not written or not names or any("\r" in line or "\n" in line for line in lines):
        raise ProtocolError("gb28181.encode.head", start=start[:80])
    if len(message.body) > LONGEST_BODY:
        raise ProtocolError("gb28181.frame.length", declared=len(message.body), actual=len(message.body), most=LONGEST_BODY)
    lines.append(f"Content-Length: {len(message.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + message.body
