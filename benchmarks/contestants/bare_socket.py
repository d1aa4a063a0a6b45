"""The server and the kernel alone: requests written by hand to a socket, answers received and thrown away.

It shows how much of every other figure is not the client's. It reads nothing but the cursor: it has no decoding job.
"""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from benchmarks.contestants.jobs import API_KEY, KEY_ID, PATH

BODY = b'{"name":"continuous integration","expires_in_days":90,"mode":"test"}'
LAST_ID = b'"last_id":"'


class Client:
    def __init__(self, url: str, api_key: str = API_KEY) -> None:
        address = urlsplit(url)
        assert address.hostname is not None
        self.socket = socket.create_connection((address.hostname, address.port or 80))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.headers = f" HTTP/1.1\r\nHost: {address.netloc}\r\nX-Api-Key: {api_key}\r\n".encode()

    def create(self) -> str:
        answer = self.exchange(f"POST {PATH}".encode(), BODY)
        return answer.partition(b'"id":"')[2].partition(b'"')[0].decode()

    def revoke(self) -> bool:
        return b'"is_active":true' in self.exchange(f"POST {PATH}/{KEY_ID}/revoke".encode())

    def list_keys(self) -> int:
        return self.stream_keys()

    def stream_keys(self) -> int:
        count, target = 0, f"GET {PATH}".encode()
        while True:
            page = self.exchange(target)
            count += page.count(b'"key_prefix"')
            if b'"has_more":true' not in page:
                return count
            after_id = page[page.rindex(LAST_ID) + len(LAST_ID) : -2]
            target = f"GET {PATH}?after_id=".encode() + after_id

    def exchange(self, target: bytes, body: bytes = b"") -> bytes:
        """The body of the answer to a request: its method and path, and what it carries."""
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        self.socket.sendall(target + self.headers + length + body)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        _, _, stated = bytes(received[:end]).lower().partition(b"content-length: ")
        whole = end + 4 + int(stated.partition(b"\r\n")[0])
        while len(received) < whole:
            received += self._receive()
        return bytes(received[end + 4 :])

    def _receive(self) -> bytes:
        data = self.socket.recv(65_536)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data
