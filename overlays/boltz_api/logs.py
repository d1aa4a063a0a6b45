"""What the client says about its work, without secrets. Silent unless the ``boltz_api`` logger is turned on."""

from __future__ import annotations

import logging
import os
from typing import Final

from boltz_api.core.failures import Failure, in_words
from boltz_api.core.headers import Headers
from boltz_api.core.secrets import scrubbed
from boltz_api.core.wire import Response, WireRequest

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO}

logger: Final = logging.getLogger("boltz_api")


def configure_from_environment() -> None:
    """Do what ``BOLTZ_LOG`` says: ``info`` or ``debug``, to standard error."""
    level = _LEVELS.get(os.environ.get("BOLTZ_LOG", "").lower())
    if level is not None:
        logging.basicConfig(
            format="[%(asctime)s - %(name)s:%(lineno)d - %(levelname)s] %(message)s", datefmt="%Y-%m-%d %H:%M:%S"
        )
        logger.setLevel(level)


def sending(wire: WireRequest, retries_taken: int) -> None:
    """A request goes out."""
    if logger.isEnabledFor(logging.DEBUG):
        headers = Headers(wire.headers).redacted(wire.secrets).multi_items()
        logger.debug("Sending %s %s (retries: %d) %s", wire.method, wire.url, retries_taken, headers)


def came_back(wire: WireRequest, outcome: Response | Failure) -> None:
    """An answer came, or none."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    if isinstance(outcome, Failure):
        text = scrubbed(in_words(outcome.error), wire.secrets)
        logger.debug("%s %s failed: %s: %s", wire.method, wire.url, type(outcome.error).__name__, text)
    else:
        headers = outcome.headers.redacted(wire.secrets).multi_items()
        logger.debug(
            "%s %s answered %d, %d bytes %s", wire.method, wire.url, outcome.status_code, len(outcome.content), headers
        )


def retrying(wire: WireRequest, delay: float, reason: str) -> None:
    """There will be another try."""
    logger.info("Retrying %s %s in %.2f seconds after %s", wire.method, wire.url, delay, reason)
