"""Binding the contract's operations to clients, one line each.

A resource is written once. Its ``Mode``, a type parameter, says how its calls are made: by a thread or by a task,
and whether they return the decoded answer or the raw one. What a binding gives on access follows from it, so that
the synchronous and the asynchronous client, and their raw counterparts, cannot drift apart.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import cache
from types import GenericAlias
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, get_args, get_type_hints, overload

from boltz_api.core.exchange import Received, exchange, parsed
from boltz_api.core.exchange import call as call_flow
from boltz_api.core.paging import Envelope, Place, Search, beginning
from boltz_api.core.prepare import Prepared, prepare
from boltz_api.core.steps import Flow
from boltz_api.core.unpicklable import NotPickled
from boltz_api.pagination import AsyncCursorPage, AsyncPaginator, SyncCursorPage
from boltz_api.raw import APIResponse, AsyncAPIResponse
from boltz_api.resources.arguments import flow_from, request_from, with_unprinted_headers
from boltz_api.resources.modes import Async, AsyncRaw, AsyncStreamed, Mode, Raw, Streamed, Sync
from boltz_api.settings import Settings
from boltz_api_generated.request import Request

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
M = TypeVar("M", bound=Mode)
S = TypeVar("S")
A = TypeVar("A")


class Resource(NotPickled, Generic[M]):
    """A group of operations, bound to a client."""

    _pickle_instead = "make another where it is needed: Boltz() takes the key from BOLTZ_API_KEY"

    def __init__(self, mode: M) -> None:
        self._mode = mode

    @property
    def mode(self) -> M:
        """How this resource's calls are made."""
        return self._mode


class Binding(Generic[P]):
    """What stands for a function in a resource's class."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.function = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__

    def __set_name__(self, owner: type, name: str) -> None:
        self.__name__ = name
        self.__qualname__ = f"{owner.__qualname__}.{name}"

    def _of(self, resource: Resource[Mode]) -> Callable[..., Any]:
        """What ``resource`` has of this: made once, and looking like what it stands for.

        It is not put into the resource's own namespace: there it would outlive a mock in its class's.
        """
        ready: dict[str, Callable[..., Any]] = vars(resource).setdefault("_ready", {})
        function = ready.get(self.__name__)
        if function is None:
            function = self._made(resource.mode)
            function.__name__ = self.__name__
            function.__qualname__ = self.__qualname__
            function.__doc__ = self.__doc__
            mode: object = type(resource.mode)
            vars(function)["__signature__"] = _signature(self, mode)
            ready[self.__name__] = function
        return function

    def _made(self, mode: Mode) -> Callable[..., Any]:
        """A function that makes this call in ``mode``."""
        raise NotImplementedError

    def returns(self, mode: type[Mode], result: object) -> object:
        """The annotation of what this gives in ``mode``, where the function bound gives ``result``."""
        raise NotImplementedError

    def leading(self) -> int:
        """How many of the function's parameters its caller does not pass."""
        return 0


@cache
def _signature(binding: Binding[Any], mode: Any) -> inspect.Signature:  # Any: mypy holds that a class has no hash
    signature = inspect.signature(binding.function)
    result = get_type_hints(binding.function).get("return")
    parameters = list(signature.parameters.values())[binding.leading() :]
    return signature.replace(parameters=parameters, return_annotation=binding.returns(mode, result))


