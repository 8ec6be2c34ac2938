"""Keys of the vault: AES-256-GCM for the values, HMAC-SHA-256 for the blind indexes, both derived from one key file.

Source: NIST SP 800-38D (GCM), RFC 5869 (HKDF); house rule for what is sealed (docs/explanation/journal.md).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from anlan.kernel.errors import Unavailable


@cache
def _derived(key: str, purpose: str) -> bytes:
    try:
        raw = bytes.fromhex(key)
    except ValueError as error:
        raise Unavailable("vault.key_malformed", permanent=True) from error
    if len(raw) != 32:
        raise Unavailable("vault.key_missing" if not raw else "vault.key_malformed", permanent=True)
    return HKDF(hashes.SHA256(), 32, None, purpose.encode()).derive(raw)


def seal(value: str, bound_to: str) -> bytes:
    """Encrypt; `bound_to` (ref and field) is authenticated, so a value can't be moved to another row.

    Raises:
        Unavailable: "vault.key_missing", "vault.key_malformed".
    """
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_derived(settings.VAULT_KEY, "seal")).encrypt(nonce, value.encode(), bound_to.encode())


def signing_seed() -> bytes:
    """32 bytes for this server's Ed25519 key: derived like the others, so that there is one file to keep and to back up.

    Raises:
        Unavailable: "vault.key_missing", "vault.key_malformed".
    """
    return _derived(settings.VAULT_KEY, "journal.sign")


def box_seed() -> bytes:
    """32 bytes for this server's X25519 key, to which other nodes seal what they send. Raises as `signing_seed`."""
    return _derived(settings.VAULT_KEY, "exchange.box")


def unseal(sealed: bytes, bound_to: str) -> str:
    """Decrypt what `seal` made.

    Raises:
        Unavailable: "vault.value_damaged" when the bytes or the key are not the ones it was sealed with.
    """
    try:
        plain = AESGCM(_derived(settings.VAULT_KEY, "seal")).decrypt(sealed[:12], sealed[12:], bound_to.encode())
    except InvalidTag as error:
        raise Unavailable("vault.value_damaged", permanent=True) from error
    return plain.decode()


def blind(field: str, value: str) -> str:
    """The blind index of a value: equal values of one kind of field have equal indexes, nothing else can be learnt."""
    canonical = "".join(value.split()).upper()
    kind = field.rpartition(".")[2]
    return hmac.new(_derived(settings.VAULT_KEY, "blind"), f"{kind}\0{canonical}".encode(), hashlib.sha256).hexdigest()
