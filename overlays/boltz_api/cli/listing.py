"""How much of a list is shown, and the envelope that fits what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from boltz_api.cli.output import Answer


def chosen(pages: Iterable[Answer], *, every: bool, most: int | None, backward: bool) -> Iterator[Answer]:
    """The first page, every page, or as many as hold ``most`` items.

    Each page comes with the envelope of all that was shown so far: whoever goes on from its cursors misses nothing
    and sees nothing twice.
    """
    # The end of the list at which the walk began keeps its cursor; the other moves along.
    fixed, moving = ("last_id", "first_id") if backward else ("first_id", "last_id")
    start: object = None
    shown = 0
    for page in pages:
        envelope = dict(page.fields)
        items = list(page.items)
        room = len(items) if most is None else most - shown
        if len(items) > room:
            items = items[-room:] if backward else items[:room]
            envelope |= {"has_more": True, moving: items[0 if backward else -1]["id"]}
        start = start or envelope.get(fixed)
        yield evolve(page, value=envelope | {"data": items, fixed: start})
        shown += len(items)
        if shown == most or not (every or most):
            return
