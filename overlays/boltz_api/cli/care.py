"""What the contract does not say: which commands deserve a question first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from boltz_api.cli import contract, words

if TYPE_CHECKING:
    from boltz_api import Boltz
    from boltz_api.errors import APIError, RotationError


class DeclinedError(click.ClickException):
    """The answer was no."""


def confirm(question: Callable[[], str]) -> None:
    """Ask, where there is a person to answer: a script is not asked, it has been thought about before.

    Raises:
        DeclinedError: The answer was no.

    """
    if _somebody_there() and not agreed(question()):
        raise DeclinedError("nothing was done.")


def agreed(question: str) -> bool:
    """The answer to a question; yes, where there is nobody to ask."""
    return not _somebody_there() or click.confirm(question, err=True)


def _somebody_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def described(client: Boltz, key_id: str) -> str:
    """A key as a person knows it, if it is among those that can be listed."""
    from boltz_api.cli import calls

    for page in calls.pages(client, contract.entries()["admin:api-keys"]["list"], {}):
        for key in page.items:
            if key["id"] == key_id:
                return in_words(key)
    return f"{key_id}, which is not among the keys that can be listed"


def in_words(key: Mapping[str, object]) -> str:
    """A key as a person knows it: by its name, and by whether it is in use."""
    now = datetime.now(UTC)
    used = words.when(key.get("last_used_at"), now)
    return f"{key['name']!r} ({key['id']}, {words.state(key, now)}, last used: {used})"


def tell_candidates(client: Boltz, error: APIError | RotationError) -> None:
    """Name the keys that a create with an unknown outcome may have made, where they can be found out."""
    from boltz_api.errors import BoltzError, RotationError

    failed = error.__cause__ if isinstance(error, RotationError) else error
    if not getattr(failed, "outcome_unknown", False):
        return
    try:
        found = list(client.admin.api_keys.candidates(error))
    except BoltzError:
        return
    for key in found:
        click.echo(
            f"It may have made {key.name!r} ({key.id}); if so: boltz-api admin:api-keys revoke {key.id}", err=True
        )
    if not found:
        click.echo("No key is listed that it may have made.", err=True)


def _revoking(client: Boltz, arguments: Mapping[str, object]) -> str:
    name = described(client, str(arguments["api_key_id"]))
    return f"Revoke the key {name}? Whatever uses it stops working at once, for good."


QUESTIONS: Final[Mapping[str, Callable[[Boltz, Mapping[str, object]], str]]] = {"revoke_api_key": _revoking}
"""By operation."""


def yes_option() -> click.Option:
    """``--yes``."""
    return click.Option(
        ["--yes", "-y"], is_flag=True, help="Do not ask first. Only a terminal is asked; a script never is."
    )
