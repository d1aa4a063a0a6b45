"""Every operation of the contract: a pure function from typed arguments to a ``Request``.

A module is imported when something in it is first used, so a program pays for the operations it calls.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from boltz_api_generated.request import Registry

if TYPE_CHECKING:
    from boltz_api_generated.operations import admin_api_keys as admin_api_keys
    from boltz_api_generated.operations.admin_api_keys import create_api_key, list_api_keys, revoke_api_key

__all__ = ["OPERATIONS", "create_api_key", "list_api_keys", "revoke_api_key"]

_MODULES: Final = {
    "create_api_key": "admin_api_keys",
    "list_api_keys": "admin_api_keys",
    "revoke_api_key": "admin_api_keys",
}

OPERATIONS: Final = Registry(__name__, _MODULES)


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    if name in _MODULES.values():
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *_MODULES.values()})
