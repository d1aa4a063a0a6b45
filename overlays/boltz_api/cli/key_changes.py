"""Commands that change keys, one or many: ``revoke`` and ``rotate``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import click

from boltz_api.cli.arguments import PREFIX, entries, entry_of
from boltz_api.cli.commands import Run, call, command, keep_undecoded, key_file_option, say_candidates
from boltz_api.cli.delivery import Delivery
from boltz_api.cli.failures import failure_of
from boltz_api.cli.key_queries import GROUP
from boltz_api.cli.key_state import in_words
from boltz_api.cli.options import (
    FAILED,
    KEYS,
    OK,
    OUTCOME_UNKNOWN,
    UNAUTHENTICATED,
    Command,
    Settings,
    option,
    shared_options,
)
from boltz_api.cli.output import Answer, Object, Output
from boltz_api.cli.streams import say
from boltz_api.errors import BoltzError, NoSuchKeyError, RotationError
from boltz_api.redact import printable

if TYPE_CHECKING:
    from boltz_api import Boltz
    from boltz_api_generated.models import APIKey, APIKeyCreateResponse

NEW_KEY: Final = "BOLTZ_NEW_API_KEY"
"""The environment variable in which the check finds the successor."""
ID: Final = "{id}"
"""Stands in --key-file for the ID of the old key."""
_IDS: Final = "[API_KEY_ID]..."

Lifetime: TypeAlias = int | Literal["same", "never"]
Result: TypeAlias = tuple[str, str]
"""The outcome for a key in a word or two, and the details."""
NOT_FOUND: Final[Result] = ("not found", "not among the keys that can be listed")


# --- one or many ---


def _ids(ctx: click.Context, given: Sequence[str | None]) -> list[str]:
    """Return the IDs that were given, each once; ``-`` stands for the lines of standard input."""
    ids = [each for each in given if each is not None]
    if not ids or "" in ids:
        raise click.UsageError(f"the ID of a key is missing: {ctx.command_path} API_KEY_ID", ctx)
    if "-" in ids and sys.stdin is None:
        raise click.UsageError("standard input is closed.", ctx)
    lines = [line.strip() for line in sys.stdin] if "-" in ids else []
    return list(dict.fromkeys(each for each in (*ids, *lines) if each not in ("", "-")))


def _look_up(client: Boltz, ids: Collection[str]) -> dict[str, APIKey]:
    """Return the keys with these IDs, as far as they can be listed."""
    found: dict[str, APIKey] = {}
    for key in client.admin.api_keys.list():
        if key.id in ids:
            found[key.id] = key
            if len(found) == len(ids):
                break
    return found


def _words(key: APIKey) -> str:
    return in_words(key.to_dict(mode="json"), datetime.now(UTC))


def _named(keys: Mapping[str, APIKey], key_id: str) -> str:
    return _words(keys[key_id]) if key_id in keys else f"{key_id}, which is {NOT_FOUND[1]}"


def _somebody_there() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _agreed(question: str) -> bool:
    """Ask for confirmation in a terminal; a script is not asked."""
    return not _somebody_there() or click.confirm(printable(question), err=True)


def _confirm(question: str) -> None:
    if not _agreed(question):
        raise click.ClickException("nothing was done.")


def _options() -> list[click.Option]:
    return [
        option("--dry-run", "Say what would be done, and do nothing.", is_flag=True),
        option("--yes -y", "Do not ask first. Only a terminal is asked; a script never is.", is_flag=True),
    ]


def _each(ctx: click.Context, output: Output, ids: Sequence[str], act: Callable[[str], Result]) -> None:
    """Act on keys one after another, go on after a failure, write a line for each, and sum up.

    An API key that is not accepted ends it at once: it would fail everywhere.
    """
    codes: list[int] = []
    tally: Counter[str] = Counter()

    def results() -> Iterator[Object]:
        for key_id in ids:
            try:
                result, detail = act(key_id)
                codes.append(FAILED if result.startswith("not ") else OK)
            except (BoltzError, click.ClickException, OSError) as error:
                failure = failure_of(error)
                if failure.exit_code == UNAUTHENTICATED:
                    raise
                result, detail = "failed", failure.message
                codes.append(failure.exit_code)
            tally[result] += 1
            yield {"id": key_id, "result": result, "detail": detail}

    try:
        output.results(results())
    finally:
        tally["not reached"] = len(ids) - len(codes)
        said = [f"{count:,} {result}" for result, count in tally.items() if count]
        say(f"{', '.join(said) or 'There is nothing to do'}.")
    if any(codes):
        ctx.exit(OUTCOME_UNKNOWN if OUTCOME_UNKNOWN in codes else FAILED)


# --- revoke ---


def revoke_command() -> Command:
    """Return ``revoke``, for several keys."""
    made = command(entry_of("revoke_api_key"), options=_options(), act=_revoke)
    made.operands = [(_IDS, "The IDs of the keys to revoke; - reads them from standard input, a line each.")]
    for parameter in made.params:
        if parameter.name == "operands":
            parameter.metavar = _IDS
    return made


def _revoke(run: Run) -> None:
    name = next(flag.argument for flag in run.entry.flags if flag.location == "path")
    flag: str | None = run.values[PREFIX + name]
    ids = _ids(run.ctx, [flag, *run.operands])
    arguments = run.arguments(["-"] if flag is None else [])
    many = len(ids) != 1 or "-" in run.operands
    output = run.output
    if many or run.values["dry_run"]:
        output.line_by_line()
    with run.settings.client() as client:

        def revoked(key_id: str) -> Answer:
            answer = call(client, run.entry, {**arguments, name: key_id})
            _see_revoked(answer, key_id)
            return answer

        asked = not run.values["yes"] and _somebody_there()
        keys = _look_up(client, ids) if asked or run.values["dry_run"] else {}
        if run.values["dry_run"]:
            _each(run.ctx, output, ids, lambda key_id: _would_revoke(keys.get(key_id)))
            return
        working = [key_id for key_id in ids if key_id not in keys or keys[key_id].is_active]
        if asked and len(working) == 1:
            _confirm(f"Revoke the key {_named(keys, working[0])}? Whatever uses it stops working at once, for good.")
        elif asked and working:
            for key_id in working:
                say(_named(keys, key_id))
            _confirm(f"Revoke these {len(working)} keys? Whatever uses them stops working at once, for good.")
        if many:
            _each(run.ctx, output, ids, lambda key_id: ("revoked", str(revoked(key_id).fields.get("name"))))
            return
        if not working:
            say(f"{ids[0]} does not work any more: it was revoked already, or has expired.")
        output.show(revoked(ids[0]))


def _would_revoke(key: APIKey | None) -> Result:
    if key is None:
        return NOT_FOUND
    return "would be revoked" if key.is_active else "already out of use", _words(key)


def _see_revoked(answer: Answer, key_id: str) -> None:
    """Refuse a response to a revocation that does not show the key as revoked."""
    answered = answer.fields.get("id")
    if answered != key_id or answer.fields.get("is_active"):
        state = "active" if answer.fields.get("is_active") else "not active"
        raise click.ClickException(
            f"the service answered the revocation of {key_id} with the key {answered}, which is {state}; "
            f"{key_id} may still work."
        )


# --- rotate ---


def _lifetime(ctx: click.Context, parameter: click.Parameter, value: str) -> Lifetime:
    if value in ("same", "never"):
        return "same" if value == "same" else "never"
    days: click.ParamType[int] = click.IntRange(1, 365)
    return days(value, parameter, ctx)


def rotate_command() -> Command:
    """Return ``rotate``."""
    lives = "How long the successor lives; left out, as long as the old key was made for."
    addresses = "The successor's addresses, if not the old key's. May be repeated."
    made = Command(
        "rotate",
        callback=_rotate,
        params=[
            click.Argument(["operands"], nargs=-1, metavar=_IDS),
            option("--api-key-id", "The ID of the key to replace.", "TEXT"),
            option("--expires-in-days", lives, "DAYS|same|never", callback=_lifetime, default="same"),
            option("--allowed-ips --allowed-ip", addresses, "TEXT", multiple=True),
            option("--check", f"Run this with the successor in {NEW_KEY}; if it fails, the old key stays.", "COMMAND"),
            key_file_option(),
            *_options(),
            *shared_options(),
        ],
        help=(
            "Replace a key: make a successor with the same name, workspace, mode and addresses, hand it over, and only "
            "then revoke the old key. Whatever fails on the way, at least one of the two works.\n\nFor several keys, "
            f"--key-file must hold {ID}, which stands for the ID of the old key: each successor gets its own file."
        ),
        short_help="Replace a key by a successor, then revoke it.",
    )
    made.operands = [(_IDS, "The IDs of the keys to replace; - reads them from standard input, a line each.")]
    made.examples = (
        (f"{KEYS} rotate key_123", "Show the successor, ask whether it is in place, revoke the old key."),
        (f"{KEYS} rotate key_123 --key-file new.key --check ./roll-out.sh", "Roll it out before the old key goes."),
        (f"{KEYS} rotate key_123 --expires-in-days 90 --yes", "Ask nothing."),
        (f"{KEYS} rotate key_123 key_456 --key-file '{ID}.key' --yes", "Several, each into a file of its own."),
    )
    return made


@click.pass_context
def _rotate(
    ctx: click.Context,
    /,
    *,
    operands: Sequence[str],
    api_key_id: str | None,
    expires_in_days: Lifetime,
    allowed_ips: Sequence[str],
    check: str | None,
    key_file: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    ids = _ids(ctx, [api_key_id, *operands])
    many = len(ids) != 1 or "-" in operands
    if many and not dry_run and ID not in (key_file or ""):
        raise click.UsageError(f"for several keys, give --key-file with {ID} in it, such as '{ID}.key'.", ctx)
    settings = Settings.of(ctx)
    output = settings.output()
    if many or dry_run:
        output.line_by_line()
    with settings.client() as client:
        keys = _look_up(client, ids)
        if dry_run:
            _each(ctx, output, ids, lambda key_id: _would_rotate(keys.get(key_id)))
            return
        if not many and not keys:
            raise NoSuchKeyError(f"There is no key with the ID {ids[0]!r}.")
        if not yes and _somebody_there() and keys:
            for key_id in keys if many else ():
                say(_named(keys, key_id))
            one = f"Make a successor of the key {_named(keys, ids[0])}, and then revoke it?"
            _confirm(f"Make successors of these {len(keys)} keys, and then revoke them?" if many else one)
        rotation = _Rotation(client, None if many else output, expires_in_days, allowed_ips, check, key_file, not yes)
        if many:
            _each(ctx, output, ids, lambda key_id: rotation.of(keys[key_id]) if key_id in keys else NOT_FOUND)
        else:
            rotation.of(keys[ids[0]])
            say(f"Revoked {ids[0]}.")


def _would_rotate(key: APIKey | None) -> Result:
    if key is None:
        return NOT_FOUND
    if key.key_type != "workspace" or not key.is_active:
        return "not possible", f"only workspace keys that work can be rotated: {_words(key)}"
    return "would be rotated", _words(key)


@dataclass(frozen=True)
class _Rotation:
    """Rotates keys, all in the same way."""

    client: Boltz
    output: Output | None
    """Receives the response; with ``None``, the secret goes into its file, and nothing else is shown."""
    expires_in_days: Lifetime
    allowed_ips: Sequence[str]
    check: str | None
    key_file: str | None
    ask: bool

    def of(self, old: APIKey) -> Result:
        """Rotate one key."""
        pending = f"a successor of {old.id} may have been made"
        with Delivery(self.output, field="key", key_file=self._path(old.id), pending=pending) as delivery:

            def hand_over(new: APIKeyCreateResponse) -> bool:
                delivery.hand_over(_answer(new))
                delivery.pending = f"{new.key_details.id} was handed over, and {old.id} may have been revoked"
                return self._in_place(new, old.id)

            try:
                rotated = self.client.admin.api_keys.rotate(
                    old,
                    check=hand_over,
                    expires_in_days=self.expires_in_days,
                    allowed_ips=list(self.allowed_ips) or None,
                )
            except RotationError as error:
                if error.stage == "create":
                    keep_undecoded(delivery, error.__cause__)
                    say_candidates(self.client, error)
                if error.stage == "compare" and error.new is not None:
                    delivery.hand_over(_answer(error.new))
                raise
        return "rotated", f"successor: {rotated.new.key_details.id}"

    def _path(self, key_id: str) -> str | None:
        if self.key_file is None or ID not in self.key_file:
            return self.key_file
        if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", key_id):  # it comes from a server
            raise click.UsageError(f"--key-file: the ID {key_id!r} cannot be a part of a file's name.")
        return self.key_file.replace(ID, key_id)

    def _in_place(self, new: APIKeyCreateResponse, old: str) -> bool:
        """Return whether the successor is in place, so that the old key may go."""
        if self.check is None:
            return not self.ask or _agreed(f"Is the successor in place, so that {old} can be revoked now?")
        # Its output is for the person at the terminal; standard output has the response.
        environment = {**os.environ, NEW_KEY: new.key}
        run = subprocess.run(self.check, shell=True, env=environment, stdout=2, check=False)  # noqa: S602  # the caller's own command
        return run.returncode == 0


def _answer(new: APIKeyCreateResponse) -> Answer:
    return Answer(new.to_dict(mode="json"), new.to_json(indent=None).encode())


def commands() -> dict[str, Callable[[], Command]]:
    """Return these commands by name."""
    own = {} if "rotate" in entries()[GROUP] else {"rotate": rotate_command}
    return {entry_of("revoke_api_key").command: revoke_command} | own
