"""A MANSCDP body from bytes that nobody trusts: any of the charsets that devices really send, no entities, bounded.

Source: GB/T 28181-2016, annex A (XML, GB 2312 declared); what is tolerated and refused: house rule.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from anlan.kernel.errors import ProtocolError
from anlan.protocols.gb28181.message import LONGEST_BODY

__all__ = ["body_text", "is_body", "read_xml"]

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_HOSTILE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DEEPEST, _MOST = 16, 60_000


def is_body(raw: bytes) -> bool:
    """Whether bytes begin as XML does: a body that came without SIP around it.

    Source: house rule.
    """
    return raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def body_text(raw: bytes) -> str:
    """The text of a body: UTF-8 where its bytes are that, whatever they declare; else GB 18030.

    Source: GB/T 28181-2016, annex A; devices that declare GB2312 and send UTF-8: house rule.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def read_xml(raw: bytes) -> Element:
    """The root of a body.

    Raises:
        ProtocolError: "gb28181.body.large"; "gb28181.body.hostile" for a document type, an entity or too deep nesting;
            "gb28181.body.malformed".
    Source:
        GB/T 28181-2016, annex A; bounds: house rule.
    """
    if len(raw) > LONGEST_BODY:
        raise ProtocolError("gb28181.body.large", size=len(raw), most=LONGEST_BODY)
    text = _DECLARATION.sub("", body_text(raw), count=1)
    if _HOSTILE.search(text) or _too_deep(text):
        raise ProtocolError("gb28181.body.hostile")
    try:
        root: Element = fromstring(_BARE.sub("&amp;", _UNFIT.sub("", text)))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise ProtocolError("gb28181.body.malformed", reason=str(error)[:80]) from error
    return root


def _too_deep(text: str) -> bool:
    depth = 0
    for count, found in enumerate(_TAG.finditer(text)):
        if found[1]:
            depth -= 1
        elif not found[2]:
            depth += 1
        if depth > _DEEPEST or count >= _MOST:
            return True
    return False
