"""Contracts that people may bring: each is generated and imported, and used through the real client."""

from __future__ import annotations

import base64
import inspect
from datetime import UTC, date, datetime
from decimal import Decimal
from inspect import signature
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx
import pytest
from msgspec import UNSET

from boltz_api.errors import BoltzError
from boltz_api.request import APIKeyHeader, BasicCredentials, Omit


def query(request: httpx.Request) -> list[tuple[str, str]]:
    return parse_qsl(request.url.query.decode())


class TestEvolved:
    def test_an_added_optional_field_and_enum_value_are_sent(self, evolved: Any) -> None:
        sent = evolved.sent("admin.api_keys.create_api_key", name="ci", mode="sandbox", description="Builds")
        assert ("POST", "/v1/api-keys") == (sent.method, sent.url.path)
        assert sent.content == b'{"name":"ci","mode":"sandbox","description":"Builds"}'
        assert sent.headers["content-type"] == "application/json"

    def test_what_is_left_out_is_not_sent(self, evolved: Any) -> None:
        assert evolved.sent("admin.api_keys.create_api_key", name="ci").content == b'{"name":"ci"}'

    def test_an_unknown_value_is_refused_before_it_is_sent(self, evolved: Any) -> None:
        refusal = evolved.refused("admin.api_keys.create_api_key", name="ci", mode="prod")
        assert refusal == "mode: expected 'live' or 'sandbox' or 'test', got 'prod'"
        refusal = evolved.refused("admin.api_keys.list_api_keys", limit=101)
        assert refusal == "limit: expected an integer from 1 to 100, got 101"

    def test_an_added_enum_value_is_read_and_so_is_one_that_nobody_knows_yet(self, evolved: Any) -> None:
        for key_type in ("service", "robot"):
            content = b'{"id":"k1","mode":"moon","key_type":"%s"}' % key_type.encode()
            key = evolved.received("admin.api_keys.get_api_key", content, "k1")
            assert (key_type, "moon", UNSET) == (key.key_type, key.mode, key.description)

    def test_query_parameters_are_sent(self, evolved: Any) -> None:
        sent = evolved.sent(
            "admin.api_keys.list_api_keys",
            created_after=datetime(2026, 1, 2, 3, 4, tzinfo=UTC), mode=["live", "sandbox"], limit=5,
        )  # fmt: skip
        expected = [("limit", "5"), ("created_after", "2026-01-02T03:04:00Z"), ("mode", "live"), ("mode", "sandbox")]
        assert sorted(expected) == sorted(query(sent))

    def test_a_new_endpoint_under_the_same_and_under_a_new_tag(self, evolved: Any) -> None:
        sent = evolved.sent("admin.api_keys.get_api_key", "a/b ..")
        assert sent.url.raw_path == b"/v1/api-keys/a%2Fb%20.."
        workspaces = evolved.received("admin.workspaces.list_workspaces", b'[{"id":"w1"},{"id":"w2","new":1}]')
        assert [workspace.id for workspace in workspaces] == ["w1", "w2"]

    def test_the_registry_names_every_operation(self, evolved: Any) -> None:
        registry = evolved.package.OPERATIONS
        assert set(registry) == {"create_api_key", "list_api_keys", "get_api_key", "list_workspaces"}
        assert {name: name for name in registry} == {name: operation.name for name, operation in registry.items()}
        assert evolved.package.TAGS == {"admin.api_keys": "API Keys", "admin.workspaces": "admin.workspaces"}


