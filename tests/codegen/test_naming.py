"""Names made from what the contract calls a thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.naming import Names, pascal_case, snake_case


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ("sort-by", "sort_by"),
        ("createdAt", "created_at"),
        ("APIKeyID", "api_key_id"),
        ("HTTPServer2", "http_server2"),
        ("contacts/list-imports", "contacts_list_imports"),
        ("filter[name]", "filter_name"),
        ("_id", "id"),
        ("1st", "field_1st"),
        ("", "field"),
        ("größe", "größe"),
        ("ﬁle", "file"),
    ],
)
def test_snake_case(wire: str, expected: str) -> None:
    assert expected == snake_case(wire)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("APIKey", "APIKey"),
        ("list-api-keys", "ListApiKeys"),
        ("OAuth2Token", "OAuth2Token"),
        ("verify.v2.service", "VerifyV2Service"),
        ("2fa", "Type2fa"),
    ],
)
def test_pascal_case(name: str, expected: str) -> None:
    assert expected == pascal_case(name)


@given(st.text())
def test_names_are_identifiers_and_stay_what_they_are(text: str) -> None:
    snake, pascal = snake_case(text), pascal_case(text)
    assert snake.isidentifier()
    assert not pascal or pascal.isidentifier()
    assert (snake_case(snake), pascal_case(pascal)) == (snake, pascal)


def test_a_name_that_is_taken_gets_a_number() -> None:
    names = Names()
    assert ["Thing", "Thing2", "Thing3"] == [names.claim("Thing") for _ in range(3)]
