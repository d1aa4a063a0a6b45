"""What went wrong in one sentence, what to do next, and the exit code that says so to a script."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import click
from attrs import field, frozen

from boltz_api import errors
from boltz_api.cli import exits, formats, naming
from boltz_api.cli.interrupts import InterruptedCallError
from boltz_api.core.secrets import scrubbed

if TYPE_CHECKING:
    from boltz_api.cli.settings import ErrorFormat

LIST = "boltz-api admin:api-keys list"


@frozen
class Failure:
    """An error as a person and a script need it."""

    exit_code: int
    type: str
    message: str
    hint: str = ""
    facts: Mapping[str, object] = field(factory=dict[str, object])
    """What a script may want besides: the status, the service's code, its name for the request."""
    body: str | None = None
    """What the service sent."""

    def text(self, form: ErrorFormat) -> str:
        """The failure as it goes to standard error."""
        if form == "text":
            return scrubbed(f"boltz-api: {self.message} {self.hint}".rstrip()) + "\n"
        if form == "raw" and self.body is not None:
            return scrubbed(self.body) + "\n"
        fields = {"type": self.type, "message": self.message, "hint": self.hint or None, **self.facts}
        told = {name: value for name, value in fields.items() if value is not None} | {"exit_code": self.exit_code}
        return scrubbed((formats.yaml if form == "yaml" else formats.compact)({"error": told}))


def of(error: BaseException) -> Failure:
    """The failure that an error amounts to."""
    match error:
        case click.UsageError():
            help_ = f"See: {error.ctx.command_path} --help" if error.ctx else ""
            return Failure(exits.USAGE, "usage", sentence(error.format_message()), help_)
        case click.ClickException():
            return Failure(exits.FAILED, "error", sentence(error.format_message()))
        case KeyboardInterrupt() | click.Abort():
            return Failure(exits.INTERRUPTED, "interrupted", "interrupted.")
        case InterruptedCallError():
            return Failure(
                exits.INTERRUPTED, "interrupted", sentence(str(error)), f"Look before you try again: {LIST} --all"
            )
        case errors.ArgumentError():
            return Failure(exits.USAGE, "usage", sentence(_in_flags(error)), "Nothing was sent.")
        case errors.MissingAPIKeyError():
            return Failure(
                exits.UNAUTHENTICATED, "unauthenticated", "no API key was given.",
                "Set BOLTZ_API_KEY, or point --api-key-file at a file that holds the key.",
            )  # fmt: skip
        case errors.APIError():
            return _of_api(error)
        case errors.RotationError():
            return _of_rotation(error)
        case errors.BoltzError():
            return Failure(exits.FAILED, type(error).__name__, sentence(str(error)))
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return Failure(exits.FAILED, "system", sentence(f"{place}{error.strerror or error}"))
        case _:
            return Failure(
                exits.FAILED, "bug", sentence(f"an unexpected {type(error).__name__}: {error}"),
                "This is a fault of boltz-api; please report it with what --debug shows.",
            )  # fmt: skip


def _of_rotation(error: errors.RotationError) -> Failure:
    cause = error.__cause__
    known = of(cause) if isinstance(cause, errors.APIError | click.ClickException | click.Abort) else None
    code, hint = (known.exit_code, known.hint) if known else (exits.FAILED, "")
    message = str(error)
    # What the library advises is for programs; commands have been named instead.
    if error.old is not None and isinstance(cause, errors.APIError) and cause.outcome_unknown:
        message = f"the successor of {error.old.id} may or may not have been made; that key still works: {_said(cause)}"
    elif isinstance(cause, click.ClickException):
        message = f"{cause.format_message().rstrip('.')}. {' and '.join(error.working)} both work"
    return Failure(code, "RotationError", sentence(message), hint, {"working": list(error.working)})


def _of_api(error: errors.APIError) -> Failure:
    code, hint = exits.FAILED, _advice(error)
    if error.outcome_unknown:
        code = exits.OUTCOME_UNKNOWN
    elif isinstance(error, errors.AuthenticationError):
        code = exits.UNAUTHENTICATED
    facts: dict[str, object] = {"outcome_unknown": True if error.outcome_unknown else None}
    if not isinstance(error, errors.APIStatusError):
        return Failure(code, type(error).__name__, sentence(_said(error)), hint, facts)
    from boltz_api.core.masking import sent_error

    facts |= {"status": error.status_code, "code": error.code, "details": error.details, "request_id": error.request_id}
    return Failure(
        code, type(error).__name__, sentence(_told_by_server(error)), hint, facts, sent_error(error.response)
    )


def _said(error: errors.APIError) -> str:
    """What happened, without what the library advises: that is for programs, and commands are named instead."""
    return f"{error.message} ({errors.NOT_REPEATED})" if error.outcome_unknown else str(error)


def _told_by_server(error: errors.APIStatusError) -> str:
    """What the service says, where it says something; and what identifies the case."""
    body = error.body
    told = cast("dict[str, object]", body).get("message") if isinstance(body, dict) else None
    if not isinstance(told, str) or not told:
        return _said(error)
    details = "" if not error.details else f" {formats.compact(error.details).strip()}"
    request = f", request {error.request_id}" if error.request_id else ""
    unknown = ", and may have acted on the request" if error.outcome_unknown else ""
    return f"{told.rstrip('.')}{details} (the server answered {error.status_code}{request}{unknown})"


def _advice(error: errors.APIError) -> str:
    match error:
        case _ if error.outcome_unknown:
            return f"Look before you try again: {LIST} --all"
        case errors.AuthenticationError():
            return "Check the key in BOLTZ_API_KEY or --api-key-file: is it whole, and neither revoked nor expired?"
        case errors.PermissionDeniedError():
            return "Managing keys takes an admin key (sk_bc_admin_...), used from an address that it allows."
        case errors.NotFoundError():
            return f"To see which keys there are: {LIST} --all"
        case errors.RateLimitError():
            wait = f"in {error.retry_after:g} seconds" if error.retry_after else "in a while"
            return f"Try again {wait}."
        case errors.APITimeoutError():
            return "Try again, or allow more time with --timeout SECONDS."
        case errors.APIConnectionError():
            return "Check the network, the proxy settings, and --base-url or BOLTZ_BASE_URL."
        case errors.InternalServerError():
            return "The fault is the server's; try again in a while."
        case errors.APIResponseValidationError():
            return "Is --base-url or BOLTZ_BASE_URL right? Otherwise this version is too old for the service."
        case _:
            return ""


def _in_flags(error: errors.ArgumentError) -> str:
    """The error with the argument spelled as on the command line."""
    name = (error.argument or "").partition("[")[0].partition(".")[0]
    message = str(error)
    return f"--{naming.kebab(name)}{message[len(name) :]}" if name and message.startswith(name) else message


def sentence(text: str) -> str:
    """One line that ends like a sentence and holds nothing that could steer the terminal."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
    return line if line.endswith((".", "!", "?", "?)")) else f"{line}."


def traceback_of(error: BaseException) -> str:
    """Where an error came from, for whoever mends it; without secrets."""
    return scrubbed("".join(traceback.format_exception(error)))
