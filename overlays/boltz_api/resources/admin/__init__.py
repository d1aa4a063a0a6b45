"""``client.admin``."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from boltz_api.resources.admin.api_keys import APIKeys, APIKeysResource, AsyncAPIKeysResource, api_keys_in
from boltz_api.resources.binding import M, Resource, View
from boltz_api.resources.modes import Async, AsyncRaw, AsyncStreamed, Mode, Raw, Streamed, Sync

__all__ = [
    "APIKeysResource",
    "Admin",
    "AdminResource",
    "AsyncAPIKeysResource",
    "AsyncAdminResource",
    "Root",
    "admin_in",
]


class Admin(Resource[M]):
    """What takes an admin key."""

    with_raw_response: View[Admin[Raw], Admin[AsyncRaw]] = View(Raw, AsyncRaw)
    with_streaming_response: View[Admin[Streamed], Admin[AsyncStreamed]] = View(Streamed, AsyncStreamed)

    @cached_property
    def api_keys(self) -> APIKeys[M]:
        """Create, list and revoke API keys."""
        return api_keys_in(self._mode)


class Root(Resource[M]):
    """The top of the tree: what stands on the client itself."""

    with_raw_response: View[Root[Raw], Root[AsyncRaw]] = View(Raw, AsyncRaw)
    with_streaming_response: View[Root[Streamed], Root[AsyncStreamed]] = View(Streamed, AsyncStreamed)

    @cached_property
    def admin(self) -> Admin[M]:
        """What takes an admin key."""
        return admin_in(self._mode)


if TYPE_CHECKING:
    AdminResource: TypeAlias = Admin[Sync]
    AsyncAdminResource: TypeAlias = Admin[Async]
else:
    # As with the resources under it, other clients' names are classes of their own.
    class AdminResource(Admin[Sync]):
        """What takes an admin key, by threads."""

    class AsyncAdminResource(Admin[Async]):
        """What takes an admin key, by tasks."""


def admin_in(mode: M) -> Admin[M]:
    """The resource whose calls are made in ``mode``."""
    kinds: dict[type[Mode], type[Any]] = {Sync: AdminResource, Async: AsyncAdminResource}
    made: Admin[M] = kinds.get(type(mode), Admin)(mode)
    return made
