"""Send through an HTTP client of your own: this one counts the bytes on the wire."""

from __future__ import annotations

import httpx

from boltz_api import Boltz


class Counting(httpx.BaseTransport):
    """Passes requests on, and counts what was sent and received."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.sent = self.received = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` and note its size and that of its answer."""
        response = self.inner.handle_request(request)
        self.sent += len(request.read())
        self.received += len(response.read())
        return response

    def close(self) -> None:
        """Close the transport below."""
        self.inner.close()


if __name__ == "__main__":
    transport = Counting(httpx.HTTPTransport(retries=0))
    # The client keeps its own timeouts and retries; only the sending is yours.
    with Boltz(http_client=httpx.Client(transport=transport)) as client:
        keys = sum(1 for _ in client.admin.api_keys.list())
    print(f"{keys} keys in {transport.received} bytes")
