"""The 401 challenge of REGISTER and its answer: MD5 digest, with qop=auth and without.

Source: RFC 2617, clauses 3.2.1, 3.2.2; GB/T 28181-2016, clause 9.1.2.1 (basic registration).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import NamedTuple

__all__ = ["Credentials", "authorization_text", "challenge_text", "read_credentials", "response_of", "verifies"]

_PART = re.compile(r'([A-Za-z]+)[ \t]*=[ \t]*(?:"([^"]*)"|([^",\s]*))')
_LONGEST = 4_096


class Credentials(NamedTuple):
    """What an Authorization header says; "" for what it does not."""

    username: str = ""
    realm: str = ""
    nonce: str = ""
    uri: str = ""
    response: str = ""
    algorithm: str = ""
    cnonce: str = ""
    qop: str = ""
    nc: str = ""
    opaque: str = ""


def read_credentials(header: str) -> Credentials | None:
    """An Authorization header taken apart; None where it is no digest.

    Source: RFC 2617, clause 3.2.2.
    """
    scheme, _, rest = header.strip()[:_LONGEST].partition(" ")
    if scheme.lower() != "digest":
        return None
    said = {name.lower(): quoted or plain for name, quoted, plain in _PART.findall(rest)}
    return Credentials(**{name: said.get(name, "") for name in Credentials._fields})


def response_of(given: Credentials, method: str, password: str) -> str:
    """The response that a password makes, 32 hexadecimal digits.

    Args:
        given: everything but `response` is used. method: of the request, REGISTER.
    Source:
        RFC 2617, clause 3.2.2.1: MD5(A1:nonce:A2), with qop MD5(A1:nonce:nc:cnonce:qop:A2).
    """
    first, second = _md5(f"{given.username}:{given.realm}:{password}"), _md5(f"{method}:{given.uri}")
    between = f"{given.nonce}:{given.nc}:{given.cnonce}:{given.qop}" if given.qop else given.nonce
    return _md5(f"{first}:{between}:{second}")


def verifies(given: Credentials, method: str, password: str) -> bool:
    """Whether the response was made with this password; another algorithm than MD5, or another qop than auth, never is.

    Source: RFC 2617, clause 3.2.2.1.
    """
    if given.algorithm.upper() not in ("", "MD5") or given.qop.lower() not in ("", "auth") or (given.qop and not given.nc):
        return False
    return hmac.compare_digest(response_of(given, method, password).encode(), given.response.lower().encode())


def challenge_text(realm: str, nonce: str, *, qop: bool = True, stale: bool = False) -> str:
    """The value of WWW-Authenticate.

    Source: RFC 2617, clause 3.2.1.
    """
    more = (', qop="auth"' if qop else "") + (", stale=true" if stale else "")
    return f'Digest realm="{realm}", nonce="{nonce}", algorithm=MD5{more}'


def authorization_text(given: Credentials) -> str:
    """The value of Authorization.

    Source: RFC 2617, clause 3.2.2.
    """
    bare = ("algorithm", "qop", "nc")
    parts = [(name, value) for name, value in given._asdict().items() if value]
    return "Digest " + ", ".join(f"{n}={v}" if n in bare else f'{n}="{v}"' for n, v in parts)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
