"""Making, hashing and comparing keys."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltz_api.sandbox.keys import KeyType, digest, make_key, make_key_id, same_digest, shown_part


@pytest.mark.parametrize(
    ("key_type", "mode", "form"),
    [
        ("admin", "live", r"sk_bc_admin_live_[0-9a-f]{48}"),
        ("admin", "test", r"sk_bc_admin_test_[0-9a-f]{48}"),
        ("workspace", "live", r"sk_bc_ws_live_[0-9a-f]{48}"),
        ("workspace", "test", r"sk_bc_ws_test_[0-9a-f]{48}"),
    ],
)
def test_a_key_begins_with_its_type_and_mode(key_type: KeyType, mode: str, form: str) -> None:
    key = make_key(key_type, mode)

    assert re.fullmatch(form, key)
    assert shown_part(key) == form[:12]


def test_no_two_are_alike() -> None:
    assert len({make_key("workspace", "live") for _ in range(1000)}) == 1000
    assert len({make_key_id() for _ in range(1000)}) == 1000


@given(st.text(), st.text())
def test_keys_are_known_by_their_digest(one: str, other: str) -> None:
    assert same_digest(digest(one), digest(other)) == (one == other)
    assert len(digest(one)) == 32
