"""Names that Python can say, whatever the contract calls a thing."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.naming import Namespace, pascal_case, snake_case
from codegen.reserved import CLASS_NAMES, FIELD_NAMES, OPERATION_NAMES, OPTION_NAMES


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ("sort-by", "sort_by"),
        ("createdAt", "created_at"),
        ("APIKeyID", "api_key_id"),
        ("HTTPServer2", "http_server2"),
        ("sha256", "sha256"),
        ("v1Beta", "v1_beta"),
        ("X-Trace-Id", "x_trace_id"),
        ("filter[name]", "filter_name"),
        ("$ref", "ref"),
        ("@type", "type"),
        ("_id", "id"),
        ("1st", "field_1st"),
        ("+1", "field_1"),
        ("", "field"),
        ("💥", "field"),
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
        ("api_key", "ApiKey"),
        ("list-api-keys", "ListApiKeys"),
        ("thing", "Thing"),
        ("OAuth2Token", "OAuth2Token"),
        ("v1.Thing", "V1Thing"),
        ("2fa", "Type2fa"),
        ("", "Type"),
    ],
)
def test_pascal_case(name: str, expected: str) -> None:
    assert expected == pascal_case(name)


@pytest.mark.parametrize(
    ("reserved", "wanted", "expected"),
    [
        (FIELD_NAMES, ["class", "from", "self", "options"], ["class_", "from_", "self_", "options_"]),
        (FIELD_NAMES, ["timeout", "max_retries", "extra_body"], ["timeout_", "max_retries_", "extra_body_"]),
        (FIELD_NAMES, ["to_dict", "list", "id", "type"], ["to_dict_", "list", "id", "type"]),
        (FIELD_NAMES, ["id", "id", "id"], ["id", "id_2", "id_3"]),
        (FIELD_NAMES, ["class", "class"], ["class_", "class_2"]),
        (OPERATION_NAMES, ["list", "import", "datetime"], ["list_", "import_", "datetime_"]),
        (CLASS_NAMES, ["None", "Model", "Thing", "Thing"], ["None2", "Model2", "Thing", "Thing2"]),
    ],
)  # fmt: skip
def test_a_name_that_is_taken_gets_the_nearest_free_one(
    reserved: frozenset[str], wanted: list[str], expected: list[str]
) -> None:
    namespace = Namespace(reserved)
    assert expected == [namespace.claim(name) for name in wanted]


def test_who_has_the_name_already_keeps_it() -> None:
    wanted = [("ID", "id"), ("Id", "id"), ("id", "id")]
    assert Namespace().claim_all(wanted) == {"ID": "id_2", "Id": "id_3", "id": "id"}


def test_the_options_of_a_call_are_read_from_the_code_that_has_them() -> None:
    assert {"timeout", "max_retries", "extra_headers", "extra_query", "extra_body"} == OPTION_NAMES


@given(st.lists(st.text(max_size=12), max_size=8))
def test_fields_are_identifiers_that_differ_and_stay(wires: list[str]) -> None:
    wanted = [(wire, snake_case(wire)) for wire in dict.fromkeys(wires)]
    names = Namespace(FIELD_NAMES).claim_all(wanted)
    assert len(set(names.values())) == len(wanted)
    for name in names.values():
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not name.startswith("_")
        assert name not in FIELD_NAMES
    # One more at the end renames nobody, unless it has the better claim.
    more = [(wire, name) for wire, name in [*wanted, ("zzz-new", "zzz_new")] if wire != "zzz-new" or name not in names]
    assert names == {wire: Namespace(FIELD_NAMES).claim_all(more)[wire] for wire in names}


@given(st.lists(st.text(max_size=12), max_size=8))
def test_classes_are_identifiers_that_differ(texts: list[str]) -> None:
    namespace = Namespace(CLASS_NAMES)
    names = [namespace.claim(pascal_case(text)) for text in texts]
    assert len(set(names)) == len(names)
    for name in names:
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert name not in CLASS_NAMES


@given(st.text(max_size=20))
def test_a_python_name_is_its_own_python_name(wire: str) -> None:
    once = snake_case(wire)
    assert once == snake_case(once)
    assert pascal_case(once) == pascal_case(pascal_case(once))
