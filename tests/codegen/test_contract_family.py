"""Contracts that people may bring: each is generated and imported, and used through the real client."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from inspect import signature
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec import UNSET


def query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query)


class TestEvolved:
    def test_an_added_optional_field_and_enum_value_are_sent(self, evolved: Any) -> None:
        sent = evolved.sent(evolved.operations.create_api_key(name="ci", mode="sandbox", description="Builds"))
        assert (sent.method, sent.url) == ("POST", "/v1/api-keys")
        assert sent.content == b'{"name":"ci","mode":"sandbox","description":"Builds"}'
        assert sent.headers == {"content-type": "application/json"}

    def test_what_is_left_out_is_not_sent(self, evolved: Any) -> None:
        assert evolved.sent(evolved.operations.create_api_key(name="ci")).content == b'{"name":"ci"}'

    def test_an_unknown_mode_is_refused_before_it_is_sent(self, evolved: Any) -> None:
        refusal = evolved.refused(evolved.operations.create_api_key(name="ci", mode="prod"))
        assert refusal == "mode: expected 'live' or 'sandbox' or 'test', got 'prod'"

    def test_an_added_enum_value_is_read_and_so_is_one_that_nobody_knows_yet(self, evolved: Any) -> None:
        request = evolved.operations.get_api_key("k1")
        for key_type in ("service", "robot"):
            content = b'{"id":"k1","mode":"moon","key_type":"%s"}' % key_type.encode()
            key = evolved.received(request, content)
            assert (key_type, "moon", UNSET) == (key.key_type, key.mode, key.description)

    def test_an_added_query_parameter_is_sent(self, evolved: Any) -> None:
        request = evolved.operations.list_api_keys(
            created_after=datetime(2026, 1, 2, 3, 4, tzinfo=UTC), mode=["live", "sandbox"], limit=5
        )
        expected = [("limit", "5"), ("created_after", "2026-01-02T03:04:00Z"), ("mode", "live"), ("mode", "sandbox")]
        assert expected == query(evolved.sent(request).url)

    def test_a_query_parameter_is_checked(self, evolved: Any) -> None:
        assert (
            evolved.refused(evolved.operations.list_api_keys(limit=101))
            == "limit: expected an integer from 1 to 100, got 101"
        )

    def test_a_new_endpoint_under_the_same_and_under_a_new_tag(self, evolved: Any) -> None:
        assert evolved.sent(evolved.operations.get_api_key("a/b ..")).url == "/v1/api-keys/a%2Fb%20.."
        workspaces = evolved.received(evolved.operations.list_workspaces(), b'[{"id":"w1"},{"id":"w2","new":1}]')
        assert [workspace.id for workspace in workspaces] == ["w1", "w2"]

    def test_an_id_that_is_no_path_segment_is_refused(self, evolved: Any) -> None:
        for bad in ("", ".", ".."):
            with pytest.raises(ValueError, match="api_key_id: expected a part of a path"):
                evolved.operations.get_api_key(bad)

    def test_the_registry_names_every_operation_in_the_contracts_order(self, evolved: Any) -> None:
        registry = evolved.operations.OPERATIONS
        assert list(registry) == ["create_api_key", "list_api_keys", "get_api_key", "list_workspaces"]
        assert {name: name for name in registry} == {name: operation.name for name, operation in registry.items()}

    def test_an_operation_says_what_a_command_line_needs(self, evolved: Any) -> None:
        operation = evolved.operations.OPERATIONS["create_api_key"]
        assert [(own.name, own.required, own.description) for own in operation.arguments] == [
            ("name", True, "API key name. 1 to 255 characters."),
            ("mode", False, 'Where a key works. ``"live"`` (the default), ``"test"`` or ``"sandbox"``.'),
            ("description", False, "What the key is for. At most 1000 characters."),
        ]


class TestNames:
    def test_every_name_becomes_one_that_python_can_say(self, names: Any) -> None:
        request = names.operations.import_(
            "c/d", from_=1, list=["a", "b"], id="i", self_="s", timeout_=2.5, body="t", options_=False, segment_="g",
            datetime=datetime(2026, 1, 2, tzinfo=UTC), filter_name="f", field_1st="1", x_trace_id="abc", timeout=9,
        )  # fmt: skip
        sent = names.sent(request)
        expected = [
            ("from", "1"), ("list", "a"), ("list", "b"), ("id", "i"), ("self", "s"), ("timeout", "2.5"), ("body", "t"),
            ("options", "false"), ("segment", "g"), ("datetime", "2026-01-02T00:00:00Z"), ("filter.name", "f"),
            ("1st", "1"),
        ]  # fmt: skip
        assert expected == query(sent.url)
        assert urlsplit(sent.url).path == "/search/c%2Fd"
        assert sent.headers == {"x-trace-id": "abc"}
        assert request.options == {"timeout": 9}

    def test_a_body_field_that_has_a_parameters_name_says_that_it_is_the_bodys(self, names: Any) -> None:
        request = names.operations.put_thing(
            "p", query_id="q", body_id="b", from_="f", class_="c", list=["l"], self_="s", timeout_=1.5, body="o",
            max_retries_=3, x_trace_id="x", id_2="I", to_dict_="t", str="u", größe=4,
        )  # fmt: skip
        sent = names.sent(request)
        assert sent.url == "/things/p?id=q"
        expected = (
            b'{"id":"b","from":"f","class":"c","list":["l"],"self":"s","timeout":1.5,"body":"o","max_retries":3,'
            b'"x-trace-id":"x","ID":"I","to_dict":"t","str":"u","gr\xc3\xb6\xc3\x9fe":4}'
        )
        assert expected == sent.content

    def test_answers_have_the_same_names(self, names: Any) -> None:
        request = names.operations.import_("c")
        found = names.received(
            request, b'{"import":{"id":7},"Model":{"_id":"m","$type":"t","+1":1,"-1":2},"literal":"zzz"}'
        )
        assert (
            found.import_.id, found.model.id, found.model.type, found.model.field_1, found.model.field_1_2,
            found.literal,
        ) == (7, "m", "t", 1, 2, "zzz")  # fmt: skip

    def test_schemas_that_differ_in_case_only_stay_apart(self, names: Any) -> None:
        assert {"THING", "Thing", "Thing2"} <= set(vars(names.models))
        put = names.received(
            names.operations.put_thing("p", body_id="b", from_="f"), b'{"id":"t","date":"2026-01-02","dict":{"a":"b"}}'
        )
        assert ("Thing2", date(2026, 1, 2), {"a": "b"}) == (type(put).__name__, put.date, put.dict)

    def test_operations_called_like_builtins_or_imports(self, names: Any) -> None:
        assert names.received(names.operations.list_(), b"[]") == []
        assert None is names.received(names.operations.given_(models="m", params="p"), b"")

    def test_text_with_quotes_and_backslashes_survives(self, names: Any) -> None:
        documentation = names.operations.put_thing.__doc__
        assert 'body_id: Ends with a "quote"' in documentation
        assert r'from_: A \backslash and """three quotes"""' in documentation
        assert names.models.Thing.__doc__.strip() == 'What is put: "quoted"'


class TestShapes:
    def order(self, shapes: Any, **changes: Any) -> Any:
        given = {"lines": [{"sku": "ABC-1"}], "ship_to": {"city": "Rome"}} | changes
        return shapes.operations.create_order(**given)

    def test_nested_objects_lists_and_maps_are_sent_by_their_wire_names(self, shapes: Any) -> None:
        request = self.order(
            shapes,
            voucher="v",
            lines=[{"sku": "ABC-1", "unit_price": 2.5}, {"sku": "DEF-22", "amount": 3}],
            ship_to={"city": "Rome", "zip_code": "00100", "kind": "home"},
            bill_to=None,
            notes={"a": {"text": "t", "at": datetime(2026, 1, 2, tzinfo=UTC), "by": "me"}},
            amounts={"x": [1, None, 2.5]},
            anything=[{"k": 1}],
            matrix=[[1, 2], []],
        )
        expected = (
            b'{"voucher":"v","lines":[{"sku":"ABC-1","unitPrice":2.5},{"sku":"DEF-22","amount":3}],'
            b'"ship_to":{"city":"Rome","zipCode":"00100","kind":"home"},"bill_to":null,'
            b'"notes":{"a":{"at":"2026-01-02T00:00:00Z","by":"me","text":"t"}},"amounts":{"x":[1.0,null,2.5]},'
            b'"anything":[{"k":1}],"matrix":[[1,2],[]]}'
        )
        assert expected == shapes.sent(request).content

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
        assert refusal == shapes.refused(self.order(shapes, **changes))

    def test_what_only_the_server_writes_is_no_argument(self, shapes: Any) -> None:
        parameters = signature(shapes.operations.create_order).parameters
        assert {"id", "status", "created_at"}.isdisjoint(parameters)
        assert "voucher" in parameters
        assert "voucher" not in shapes.models.Order.__struct_fields__

    def test_null_and_left_out_differ_where_null_is_a_value(self, shapes: Any) -> None:
        change = shapes.operations.change_order
        assert shapes.sent(change("o")).content == b"{}"
        everything = shapes.sent(change("o", note=None, tags=None, labels=None, address=None, priority=None))
        assert everything.content == b'{"note":null,"tags":null,"labels":null,"address":null,"priority":null}'
        # A position may be left out, but not be null; so None leaves it out.
        assert shapes.sent(change("o", note=UNSET, position=None)).content == b"{}"
        omit = sys.modules[f"{shapes.params.__package__}.request"].Omit()
        assert shapes.sent(change("o", note=omit, position=omit)).content == b"{}"
        nested = change("o", position={"x": 1, "y": None}, tags=["aa"], labels={"l": "v"}, priority="high")
        assert shapes.sent(nested).content == (
            b'{"tags":["aa"],"labels":{"l":"v"},"priority":"high","position":{"x":1.0,"y":null}}'
        )

    def test_answers_are_read_whatever_the_rules_for_requests_are(self, shapes: Any) -> None:
        order = shapes.received(
            self.order(shapes),
            b'{"id":"o1","status":"shipped","lines":[{"sku":"lower case","unitPrice":-1}],'
            b'"ship_to":{"city":"Llanfairpwllgwyngyllgogerychwyrndrobwll","kind":"boat"},"bill_to":null,'
            b'"notes":{"n":{"text":"t","by":""}},"created_at":"2026-01-02T03:04:05Z","amounts":{"x":[null]}}',
        )
        assert (
            order.status, order.lines[0].sku, order.lines[0].unit_price, order.ship_to.kind,
        ) == ("shipped", "lower case", -1, "boat")  # fmt: skip
        assert (None, "", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == (
            order.bill_to, order.notes["n"].by, order.created_at,
        )  # fmt: skip

    def test_all_of_is_one_object_whose_later_parts_narrow_earlier_ones(self, shapes: Any) -> None:
        assert shapes.models.Note.__struct_fields__ == ("at", "by", "text")
        refusal = shapes.refused(self.order(shapes, notes={"n": {"text": "t", "by": None}}))
        assert refusal == "notes[...].by: expected a string of at least 1 character"

    def test_a_schema_may_contain_itself(self, shapes: Any) -> None:
        tree = shapes.received(
            shapes.operations.get_tree(),
            b'{"name":"a","children":[{"name":"b","parent":{"name":"a"}}],"byName":{"c":{"name":"c","parent":null}}}',
        )
        assert (tree.children[0].name, tree.children[0].parent.name, tree.by_name["c"].parent) == ("b", "a", None)

    def test_a_secret_in_a_request_is_marked(self, shapes: Any) -> None:
        assert frozenset({"voucher"}) == shapes.models.OrderInput.__secrets__
        assert frozenset() == shapes.models.Order.__secrets__


class TestUnions:
    def test_a_variant_is_sent_with_its_tag_under_its_wire_name(self, unions: Any) -> None:
        request = unions.operations.add_pet(body={"pet_type": "cat", "name": "Tom", "indoor": True})
        assert unions.sent(request).content == b'{"petType":"cat","name":"Tom","indoor":true}'

    def test_variants_inside_variants(self, unions: Any) -> None:
        cat = {"pet_type": "cat", "name": "Tom"}
        request = unions.operations.add_pet(body={"pet_type": "dog", "name": "Rex", "plays_with": [cat]})
        expected = b'{"petType":"dog","name":"Rex","playsWith":[{"petType":"cat","name":"Tom"}]}'
        assert expected == unions.sent(request).content

    def test_a_variant_that_does_not_exist_is_refused(self, unions: Any) -> None:
        dog = {"pet_type": "dog", "name": "Rex", "plays_with": [{"pet_type": "fish", "name": "Nemo"}]}
        refusal = unions.refused(unions.operations.add_pet(body=dog))
        assert refusal == "plays_with[0].pet_type: expected 'cat' or 'dog', got 'fish'"

    def test_the_fields_of_the_variant_are_checked(self, unions: Any) -> None:
        refusal = unions.refused(unions.operations.add_pet(body={"pet_type": "cat", "name": ""}))
        assert refusal == "name: expected a string of at least 1 character, got ''"

    def test_variants_are_read_and_know_their_tag(self, unions: Any) -> None:
        pets = unions.received(
            unions.operations.list_pets(),
            b'[{"petType":"cat","name":"Tom"},{"petType":"dog","name":"Rex","playsWith":[{"petType":"cat","name":"T"}]}]',
        )
        assert [(type(pet).__name__, pet.pet_type) for pet in pets] == [("Cat", "cat"), ("Dog", "dog")]
        assert pets[1].plays_with[0].name == "T"
        assert pets[0].to_dict() == {"petType": "cat", "name": "Tom"}

    def test_a_variant_that_a_newer_server_sends_is_kept(self, unions: Any) -> None:
        pets = unions.received(
            unions.operations.list_pets(),
            b'[{"petType":"fish","name":"Nemo","fins":[1,2]},{"petType":"cat","name":"Tom","lives":9}]',
        )
        fish, cat = pets
        assert (type(fish).__name__, fish.name, fish.fins) == ("UnknownPet", "Nemo", [1, 2])
        assert fish.to_dict() == {"petType": "fish", "name": "Nemo", "fins": [1, 2]}
        assert (type(cat).__name__, cat.lives) == ("Cat", 9)

    def test_an_unknown_variant_inside_another_object_is_kept_too(self, unions: Any) -> None:
        request = unions.operations.add_owner(name="Ann")
        owner = unions.received(
            request, b'{"name":"Ann","pet":{"petType":"fish"},"contact":{"by":"dove","coop":7},"extra":1}'
        )
        assert (
            type(owner.pet).__name__, type(owner.contact).__name__, owner.contact.coop, owner.extra,
        ) == ("UnknownPet", "UnknownOwnerContact", 7, 1)  # fmt: skip

    def test_objects_that_name_themselves_by_a_constant(self, unions: Any) -> None:
        request = unions.operations.add_owner(name="Ann", contact={"by": "phone", "number": "+49"})
        assert unions.sent(request).content == b'{"name":"Ann","contact":{"by":"phone","number":"+49"}}'
        contact = unions.received(request, b'{"name":"Ann","contact":{"by":"mail","address":"a@b.c"}}').contact
        assert (type(contact).__name__, contact.by, contact.address) == ("OwnerContactMail", "mail", "a@b.c")

    def test_alternatives_of_different_json_types(self, unions: Any) -> None:
        add = unions.operations.add_owner
        for reference, written in [("abc", b'"abc"'), (7, b"7")]:
            assert unions.sent(add(name="A", reference=reference)).content == b'{"name":"A","reference":%s}' % written
        assert (
            unions.sent(add(name="A", reference=None, pet=None)).content == b'{"name":"A","pet":null,"reference":null}'
        )
        assert unions.refused(add(name="A", reference=0)).startswith("reference: expected ")

    def test_constants_in_a_union_are_the_values_of_one_enum(self, unions: Any) -> None:
        assert unions.sent(unions.operations.add_owner(name="A", level="low", size="any")).content == (
            b'{"name":"A","size":"any","level":"low"}'
        )
        assert (
            unions.refused(unions.operations.add_owner(name="A", level="mid"))
            == "level: expected 'high' or 'low', got 'mid'"
        )

    def test_a_body_that_elsewhere_is_a_variant_writes_its_own_tag(self, unions: Any) -> None:
        assert unions.sent(unions.operations.add_cat(name="Tom")).content == b'{"petType":"cat","name":"Tom"}'


class TestMethods:
    PATH = "/projects/7/files/a%2Fb"

    def test_two_placeholders_in_the_order_of_the_path(self, methods: Any) -> None:
        sent = methods.sent(methods.operations.get_file(7, "a/b", x_trace_id="t1"))
        assert (sent.method, sent.url, sent.headers, sent.content) == ("GET", self.PATH, {"X-Trace-Id": "t1"}, None)

    def test_every_method(self, methods: Any) -> None:
        operations = methods.operations
        requests = [
            operations.get_file(7, "a/b"),
            operations.put_file(7, "a/b", x_trace_id="t", name="n"),
            operations.patch_file(7, "a/b", size=1),
            operations.delete_file(7, "a/b"),
            operations.head_file(7, "a/b"),
            operations.options_file(7, "a/b"),
            operations.batch(body=[{"do": "add"}]),
        ]
        expected = ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "POST"]
        assert expected == [methods.sent(request).method for request in requests]

    def test_headers_are_checked_and_written_as_text(self, methods: Any) -> None:
        put = methods.operations.put_file
        sent = methods.sent(put(7, "a", x_trace_id="t", if_match=3))
        assert sent.headers == {"X-Trace-Id": "t", "If-Match": "3"}
        refusal = methods.refused(methods.operations.get_file(7, "a", x_trace_id="much too long"))
        assert "at most 8 characters" in refusal

    def test_an_operations_own_parameter_replaces_that_of_its_path(self, methods: Any) -> None:
        parameters = signature(methods.operations.put_file).parameters
        assert parameters["x_trace_id"].default is parameters["x_trace_id"].empty
        assert signature(methods.operations.get_file).parameters["x_trace_id"].default is None

    def test_an_optional_body_is_only_sent_if_something_of_it_is_given(self, methods: Any) -> None:
        put = methods.operations.put_file
        assert methods.sent(put(7, "a", x_trace_id="t")).content is None
        assert methods.sent(put(7, "a", x_trace_id="t", name="n", size=1)).content == b'{"name":"n","size":1}'
        assert methods.refused(put(7, "a", x_trace_id="t", size=1)) == "name: required, and was not given"

    def test_success_with_content_or_without(self, methods: Any) -> None:
        put = methods.operations.put_file(7, "a", x_trace_id="t")
        assert methods.received(put, b'{"name":"n"}').name == "n"
        assert None is methods.received(put, b"")
        assert None is methods.received(methods.operations.delete_file(7, "a"), b"")
        assert None is methods.received(methods.operations.head_file(7, "a"), b"")

    def test_a_json_body_is_chosen_among_several(self, methods: Any) -> None:
        sent = methods.sent(methods.operations.patch_file(7, "a", size=5))
        assert sent.content == b'{"size":5}'

    def test_bodies_that_are_no_objects(self, methods: Any) -> None:
        operations = methods.operations
        batch = operations.batch(body=[{"do": "add", "file": {"name": "f", "old_name": "o"}}, {"do": "drop"}])
        assert methods.sent(batch).content == b'[{"do":"add","file":{"name":"f","old_name":"o"}},{"do":"drop"}]'
        assert methods.received(batch, b'{"add":1}') == {"add": 1}
        assert methods.sent(operations.rename(body="new")).content == b'"new"'
        omit = sys.modules[f"{methods.params.__package__}.request"].Omit()
        assert methods.sent(operations.rename(body=omit)).content is None
        assert methods.sent(operations.rename()).content is None
        assert methods.received(operations.rename(), b"null") is None
        assert methods.sent(operations.touch(body=None)).content == b"null"
        assert methods.received(operations.touch(body=None), b'[1,{"a":null}]') == [1, {"a": None}]

    def test_bodies_that_are_no_objects_are_checked(self, methods: Any) -> None:
        refusal = methods.refused(methods.operations.batch(body=[{"do": "add"}, {"do": "fly"}]))
        assert refusal == "[1].do: expected 'add' or 'drop', got 'fly'"

    def test_what_is_deprecated_says_so(self, methods: Any) -> None:
        operations = methods.operations
        deprecated = {name for name, operation in operations.OPERATIONS.items() if operation.deprecated}
        assert {"delete_file"} == deprecated
        assert "Deprecated: the server will stop offering it." in operations.delete_file.__doc__
        assert "force: Deprecated. Now always done. The default is True." in operations.delete_file.__doc__
        assert "old_name: Deprecated. Use name" in operations.put_file.__doc__

    def test_the_models_of_failures_are_there(self, methods: Any) -> None:
        assert methods.models.Problem.__struct_fields__ == ("title",)

    def test_a_long_description_is_wrapped_with_its_indentation(self, methods: Any) -> None:
        lines = methods.operations.get_file.__doc__.splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("      indented"))
        assert lines[first].startswith('      indented \\d "text" that is too long')
        assert lines[first + 1] == "          its depth."
        assert max(map(len, lines)) <= 120


class TestFormats:
    def test_every_kind_of_string_is_written_as_the_contract_has_it(self, formats: Any) -> None:
        request = formats.operations.add_host(
            date(2026, 1, 2), since=date(2025, 12, 31), address="::1", gateway=None, routes=["fe80::1"],
            password="correct horse", boot=datetime(2026, 1, 2, 3, tzinfo=UTC), body_day=date(2026, 2, 3),
            id="not checked", home="x:y",
        )  # fmt: skip
        sent = formats.sent(request)
        assert sent.url == "/hosts/2026-01-02?since=2025-12-31"
        assert sent.content == (
            b'{"address":"::1","gateway":null,"routes":["fe80::1"],"password":"correct horse",'
            b'"boot":"2026-01-02T03:00:00Z","day":"2026-02-03","id":"not checked","home":"x:y"}'
        )

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"address": "::g"}, "address: expected an IPv4 or IPv6 address, got '::g'"),
            ({"gateway": "::1"}, "gateway: expected an IPv4 address, got '::1'"),
            ({"routes": ["::1", "1.2.3.4"]}, "routes[1]: expected an IPv6 address, got '1.2.3.4'"),
            ({"boot": "yesterday"}, "boot: expected a date and time, got 'yesterday'"),
            ({"password": "short"}, "password: expected a string of at least 8 characters, got '**********'"),
        ],
    )
    def test_what_has_not_its_format_is_refused(self, formats: Any, changes: Any, refusal: str) -> None:
        given = {"address": "1.2.3.4"} | changes
        assert refusal == formats.refused(formats.operations.add_host(date(2026, 1, 2), **given))

    def test_answers_have_real_times_and_hide_their_secrets(self, formats: Any) -> None:
        host = formats.received(
            formats.operations.add_host(date(2026, 1, 2), address="::1"),
            b'{"address":"anything","password":"hunter2","oldPasswords":["hunter1"],"boot":"2026-01-02T03:00:00Z",'
            b'"tokens":{"ci":"hunter3"},"recovery":"hunter4","pin":"hunter5",'
            b'"day":"2026-02-03","id":"x","short":"longer than three"}',
        )
        assert (datetime(2026, 1, 2, 3, tzinfo=UTC), date(2026, 2, 3)) == (host.boot, host.day)
        assert frozenset({"password", "old_passwords", "tokens", "recovery", "pin"}) == host.__secrets__
        assert "hunter" not in repr(host)


class TestTags:
    def test_each_tag_has_a_module_and_both_share_the_schema(self, tags: Any) -> None:
        assert tags.operations.users.GET_USER.response is tags.operations.billing_accounts.GET_OWNER.response
        assert tags.received(tags.operations.get_owner("a"), b'{"id":"u","role":"guest"}').role == "guest"

    def test_an_operation_stands_under_its_first_tag_and_without_one_under_default(self, tags: Any) -> None:
        found = {name: operation.tag for name, operation in tags.operations.OPERATIONS.items()}
        assert found == {"get_user": "users", "get_owner": "Billing Accounts", "ping": "default"}
        assert tags.received(tags.operations.ping(), b'"pong"') == "pong"

    def test_a_schema_that_no_operation_uses_is_there(self, tags: Any) -> None:
        assert tags.models.Unused.__struct_fields__ == ("left",)

    def test_one_tags_module_does_not_import_the_others(self, tags: Any) -> None:
        loaded = [name for name in sys.modules if name.startswith("boltz_api_generated.operations.")]
        assert loaded == []
        assert tags.operations.get_user.__name__ == "get_user"
        loaded = [name for name in sys.modules if name.startswith("boltz_api_generated.operations.")]
        assert loaded == ["boltz_api_generated.operations.users"]
        assert {"users", "billing_accounts", "default", "ping", "OPERATIONS"} <= set(dir(tags.operations))
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            _ = tags.operations.nothing
