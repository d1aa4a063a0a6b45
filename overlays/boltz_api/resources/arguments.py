"""From the arguments of a bound call to what the function behind it makes of them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from boltz_api.core.checking import check_url_text, checked, did_you_mean
from boltz_api.core.headers import Unprinted
from boltz_api.core.plain import plain
from boltz_api.core.prepare import OPTION_NAMES
from boltz_api.errors import ArgumentTypeError, ArgumentValueError
from boltz_api.sentinels import NotGiven, Omit
from boltz_api.settings import Settings
from boltz_api_generated.request import Operation, Request

R = TypeVar("R")
T = TypeVar("T")


def request_from(
    function: Callable[..., Request[R]], args: tuple[object, ...], kwargs: Mapping[str, object]
) -> Request[R]:
    """What ``function`` makes of the arguments that were given.

    Raises:
        ArgumentTypeError: An argument is missing, does not exist, or cannot be part of a path.
        ArgumentValueError: A path cannot be made of them.

    """
    given = given_only(kwargs)
    path = path_arguments(function)
    if path is not None:
        # What goes into the path becomes text there, so it is checked before.
        args = tuple(plain(value) for value in args)
        given |= {name: plain(given[name]) for name in path.__struct_fields__ if name in given}
        parts = {**dict(zip(path.__struct_fields__, args, strict=False)), **given}
        checked({name: parts[name] for name in path.__struct_fields__ if name in parts}, path)
        for name in path.__struct_fields__:
            check_url_text(name, str(parts[name]))
    try:
        return function(*args, **given)
    except TypeError as error:
        raise misuse(function, args, given) or ArgumentTypeError(str(error)) from None
    except ValueError as error:
        raise ArgumentValueError(str(error), argument=str(error).partition(":")[0]) from None


def with_unprinted_headers(kwargs: Mapping[str, Any]) -> dict[str, Any]:  # Any: as the caller passes them
    """``kwargs`` with the caller's headers in something that does not print their values.

    The arguments of a call are locals of frames, and crash reporters send those off.
    """
    headers = kwargs.get("extra_headers")
    if not isinstance(headers, Mapping):
        return dict(kwargs)
    return {**kwargs, "extra_headers": Unprinted(cast("Mapping[str, object]", headers))}


def given_only(kwargs: Mapping[str, object]) -> dict[str, object]:
    """``kwargs`` without what other clients pass to leave an argument out."""
    return {name: value for name, value in kwargs.items() if not isinstance(value, (Omit, NotGiven))}


@cache
def path_arguments(function: Callable[..., object]) -> type[msgspec.Struct] | None:
    """What checks the operation's arguments that go into its path, in the order in which they may be passed."""
    # Beside each operation's function, its module has the operation.
    operation: object = getattr(sys.modules[function.__module__], function.__name__.upper(), None)
    return operation.in_path if isinstance(operation, Operation) else None


def misuse(
    function: Callable[..., object], args: tuple[object, ...], given: Mapping[str, object], *, bound: int = 0
) -> ArgumentTypeError | None:
    """What is wrong with the arguments' names: one does not exist, or one is missing.

    Args:
        function: What is called.
        args: Its arguments by position, without those that are bound.
        given: Its arguments by name.
        bound: How many of its parameters the caller does not pass.

    """
    parameters = list(inspect.signature(function).parameters.values())[bound:]
    known = [parameter.name for parameter in parameters if parameter.kind is not inspect.Parameter.VAR_KEYWORD]
    for name in given:
        if name not in known and name not in OPTION_NAMES:
            hint = did_you_mean(name, [*known, *sorted(OPTION_NAMES)])
            return ArgumentTypeError(f"{name}: {function.__name__} has no such argument{hint}", argument=name)
    for parameter in parameters[len(args) :]:
        if parameter.name in known and parameter.default is inspect.Parameter.empty and parameter.name not in given:
            return ArgumentTypeError(f"{parameter.name}: required, and was not given", argument=parameter.name)
    return None


def flow_from(
    function: Callable[..., T], settings: Settings, args: tuple[object, ...], kwargs: Mapping[str, object]
) -> T:
    """The flow, or the search, that ``function`` gives for the arguments.

    Raises:
        ArgumentError: An argument is missing, or does not exist, or ``function`` refuses it.

    """
    given = given_only(kwargs)
    error = misuse(function, args, given, bound=1)
    if error is not None:
        raise error
    try:
        return function(settings, *args, **given)
    except ArgumentTypeError:
        raise
    except TypeError as fault:  # too many, or one twice: a flow does nothing yet
        raise ArgumentTypeError(str(fault)) from None