class TestMethodsAreOrdinary:
    def test_help_and_source_show_the_method(self, evolved: Any) -> None:
        method = evolved.method("admin.api_keys.create_api_key")
        assert "def create_api_key(" in inspect.getsource(method)
        assert (inspect.getdoc(method) or "").splitlines()[:5] == [
            "Create an API key",
            "",
            "Args:",
            "    name: API key name. 1 to 255 characters.",
            '    mode: Where a key works. ``"live"`` (the default), ``"test"`` or ``"sandbox"``.',
        ]
        assert list(signature(method).parameters) == ["name", "mode", "description", "options"]

    def test_a_missing_argument_is_pythons_error_and_an_unknown_one_has_a_hint(self, evolved: Any) -> None:
        with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'name'"):
            evolved.sent("admin.api_keys.create_api_key")
        refusal = evolved.refused("admin.api_keys.create_api_key", name="ci", descripton="x")
        assert refusal == "descripton: create_api_key has no such argument; did you mean 'description'?"


class TestNames:
    def test_every_name_becomes_one_that_python_can_say(self, names: Any) -> None:
        sent = names.sent(
            "list.import_", "c/d", from_=1, list=["a", "b"], id="i", self_="s", timeout_=2.5, body="t", options_=False,
            segment="g", datetime=datetime(2026, 1, 2, tzinfo=UTC), filter_name="f", field_1st="1", x_trace_id="abc",
            timeout=9,
        )  # fmt: skip
        expected = [
            ("from", "1"), ("list", "a"), ("list", "b"), ("id", "i"), ("self", "s"), ("timeout", "2.5"), ("body", "t"),
            ("options", "false"), ("segment", "g"), ("datetime", "2026-01-02T00:00:00Z"), ("filter.name", "f"),
            ("1st", "1"),
        ]  # fmt: skip
        assert sorted(expected) == sorted(query(sent))
        assert (sent.url.raw_path.partition(b"?")[0], sent.headers["x-trace-id"]) == (b"/search/c%2Fd", "abc")

    def test_a_name_in_several_places_says_which(self, names: Any) -> None:
        sent = names.sent(
            "list.put_thing", "p", id_query="q", id="b", from_="f", class_="c", list=["l"], self_="s",
            timeout_=1.5, body="o", max_retries_=3, x_trace_id="x", ID="I", to_dict_="t", str="u", größe=4,
        )  # fmt: skip
        assert (sent.url.path, query(sent)) == ("/things/p", [("id", "q")])
        assert (
            sent.content
            == (
                '{"id":"b","from":"f","class":"c","list":["l"],"self":"s","timeout":1.5,"body":"o","max_retries":3,'
                '"x-trace-id":"x","ID":"I","to_dict":"t","str":"u","größe":4}'
            ).encode()
        )

    def test_answers_have_the_same_names(self, names: Any) -> None:
        content = b'{"import":{"id":7},"Model":{"_id":"m","$type":"t","+1":1,"-1":2},"literal":"zzz"}'
        found = names.received("list.import_", content, "c")
        assert (found.import_.id, found.literal) == (7, "zzz")
        model = found.Model if hasattr(found, "Model") else found.model
        assert (model.field_id, model.type, model.field_1, model.field_1_3) == ("m", "t", 1, 2)

    def test_schemas_that_differ_in_case_only_stay_apart(self, names: Any) -> None:
        put = names.received(
            "list.put_thing", b'{"id":"t","date":"2026-01-02","dict":{"a":"b"}}', "p", id="b", from_="f"
        )
        assert (date(2026, 1, 2), {"a": "b"}) == (put.date, put.dict)

    def test_text_with_quotes_and_backslashes_survives(self, names: Any) -> None:
        documentation = names.method("list.put_thing").__doc__
        assert 'id: Ends with a "quote"' in documentation
        assert r'from_: A \backslash and """three quotes"""' in documentation


