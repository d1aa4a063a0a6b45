"""Making, hashing and comparing keys."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest
from secrets import token_hex
from typing import Final, Literal, TypeAlias

KeyType: TypeAlias = Literal["admin", "workspace"]

ADMIN_KEY: Final = "sk_bc_admin_live_sandbox_not_a_secret"
"""Opens every sandbox. It is the same everywhere on purpose: it guards nothing, and examples can name it."""

TEST_ADMIN_KEY: Final = "sk_bc_admin_test_sandbox_not_a_secret"
"""The same for test mode."""

_WORDS: Final[dict[KeyType, str]] = {"admin": "admin", "workspace": "ws"}


def make_key(key_type: KeyType, mode: str) -> str:
    """A new key: the prefix that tells its type and mode, then 192 random bits."""
    return f"sk_bc_{_WORDS[key_type]}_{mode}_{token_hex(24)}"


def make_key_id() -> str:
    """A new key's ID, which says nothing about the key."""
    return f"key_{token_hex(12)}"


def shown_part(key: str) -> str:
    """What may be shown of a key forever: its first 12 characters."""
    return key[:12]


def digest(key: str) -> bytes:
    """What is kept of a key. A plain hash is enough: there is nothing to guess in 192 random bits."""
    return sha256(key.encode()).digest()


def same_digest(left: bytes, right: bytes) -> bool:
    """Whether two digests are equal, in a time that does not tell how far they agree."""
    return compare_digest(left, right)
