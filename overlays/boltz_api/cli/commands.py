"""The operations of the contract as commands, and what they do: call, page through, deliver, show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import click

from boltz_api.cli.arguments import Entry, collected, operands, parameters
from boltz_api.cli.delivery import Delivery
from boltz_api.cli.options import KEYS, Command, Example, Settings, flag_name, option, shared_options
from boltz_api.cli.output import Answer, Object, Output, Page
from boltz_api.cli.streams import paste, say
from boltz_api.errors import APIError, BoltzError, PaginationError, RotationError

if TYPE_CHECKING:
    from boltz_api import Boltz

Keep = Callable[[Object], bool]

EXAMPLES: Final[Mapping[str, Sequence[Example]]] = {
    "create_api_key": (
        (f"{KEYS} create --name CI", "Make a key; it is shown once."),
        (f"{KEYS} create --name CI --expires-in-days 90 --key-file ci.key", "Put it into a new file instead."),
        (f"{KEYS} create --name web --allowed-ip 192.0.2.7 --allowed-ip 2001:db8::7", "Allow two addresses only."),
        (f"{KEYS} create @key.json --mode test", "Take the fields from a file; flags win over it."),
        (f"{KEYS} create --name CI --query key --format raw", "The key alone, for a script."),
    ),
    "list_api_keys": (
        (f"{KEYS} list", "The first page, as a table; in a pipe, as JSON."),
        (f"{KEYS} list --all --format jsonl", "Every key, a line each."),
        (f"{KEYS} list --state active --expiring-within 30", "Keys that work and expire within 30 days."),
        (f"{KEYS} list --workspace-id ws_123 --max-items 10", "Ten keys of one workspace."),
        (f"{KEYS} list --all --query 'data[].id' --format raw", "The IDs alone."),
        (f"{KEYS} list --all --format csv --columns id,name,state", "Three columns, for a spreadsheet."),
    ),
    "revoke_api_key": (
        (f"{KEYS} revoke key_123", "Revoke a key, after a look at its name."),
        (f"{KEYS} revoke --api-key-id key_123 --yes", "Do not ask."),
        (f"{KEYS} revoke key_123 key_456 --dry-run", "Say what would be revoked."),
    ),
}
"""Examples for the help; another operation has one made from its arguments."""


@dataclass(frozen=True)
class Run:
    """One run of a command: its arguments, and the output for its response."""

    ctx: click.Context
    settings: Settings
    entry: Entry
    values: Mapping[str, Any]
    """The values of the command's own options; Any is what click makes of them."""
    output: Output

    @property
    def operands(self) -> Sequence[str]:
        """The arguments that stand without a flag."""
        given: tuple[str, ...] = self.values.get("operands", ())
        return given

    def arguments(self, operands: Sequence[str] | None = None) -> dict[str, object]:
        """Return the operation's arguments, with other operands if given."""
        return collected(self.ctx, self.entry, self.operands if operands is None else operands)


def command(entry: Entry, *, options: Sequence[click.Option] = (), act: Callable[[Run], None] | None = None) -> Command:
    """Return the command of an operation, with options of its own and, if given, in another way of performing it."""
    own = [*parameters(entry), *_options(entry)]
    taken = {spelling for parameter in own for spelling in (*parameter.opts, *parameter.secondary_opts)}
    own += [extra for extra in options if taken.isdisjoint(extra.opts)]
    taken |= {spelling for extra in options for spelling in extra.opts}

    @click.pass_context
    def perform(ctx: click.Context, /, **values: Any) -> None:
        settings = Settings.of(ctx)
        output = settings.output(entry.answer_fields())
        (act or _perform)(Run(ctx, settings, entry, values, output))

    made = Command(
        entry.command,
        callback=perform,
        params=[*own, *shared_options(frozenset(taken))],
        help=entry.help,
        short_help=entry.operation.summary,
        deprecated=entry.operation.deprecated,
    )
    made.operands = operands(entry)
    made.examples = EXAMPLES.get(entry.operation.name) or ((_example(entry), entry.operation.summary),)
    return made


def _options(entry: Entry) -> Iterator[click.Option]:
    """Yield the options that come with the kind of operation."""
    if entry.operation.pagination is not None:
        yield option("--all every", "Every page, not only the first.", is_flag=True)
        yield option("--max-items", "As many pages as it takes for N items.", "N", type=click.IntRange(min=1))
    if entry.secret:
        yield key_file_option()


def key_file_option() -> click.Option:
    """Return ``--key-file``."""
    text = "Write the key to this new file, for your eyes only, instead of showing it."
    return option("--key-file", text, "PATH", type=click.Path())


def _example(entry: Entry) -> str:
    """Return the command with everything that is required."""
    required = [flag for flag in entry.flags if flag.required]
    return " ".join([entry.line, *(f.metavar if f.location == "path" else f"--{f.name} {f.metavar}" for f in required)])


def _perform(run: Run) -> None:
    arguments = run.arguments()
    with run.settings.client() as client:
        if run.entry.operation.pagination is not None:
            show_listing(run, client, arguments)
        elif run.entry.secret is not None:
            _make(run, client, arguments, run.entry.secret)
        else:
            run.output.show(call(client, run.entry, arguments))


# --- calls ---


def call(client: Boltz, entry: Entry, arguments: Mapping[str, object]) -> Answer:
    """Perform an operation. The response is validated, and shown exactly as sent, down to the digits of a time."""
    return _call(client, entry, arguments)[1]