class TestShapes:
    ORDER = {"lines": [{"sku": "ABC-1"}], "ship_to": {"city": "Rome"}}  # noqa: RUF012  # read only

    def test_nested_objects_lists_and_maps_are_sent_by_their_wire_names(self, shapes: Any) -> None:
        sent = shapes.sent(
            "orders.create_order",
            voucher="v",
            lines=[{"sku": "ABC-1", "unit_price": 2.5}, {"sku": "DEF-22", "amount": 3}],
            ship_to={"city": "Rome", "zip_code": "00100", "kind": "home"},
            bill_to=None,
            notes={"a": {"text": "t", "at": datetime(2026, 1, 2, tzinfo=UTC), "by": "me"}},
            amounts={"x": [1, None, 2.5]},
            anything=[{"k": 1}],
            matrix=[[1, 2], []],
        )
        assert sent.content == (
            b'{"lines":[{"sku":"ABC-1","unitPrice":2.5},{"sku":"DEF-22","amount":3}],'
            b'"ship_to":{"city":"Rome","zipCode":"00100","kind":"home"},"voucher":"v","bill_to":null,'
            b'"notes":{"a":{"text":"t","at":"2026-01-02T00:00:00Z","by":"me"}},"amounts":{"x":[1.0,null,2.5]},'
            b'"anything":[{"k":1}],"matrix":[[1,2],[]]}'
        )

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"lines": []}, "lines: expected a list of 1 to 50 items, each an object, got []"),
            ({"lines": [{"sku": "a"}]}, "lines[0].sku: expected a string that matches '^[A-Z]{3}-\\\\d+$', got 'a'"),
            ({"ship_to": {}}, "ship_to.city: required, and was not given"),
            ({"ship_to": {"city": "R", "zipcode": "1"}}, "ship_to.zipcode: no such argument; did you mean 'zip_code'?"),
            ({"matrix": [[1], [2, -1]]}, "matrix[1][1]: expected an integer of at least 0, got -1"),
            ({"bill_to": {"city": 7}}, "bill_to.city: expected a string of at most 20 characters, got 7"),
        ],
    )  # fmt: skip
    def test_what_breaks_a_rule_at_any_depth_is_refused(self, shapes: Any, changes: Any, refusal: str) -> None:
        assert refusal == shapes.refused("orders.create_order", **self.ORDER | changes)

    def test_what_only_one_side_writes_is_only_on_that_side(self, shapes: Any) -> None:
        parameters = signature(shapes.method("orders.create_order")).parameters
        assert {"id", "status", "created_at"}.isdisjoint(parameters)
        assert "voucher" in parameters
        assert "voucher" not in shapes.models.Order.__struct_fields__

    def test_null_and_left_out_differ_where_null_is_a_value(self, shapes: Any) -> None:
        def change(**arguments: Any) -> bytes:
            content: bytes = shapes.sent("orders.change_order", "o", **arguments).content
            return content

        assert change() == b"{}"
        everything = change(note=None, tags=None, labels=None, address=None, priority=None)
        assert everything == b'{"note":null,"tags":null,"labels":null,"address":null,"priority":null}'
        # A position may be left out, but not be null; so None leaves it out.
        assert change(note=UNSET, position=None) == b"{}"
        assert change(note=Omit(), position=Omit()) == b"{}"
        nested = change(position={"x": 1, "y": None}, tags=["aa"], labels={"l": "v"}, priority="high")
        assert nested == b'{"tags":["aa"],"labels":{"l":"v"},"priority":"high","position":{"x":1.0,"y":null}}'

    def test_answers_are_read_whatever_the_rules_for_requests_are(self, shapes: Any) -> None:
        order = shapes.received(
            "orders.create_order",
            b'{"id":"o1","status":"shipped","lines":[{"sku":"lower case","unitPrice":-1}],'
            b'"ship_to":{"city":"Llanfairpwllgwyngyllgogerychwyrndrobwll","kind":"boat"},"bill_to":null,'
            b'"notes":{"n":{"text":"t","by":""}},"created_at":"2026-01-02T03:04:05Z","amounts":{"x":[null]}}',
            **self.ORDER,
        )
        assert (
            order.status, order.lines[0].sku, order.lines[0].unit_price, order.ship_to.kind,
        ) == ("shipped", "lower case", -1, "boat")  # fmt: skip
        assert (None, "", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == (
            order.bill_to, order.notes["n"].by, order.created_at,
        )  # fmt: skip

    def test_a_schema_may_contain_itself(self, shapes: Any) -> None:
        tree = shapes.received(
            "trees.get_tree",
            b'{"name":"a","children":[{"name":"b","parent":{"name":"a"}}],"byName":{"c":{"name":"c","parent":null}}}',
        )
        assert (tree.children[0].name, tree.children[0].parent.name, tree.by_name["c"].parent) == ("b", "a", None)


class TestUnions:
    def test_variants_are_sent_with_their_tags_under_their_wire_names(self, unions: Any) -> None:
        cat = {"pet_type": "cat", "name": "Tom"}
        sent = unions.sent("pets.add_pet", body={"pet_type": "dog", "name": "Rex", "plays_with": [cat]})
        assert sent.content == b'{"petType":"dog","name":"Rex","playsWith":[{"petType":"cat","name":"Tom"}]}'

    def test_a_variant_that_does_not_exist_is_refused(self, unions: Any) -> None:
        dog = {"pet_type": "dog", "name": "Rex", "plays_with": [{"pet_type": "fish", "name": "Nemo"}]}
        assert "plays_with[0].pet_type: expected 'cat' or 'dog', got 'fish'" == unions.refused("pets.add_pet", body=dog)

    def test_variants_are_read_and_one_that_a_newer_server_sends_is_kept(self, unions: Any) -> None:
        cat, fish = unions.received(
            "pets.list_pets",
            b'[{"petType":"cat","name":"Tom","lives":9},{"petType":"fish","name":"Nemo","fins":[1,2]}]',
        )
        assert (type(cat).__name__, cat.name, cat.lives) == ("Cat", "Tom", 9)
        assert cat.to_dict() == {"petType": "cat", "name": "Tom", "lives": 9}
        assert (type(fish).__name__, fish.fins) == ("UnknownPet", [1, 2])
        assert fish.to_dict() == {"petType": "fish", "name": "Nemo", "fins": [1, 2]}

    def test_objects_that_name_themselves_by_a_constant(self, unions: Any) -> None:
        contact = {"by": "phone", "number": "+49"}
        sent = unions.sent("owners.add_owner", name="Ann", contact=contact)
        assert sent.content == b'{"name":"Ann","contact":{"by":"phone","number":"+49"}}'
        owner = unions.received("owners.add_owner", b'{"name":"Ann","contact":{"by":"mail","address":"a"}}', name="A")
        assert (owner.contact.address, owner.to_dict()["contact"]) == ("a", {"by": "mail", "address": "a"})

    def test_alternatives_of_different_json_types(self, unions: Any) -> None:
        for reference, written in [("abc", b'"abc"'), (7, b"7"), (None, b"null")]:
            sent = unions.sent("owners.add_owner", name="A", reference=reference)
            assert sent.content == b'{"name":"A","reference":%s}' % written
        assert unions.refused("owners.add_owner", name="A", reference=0).startswith("reference: expected ")

    def test_constants_in_a_union_are_the_values_of_one_enum(self, unions: Any) -> None:
        sent = unions.sent("owners.add_owner", name="A", level="low", size="any")
        assert sent.content == b'{"name":"A","size":"any","level":"low"}'
        refusal = unions.refused("owners.add_owner", name="A", level="mid")
        assert refusal == "level: expected 'high' or 'low', got 'mid'"

    def test_a_body_that_elsewhere_is_a_variant_writes_its_own_tag(self, unions: Any) -> None:
        assert unions.sent("pets.add_cat", name="Tom").content == b'{"petType":"cat","name":"Tom"}'

    def test_objects_without_a_tag_are_told_apart_by_what_they_have(self, unions: Any) -> None:
        content = b'{"shape":{"side":2.0},"shapes":[{"radius":1.0,"new":1},{"side":3.0}],"layers":["a"]}'
        answer = httpx.Response(200, content=content, headers={"content-type": "application/json"})
        sent, drawing = unions.exchange("shapes.add_shape", answer, body={"radius": 2, "line_colour": "red"})
        assert sent.content == b'{"radius":2.0,"lineColour":"red"}'
        assert [type(own).__name__ for own in (drawing.shape, *drawing.shapes)] == ["Square", "Circle", "Square"]
        assert (drawing.shapes[0].new, drawing.layers) == (1, ["a"])
        with pytest.raises(BoltzError):
            unions.sent("shapes.add_shape", body={"height": 2})


class TestMethods:
    def test_every_method_and_two_placeholders_in_the_order_of_the_path(self, methods: Any) -> None:
        calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
            ("get_file", (7, "a/b"), {}),
            ("put_file", (7, "a/b"), {"x_trace_id": "t", "name": "n"}),
            ("patch_file", (7, "a/b"), {"size": 1}),
            ("delete_file", (7, "a/b"), {}),
            ("head_file", (7, "a/b"), {}),
        ]
        sent = [methods.sent(f"files.{name}", *positional, **named) for name, positional, named in calls]
        assert ["GET", "PUT", "PATCH", "DELETE", "HEAD"] == [own.method for own in sent]
        assert {own.url.raw_path for own in sent} == {b"/projects/7/files/a%2Fb"}

    def test_headers_are_checked_and_written_as_text(self, methods: Any) -> None:
        sent = methods.sent("files.put_file", 7, "a", x_trace_id="t", if_match=3)
        assert (sent.headers["X-Trace-Id"], sent.headers["If-Match"]) == ("t", "3")
        assert "at most 8 characters" in methods.refused("files.get_file", 7, "a", x_trace_id="much too long")

    def test_an_optional_body_is_only_sent_if_something_of_it_is_given(self, methods: Any) -> None:
        assert methods.sent("files.put_file", 7, "a", x_trace_id="t").content == b""
        sent = methods.sent("files.put_file", 7, "a", x_trace_id="t", name="n", size=1)
        assert sent.content == b'{"name":"n","size":1}'
        refusal = methods.refused("files.put_file", 7, "a", x_trace_id="t", size=1)
        assert refusal == "name: required, and was not given"

    def test_success_with_content_or_without(self, methods: Any) -> None:
        put = ("files.put_file", b'{"name":"n"}', 7, "a")
        assert methods.received(*put, x_trace_id="t").name == "n"
        assert None is methods.exchange("files.put_file", httpx.Response(204), 7, "a", x_trace_id="t")[1]
        assert None is methods.exchange("files.delete_file", httpx.Response(204), 7, "a")[1]

    def test_bodies_that_are_no_objects(self, methods: Any) -> None:
        steps = [{"do": "add", "file": {"name": "f", "old_name": "o"}}, {"do": "drop"}]
        sent = methods.sent("files.batch", body=steps)
        assert sent.content == b'[{"do":"add","file":{"name":"f","old_name":"o"}},{"do":"drop"}]'
        assert methods.received("files.batch", b'{"add":1}', body=steps) == {"add": 1}
        assert methods.sent("files.rename", body="new").content == b'"new"'
        assert methods.sent("files.rename", body=Omit()).content == b""
        assert methods.received("files.rename", b"null") is None
        assert methods.sent("files.touch", body=None).content == b"null"
        assert methods.received("files.touch", b'[1,{"a":null}]', body=None) == [1, {"a": None}]
        refusal = methods.refused("files.batch", body=[{"do": "add"}, {"do": "fly"}])
        assert refusal == "[1].do: expected 'add' or 'drop', got 'fly'"

    def test_what_is_deprecated_says_so(self, methods: Any) -> None:
        deprecated = {name for name, operation in methods.package.OPERATIONS.items() if operation.deprecated}
        assert {"delete_file"} == deprecated
        documentation = methods.method("files.delete_file").__doc__
        assert "Deprecated: the server will stop offering it." in documentation
        assert "force: Deprecated. Now always done. The default is True." in documentation

    def test_a_long_description_is_wrapped_with_its_indentation(self, methods: Any) -> None:
        lines = methods.method("files.get_file").__doc__.splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("          indented"))
        assert lines[first + 1].startswith("              ")
        assert max(map(len, lines)) <= 120


