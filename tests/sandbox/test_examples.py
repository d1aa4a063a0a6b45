"""Every example fits its type."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from boltz_api.sandbox.examples import EndlessError, example
from boltz_api_generated import models
from boltz_api_generated.operations import OPERATIONS


class Colour(Enum):
    RED = "red"


class Cat(Struct, tag_field="kind", tag="cat"):
    lives: int


class Dog(Struct, tag_field="kind", tag="dog"):
    name: str


class Folder(Struct):
    name: str
    folders: list[Folder]
    by_name: dict[str, Folder]
    parent: Folder | None
    sibling: Folder | UnsetType = UNSET


class Pair(Struct):
    left: Annotated[list[Pair], Meta(min_length=2)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, "string"),
        (int, 0),
        (bool, True),
        (None, None),
        (Any, {}),
        (datetime, "2019-12-27T18:11:19.117Z"),
        (date, "2019-12-27"),
        (timedelta, "PT1S"),
        (UUID, "00000000-0000-4000-8000-000000000000"),
        (Decimal, "1"),
        (bytes, ""),
        (Colour, "red"),
        (Literal["b", "a"], "a"),
        (int | None, 0),
        (list[str], ["string"]),
        (dict[str, int], {"key": 0}),
        (Cat | Dog, {"kind": "cat", "lives": 0}),
        (Annotated[str, Meta(extra={"format": "ip"})], "192.0.2.1"),
        (Annotated[str, Meta(examples=["fold", "dock"])], "fold"),
        (Annotated[list[int], Meta(min_length=3)], [0, 0, 0]),
        (Folder, {"name": "name", "folders": [], "by_name": {}, "parent": None}),
    ],
)
def test_an_example_is_plain(kind: Any, value: object) -> None:
    assert example(kind) == value
    msgspec.convert(example(kind), kind)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_contract_s_own_answers_have_examples(name: str) -> None:
    model: Any = OPERATIONS[name].response

    assert isinstance(msgspec.convert(example(model), model), model)


def test_an_error_has_an_example() -> None:
    assert msgspec.convert(example(models.Error), models.Error).message == "message"


def test_what_cannot_end_has_none() -> None:
    with pytest.raises(EndlessError):
        example(Pair)


bounds = st.integers(-50, 50)


@given(low=bounds, size=st.integers(0, 50), step=st.none() | st.integers(1, 7), strict=st.booleans())
def test_a_number_keeps_its_bounds(low: int, size: int, step: int | None, strict: bool) -> None:
    high = low + size + 2 * (step or 1)
    meta = Meta(gt=low, lt=high, multiple_of=step) if strict else Meta(ge=low, le=high, multiple_of=step)
    kind = Annotated[int, meta]

    msgspec.convert(example(kind), kind)


@given(least=st.integers(0, 300), more=st.integers(0, 300))
def test_a_text_keeps_its_length(least: int, more: int) -> None:
    kind = Annotated[str, Meta(min_length=least, max_length=least + more)]

    msgspec.convert(example(kind), kind)


def test_an_open_option_is_one_that_the_contract_names() -> None:
    assert msgspec.to_builtins(example(models.APIKey))["key_type"] == "admin"
    assert msgspec.to_builtins(example(models.Error))["code"] == "unauthorized"
