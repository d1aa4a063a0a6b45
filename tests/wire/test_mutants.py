"""The cases bite: a client that breaks a rule is caught by a case that names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from urllib.parse import urljoin

import pytest

from boltz_api.core.secrets import Secret
from boltz_api.sandbox.certify.cases import each, load
from boltz_api.sandbox.certify.scorecard import play
from tests.wire.test_wire import PYTHON, in_this_process

CASES = [case for case in each(load()) if not case.pending]


def constant(value: object) -> Callable[[object], object]:
    return lambda original: lambda *args, **options: value


def constant_property(value: object) -> Callable[[object], object]:
    return lambda original: property(lambda self: value)


def follow(original: object) -> object:
    return lambda response, repeatable: (
        urljoin(response.asked_url, response.headers["location"]) if "location" in response.headers else None
    )


def follow_with_any_method(original: Callable[..., object]) -> object:
    return lambda response, repeatable: original(response, repeatable=True)


def retry_create(original: Callable[..., object]) -> object:
    return lambda status, should_retry, repeatable: original(status, should_retry, repeatable=True)


def call_it_unsent(original: Callable[..., object]) -> object:
    return lambda error, partial=None, unwritten=False: original(error, None, unwritten=True)


def retry_once_more(original: Callable[..., int]) -> object:
    return lambda options, settings: original(options, settings) + 1


def stop_at_an_empty_page(original: Callable[..., object]) -> object:
    return lambda query, page: original(query, page) if page.data else None


def go_on_with_a_cursor(original: object) -> object:
    return lambda query, page: {"after_id": page.last_id} if page.last_id else None


def go_anywhere(original: object) -> object:
    return lambda trail, cursor: trail


def forget_filters(original: Callable[..., object]) -> object:
    return lambda request, query, **rest: original(request, query={"after_id": query["after_id"]}, **rest)


def show_fields(original: object) -> object:
    return lambda model: f"{type(model).__name__}({model.to_dict()})"


def take_any_url(original: object) -> object:
    return lambda given, allow_insecure_http: f"{given}/"


def send_as_given(original: object) -> object:
    def checked(values: Mapping[str, object], *_: object, **__: object) -> object:
        return values

    return checked


# Each: what is broken, where it stands, what it becomes, and the rule that this breaks.
MUTANTS: list[tuple[str, str, Callable[..., object], str]] = [
    ("a failed create is sent again", "boltz_api.core.judge:may_retry_status", retry_create, "create-failed"),
    ("a lost request counts as unsent", "boltz_api.transport.sync:classified", call_it_unsent, "create-lost"),
    ("a late response counts as unsent", "boltz_api.transport.sync:classified", call_it_unsent, "create-late"),
    ("no failure leaves doubt", "boltz_api.core.judge:may_have_happened", constant(False), "create-failed"),
    ("every refusal leaves doubt", "boltz_api.core.judge:may_have_happened", constant(True), "create-refused"),
    ("what arrived is thrown away", "boltz_api.core.judge:_whole_despite_failure", constant(False), "create-complete"),
    ("nothing is tried again", "boltz_api.core.judge:_retry", constant(None), "create-retried"),
    ("a redirect is followed anywhere", "boltz_api.core.judge:followed_to", follow, "redirect-elsewhere"),
    ("a create follows a redirect", "boltz_api.core.judge:followed_to", follow_with_any_method, "create-redirected"),
    ("no redirect is followed", "boltz_api.core.judge:followed_to", constant(None), "redirect-within"),
    ("redirects are followed for ever", "boltz_api.core.judge:MAX_REDIRECTS", lambda _: 10**6, "redirect-within"),
    ("a retry too many", "boltz_api.core.prepare:retries_of", retry_once_more, "retry-count"),
    ("every wait is the same", "boltz_api.core.backoff:own_delay", constant(0.5), "back-off"),
    ("the server's wait is ignored", "boltz_api.core.backoff:demanded_delay", constant(None), "retry-after"),
    ("any wait is accepted", "boltz_api.core.backoff:MAX_DEMANDED_DELAY", lambda _: 1e9, "retry-after-cap"),
    ("a call has no end", "boltz_api.client:seconds_setting", constant(None), "total-time"),
    ("a cursor is not checked", "boltz_api.core.paging:Trail.onward", go_anywhere, "pages-stuck"),
    ("an empty page is the end", "boltz_api.core.paging:next_cursor", stop_at_an_empty_page, "pages-empty"),
    ("a cursor means another page", "boltz_api.pagination:next_cursor", go_on_with_a_cursor, "pages-end"),
    ("filters are forgotten", "boltz_api.core.paging:replace", forget_filters, "pages-all"),
    ("every walk goes forward", "boltz_api.core.paging:direction", constant("after_id"), "pages-backward"),
    ("arguments are not checked", "boltz_api.core.prepare:checked", send_as_given, "arguments"),
    ("headers are not checked", "boltz_api.settings:check_header", constant(None), "header-form"),
    ("a key may stand in a URL", "boltz_api.core.checking:holds_key", constant(False), "key-not-in-url"),
    ("any base URL will do", "boltz_api.client:base_url_setting", take_any_url, "plain-http"),
    ("an empty key is sent", "boltz_api.client:api_key_setting", lambda _: Secret, "key-source"),
    ("new fields fail", "boltz_api.core.decoding:_FROM_NEWER_SERVER", lambda _: ("-",), "new-fields"),
    (
        "every status is alike",
        "boltz_api.core.judge:status_error_type",
        lambda f: lambda status: f(418),
        "status-kinds",
    ),
    ("a secret is in repr", "boltz_api.types.admin:APIKeyCreateResponse.__repr__", show_fields, "created-key-shown"),
    (
        "errors are not masked",
        "boltz_api.core.masking:scrubbed",
        lambda _: lambda text, known=(): text,
        "own-key-shown",
    ),
    (
        "the response is not kept",
        "boltz_api.errors:APIResponseValidationError.body",
        constant_property(""),
        "create-unreadable",
    ),
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
    verdicts = [
        play(case, in_this_process("sync", "httpx"), PYTHON.capabilities) for case in CASES if case.rule == rule
    ]
    caught = [verdict for verdict in verdicts if not verdict.passed]
    assert [verdict.rule for verdict in caught][:1] == [rule]
