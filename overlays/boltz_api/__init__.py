"""A client for Boltz's API keys.

    from boltz_api import Boltz

    client = Boltz()  # takes BOLTZ_API_KEY from the environment
    api_key = client.admin.api_keys.create(name="x")

Importing this package imports almost nothing: each name is imported when it is first used.
"""

from __future__ import annotations

import os as _os
from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import NoneType as NoneType

    from httpx import Timeout as Timeout

    from boltz_api import pagination as pagination
    from boltz_api import resources as resources
    from boltz_api import types as types
    from boltz_api.base import RequestOptions as RequestOptions
    from boltz_api.client import AsyncBoltz as AsyncBoltz
    from boltz_api.client import AsyncBoltz as AsyncClient
    from boltz_api.client import Boltz as Boltz
    from boltz_api.client import Boltz as Client
    from boltz_api.defaults import DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS
    from boltz_api.defaults import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT
    from boltz_api.defaults import DefaultAioHttpClient as DefaultAioHttpClient
    from boltz_api.defaults import DefaultAsyncHttpxClient as DefaultAsyncHttpxClient
    from boltz_api.defaults import DefaultHttpxClient as DefaultHttpxClient
    from boltz_api.defaults import ProxiesTypes as ProxiesTypes
    from boltz_api.defaults import Transport as Transport
    from boltz_api.errors import APIConnectionError as APIConnectionError
    from boltz_api.errors import APIError as APIError
    from boltz_api.errors import APIResponseValidationError as APIResponseValidationError
    from boltz_api.errors import APIStatusError as APIStatusError
    from boltz_api.errors import APITimeoutError as APITimeoutError
    from boltz_api.errors import ArgumentError as ArgumentError
    from boltz_api.errors import ArgumentTypeError as ArgumentTypeError
    from boltz_api.errors import ArgumentValueError as ArgumentValueError
    from boltz_api.errors import AuthenticationError as AuthenticationError
    from boltz_api.errors import BadRequestError as BadRequestError
    from boltz_api.errors import BoltzError as BoltzError
    from boltz_api.errors import ClientClosedError as ClientClosedError
    from boltz_api.errors import ConflictError as ConflictError
    from boltz_api.errors import InternalServerError as InternalServerError
    from boltz_api.errors import MissingAPIKeyError as MissingAPIKeyError
    from boltz_api.errors import NoNextPageError as NoNextPageError
    from boltz_api.errors import NoSuchKeyError as NoSuchKeyError
    from boltz_api.errors import NotFoundError as NotFoundError
    from boltz_api.errors import PaginationError as PaginationError
    from boltz_api.errors import PermissionDeniedError as PermissionDeniedError
    from boltz_api.errors import RateLimitError as RateLimitError
    from boltz_api.errors import RedirectError as RedirectError
    from boltz_api.errors import RotationError as RotationError
    from boltz_api.errors import UnprocessableEntityError as UnprocessableEntityError
    from boltz_api.keys import Rotation as Rotation
    from boltz_api.model import Model as BaseModel
    from boltz_api.pagination import AsyncCursorPage as AsyncCursorPage
    from boltz_api.pagination import AsyncPaginator as AsyncPaginator
    from boltz_api.pagination import SyncCursorPage as SyncCursorPage
    from boltz_api.request import NOT_GIVEN as NOT_GIVEN
    from boltz_api.request import CallOptions as CallOptions
    from boltz_api.request import NotGiven as NotGiven
    from boltz_api.request import Omit as Omit
    from boltz_api.request import not_given as not_given
    from boltz_api.request import omit as omit
    from boltz_api.response import APIResponse as APIResponse
    from boltz_api.response import AsyncAPIResponse as AsyncAPIResponse
    from boltz_api.settings import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES

__title__ = "boltz_api"
# The one place that states the version; the build reads it here. Asking importlib.metadata instead would cost every
# program 5 ms before its first response.
__version__ = "0.1.0"

# The module that each name comes from, and its name there if that differs. Type checkers read the imports above; a test
# keeps the two together.
_HOMES = {
    "boltz_api.base": "RequestOptions",
    "boltz_api.client": "AsyncBoltz AsyncClient=AsyncBoltz Boltz Client=Boltz",
    "boltz_api.defaults": (
        "DEFAULT_CONNECTION_LIMITS DEFAULT_TIMEOUT DefaultAioHttpClient DefaultAsyncHttpxClient "
        "DefaultHttpxClient ProxiesTypes Transport"
    ),
    "boltz_api.errors": (
        "APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError ArgumentError "
        "ArgumentTypeError ArgumentValueError AuthenticationError BadRequestError BoltzError "
        "ClientClosedError ConflictError InternalServerError MissingAPIKeyError NoNextPageError "
        "NoSuchKeyError NotFoundError PaginationError PermissionDeniedError RateLimitError RedirectError "
        "RotationError UnprocessableEntityError"
    ),
    "boltz_api.keys": "Rotation",
    "boltz_api.model": "BaseModel=Model",
    "boltz_api.pagination": "AsyncCursorPage AsyncPaginator SyncCursorPage",
    "boltz_api.request": "NOT_GIVEN CallOptions NotGiven Omit not_given omit",
    "boltz_api.response": "APIResponse AsyncAPIResponse",
    "boltz_api.settings": "DEFAULT_MAX_RETRIES",
    "httpx": "Timeout",
    "types": "NoneType",
}

_MODULES = ("pagination", "resources", "types")

__all__ = [
    "DEFAULT_CONNECTION_LIMITS",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponse",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "ArgumentError",
    "ArgumentTypeError",
    "ArgumentValueError",
    "AsyncAPIResponse",
    "AsyncBoltz",
    "AsyncClient",
    "AsyncCursorPage",
    "AsyncPaginator",
    "AuthenticationError",
    "BadRequestError",
    "BaseModel",
    "Boltz",
    "BoltzError",
    "CallOptions",
    "Client",
    "ClientClosedError",
    "ConflictError",
    "DefaultAioHttpClient",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "InternalServerError",
    "MissingAPIKeyError",
    "NoNextPageError",
    "NoSuchKeyError",
    "NoneType",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "PaginationError",
    "PermissionDeniedError",
    "ProxiesTypes",
    "RateLimitError",
    "RedirectError",
    "RequestOptions",
    "Rotation",
    "RotationError",
    "SyncCursorPage",
    "Timeout",
    "Transport",
    "UnprocessableEntityError",
    "__title__",
    "__version__",
    "not_given",
    "omit",
    "pagination",
    "resources",
    "types",
]


if not TYPE_CHECKING:  # to a type checker, a name that is not above is a mistake

    def __getattr__(name: str) -> object:
        value: object
        if name in _MODULES:
            value = _import_module(f"boltz_api.{name}")
        else:
            for module, names in _HOMES.items():
                homes = {word.partition("=")[0]: word.rpartition("=")[2] for word in names.split()}
                if name in homes:
                    value = getattr(_import_module(module), homes[name])
                    break
            else:
                raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if _os.environ.get("BOLTZ_LOG"):
    from boltz_api.observe import configure_from_environment as _configure_logging

    _configure_logging()
