"""The cases bite: a client that breaks a rule is caught by a case that names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urljoin

import pytest
from msgspec.structs import replace

from boltz_api.sandbox.certify.cases import each
from tests.wire.test_wire import AT_ONCE, FILES, PYTHON, failed, in_this_process


def constant(value: object) -> Callable[[object], object]:
    return lambda original: lambda *args, **options: value


def constant_property(value: object) -> Callable[[object], object]:
    return lambda original: property(lambda self: value)


def same(original: object) -> object:
    return lambda value, *args, **options: value


def follow(original: object) -> object:
    return lambda received, prepared: (
        urljoin(prepared.url, received.headers["location"]) if "location" in received.headers else None
    )


def follow_with_any_method(original: Callable[..., object]) -> object:
    def target(received: object, prepared: Any) -> object:
        return original(received, replace(prepared, operation=replace(prepared.operation, repeatable=True)))

    return target


def retry_create(original: Callable[..., object]) -> object:
    return lambda status, should_retry, repeatable: original(status, should_retry, repeatable=True)


def call_it_unsent(original: Callable[..., object]) -> object:
    return lambda error, partial=None, unwritten=False: original(error, None, unwritten=True)


def retry_once_more(original: Callable[..., int]) -> object:
    return lambda argument, value, least: original(argument, value, least=least) + (argument == "max_retries")


def without_limit(original: Callable[..., object]) -> object:
    return lambda http, limit, deadline, clock: original(http, 10**12, deadline, clock)


def stop_at_an_empty_page(original: Callable[..., object]) -> object:
    return lambda query, page, paging: original(query, page, paging) if page.data else None


def go_on_with_a_cursor(original: object) -> object:
    return lambda query, page, paging: {"after_id": page.last_id} if page.last_id else None


def go_anywhere(original: Callable[..., object]) -> object:
    return lambda place, page: original(replace(place, seen={}), page)


def go_forward(original: Callable[..., object]) -> object:
    return lambda query, page, paging: original({}, page, paging)


def forget_filters(original: Callable[..., object]) -> object:
    def replaced(request: object, *, query: Mapping[str, object], **rest: object) -> object:
        return original(request, query={name: query[name] for name in query if name.endswith("er_id")}, **rest)

    return replaced


def take_any_url(original: object) -> object:
    return lambda given, default, allow_insecure_http: f"{given or default}/"


# Each: what is broken, where it stands, what it becomes, and the rule that this breaks.
MUTANTS: list[tuple[str, str, Callable[..., object], str]] = [
    ("a failed create is sent again", "boltz_api.retry:may_retry_status", retry_create, "create-failed"),
    ("a lost request counts as unsent", "boltz_api.sync_transport:classify", call_it_unsent, "create-lost"),
    ("a late response counts as unsent", "boltz_api.sync_transport:classify", call_it_unsent, "create-late"),
    ("no failure leaves doubt", "boltz_api.retry:may_have_happened", constant(False), "create-failed"),
    ("every refusal leaves doubt", "boltz_api.retry:may_have_happened", constant(True), "create-refused"),
    ("what arrived is thrown away", "boltz_api.retry:_is_whole", constant(False), "create-complete"),
    ("nothing is tried again", "boltz_api.retry:_retry", constant(None), "create-retried"),
    ("any key will do", "boltz_api.keys:CreateSafeguard.differences", constant(()), "create-echo"),
    ("a redirect is followed anywhere", "boltz_api.retry:redirect_target", follow, "redirect-elsewhere"),
    ("a create follows a redirect", "boltz_api.retry:redirect_target", follow_with_any_method, "create-redirected"),
    ("no redirect is followed", "boltz_api.retry:redirect_target", constant(None), "redirect-within"),
    ("redirects are followed for ever", "boltz_api.retry:MAX_REDIRECTS", lambda _: 10**6, "redirect-within"),
    ("a retry too many", "boltz_api.base:whole_number", retry_once_more, "retry-count"),
    ("every wait is the same", "boltz_api.delays:own_delay", constant(0.5), "back-off"),
    ("the server's wait is ignored", "boltz_api.delays:demanded_delay", constant(None), "retry-after"),
    ("any wait is accepted", "boltz_api.delays:MAX_DEMANDED_DELAY", lambda _: 1e9, "retry-after-cap"),
    ("a call has no end", "boltz_api.base:seconds_from", constant(None), "total-time"),
    ("a body is sent in one piece", "boltz_api.sync_transport:UPLOAD_PIECE", lambda _: 10**9, "total-time"),
    ("a response has no limit", "boltz_api.sync_transport:Body", without_limit, "size"),
    ("a cursor is not checked", "boltz_api.pagination:Place.after", go_anywhere, "pages-stuck"),
    ("an empty page is the end", "boltz_api.pagination:next_cursor", stop_at_an_empty_page, "pages-empty"),
    ("a cursor means another page", "boltz_api.pagination:next_cursor", go_on_with_a_cursor, "pages-end"),
    ("every walk goes forward", "boltz_api.pagination:next_cursor", go_forward, "pages-backward"),
    ("filters are forgotten", "boltz_api.pagination:replace", forget_filters, "pages-all"),
    ("arguments are not checked", "boltz_api.request:validated", same, "arguments"),
    ("headers are not checked", "boltz_api.request:_check_header", constant(None), "header-form"),
    ("a key may stand in a URL", "boltz_api.validation:holds_key", constant(False), "key-not-in-url"),
    ("any base URL will do", "boltz_api.base:base_url_from", take_any_url, "plain-http"),
    ("an empty key is sent", "boltz_api.base:api_key_from", same, "key-source"),
    ("new fields fail", "boltz_api.response:_SECOND_PASS", lambda _: ("-",), "new-fields"),
    ("every status is alike", "boltz_api.retry:status_error_type", lambda f: lambda status: f(418), "status-kinds"),
    (
        "the response is not kept",
        "boltz_api.errors:APIResponseValidationError.body",
        constant_property(""),
        "create-unreadable",
    ),
    ("a secret is in repr", "boltz_api.model:secret_fields", constant(frozenset()), "created-key-shown"),
    ("errors are not masked", "boltz_api.response:scrub", same, "own-key-shown"),
    ("only known forms are masked", "boltz_api.response:scrub_opaque", same, "error-shows-key"),
    ("options are not concealed", "boltz_api.resource:conceal", constant(None), "credentials-shown"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "broken", "rule"), [mutant[1:] for mutant in MUTANTS], ids=[mutant[0] for mutant in MUTANTS]
)
def test_a_broken_client_is_caught(
    monkeypatch: pytest.MonkeyPatch, where: str, broken: Callable[[object], object], rule: str
) -> None:
    module, _, path = where.partition(":")
    *holders, attribute = path.split(".")
    owner: object = import_module(module)
    for holder in holders:
        owner = getattr(owner, holder)
    monkeypatch.setattr(owner, attribute, broken(getattr(owner, attribute)))
    cases = [case for case in each(FILES) if case.rule == rule]
    caught = failed(cases, in_this_process("sync", "httpx"), PYTHON.capabilities, at_once=AT_ONCE)
    assert [verdict.rule for verdict in caught][:1] == [rule]