class Call(Binding[P], Generic[P, R]):
    """An operation that gives one answer."""

    def __init__(self, function: Callable[P, Request[R]], *, repeatable: bool) -> None:
        super().__init__(function)
        self._function = function
        self.repeatable = repeatable

    @overload
    def __get__(self, resource: None, owner: type) -> Self: ...
    @overload
    def __get__(self, resource: Resource[Sync], owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, resource: Resource[Async], owner: type) -> Callable[P, Coroutine[object, object, R]]: ...
    @overload
    def __get__(self, resource: Resource[Raw], owner: type) -> Callable[P, APIResponse[R]]: ...
    @overload
    def __get__(
        self, resource: Resource[AsyncRaw], owner: type
    ) -> Callable[P, Coroutine[object, object, AsyncAPIResponse[R]]]: ...
    @overload
    def __get__(
        self, resource: Resource[Streamed], owner: type
    ) -> Callable[P, AbstractContextManager[APIResponse[R]]]: ...
    @overload
    def __get__(
        self, resource: Resource[AsyncStreamed], owner: type
    ) -> Callable[P, AbstractAsyncContextManager[AsyncAPIResponse[R]]]: ...
    def __get__(self, resource: Any, owner: type) -> Any:
        return self if resource is None else self._of(resource)

    def _made(self, mode: Mode) -> Callable[..., Any]:
        def flow(*args: P.args, **kwargs: P.kwargs) -> Flow[Any]:
            settings = mode.session.settings
            prepared = prepare(
                request_from(self._function, args, kwargs, called=self.__name__), settings, repeatable=self.repeatable
            )
            if mode.raw is None:
                return call_flow(prepared, settings)
            return _raw_flow(mode, prepared, lambda received: parsed(prepared, received))

        return mode.caller(flow)

    def returns(self, mode: type[Mode], result: object) -> object:
        """The answer's type, or a raw answer of it."""
        (answer,) = get_args(result)
        return answer if mode.raw is None else GenericAlias(mode.raw, answer)


class Pages(Binding[P], Generic[P, T]):
    """An operation that gives a listing, page by page."""

    def __init__(self, function: Callable[P, Request[Envelope[T]]]) -> None:
        super().__init__(function)
        self._function = function

    @overload
    def __get__(self, resource: None, owner: type) -> Self: ...
    @overload
    def __get__(self, resource: Resource[Sync], owner: type) -> Callable[P, SyncCursorPage[T]]: ...
    @overload
    def __get__(self, resource: Resource[Async], owner: type) -> Callable[P, AsyncPaginator[T]]: ...
    @overload
    def __get__(self, resource: Resource[Raw], owner: type) -> Callable[P, APIResponse[SyncCursorPage[T]]]: ...
    @overload
    def __get__(
        self, resource: Resource[AsyncRaw], owner: type
    ) -> Callable[P, Coroutine[object, object, AsyncAPIResponse[AsyncCursorPage[T]]]]: ...
    @overload
    def __get__(
        self, resource: Resource[Streamed], owner: type
    ) -> Callable[P, AbstractContextManager[APIResponse[SyncCursorPage[T]]]]: ...
    @overload
    def __get__(
        self, resource: Resource[AsyncStreamed], owner: type
    ) -> Callable[P, AbstractAsyncContextManager[AsyncAPIResponse[AsyncCursorPage[T]]]]: ...
    def __get__(self, resource: Any, owner: type) -> Any:
        return self if resource is None else self._of(resource)

    def _made(self, mode: Mode) -> Callable[..., Any]:
        session = mode.session

        def place(*args: P.args, **kwargs: P.kwargs) -> Place[Envelope[T]]:
            return beginning(request_from(self._function, args, kwargs, called=self.__name__), session.settings)

        def flow(*args: P.args, **kwargs: P.kwargs) -> Flow[Any]:
            return _page_flow(mode, place(*args, **kwargs))

        if mode.paginator is not None:
            paginator = mode.paginator

            def listing(*args: Any, **kwargs: Any) -> object:
                kwargs = with_unprinted_headers(kwargs)
                return paginator(place(*args, **kwargs), session.shell)

            return listing
        return mode.caller(flow)

    def returns(self, mode: type[Mode], result: object) -> object:
        """The page's type, or a raw answer of it."""
        (envelope,) = get_args(result)
        (item,) = get_args(get_type_hints(envelope)["data"])
        if mode.paginator is not None:
            return GenericAlias(mode.paginator, item)
        page = GenericAlias(mode.page, item)
        return page if mode.raw is None else GenericAlias(mode.raw, page)


