"""The API of the contract as a real, stateful server for tests and trials. It is no production server.

    with Sandbox() as sandbox:
        client = Boltz(api_key=sandbox.admin_key, base_url=sandbox.url)

Needs the extra: ``pip install 'boltz-api-keys[sandbox]'``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boltz_api.sandbox.application import Received as Received
    from boltz_api.sandbox.faults import Rule as Rule
    from boltz_api.sandbox.sandbox import NewKey as NewKey
    from boltz_api.sandbox.sandbox import Sandbox as Sandbox
    from boltz_api.sandbox.service import Clock as Clock
    from boltz_api.sandbox.store import StoreError as StoreError

__all__ = ["Clock", "NewKey", "Received", "Rule", "Sandbox", "StoreError"]

_MODULES = {
    "Clock": "service",
    "NewKey": "sandbox",
    "Received": "application",
    "Rule": "faults",
    "Sandbox": "sandbox",
    "StoreError": "store",
}


def __getattr__(name: str) -> object:
    # Lazy: pytest imports this package for the plugin in every run of every project that has it installed.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        value: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        raise ImportError(
            f"The sandbox needs {error.name}, which is not installed: pip install 'boltz-api-keys[sandbox]'",
            name=error.name,
        ) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