class TestFormats:
    def test_every_kind_of_string_is_written_as_the_contract_has_it(self, formats: Any) -> None:
        uuid = "6f2f7c4e-0d7f-4f5b-8a44-0b8f0a1c2d3e"
        sent = formats.sent(
            "default.add_host", date(2026, 1, 2), since=date(2025, 12, 31), address="::1", gateway=None,
            routes=["fe80::1"], password="correct horse", boot=datetime(2026, 1, 2, 3, tzinfo=UTC),
            day_body=date(2026, 2, 3), id=UUID(uuid), home="x:y",
        )  # fmt: skip
        assert sent.url.raw_path == b"/hosts/2026-01-02?since=2025-12-31"
        assert sent.content == (
            b'{"address":"::1","gateway":null,"routes":["fe80::1"],"password":"correct horse",'
            b'"boot":"2026-01-02T03:00:00Z","day":"2026-02-03","id":"%s","home":"x:y"}' % uuid.encode()
        )

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"address": "::g"}, "address: expected an IPv4 or IPv6 address, got '::g'"),
            ({"gateway": "::1"}, "gateway: expected an IPv4 address, got '::1'"),
            ({"routes": ["::1", "1.2.3.4"]}, "routes[1]: expected an IPv6 address, got '1.2.3.4'"),
            ({"boot": "yesterday"}, "boot: expected a date and time, got 'yesterday'"),
        ],
    )
    def test_what_has_not_its_format_is_refused(self, formats: Any, changes: Any, refusal: str) -> None:
        arguments = {"address": "1.2.3.4"} | changes
        assert refusal == formats.refused("default.add_host", date(2026, 1, 2), **arguments)

    def test_answers_have_real_times_and_hide_their_secrets(self, formats: Any) -> None:
        host = formats.received(
            "default.add_host",
            b'{"address":"anything","password":"hunter2","oldPasswords":["hunter1"],"boot":"2026-01-02T03:00:00Z",'
            b'"tokens":{"ci":"hunter3"},"recovery":"hunter4","pin":"hunter5","day":"2026-02-03",'
            b'"short":"longer than three"}',
            date(2026, 1, 2),
            address="::1",
        )
        assert (datetime(2026, 1, 2, 3, tzinfo=UTC), date(2026, 2, 3)) == (host.boot, host.day)
        assert "hunter" not in repr(host)


