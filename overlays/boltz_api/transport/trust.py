"""Reading the certificates that TLS trusts only when there is TLS to speak.

It takes longer than everything else that making an HTTP client does, and a sandbox on this machine needs none.
"""

from __future__ import annotations

import os
import ssl
import threading
from typing import TYPE_CHECKING, Self

import httpx

from boltz_api.core.failures import UnusableTrustError

if TYPE_CHECKING:
    from collections.abc import Iterable


def _from_environment() -> ssl.SSLContext:
    named = {name: os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)}
    try:
        if "SSL_CERT_FILE" in named:
            # Up to 0.27, httpx takes no notice of one that is not there, and trusts whom its user did not mean.
            os.stat(named["SSL_CERT_FILE"])  # noqa: PTH116  # pathlib takes a while to import
        return httpx.create_ssl_context()
    except OSError as error:  # which ssl.SSLError is, too
        places = ", ".join(f"{name}={path}" for name, path in named.items())
        raise UnusableTrustError(f"no certificates to trust in {places}: {error}") from error


class LateTrust(ssl.SSLContext):
    """Stands in for the context that httpx would make, and has it made for the first connection that needs it.

    So what is trusted, and what ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` do to it, stays httpx's decision. Should
    anything use this context itself, it trusts nobody.
    """

    _lock: threading.Lock
    _real: ssl.SSLContext | None
    _alpn: list[str]

    def __new__(cls) -> Self:
        """Make one that trusts nobody itself."""
        self = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        self._lock = threading.Lock()
        self._real = None
        self._alpn = []
        return self

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Remember which protocols to offer."""
        self._alpn = list(alpn_protocols)

    @property
    def real(self) -> ssl.SSLContext:
        """What httpx would have made at once.

        Raises:
            UnusableTrustError: What the environment names holds no certificates.

        """
        with self._lock:
            if self._real is None:
                self._real = _from_environment()
            self._real.set_alpn_protocols(self._alpn)
            return self._real

    if not TYPE_CHECKING:  # how these are called is ssl's to say

        def wrap_socket(self, *args: object, **kwargs: object) -> ssl.SSLSocket:
            """As ``ssl.SSLContext`` has it."""
            return self.real.wrap_socket(*args, **kwargs)

        def wrap_bio(self, *args: object, **kwargs: object) -> ssl.SSLObject:
            """As ``ssl.SSLContext`` has it."""
            return self.real.wrap_bio(*args, **kwargs)
