"""An answer before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from boltz_api.sandbox.problems import RefusedError


@frozen(kw_only=True)
class Answer:
    """What goes out."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(factory=dict[str, str])
    ending: Literal["whole", "dropped", "reset"] = "whole"
    """``dropped``: the connection closes and nothing is sent. ``reset``: it is torn down halfway through the body."""


def answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    given = {"content-type": "application/json", **(headers or {})}
    return Answer(status=status, body=msgspec.json.encode(value), headers=given)


def refusal(refused: RefusedError) -> Answer:
    """A refusal as an answer."""
    return answer(refused.status, refused.body(), refused.headers)
