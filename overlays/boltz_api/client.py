"""``Boltz`` and ``AsyncBoltz``: the generated clients, with what this package adds to their resources."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

from boltz_api.base import BaseClient
from boltz_api_generated.resources import AsyncClient, SyncClient

if TYPE_CHECKING:
    from boltz_api.keys import AdminResource, AdminView, AsyncAdminResource
    from boltz_api_generated.resources.admin.api_keys import (
        APIKeysResourceWithRawResponse,
        APIKeysResourceWithStreamingResponse,
        AsyncAPIKeysResourceWithRawResponse,
        AsyncAPIKeysResourceWithStreamingResponse,
    )

A = TypeVar("A")
_BREAK = "\n\n"


class ClientView(Struct, Generic[A], frozen=True):
    """Every resource of a client in another form: with raw responses, or with streaming ones."""

    admin: A


class Boltz(SyncClient):
    """The client for threads; any number of them may share one."""

    __doc__ = f"{__doc__}\n\n{(BaseClient.__doc__ or '').partition(_BREAK)[2]}"

    @cached_property
    def admin(self) -> AdminResource:
        """The resources that take an admin key: ``client.admin.api_keys``."""
        from boltz_api.keys import AdminResource

        return AdminResource(self)

    @property
    def with_raw_response(self) -> ClientView[AdminView[APIKeysResourceWithRawResponse]]:
        """The same resources, whose calls return the response itself."""
        return ClientView(self.admin.with_raw_response)

    @property
    def with_streaming_response(self) -> ClientView[AdminView[APIKeysResourceWithStreamingResponse]]:
        """The same resources, whose calls are context managers with an open response."""
        return ClientView(self.admin.with_streaming_response)


class AsyncBoltz(AsyncClient):
    """The client for tasks, under asyncio or trio; any number of them may share one.

    Connections belong to an event loop. A client that is used in one loop after the other opens new ones in each.
    """

    __doc__ = f"{__doc__}\n{(BaseClient.__doc__ or '').partition(_BREAK)[2]}"

    @cached_property
    def admin(self) -> AsyncAdminResource:
        """The resources that take an admin key: ``client.admin.api_keys``."""
        from boltz_api.keys import AsyncAdminResource

        return AsyncAdminResource(self)

    @property
    def with_raw_response(self) -> ClientView[AdminView[AsyncAPIKeysResourceWithRawResponse]]:
        """The same resources, whose calls return the response itself."""
        return ClientView(self.admin.with_raw_response)

    @property
    def with_streaming_response(self) -> ClientView[AdminView[AsyncAPIKeysResourceWithStreamingResponse]]:
        """The same resources, whose calls are context managers with an open response."""
        return ClientView(self.admin.with_streaming_response)
