"""Test your own program against the sandbox: ``pytest test_with_the_sandbox.py``.

The fixtures come with ``boltz-api-keys[sandbox]``. There is nothing to set up, and no
network is needed.
"""

from __future__ import annotations

import pytest

from boltz_api import APIError, Boltz
from boltz_api.sandbox import Sandbox


def revoke_all_named(client: Boltz, name: str) -> int:
    """The program under test: revoke every active key with this name."""
    doomed = list(client.admin.api_keys.find(active=True, name=name))
    for key in doomed:
        client.admin.api_keys.revoke(key.id)
    return len(doomed)


def test_only_keys_of_that_name_are_revoked(boltz_client: Boltz) -> None:
    """Two of three keys go; the third stays."""
    for name in ("ci", "ci", "production"):
        boltz_client.admin.api_keys.create(name=name)
    assert revoke_all_named(boltz_client, "ci") == 2
    left = boltz_client.admin.api_keys.find(active=True, key_type="workspace")
    assert [key.name for key in left] == ["production"]


def test_a_failing_service_is_not_hidden(
    boltz_sandbox: Sandbox, boltz_client: Boltz
) -> None:
    """After two more tries, the failure reaches the caller."""
    boltz_sandbox.fail("list_api_keys", status=503, retry_after=0.01, times=3)
    with pytest.raises(APIError):
        revoke_all_named(boltz_client, "ci")
