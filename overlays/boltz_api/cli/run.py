"""Performing a command: ask, call, show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from boltz_api.cli import care, listing
from boltz_api.cli.output import Output
from boltz_api.cli.progress import watched

if TYPE_CHECKING:
    from boltz_api import Boltz
    from boltz_api.cli.contract import Entry
    from boltz_api.cli.interrupts import Held
    from boltz_api.cli.settings import Settings


class Wishes(Struct, frozen=True, kw_only=True):
    """What the command line says besides the operation's arguments."""

    every: bool = False
    max_items: int | None = None
    key_file: str | None = None
    yes: bool = False


def run(settings: Settings, entry: Entry, arguments: Mapping[str, object], wishes: Wishes) -> None:
    """Perform the operation and show its answer."""
    output = Output(settings)
    with settings.client() as client:
        if entry.paged:
            _list(client, entry, arguments, wishes, output)
        elif entry.secret is not None:
            _make(client, entry, arguments, wishes, output)
        else:
            from boltz_api.cli import calls

            question = care.QUESTIONS.get(entry.operation.name)
            if question is not None and not wishes.yes:
                care.confirm(lambda: question(client, arguments))
            output.show(calls.answer(client, entry, arguments))


def _list(client: Boltz, entry: Entry, arguments: Mapping[str, object], wishes: Wishes, output: Output) -> None:
    from boltz_api.cli import calls

    pages = watched(calls.pages(client, entry, arguments))
    backward = bool(arguments.get("before_id"))
    output.pages(listing.chosen(pages, every=wishes.every, most=wishes.max_items, backward=backward))


def _make(client: Boltz, entry: Entry, arguments: Mapping[str, object], wishes: Wishes, output: Output) -> None:
    from boltz_api.cli import calls, delivery
    from boltz_api.errors import APIError

    assert entry.secret is not None
    made = delivery.Delivery(output, secret=entry.secret, key_file=wishes.key_file)

    def make(held: Held) -> None:
        try:
            with held.let_through():
                answer = calls.answer(client, entry, arguments)
        except APIError as error:
            if entry.operation.name == "create_api_key":
                with held.let_through():
                    care.tell_candidates(client, error)
            raise
        made.hand_over(answer)

    made.made_by(make, what=f"a key named {arguments.get('name')!r} may have been made")
