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
from boltz_api_generated.request import Operation, Request

R = TypeVar("R")
T = TypeVar("T")


def request_from(
    function: Callable[..., Request[R]],
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
    *,
    called: str | None = None,
) -> Request[R]:
    """What ``function`` makes of the arguments that were given.

    Args:
        function: The operation.
        args: Its arguments by position.
        kwargs: Its arguments by name.
        called: What the caller knows the operation as, if not by its own name.

    Raises:
        ArgumentTypeError: An argument is missing, does not exist, or cannot be part of a path.
        ArgumentValueError: A path cannot be made of them.

    """
    given = given_only(kwargs)
    fault = None if _names(function).issuperset(given) else misuse(function, args, given, called=called)
    if fault is not None:
        raise fault
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
        raise misuse(function, args, given, called=called) or ArgumentTypeError(str(error)) from None
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


@cache
def _names(function: Callable[..., object]) -> frozenset[str]:
    """What ``function``'s arguments may be called, the options of every call included where it takes them."""
    parameters = inspect.signature(function).parameters.values()
    options = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters)
    named = {parameter.name for parameter in parameters if parameter.kind is not inspect.Parameter.VAR_KEYWORD}
    return frozenset(named | OPTION_NAMES if options else named)


def misuse(
    function: Callable[..., object],
    args: tuple[object, ...],
    given: Mapping[str, object],
    *,
    bound: int = 0,
    called: str | None = None,
) -> ArgumentTypeError | None:
    """What is wrong with which arguments there are: one does not exist, one is missing, one is there twice.

    Args:
        function: What is called.
        args: Its arguments by position, without those that are bound.
        given: Its arguments by name.
        bound: How many of its parameters the caller does not pass.
        called: What the caller knows it as, if not by its own name.

    """
    called = called or function.__name__
    every = list(inspect.signature(function).parameters.values())
    parameters = [each for each in every[bound:] if each.kind is not inspect.Parameter.VAR_KEYWORD]
    known = _names(function) - {each.name for each in every[:bound]}
    for name in given:
        if name not in known:
            names = [*(each.name for each in parameters), *sorted(known)]
            return ArgumentTypeError(f"{name}: {called} has no such argument{did_you_mean(name, names)}", argument=name)
    positional = [each.name for each in parameters if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    if len(args) > len(positional):
        first = f"only {', '.join(positional)}" if positional else "nothing"
        return ArgumentTypeError(f"{called} takes {first} by position; give the others by name")
    for name in positional[: len(args)]:
        if name in given:
            return ArgumentTypeError(f"{name}: given twice, by position and by name", argument=name)
    for parameter in parameters:
        name = parameter.name
        if parameter.default is inspect.Parameter.empty and name not in given and name not in positional[: len(args)]:
            return ArgumentTypeError(f"{name}: required, and was not given", argument=name)
    return None


def flow_from(
    function: Callable[..., T],
    bound: tuple[object, ...],
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
    *,
    called: str,
) -> T:
    """The flow, or the search, that ``function`` gives for the arguments.

    Args:
        function: What gives it.
        bound: The arguments that the caller does not pass.
        args: Those by position.
        kwargs: Those by name.
        called: What the caller knows ``function`` as.

    Raises:
        ArgumentError: An argument is missing, or does not exist, or ``function`` refuses it.

    """
    given = given_only(kwargs)
    error = misuse(function, args, given, bound=len(bound), called=called)
    if error is not None:
        raise error
    return function(*bound, *args, **given)
