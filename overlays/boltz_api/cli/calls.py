"""Performing an operation of the contract, whichever it is, with the client's own machinery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

import msgspec

from boltz_api.cli.output import Answer
from boltz_api.core.exchange import Received, exchange, parsed
from boltz_api.core.paging import Envelope, Place, beginning
from boltz_api.core.prepare import Prepared, prepare
from boltz_api.resources.arguments import request_from
from boltz_api.resources.binding import Call, Resource

if TYPE_CHECKING:
    from boltz_api import Boltz
    from boltz_api.cli.contract import Entry
    from boltz_api_generated.request import Request


def answer(client: Boltz, entry: Entry, arguments: Mapping[str, object]) -> Answer:
    """The answer to one call."""
    request = request_from(entry.build, (), arguments)
    return _exchanged(client, prepare(request, client.mode.session.settings, repeatable=_repeatable(entry)))[1]


def pages(client: Boltz, entry: Entry, arguments: Mapping[str, object]) -> Iterator[Answer]:
    """The pages of a list, each asked for when its turn comes."""
    request = request_from(entry.build, (), arguments)
    place: Place[Envelope[object]] | None = beginning(
        cast("Request[Envelope[object]]", request), client.mode.session.settings
    )
    while place is not None:
        envelope, page = _exchanged(client, place.prepared())
        yield page
        place = place.after(cast("Envelope[object]", envelope))


def _exchanged(client: Boltz, prepared: Prepared[object]) -> tuple[object, Answer]:
    session = client.mode.session
    received: Received = session.shell.run(exchange(prepared, session.settings))
    # Decoded by the contract to hold the answer to it; and shown as the server wrote it, down to the digits of a time.
    decoded = parsed(prepared, received)
    content = received.response.content
    return decoded, Answer(msgspec.json.decode(content) if content.strip() else None, content)


def _repeatable(entry: Entry) -> bool:
    """What the client's own binding of the operation says; of an operation without one, nothing is known."""
    kinds = cast("list[type]", Resource.__subclasses__())
    bindings = (
        cast("Call[..., object]", own) for kind in kinds for own in vars(kind).values() if isinstance(own, Call)
    )
    return any(binding.function is entry.build and binding.repeatable for binding in bindings)