class TestMedia:
    def test_json_is_chosen_and_python_types_are_written_as_the_contract_has_them(self, media: Any) -> None:
        sent = media.sent(
            "library.books.create", title="T", isbn="I", subtitle=None, price=Decimal("12.50"), scan=b"hello",
            meta={"shelf": "s", "row": 4}, rating="good", level="high", pages=1,
        )  # fmt: skip
        assert sent.content == (
            b'{"title":"T","isbn":"I","subtitle":null,"price":"12.50","scan":"%s","pages":1,'
            b'"meta":{"shelf":"s","row":4},"rating":"good","level":"high"}' % base64.b64encode(b"hello")
        )
        assert "pages: expected an integer of more than 0" in media.refused(
            "library.books.create", title="T", isbn="I", pages=0
        )

    @pytest.mark.parametrize(
        ("status", "content", "kind"),
        [
            (200, {"title": "T", "isbn": "I", "id": 1, "lent_to": None}, "Book"),
            (202, {"id": "t"}, "Ticket"),
            (204, None, "NoneType"),
        ],
    )
    def test_each_success_has_its_own_type(self, media: Any, status: int, content: Any, kind: str) -> None:
        answer = httpx.Response(status, json=content) if content else httpx.Response(status)
        _, result = media.exchange("library.books.create", answer, title="T", isbn="I")
        assert kind == type(result).__name__

    def test_text_and_bytes_travel_as_they_are(self, media: Any) -> None:
        picture = httpx.Response(200, content=b"\x89PNG", headers={"content-type": "image/png"})
        sent, result = media.exchange("library.books.get_cover", picture, [1, 2])
        assert (sent.url.path, sent.headers["accept"], result) == ("/books/1,2/cover", "image/png", b"\x89PNG")
        assert "authorization" not in sent.headers
        sent = media.sent("library.books.put_cover", [1], body=b"\x89PNG")
        assert (sent.content, sent.headers["content-type"]) == (b"\x89PNG", "image/png")
        text = httpx.Response(200, text="Wow", headers={"content-type": "text/plain"})
        assert media.exchange("library.books.get_blurb", text, 1)[1] == "Wow"
        sent = media.sent("library.books.put_blurb", 1, body="Wow")
        assert (sent.content, sent.headers["content-type"]) == (b"Wow", "text/plain")

    def test_json_by_another_name_is_sent_under_that_name(self, media: Any) -> None:
        sent = media.sent("library.books.patch_blurb", 1, text=None)
        assert (sent.content, sent.headers["content-type"]) == (b'{"text":null}', "application/merge-patch+json")
        assert sent.headers["accept"] == "application/hal+json"

    def test_a_form(self, media: Any) -> None:
        sent = media.sent("library.login", user="a&b", password="fake", scopes=["r", "w"], remember=True)
        assert parse_qsl(sent.content.decode()) == [
            ("user", "a&b"), ("password", "fake"), ("scopes", "r"), ("scopes", "w"), ("remember", "true"),
        ]  # fmt: skip
        assert sent.headers["content-type"] == "application/x-www-form-urlencoded"

    def test_lists_with_commas_and_repeated_over_the_pages_of_a_listing(self, media: Any) -> None:
        book = {"title": "T", "isbn": "I", "id": 1, "lent_to": None}
        answer = httpx.Response(200, json={"books": [book], "more": False})
        sent, page = media.exchange("library.books.list", answer, genres=["prose", "verse"], years=[1, 2], x_shelf=3)
        assert sorted(query(sent)) == [("genres", "prose,verse"), ("years", "1"), ("years", "2")]
        assert sent.headers["X-Shelf"] == "3"
        assert [own.title for own in page] == ["T"]

    def test_security_is_what_the_contract_says(self, media: Any) -> None:
        operations = media.package.OPERATIONS
        assert (media.package.SERVER, media.package.SECURITY) == ("https://eu.media.example/v2", BasicCredentials())
        assert {name for name, own in operations.items() if not own.authenticated} == {"get_cover", "login"}
        assert operations["put_cover"].security == APIKeyHeader("X-Key")
        authorization = media.sent("library.books.get_blurb", 1).headers["authorization"]
        assert authorization == "Basic " + base64.b64encode(b"fake:fake").decode()


class TestTags:
    def test_an_operation_stands_under_its_first_tag_and_without_one_under_default(self, tags: Any) -> None:
        found = {name: operation.resource for name, operation in tags.package.OPERATIONS.items()}
        assert found == {"get_user": "users", "get_owner": "billing_accounts", "ping": "default"}
        assert tags.received("default.ping", b'"pong"') == "pong"
        assert tags.received("billing_accounts.get_owner", b'{"id":"u","role":"guest"}', "a").role == "guest"

    def test_a_schema_that_no_operation_uses_is_there(self, tags: Any) -> None:
        assert tags.models.Unused.__struct_fields__ == ("left",)
