"""What the client says about its work, without secrets. Silent unless the ``boltz_api`` logger is turned on.

What the HTTP libraries say about the same requests loses its secrets here, too.
"""

from __future__ import annotations

import logging
import os
from typing import Final
from weakref import WeakValueDictionary

from boltz_api.core.failures import Failure, told
from boltz_api.core.headers import Headers
from boltz_api.core.secrets import Secret, printable, scrubbed
from boltz_api.core.wire import Response, WireRequest

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO}

_SHOWN: Final = 2000
"""How much of a body is worth a log's room."""

logger: Final = logging.getLogger("boltz_api")

_LAYERS: Final = ("connection", "http11", "http2", "proxy", "socks")
HTTP_LOGGERS: Final = (
    *("httpx", *(f"httpcore.{layer}" for layer in _LAYERS)),
    *("httpx2", *(f"httpcore2.{layer}" for layer in _LAYERS)),
    *("hpack.hpack", "hpack.table"),
)
"""Who logs headers as they went and came, or a status line's text. One by one: a filter on `httpcore` would not see
what the loggers below it hand on."""

# Not a set: of two equal keys, the second has to stay when the first goes.
_living: Final[WeakValueDictionary[int, Secret]] = WeakValueDictionary()


def keep_secret(secret: Secret) -> Secret:
    """``secret``, which the HTTP libraries' logs will not show for as long as it exists."""
    _living[id(secret)] = secret
    return secret


class _WithoutSecrets(logging.Filter):
    """Masks what the HTTP libraries say."""

    def filter(self, record: logging.LogRecord) -> bool:
        living = [secret for reference in _living.valuerefs() if (secret := reference()) is not None]
        # HTTP/2 compresses headers in a way that anyone can undo; such a block has no text to mask.
        if record.name.startswith("hpack."):
            return not living
        shown = record.getMessage()
        masked = scrubbed(shown, living)
        if masked != shown:
            record.msg, record.args = masked, ()
        return True


for _name in HTTP_LOGGERS:
    logging.getLogger(_name).addFilter(_WithoutSecrets())


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
        from boltz_api.core.masking import shown_content

        headers = Headers(wire.headers).redacted(wire.secrets, strange=False).multi_items()
        body = _shortened(shown_content(wire.content or b"", wire.carries, wire.secrets))
        logger.debug("Sending %s %s (retries: %d) %s%s", wire.method, wire.shown_url, retries_taken, headers, body)


def came_back(wire: WireRequest, outcome: Response | Failure, answer: object) -> None:
    """An answer came, or none, to a request whose success is an ``answer``."""
    if not logger.isEnabledFor(logging.INFO):
        return
    if isinstance(outcome, Failure):
        text = printable(told(outcome, answer, wire.secrets))
        logger.info("%s %s failed: %s: %s", wire.method, wire.shown_url, type(outcome.error).__name__, text)
        return
    status, seconds = outcome.status_code, outcome.elapsed.total_seconds()
    logger.info("%s %s answered %d after %.3f seconds", wire.method, wire.shown_url, status, seconds)
    if logger.isEnabledFor(logging.DEBUG):
        from boltz_api.core.masking import shown_answer

        headers = outcome.shown_headers.multi_items()
        logger.debug("The answer: %d bytes %s%s", len(outcome.content), headers, _shortened(shown_answer(outcome)))


def _shortened(body: str) -> str:
    """A body as a log shows it: after a space, and cut where it gets long."""
    if not body:
        return ""
    return f" {body}" if len(body) <= _SHOWN else f" {body[:_SHOWN]}..."


def retrying(wire: WireRequest, delay: float, reason: str) -> None:
    """There will be another try."""
    logger.info("Retrying %s %s in %.2f seconds after %s", wire.method, wire.shown_url, delay, reason)
