"""This server's keys for the exchange: Ed25519 to sign, X25519 to be written to; both derived from the vault's key file.

Sealing: an X25519 key made for one message, HKDF-SHA-256, AES-256-GCM. Source: RFC 7748, RFC 5869, NIST SP 800-38D.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anlan.kernel.errors import ProtocolError
from anlan.platform.journal.heads import public_key, sign
from anlan.platform.vault.seal import box_seed

__all__ = ["box_key", "fingerprint", "head_statement", "open_box", "public_key", "seal_box", "sign", "signed_by"]

_INFO = b"anlan-exchange/1"
_KEY, _NONCE = 32, 12


def box_key() -> str:
    """This server's X25519 public key, 64 hex digits.

    Raises:
        Unavailable: "vault.key_missing", "vault.key_malformed".
    """
    return _private().public_key().public_bytes_raw().hex()


def _private() -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(box_seed())


def fingerprint(key: str) -> bytes:
    """Ten bytes that stand for a public key where a person copies them: SHA-256, cut."""
    return hashlib.sha256(b"anlan-key\0" + key.encode()).digest()[:10]


def head_statement(node: str, seq: int, digest: bytes) -> bytes:
    """What a node signs of its chain: that number `seq` ends with hash `digest`."""
    return f"anlan-head/1\n{node}\n{seq}\n{digest.hex()}".encode()


def signed_by(key: str, signature: bytes, message: bytes) -> bool:
    """Whether a signature is that of a key (64 hex digits); False for anything malformed."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _shared(secret: bytes, made: bytes, receiver: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, None, _INFO + made + receiver).derive(secret))


def seal_box(plain: bytes, receiver: str) -> bytes:
    """Encrypt for the holder of a box key (64 hex digits): key made for it, nonce, ciphertext.

    Raises:
        ProtocolError: "exchange.key_malformed".
    """
    try:
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(receiver))
        once = X25519PrivateKey.generate()
        secret = once.exchange(public)
    except ValueError as error:
        raise ProtocolError("exchange.key_malformed") from error
    made, nonce = once.public_key().public_bytes_raw(), secrets.token_bytes(_NONCE)
    return made + nonce + _shared(secret, made, bytes.fromhex(receiver)).encrypt(nonce, plain, _INFO)


def open_box(sealed: bytes) -> bytes:
    """Decrypt what `seal_box` made for this server.

    Raises:
        ProtocolError: "exchange.not_for_us" for bytes that are damaged or were sealed for somebody else.
    """
    made, nonce, rest = sealed[:_KEY], sealed[_KEY : _KEY + _NONCE], sealed[_KEY + _NONCE :]
    try:
        secret = _private().exchange(X25519PublicKey.from_public_bytes(made))
        return _shared(secret, made, bytes.fromhex(box_key())).decrypt(nonce, rest, _INFO)
    except (InvalidTag, ValueError) as error:
        raise ProtocolError("exchange.not_for_us") from error
