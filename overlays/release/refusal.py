"""The one way a release step stops: with a sentence for the person at the terminal."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - it reports a decision, not a defect
    """Why a step will not go on, in one sentence. The command line prints it and exits with 1."""
