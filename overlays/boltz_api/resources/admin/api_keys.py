"""``client.admin.api_keys``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from boltz_api.keys import finding, recovery, rotation
from boltz_api.resources.binding import Items, M, Resource, Steps, View, call, pages
from boltz_api.resources.modes import Async, AsyncRaw, AsyncStreamed, Mode, Raw, Streamed, Sync
from boltz_api_generated import operations


class APIKeys(Resource[M]):
    """Create, list and revoke API keys. Takes an admin key."""

    create = call(operations.create_api_key)
    list = pages(operations.list_api_keys)
    # A key that is revoked already is answered in the same way, so a second revoke does no harm.
    revoke = call(operations.revoke_api_key, repeatable=True)

    # Not in the contract: what an administrator of many keys needs, made of the three calls.
    find = Items(finding.find)
    get = Steps(finding.get)
    rotate = Steps(rotation.rotate)
    candidates = Steps(recovery.candidates)

    with_raw_response: View[APIKeys[Raw], APIKeys[AsyncRaw]] = View(Raw, AsyncRaw)
    with_streaming_response: View[APIKeys[Streamed], APIKeys[AsyncStreamed]] = View(Streamed, AsyncStreamed)


if TYPE_CHECKING:
    APIKeysResource: TypeAlias = APIKeys[Sync]
    AsyncAPIKeysResource: TypeAlias = APIKeys[Async]
else:
    # Classes of their own, since code for other clients of this API does more with these names than annotate: it
    # patches their methods in tests, and asks for instances.
    class APIKeysResource(APIKeys[Sync]):
        """Create, list and revoke API keys, by threads. Takes an admin key."""

    class AsyncAPIKeysResource(APIKeys[Async]):
        """Create, list and revoke API keys, by tasks. Takes an admin key."""


def api_keys_in(mode: M) -> APIKeys[M]:
    """The resource whose calls are made in ``mode``."""
    kinds: dict[type[Mode], type[Any]] = {Sync: APIKeysResource, Async: AsyncAPIKeysResource}
    made: APIKeys[M] = kinds.get(type(mode), APIKeys)(mode)
    return made
