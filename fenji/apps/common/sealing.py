"""Sealed values: ID and phone numbers, encrypted under keys that live outside the database, found by keyed hash.

A sealed value is bound to its place (`context`), so that a ciphertext moved to another row or column does not open.
Keys: `FENJI_SEALING_KEYS`, newest first (old ones still open); `FENJI_LOOKUP_KEY` for the hashes.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES, NAME_BYTES, KEY_BYTES = 12, 4, 32


def seal(text: str, *, context: str) -> bytes:
    """Encrypt `text` for one place, e.g. context="resident.id:<uuid>"."""
    name, key = _keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    return name + nonce + key.encrypt(nonce, text.encode(), context.encode())


def unseal(sealed: bytes | memoryview, *, context: str) -> str:
    """The text; raises ValueError if the value was moved, changed, or sealed under a key no longer known."""
    value = bytes(sealed)
    name, nonce, rest = (
        value[:NAME_BYTES],
        value[NAME_BYTES : NAME_BYTES + NONCE_BYTES],
        value[NAME_BYTES + NONCE_BYTES :],
    )
    key = dict(_keys()).get(name)
    if key is None:
        raise ValueError("sealed under a key that is not configured")
    try:
        return key.decrypt(nonce, rest, context.encode()).decode()
    except (InvalidTag, ValueError):  # ValueError: too short to be a nonce
        raise ValueError("the sealed value does not belong here or was changed") from None


def lookup_hash(text: str, *, purpose: str) -> bytes:
    """A keyed hash by which an equal value is found; `purpose` keeps hashes of different columns apart."""
    return hmac.digest(_lookup_key(), f"{purpose}\0{text}".encode(), "sha256")


@lru_cache
def _keys() -> tuple[tuple[bytes, AESGCM], ...]:
    parts = [part.strip() for part in settings.SEALING_KEYS.replace("\n", ",").split(",")]
    raw = [_key(part, "FENJI_SEALING_KEYS") for part in parts if part]
    if not raw:
        raise ImproperlyConfigured("FENJI_SEALING_KEYS is empty: it must hold at least one key")
    return tuple((hashlib.sha256(key).digest()[:NAME_BYTES], AESGCM(key)) for key in raw)


@lru_cache
def _lookup_key() -> bytes:
    return _key(settings.LOOKUP_KEY, "FENJI_LOOKUP_KEY")


def _key(text: str, name: str) -> bytes:
    """A key from its text; the error names the setting and never shows the key."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name}: every key must be {KEY_BYTES} bytes in base64")
    return key
