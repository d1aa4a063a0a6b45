"""A flow: something that takes several steps, told apart from who performs them.

A flow is a generator. It yields what is to be done, is sent the outcome, and returns its result. What decides stands
in flows, once; the synchronous and the asynchronous shell only perform the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from boltz_api.core.failures import Failure
from boltz_api.core.wire import Response, Timeouts, WireRequest

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Send(Struct, frozen=True):
    """Send a request and read the answer. The outcome is a ``Response`` or a ``Failure``."""

    request: WireRequest
    timeouts: Timeouts
    limit: int
    """How many bytes the body may have."""
    started: float
    deadline: float | None
    answer: object
    """The type of what is hoped for."""


class Sleep(Struct, frozen=True):
    """Wait. The outcome is ``None``."""

    seconds: float


class Ask(Struct, frozen=True):
    """Call the caller's function with ``value``; what it raises comes up in the flow. The outcome is its result."""

    function: Callable[[Any], object]
    value: object


Step: TypeAlias = Send | Sleep | Ask

# What is sent in depends on the step that was yielded, which Generator cannot say: hence Any, confined to `send` and
# `ask`, which give the outcome its type back.
Flow: TypeAlias = Generator[Step, Any, R]


class Raised(Struct, frozen=True):
    """Instead of an outcome: performing the step failed."""

    error: Exception


class Done(Struct, Generic[R_co], frozen=True):
    """Instead of a step: the flow has returned."""

    result: R_co


def advance(flow: Generator[Step, Any, R], outcome: object) -> Step | Done[R]:
    """Let the flow go on with the outcome of its last step, up to its next one.

    Raises:
        Exception: Whatever the flow raises.

    """
    try:
        return flow.throw(outcome.error) if isinstance(outcome, Raised) else flow.send(outcome)
    except StopIteration as stop:
        return Done(stop.value)


def send(step: Send) -> Flow[Response | Failure]:
    """Have a request sent."""
    outcome: Response | Failure = yield step
    return outcome


def ask(function: Callable[[Any], object], value: object) -> Flow[object]:
    """Have the caller's function called."""
    outcome: object = yield Ask(function, value)
    return outcome
