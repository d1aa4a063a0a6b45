"""Commands that look for keys: ``list`` with filters, ``find``, ``get`` and ``audit``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from boltz_api.cli.arguments import Entry, entries, entry_of
from boltz_api.cli.commands import Run, command, pages, show_listing
from boltz_api.cli.key_state import FINDINGS, STATES, Audit, Filter
from boltz_api.cli.options import FOUND, KEYS, Choice, Command, Settings, option, shared_options
from boltz_api.cli.output import Answer, Object, Page
from boltz_api.cli.streams import say
from boltz_api.errors import NoSuchKeyError

if TYPE_CHECKING:
    from boltz_api import Boltz

GROUP: Final = "admin:api-keys"
DAYS: Final = click.IntRange(min=0, max=36_500)


def listing() -> Entry:
    """Return the operation that lists keys."""
    return entry_of("list_api_keys")


def listed(client: Boltz, workspace_id: str | None = None) -> Iterator[Page]:
    """Yield the pages of all keys, as the server sends them."""
    return pages(client, listing(), {} if workspace_id is None else {"workspace_id": workspace_id})


def list_command() -> Command:
    """Return ``list``, with filters."""
    made = command(listing(), options=_filters(), act=_filtered)
    note = "A filter, such as --state, looks through all pages: the service itself knows --workspace-id only."
    made.help = f"{made.help}\n\n{note}"
    return made


def find_command() -> Command:
    """Return ``find``."""
    made = command(listing(), options=_filters(), act=_found)
    made.name, made.short_help = "find", "Find keys by name, state, mode, type, expiry or use."
    made.help = "Find keys by name, state, mode, type, expiry or use, among all there are."
    made.examples = (
        (f"{KEYS} find --name 'CI*'", "Keys by name."),
        (f"{KEYS} find --unused-for 90 --query 'data[].id' --format raw", "IDs, for: revoke -"),
    )
    return made


def _filters() -> list[click.Option]:
    return [
        option("--name", "Only keys with this name; * stands for any text.", "TEXT"),
        option("--state", "Only keys in this state; may be repeated.", type=Choice(STATES), multiple=True),
        option("--mode", "Only keys of this mode.", type=Choice(["live", "test"])),
        option("--type key_type", "Only keys of this type.", type=Choice(["admin", "workspace"])),
        option("--expiring-within", "Only keys that work, and expire within so many days.", "DAYS", type=DAYS),
        option("--unused-for", "Only keys that work, and were neither used nor made for so long.", "DAYS", type=DAYS),
    ]


def _filter(run: Run) -> Filter:
    names = [field.name for field in fields(Filter)]
    return Filter(**{name: run.values[name] for name in names if run.values.get(name) is not None})


def _filtered(run: Run) -> None:
    wanted, arguments, now = _filter(run), run.arguments(), datetime.now(UTC)
    with run.settings.client() as client:
        show_listing(run, client, arguments, (lambda key: wanted.matches(key, now)) if wanted else None)


def _found(run: Run) -> None:
    if not _filter(run):
        raise click.UsageError("say what to look for, such as --name, --state or --unused-for.", run.ctx)
    _filtered(run)


def get_command() -> Command:
    """Return ``get``."""
    made = Command(
        "get",
        callback=_get,
        params=[click.Argument(["api_key_id"]), *shared_options()],
        help="Show one key. The service has no call for this, so it lists page by page until the key turns up.",
        short_help="Show one key.",
    )
    made.operands = [("API_KEY_ID", "The ID of the key.")]
    made.examples = ((f"{KEYS} get key_123", "Everything about a key but its secret."),)
    return made


@click.pass_context
def _get(ctx: click.Context, /, api_key_id: str) -> None:
    settings = Settings.of(ctx)
    output = settings.output(listing().answer_fields())
    if not api_key_id:
        raise click.UsageError("the ID of the key is empty.", ctx)
    with settings.client() as client:
        # As the server sent it, which the client's own get() does not keep.
        found = next((key for page in listed(client) for key in page.items if key["id"] == api_key_id), None)
    if found is None:
        raise NoSuchKeyError(f"There is no key with the ID {api_key_id!r}.")
    output.show(Answer(found, json.dumps(found).encode()))


def audit_command() -> Command:
    """Return ``audit``."""
    any_of = Choice(["any", *FINDINGS])
    days: dict[str, Any] = {"type": DAYS, "show_default": True}
    unused = "What counts as unused: since it was made, if it never was used."
    made = Command(
        "audit",
        callback=_audit,
        params=[
            option("--check", "Look for this only; may be repeated.", type=Choice(list(FINDINGS)), multiple=True),
            option("--expiring-within", "What counts as expiring.", "DAYS", default=14, **days),
            option("--unused-for", unused, "DAYS", default=90, **days),
            option("--workspace-id", "Only the keys of this workspace.", "TEXT"),
            option("--fail-on", f"Exit with {FOUND} if this is found; may be repeated.", type=any_of, multiple=True),
            *shared_options(),
        ],
        help="List the keys that need attention: expired, about to expire, without an expiry date, long unused, or "
        "open to every address.",
        short_help="List the keys that need attention.",
    )
    for_cron = f"{KEYS} audit --check expired --check expiring --fail-on any --format jsonl"
    made.examples = (
        (f"{KEYS} audit", "Everything that may need attention."),
        (f"{KEYS} audit --check never-expires", "Keys that never expire."),
        (f"{KEYS} audit --check expiring --expiring-within 30", "Keys that expire within 30 days."),
        (for_cron, f"For cron: exit code {FOUND} calls for help."),
    )
    made.notes = {"Findings": list(FINDINGS.items())}
    return made


@click.pass_context
def _audit(
    ctx: click.Context,
    /,
    *,
    check: Sequence[str],
    expiring_within: int,
    unused_for: int,
    workspace_id: str | None,
    fail_on: Sequence[str],
) -> None:
    wanted = frozenset(check or FINDINGS) | (frozenset(fail_on) - {"any"})
    audit = Audit(findings=wanted, expiring_within=expiring_within, unused_for=unused_for)
    settings = Settings.of(ctx)
    output = settings.output([*listing().answer_fields(), "findings"])
    tally: Counter[str] = Counter()
    with settings.client() as client:
        judged = _judged(listed(client, workspace_id), audit, datetime.now(UTC), tally)
        try:
            output.pages(judged)
        except BrokenPipeError:
            # The reader closed the pipe; the exit code still covers all keys.
            for _ in judged:
                continue
    found = [f"{tally[name]:,} {name}" for name in FINDINGS if tally[name]]
    keys = "1 key" if tally["checked"] == 1 else f"{tally['checked']:,} keys"
    say(f"Checked {keys}: {', '.join(found) or 'nothing found'}.")
    if any(tally[name] for name in (FINDINGS if "any" in fail_on else fail_on)):
        ctx.exit(FOUND)


def _judged(found: Iterator[Page], audit: Audit, now: datetime, tally: Counter[str]) -> Iterator[Page]:
    """Yield of each page the keys with findings, and the counts so far; add them to ``tally``, too."""
    for page in found:
        keys: list[Object] = []
        for key in page.items:
            findings = audit.of(key, now)
            tally.update(["checked", *findings])
            if findings:
                keys.append({**key, "findings": findings})
        counts = {name: tally[name] for name in FINDINGS if name in audit.findings}
        value: Mapping[str, object] = {page.items_field: keys, "checked": tally["checked"], "found": counts}
        yield replace(page, value=value, raw=json.dumps(value).encode())


def commands() -> dict[str, Callable[[], Command]]:
    """Return these commands by name. The contract's own of a name goes before all but ``list``."""
    own = {"get": get_command, "find": find_command, "audit": audit_command}
    beside = {name: make for name, make in own.items() if name not in entries()[GROUP]}
    return {listing().command: list_command} | beside