class Steps(Binding[P], Generic[P, R]):
    """A flow of our own that gives one result."""

    def __init__(self, function: Callable[Concatenate[Settings, P], Flow[R]]) -> None:
        super().__init__(function)
        self._function = function

    @overload
    def __get__(self, resource: None, owner: type) -> Self: ...
    @overload
    def __get__(self, resource: Resource[Sync], owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, resource: Resource[Async], owner: type) -> Callable[P, Coroutine[object, object, R]]: ...
    def __get__(self, resource: Any, owner: type) -> Any:
        return self if resource is None else self._of(resource)

    def _made(self, mode: Mode) -> Callable[..., Any]:
        def flow(*args: P.args, **kwargs: P.kwargs) -> Flow[R]:
            return flow_from(self._function, (mode.session.settings,), args, kwargs, called=self.__name__)

        return mode.caller(flow)

    def leading(self) -> int:
        """The settings come from the client."""
        return 1

    def returns(self, mode: type[Mode], result: object) -> object:  # noqa: ARG002  # the same in every mode
        """What the flow returns."""
        return get_args(result)[-1]


class Items(Binding[P], Generic[P, T]):
    """A search of our own, which gives one item after the other."""

    def __init__(self, function: Callable[Concatenate[Settings, P], Search[T]]) -> None:
        super().__init__(function)
        self._function = function

    @overload
    def __get__(self, resource: None, owner: type) -> Self: ...
    @overload
    def __get__(self, resource: Resource[Sync], owner: type) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, resource: Resource[Async], owner: type) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, resource: Any, owner: type) -> Any:
        return self if resource is None else self._of(resource)

    def _made(self, mode: Mode) -> Callable[..., Any]:
        def iterate(*args: Any, **kwargs: Any) -> Any:
            kwargs = with_unprinted_headers(kwargs)
            session = mode.session
            return mode.found(
                flow_from(self._function, (session.settings,), args, kwargs, called=self.__name__), session.shell
            )

        return iterate

    def leading(self) -> int:
        """The settings come from the client."""
        return 1

    def returns(self, mode: type[Mode], result: object) -> object:
        """An iterator over what is found."""
        (item,) = get_args(result)
        return GenericAlias(Iterator if issubclass(mode, Sync) else AsyncIterator, item)


class View(Generic[S, A]):
    """The same resource with its calls made in another way: ``S`` for threads, ``A`` for tasks."""

    def __init__(self, threaded: type[Mode], tasked: type[Mode], *, of: type[Resource[Any]] | None = None) -> None:
        self._threaded = threaded
        self._tasked = tasked
        self._of = of

    def __set_name__(self, owner: type[Resource[Any]], name: str) -> None:
        self._owner = owner

    @overload
    def __get__(self, resource: None, owner: type) -> Self: ...
    @overload
    def __get__(self, resource: Resource[Sync], owner: type) -> S: ...
    @overload
    def __get__(self, resource: Resource[Async], owner: type) -> A: ...
    def __get__(self, resource: Any, owner: type) -> Any:
        if resource is None:
            return self
        mode = self._threaded if isinstance(resource.mode, Sync) else self._tasked
        return (self._of or self._owner)(mode(resource.mode.session))


def call(function: Callable[P, Request[R]], *, repeatable: bool = False) -> Call[P, R]:
    """Bind an operation.

    Args:
        function: The operation, from ``boltz_api_generated.operations``.
        repeatable: Sending it twice does no more than sending it once. That of a GET goes without saying.

    """
    return Call(function, repeatable=repeatable)


def pages(function: Callable[P, Request[Envelope[T]]]) -> Pages[P, T]:
    """Bind an operation whose answer is a page of a listing."""
    return Pages(function)


def _raw_flow(mode: Mode, prepared: Prepared[object], parse: Callable[[Received], object]) -> Flow[object]:
    received = yield from exchange(prepared, mode.session.settings)
    assert mode.raw is not None
    return mode.raw(received.response, received.retries_taken, lambda: parse(received))


def _page_flow(mode: Mode, place: Place[Envelope[T]]) -> Flow[object]:
    def page(envelope: Envelope[T]) -> object:
        return mode.page.fetched(envelope, place, mode.session.shell)

    if mode.raw is None:
        return page((yield from place.fetch()))
    prepared = place.prepared()
    return (yield from _raw_flow(mode, prepared, lambda received: page(parsed(prepared, received))))
