"""Every operation of the contract: a pure function from typed arguments to a ``Request``."""

from boltz_api_generated.operations import admin_api_keys
from boltz_api_generated.operations.admin_api_keys import create_api_key, list_api_keys, revoke_api_key
from boltz_api_generated.request import Operation

__all__ = ["OPERATIONS", "create_api_key", "list_api_keys", "revoke_api_key"]

OPERATIONS: dict[str, Operation[object]] = {
    "create_api_key": admin_api_keys.CREATE_API_KEY,
    "list_api_keys": admin_api_keys.LIST_API_KEYS,
    "revoke_api_key": admin_api_keys.REVOKE_API_KEY,
}
