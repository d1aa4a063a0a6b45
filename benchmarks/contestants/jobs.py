"""The jobs that every contestant does, and the request they share."""

from __future__ import annotations

from typing import Protocol

API_KEY = "sk_bc_admin_test_fake_benchmark_key"
PATH = "/compute/v1/admin/api-keys"
KEY_ID = "api_key_0000000000000000000001"
NEW_KEY: dict[str, object] = {"name": "continuous integration", "expires_in_days": 90, "mode": "test"}
CONCURRENT = 64
"""Creates under way at once in the concurrent job."""
DECODED = 20
"""Pages that one sample of the decoding job decodes."""


class Contestant(Protocol):
    """A client that is set up, and the jobs. What a job returns is compared: all must have done the same work."""

    def create(self) -> str:
        """Create a key; its id."""
        ...

    def revoke(self) -> bool:
        """Revoke a key; whether it is still active."""
        ...

    def list_keys(self) -> int:
        """Collect all keys in a list; how many there are."""
        ...

    def stream_keys(self) -> int:
        """Go over all keys and hold none; how many there are."""
        ...

    def received(self) -> list[object]:
        """Fetch the first page several times and decode none of them: what ``decode`` is given."""
        ...

    def decode(self, received: list[object]) -> str:
        """Decode the pages that were received; the first id of the last."""
        ...


class AsyncContestant(Protocol):
    """The jobs of a client for asyncio."""

    async def list_keys_async(self) -> int:
        """Collect all keys in a list; how many there are."""
        ...

    async def stream_keys_async(self) -> int:
        """Go over all keys and hold none; how many there are."""
        ...

    async def create_many_async(self) -> int:
        """Create many keys at once; how many were made."""
        ...
