"""``client.admin``."""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

from boltz_api.resources.api_keys import APIKeys, APIKeysResource, AsyncAPIKeysResource
from boltz_api.resources.binding import M, Resource, View
from boltz_api.resources.modes import Async, AsyncRaw, AsyncStreamed, Raw, Streamed, Sync

__all__ = ["APIKeysResource", "Admin", "AdminResource", "AsyncAPIKeysResource", "AsyncAdminResource", "Root"]


class Admin(Resource[M]):
    """What takes an admin key."""

    with_raw_response: View[Admin[Raw], Admin[AsyncRaw]] = View(Raw, AsyncRaw)
    with_streaming_response: View[Admin[Streamed], Admin[AsyncStreamed]] = View(Streamed, AsyncStreamed)

    @cached_property
    def api_keys(self) -> APIKeys[M]:
        """Create, list and revoke API keys."""
        return APIKeys(self._mode)


class Root(Resource[M]):
    """The top of the tree: what stands on the client itself."""

    with_raw_response: View[Root[Raw], Root[AsyncRaw]] = View(Raw, AsyncRaw)
    with_streaming_response: View[Root[Streamed], Root[AsyncStreamed]] = View(Streamed, AsyncStreamed)

    @cached_property
    def admin(self) -> Admin[M]:
        """What takes an admin key."""
        return Admin(self._mode)


# By the names that annotations written for other clients of this API use.
AdminResource: TypeAlias = Admin[Sync]
AsyncAdminResource: TypeAlias = Admin[Async]
