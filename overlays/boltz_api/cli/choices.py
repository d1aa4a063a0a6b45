"""One of several words, with a guess at what a mistyped one meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click import Context


class Choice(click.Choice[str]):
    """A choice that says what a near miss was probably meant to be."""

    def get_invalid_choice_message(self, value: object, ctx: Context | None) -> str:
        """``'lve' is not one of 'live', 'test'. Did you mean 'live'?``"""
        from difflib import get_close_matches

        message = super().get_invalid_choice_message(value, ctx)
        close = get_close_matches(str(value), self.choices, n=1)
        return f"{message} Did you mean {close[0]!r}?" if close else message
