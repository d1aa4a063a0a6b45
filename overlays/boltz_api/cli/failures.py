"""Failures: what went wrong in one sentence, what to do next, and the exit code."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

import click

from boltz_api import errors
from boltz_api.cli.delivery import InterruptedCallError, UndeliveredError
from boltz_api.cli.options import (
    FAILED,
    INTERRUPTED,
    KEYS,
    OUTCOME_UNKNOWN,
    PROGRAM,
    UNAUTHENTICATED,
    USAGE,
    ErrorFormat,
    flag_name,
)
from boltz_api.cli.output import json_text, yaml_text
from boltz_api.redact import ERROR_BODY_LIMIT, printable, scrub


@dataclass(frozen=True)
class Failure:
    """An error, prepared for people and for scripts."""

    exit_code: int
    type: str
    message: str
    hint: str = ""
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    """The HTTP status, the API's error code, the request ID."""
    body: str | None = None
    """The body of the response."""

    def text(self, form: ErrorFormat) -> str:
        """Return the failure as it goes to standard error."""
        if form == "text":
            return printable(scrub(f"{PROGRAM}: {self.message} {self.hint}".rstrip())) + "\n"
        if form == "raw" and self.body is not None:
            return printable(scrub(self.body, limit=ERROR_BODY_LIMIT), keep="\n\t") + "\n"
        # The facts come from a body that the client has cut and scrubbed.
        fields = {"type": self.type, "message": scrub(self.message), "hint": self.hint or None, **self.facts}
        known = {name: value for name, value in fields.items() if value is not None} | {"exit_code": self.exit_code}
        return _yaml({"error": known}) if form == "yaml" else json_text({"error": known})


def _yaml(value: object) -> str:
    try:
        return yaml_text(value)
    except ModuleNotFoundError:
        return json_text(value)  # which is YAML, too


def failure_of(error: BaseException) -> Failure:
    """Return the failure for an error."""
    match error:
        case click.UsageError():
            help_ = f"See: {error.ctx.command_path} --help" if error.ctx else ""
            return Failure(USAGE, "usage", sentence(error.format_message()), help_)
        case UndeliveredError():
            return Failure(OUTCOME_UNKNOWN, "undelivered", sentence(error.format_message()), f"See: {KEYS} list --all")
        case click.ClickException():
            return Failure(FAILED, "error", sentence(error.format_message()))
        case KeyboardInterrupt() | click.Abort():
            return Failure(INTERRUPTED, "interrupted", "interrupted.")
        case InterruptedCallError():
            return Failure(INTERRUPTED, "interrupted", sentence(str(error)), LOOK_FIRST)
        case errors.ArgumentError():
            return Failure(USAGE, "usage", sentence(_in_flags(error)), "Nothing was sent.")
        case errors.MissingAPIKeyError():
            hint = "Set BOLTZ_API_KEY, or point --api-key-file or BOLTZ_API_KEY_FILE at a file that holds the key."
            return Failure(UNAUTHENTICATED, "unauthenticated", "no API key was given.", hint)
        case errors.APIError():
            return _of_api(error)
        case errors.RotationError():
            return _of_rotation(error)
        case errors.NoSuchKeyError():
            return Failure(FAILED, type(error).__name__, sentence(str(error)), f"The keys there are: {KEYS} list --all")
        case errors.BoltzError():
            return Failure(FAILED, type(error).__name__, sentence(str(error)))
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return Failure(FAILED, "system", sentence(f"{place}{error.strerror or error}"))
        case _:
            hint = "This is a fault of boltz-api; please report it with what --debug shows."
            return Failure(FAILED, "bug", sentence(f"an unexpected {type(error).__name__}: {error}"), hint)


LOOK_FIRST: Final = f"Look before you try again: {KEYS} list --all"


