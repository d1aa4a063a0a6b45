"""``rotate``: a successor first, and only when it is in place the end of the old key."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

import click

from boltz_api.cli import care
from boltz_api.cli.commands import key_file_option
from boltz_api.cli.help import Command
from boltz_api.cli.output import Answer, Output
from boltz_api.cli.settings import Settings, shared_options

if TYPE_CHECKING:
    from boltz_api.cli.delivery import Delivery
    from boltz_api.cli.interrupts import Held
    from boltz_api.types.admin import APIKeyCreateResponse

NEW_KEY: Final = "BOLTZ_NEW_API_KEY"
"""The environment variable in which the check finds the successor."""

_LINE: Final = "boltz-api admin:api-keys rotate"


class Lifetime(click.ParamType[object]):
    """Days, ``same`` or ``never``."""

    name = "lifetime"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | Literal["same", "never"]:
        """Parse text."""
        if value == "same":
            return "same"
        if value == "never":
            return "never"
        try:
            return int(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither a number of days nor 'same' nor 'never'.", param, ctx)


def command() -> click.Command:
    """The command."""
    made = Command(
        "rotate",
        callback=_rotate,
        params=[
            click.Argument(["operand"], metavar="[API_KEY_ID]", required=False),
            click.Option(["--api-key-id"], metavar="TEXT", help="The ID of the key to replace."),
            click.Option(
                ["--expires-in-days"],
                type=Lifetime(),
                metavar="DAYS|same|never",
                default="same",
                help="How long the successor lives; left out, as long as the old key was made for.",
            ),
            click.Option(
                ["--allowed-ips", "--allowed-ip"],
                multiple=True,
                metavar="TEXT",
                help="The successor's addresses, if not the old key's. May be repeated.",
            ),
            click.Option(
                ["--check"],
                metavar="COMMAND",
                help=f"Run this with the successor in {NEW_KEY}; if it fails, the old key stays.",
            ),
            key_file_option(),
            care.yes_option(),
            *shared_options(),
        ],
        help=(
            "Replace a key: make a successor with the same name, workspace, mode and addresses, hand it over, and only "
            "then revoke the old key. Whatever fails on the way, at least one of the two works."
        ),
        short_help="Replace a key by a successor, then revoke it.",
    )
    made.operands = [("[API_KEY_ID]", "The ID of the key to replace")]
    made.examples = (
        (f"{_LINE} key_123", "Show the successor, ask whether it is in place, revoke the old key."),
        (f"{_LINE} key_123 --key-file new.key --check ./roll-out.sh", "Roll it out before the old key goes."),
        (f"{_LINE} key_123 --expires-in-days 90 --yes", "Ask nothing."),
    )
    return made


@click.pass_context
def _rotate(
    ctx: click.Context,
    /,
    *,
    operand: str | None,
    api_key_id: str | None,
    expires_in_days: int | Literal["same", "never"],
    allowed_ips: Sequence[str],
    check: str | None,
    key_file: str | None,
    yes: bool,
) -> None:
    key_id = operand or api_key_id
    if not key_id or (operand and api_key_id):
        raise click.UsageError("give the ID of the key to replace, once.", ctx)
    settings = Settings.of(ctx)
    output = Output(settings)
    with settings.client() as client:
        from boltz_api.cli.delivery import Delivery
        from boltz_api.errors import RotationError

        old = client.admin.api_keys.get(key_id)
        if not yes:
            named = care.in_words(old.to_dict(mode="json"))
            care.confirm(lambda: f"Make a successor of the key {named}, and then revoke it?")
        delivery = Delivery(output, secret="key", key_file=key_file)  # noqa: S106  # a field's name

        def make(held: Held) -> None:
            with held.let_through():
                try:
                    client.admin.api_keys.rotate(
                        old,
                        check=lambda new: _handed_over(new, delivery, held, key_id, check, ask=not yes),
                        expires_in_days=expires_in_days,
                        allowed_ips=allowed_ips or None,
                    )
                except RotationError as error:
                    if error.stage == "create":
                        care.tell_candidates(client, error)
                    if error.stage == "compare" and error.new is not None:
                        with held.held_back():
                            delivery.hand_over(_answer(error.new))
                    raise

        delivery.made_by(make, what=f"a successor of {key_id} may have been made")
        click.echo(f"Revoked {key_id}.", err=True)


def _handed_over(
    new: APIKeyCreateResponse, delivery: Delivery, held: Held, old: str, check: str | None, *, ask: bool
) -> bool:
    """Whether the successor is in place, so that the old key may go."""
    with held.held_back():
        delivery.hand_over(_answer(new))
    held.what = f"{new.key_details.id} was handed over, and {old} may have been revoked"
    if check is not None:
        # Its output is for the person who watches; standard output has the answer.
        run = subprocess.run(check, shell=True, env={**os.environ, NEW_KEY: new.key}, stdout=sys.stderr, check=False)  # noqa: S602  # the caller's own command
        return run.returncode == 0
    return not ask or care.agreed(f"Is the successor in place, so that {old} can be revoked now?")


def _answer(new: APIKeyCreateResponse) -> Answer:
    return Answer(new.to_dict(mode="json"), new.to_json(indent=None).encode())
