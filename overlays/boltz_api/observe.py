"""Logging, without secrets: silent unless the ``boltz_api`` logger is turned on.

Secrets are also masked in the HTTP libraries' logs of the same requests.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Final

from boltz_api.redact import redact_headers, remembered, scrub
from boltz_api.response import Received, error_body, secretive, shown_body
from boltz_api.retry import Failure, describe

if TYPE_CHECKING:
    from boltz_api.request import Prepared

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO}

logger: Final = logging.getLogger("boltz_api")

_LAYERS: Final = ("connection", "http11", "http2", "proxy", "socks")
HTTP_LOGGERS: Final = (
    *("httpx", *(f"httpcore.{layer}" for layer in _LAYERS)),
    *("httpx2", *(f"httpcore2.{layer}" for layer in _LAYERS)),
    *("hpack.hpack", "hpack.table"),
)
"""The loggers that show headers, or a status line's text. One by one: a filter on `httpcore` would not see what the
loggers below it propagate."""


class _WithoutSecrets(logging.Filter):
    """Masks secrets in the HTTP libraries' records."""

    def filter(self, record: logging.LogRecord) -> bool:
        secrets = remembered()
        # HTTP/2 compresses headers in a way that anyone can undo; such a block has no text to mask.
        if record.name.startswith("hpack."):
            return not secrets
        message = record.getMessage()
        masked = scrub(message, secrets)
        if masked != message:
            record.msg, record.args = masked, ()
        return True


for _name in HTTP_LOGGERS:
    logging.getLogger(_name).addFilter(_WithoutSecrets())


def configure_from_environment() -> None:
    """Turn logging on as ``BOLTZ_LOG`` says: ``info`` or ``debug``, to standard error."""
    level = _LEVELS.get(os.environ.get("BOLTZ_LOG", "").lower())
    if level is not None:
        logging.basicConfig(
            format="[%(asctime)s - %(name)s:%(lineno)d - %(levelname)s] %(message)s", datefmt="%Y-%m-%d %H:%M:%S"
        )
        logger.setLevel(level)


def log_request(prepared: Prepared[Any], retries_taken: int) -> None:
    """Log a request that is sent."""
    if logger.isEnabledFor(logging.DEBUG):
        headers = redact_headers(prepared.headers.reveal(), prepared.secrets)
        body = shown_body(prepared.content or b"", prepared.operation.body, prepared.secrets)
        logger.debug(
            "Sending %s %s (retries: %d) %s %s",
            *(prepared.operation.method, prepared.shown_url, retries_taken, headers, body),
        )


def log_outcome(prepared: Prepared[Any], outcome: Received | Failure) -> None:
    """Log the response to a request, or the failure to get one."""
    if not logger.isEnabledFor(logging.INFO):
        return
    request = f"{prepared.operation.method} {prepared.shown_url}"
    if isinstance(outcome, Failure):
        logger.info("%s failed: %s: %s", request, type(outcome.error).__name__, describe(outcome, prepared))
        return
    logger.info("%s answered %d after %.3f seconds", request, outcome.status_code, outcome.elapsed)
    if logger.isEnabledFor(logging.DEBUG) and outcome.stream is None:
        kind = object if secretive(prepared.operation) else outcome.kind
        headers = redact_headers(outcome.http.headers.multi_items(), prepared.secrets)
        body = shown_body(outcome.content, kind, prepared.secrets)
        if not outcome.is_success:
            body = scrub(repr(error_body(outcome)), limit=2000)
        logger.debug("The response: %d bytes %s %s", len(outcome.content), headers, body)


def log_retry(prepared: Prepared[Any], delay: float, reason: str) -> None:
    """Log a retry and the delay before it."""
    logger.info("Retrying %s %s in %.2f seconds after %s", prepared.operation.method, prepared.shown_url, delay, reason)