def _of_rotation(error: errors.RotationError) -> Failure:
    cause = error.__cause__
    known = failure_of(cause) if isinstance(cause, errors.APIError | click.ClickException | click.Abort) else None
    code, hint = (known.exit_code, known.hint) if known else (FAILED, "")
    message = str(error)
    # The library's advice is for programs; the command line gives commands instead.
    if error.old is not None and isinstance(cause, errors.APIError) and cause.outcome_unknown:
        message = f"the successor of {error.old.id} may or may not have been made; that key still works: {_said(cause)}"
    elif isinstance(cause, click.ClickException):
        message = f"{cause.format_message().rstrip('.')}. {' and '.join(error.working)} both work"
    return Failure(code, "RotationError", sentence(message), hint, {"working": list(error.working)})


def _of_api(error: errors.APIError) -> Failure:
    code = FAILED
    if error.outcome_unknown:
        code = OUTCOME_UNKNOWN
    elif isinstance(error, errors.AuthenticationError):
        code = UNAUTHENTICATED
    facts: dict[str, object] = {"outcome_unknown": True if error.outcome_unknown else None}
    if not isinstance(error, errors.APIStatusError):
        return Failure(code, type(error).__name__, sentence(_said(error)), _advice(error), facts)
    facts |= {"status": error.status_code, "code": error.code, "details": error.details, "request_id": error.request_id}
    message = sentence(_said_by_server(error))
    return Failure(code, type(error).__name__, message, _advice(error), facts, error.response.text)


def _said(error: errors.APIError) -> str:
    """Return the message without the library's advice."""
    unknown = " (the request may have taken effect; it was not repeated)"
    return f"{error.message}{unknown}" if error.outcome_unknown else str(error)


def _said_by_server(error: errors.APIStatusError) -> str:
    """Return the message of the response, if it has one, and what identifies the case."""
    body = error.body
    message = cast("dict[str, object]", body).get("message") if isinstance(body, dict) else None
    if not isinstance(message, str) or not message:
        return _said(error)
    details = f" {json.dumps(error.details, ensure_ascii=False)}" if error.details else ""
    request = f", request {error.request_id}" if error.request_id else ""
    unknown = ", and may have acted on the request" if error.outcome_unknown else ""
    return f"{message.rstrip('.')}{details} (the server answered {error.status_code}{request}{unknown})"


def _advice(error: errors.APIError) -> str:
    if error.outcome_unknown:
        return LOOK_FIRST
    if isinstance(error, errors.RateLimitError) and error.retry_after:
        return f"Try again in {error.retry_after:g} seconds."
    return next((advice for kind, advice in _ADVICE if isinstance(error, kind)), "")


_ADVICE: Final = (
    (
        errors.AuthenticationError,
        "Check the key in BOLTZ_API_KEY or --api-key-file: is it whole, and neither revoked nor expired?",
    ),
    (
        errors.PermissionDeniedError,
        "Managing keys takes an admin key (sk_bc_admin_...), used from an address that it allows.",
    ),
    (errors.NotFoundError, f"The keys there are: {KEYS} list --all"),
    (errors.RateLimitError, "Try again in a while."),
    (errors.APITimeoutError, "Try again, or allow more time with --timeout SECONDS."),
    (errors.APIConnectionError, "Check the network, the proxy settings, and --base-url or BOLTZ_BASE_URL."),
    (errors.InternalServerError, "The fault is the server's; try again in a while."),
    (
        errors.APIResponseValidationError,
        "Is --base-url or BOLTZ_BASE_URL right? Otherwise this version is too old for the service.",
    ),
)


def _in_flags(error: errors.ArgumentError) -> str:
    """Return the message with the argument spelled as on the command line."""
    name = (error.argument or "").partition("[")[0].partition(".")[0]
    message = str(error)
    flag = "header" if name == "default_headers" else flag_name(name)
    return f"--{flag}{message[len(name) :]}" if name and message.startswith(name) else message


def sentence(text: str) -> str:
    """Return ``text`` as one line that ends like a sentence."""
    line = " ".join(text.split())
    return line if line.endswith((".", "!", "?", "?)")) else f"{line}."


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an error, without secrets, for a bug report."""
    return printable(scrub("".join(traceback.format_exception(error)), limit=20_000), keep="\n")