def _call(client: Boltz, entry: Entry, arguments: Mapping[str, object]) -> tuple[Any, Answer]:
    resource: Any = attrgetter(entry.operation.resource)(client)  # Any: an operation of any contract
    response = getattr(resource.with_raw_response, entry.operation.function)(**arguments)
    decoded = response.parse()
    content: bytes = response.content
    return decoded, Answer(json.loads(content) if content.strip() else None, content)


def pages(client: Boltz, entry: Entry, arguments: Mapping[str, object]) -> Iterator[Page]:
    """Yield the pages of a listing, each asked for when its turn comes."""
    pagination = entry.operation.pagination
    assert pagination is not None
    names = {flag.wire: flag.argument for flag in entry.flags}
    ways = [names[way] for way in (pagination.forward, pagination.backward) if way is not None]
    seen = {str(arguments[way]) for way in ways if arguments.get(way)}
    while True:
        decoded, answer = _call(client, entry, arguments)
        cursors: dict[str, object] = {}
        fault: PaginationError | None = None
        try:
            if following := decoded.next_page_info():
                cursors = {names[name]: value for name, value in following.params.items()}
        except PaginationError as error:
            fault = error
        met = seen.intersection(map(str, cursors.values()))
        if met:
            fault = PaginationError(f"The server's cursors lead round in a circle: {', '.join(met)}.")
        # The page is shown even if its cursor is unusable.
        yield Page(answer.value, answer.raw, pagination.items, pagination.more, bool(cursors) or fault is not None)
        if fault is not None:
            raise fault
        if not cursors:
            return
        seen.update(map(str, cursors.values()))
        arguments = {**arguments, **cursors}


def show_listing(run: Run, client: Boltz, arguments: Mapping[str, object], keep: Keep | None = None) -> None:
    """Show the first page of a listing, or as many as are asked for; with ``keep``, only such items of all pages."""
    pagination = run.entry.operation.pagination
    assert pagination is not None
    every, most = run.values["every"] or keep is not None, run.values["max_items"]
    backward = pagination.backward is not None and bool(arguments.get(pagination.backward))
    shown = 0
    last: Page | None = None

    def counted(found: Iterator[Page]) -> Iterator[Page]:
        nonlocal shown, last
        for page in found:
            shown, last = shown + len(page.items), page
            yield page

    found = pages(client, run.entry, arguments)
    run.output.pages(counted(chosen(found, run.entry, every=every, most=most, backward=backward, keep=keep)))
    if last is not None and last.has_more and most is None and not run.output.shows_more:
        flag, field = (pagination.backward, pagination.first) if backward else (pagination.forward, pagination.last)
        cursor, name = last.fields.get(field or ""), flag_name(flag or "")
        following = f"The next: --{name} {paste(str(cursor))}" if cursor else "The server does not say where they are."
        say(f"{shown:,} shown, and there are more. All of them: --all. {following}")


def chosen(
    found: Iterator[Page], entry: Entry, *, every: bool, most: int | None, backward: bool, keep: Keep | None = None
) -> Iterator[Page]:
    """Yield the first page, every page, or as many as hold ``most`` items.

    Each page comes with the envelope of all that was shown so far: continuing from its cursors neither skips nor
    repeats an item.
    """
    pagination = entry.operation.pagination
    assert pagination is not None
    # The end of the list at which the walk began keeps its cursor; the other moves along.
    fixed, moving = (pagination.last, pagination.first) if backward else (pagination.first, pagination.last)
    start: object = None
    shown = 0
    for page in found:
        envelope = dict(page.fields)
        items = [item for item in page.items if keep is None or keep(item)]
        room = len(items) if most is None else most - shown
        if len(items) > room:
            items = items[-room:] if backward else items[:room]
            envelope |= {pagination.more: True, str(moving): items[0 if backward else -1].get("id")}
        if fixed in envelope:
            start = start or envelope[fixed]
            envelope[fixed] = start
        yield replace(page, value=envelope | {pagination.items: items})
        shown += len(items)
        if shown == most or not (every or most):
            return


# --- creating ---


def _make(run: Run, client: Boltz, arguments: Mapping[str, object], field: str) -> None:
    named = f" named {arguments['name']!r}" if "name" in arguments else ""
    pending = f"a key{named} may have been made"
    with Delivery(run.output, field=field, key_file=run.values["key_file"], pending=pending) as delivery:
        try:
            answer = call(client, run.entry, arguments)
        except APIError as error:
            keep_undecoded(delivery, error)
            if run.entry.operation.name == "create_api_key":
                say_candidates(client, error)
            raise
        delivery.hand_over(answer)


def keep_undecoded(delivery: Delivery, error: BaseException | None) -> None:
    """Deliver a successful response that could not be used, as far as it was received: only it can hold the secret."""
    response = getattr(error, "response", None)
    if response is not None and response.is_success and response.content:
        delivery.keep_undecoded(response.content)


def say_candidates(client: Boltz, error: APIError | RotationError) -> None:
    """Name the keys that a create with an unknown outcome may have made, if they can be listed."""
    failed = error.__cause__ if isinstance(error, RotationError) else error
    if not isinstance(failed, APIError) or not failed.outcome_unknown:
        return
    try:
        found = list(client.admin.api_keys.candidates(error))
    except BoltzError:
        return
    for key in found:
        say(f"It may have made {key.name!r} ({key.id}); if so: {KEYS} revoke {paste(key.id)}")
    if not found:
        say("No key is listed that it may have made; a slow server may still make it.")
