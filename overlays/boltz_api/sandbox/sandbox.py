"""The sandbox: store, clock, application and server as one."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Literal, Self

import msgspec
from attrs import field, frozen

from boltz_api.sandbox.application import Application, Received
from boltz_api.sandbox.faults import BodyFault, Fault, Rule
from boltz_api.sandbox.openapi import Contract, published_contract
from boltz_api.sandbox.server import Server
from boltz_api.sandbox.service import (
    ADMIN_KEY,
    BEHAVIOURS,
    DEFAULT_WORKSPACE,
    TEST_ADMIN_KEY,
    Behaviour,
    Clock,
    KeyRequest,
    issue_admin_key,
    new_key,
    store_keys,
)
from boltz_api.sandbox.store import KeyType, Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from types import TracebackType


@frozen
class NewKey:
    """A key that was made for a test, and its ID."""

    key: str = field(repr=False)
    id: str


class Sandbox:
    """The API of the contract on this machine, with real, stateful API keys.

        with Sandbox() as sandbox:
            client = Boltz(api_key=sandbox.admin_key, base_url=sandbox.url)

    Or, without a socket, as the ASGI application ``sandbox.app``. It is no production server.

    It starts with two keys, ``admin_key`` and ``test_admin_key``, which are the same in every sandbox.
    """

    def __init__(
        self,
        *,
        db: str | PathLike[str] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        allowed_hosts: Sequence[str] = (),
        contract: Mapping[str, object] | None = None,
        behaviours: Mapping[str, Behaviour] = BEHAVIOURS,
    ) -> None:
        """Make a sandbox; it listens once started.

        Args:
            db: A file to keep everything in, across restarts. Left out, it is kept in memory.
            host: The address to listen on. Any other than a loopback address lets other machines in.
            port: The port to listen on; 0 for any that is free.
            allowed_hosts: Further names in the header ``Host`` to answer to, beside ``host`` and loopback.
            contract: The contract to serve, an OpenAPI document in the normal form of ``boltz_api_generated``.
            behaviours: What its operations do, by name; an operation that is not here returns an example.

        """
        self.clock = Clock()
        self._store = Store(db)
        self._host = host
        self._port = port
        self._allowed_hosts = allowed_hosts
        self._server: Server | None = None
        self._stopped = False
        served = published_contract() if contract is None else Contract(contract)
        self.app = Application(self._store, self.clock, served, behaviours)
        now = self.clock.now()
        self.admin_key = issue_admin_key(self._store, now, name="Sandbox admin", mode="live", key=ADMIN_KEY)
        """A live admin key: it sees and manages every key."""
        self.test_admin_key = issue_admin_key(
            self._store, now, name="Sandbox test admin", mode="test", key=TEST_ADMIN_KEY
        )
        """A test admin key: it sees and manages test keys."""

    @property
    def url(self) -> str:
        """The address it listens on, for ``base_url``."""
        if self._server is None:
            raise RuntimeError("The sandbox is not running: use it in a with statement, or call start().")
        # Addresses that stand for all of a machine's are ones to listen on, not to connect to.
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self._server.port}"

    @property
    def is_loopback(self) -> bool:
        """True if only this machine can reach it."""
        try:
            return ipaddress.ip_address(self._host).is_loopback
        except ValueError:
            return self._host == "localhost"

    @property
    def received(self) -> Sequence[Received]:
        """The requests received, oldest first; the latest 10,000 of them."""
        return tuple(self.app.received)

    def start(self) -> Self:
        """Listen, in a thread of its own; requests are answered when this returns."""
        if self._stopped:
            raise RuntimeError("This sandbox has been stopped, and its keys are gone or written back: make another.")
        if self._server is None:
            self._server = Server(self.app, self._host, self._port, self._allowed_hosts)
        return self

    def stop(self) -> None:
        """Stop listening and let the database go. A sandbox that has stopped stays so."""
        self._stopped = True
        if self._server is not None:
            self._server.stop()
            self._server = None
        self._store.close()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def new_key(
        self,
        key_type: KeyType = "workspace",
        *,
        name: str = "Made for a test",
        mode: Literal["live", "test"] = "live",
        allowed_ips: Sequence[str] = (),
        expires_in_days: int | None = None,
        workspace_id: str = DEFAULT_WORKSPACE,
    ) -> NewKey:
        """Make a key without asking the API, which makes workspace keys only."""
        request = KeyRequest(
            name=name, allowed_ips=list(allowed_ips), expires_in_days=expires_in_days, workspace_id=workspace_id
        )
        key, stored = new_key(self.clock.now(), request, mode=mode, key_type=key_type)
        store_keys(self._store, [(key, stored)])
        return NewKey(key, stored.id)

    def load(
        self, count: int, *, workspace_id: str = DEFAULT_WORKSPACE, mode: Literal["live", "test"] = "live"
    ) -> None:
        """Add this many keys at once, to test a program with a long list. The keys themselves are discarded."""
        now = self.clock.now()
        requests = (KeyRequest(name=f"Loaded key {n}", workspace_id=workspace_id) for n in range(1, count + 1))
        store_keys(self._store, (new_key(now, request, mode=mode) for request in requests))

    def fail(
        self,
        operation: str | None = None,
        *,
        times: int | None = 1,
        delay: float = 0.0,
        drop: bool = False,
        reset: bool = False,
        status: int | None = None,
        retry_after: float | str | None = None,
        redirect: str | None = None,
        body: BodyFault | None = None,
        field: str | None = None,
        after_commit: bool = False,
    ) -> Rule:
        """Make the next calls fail. Each call meets the oldest rule that still waits for it.

        Args:
            operation: The operation's name, such as ``"create_api_key"``; left out, any.
            times: With how many calls; ``None`` for all.
            delay: Wait so many seconds. The operation takes place, after the wait or, with ``after_commit``, before.
            drop: Close the connection without a response. The operation takes place only with ``after_commit``.
            reset: Do the operation, send half of the response, then reset the TCP connection.
            status: Respond with this status, and an error body where HTTP allows one. The operation takes place only
                with ``after_commit``.
            retry_after: With ``status``: also send the header ``Retry-After``.
            redirect: Respond with 307 and this ``Location``.
            body: Do the operation and alter the body of its response. ``"truncated"``: half of the JSON.
                ``"unknown_enum"``: a value that the contract does not know in ``field`` (``key_type``).
                ``"missing_field"``: every object without ``field`` (``created_at``). ``"empty_page"``: no keys, but
                more to come after a cursor that leads to those held back. ``"stuck_cursor"``: always more to come,
                after the cursor that was asked for. And ``"html"``: an HTML page, with ``status`` or 200, in place of
                the operation.
            field: See ``body``.
            after_commit: Let the operation take place before it fails.

        """
        if operation is not None and operation not in self.app.operations:
            raise ValueError(f"operation: expected one of {', '.join(self.app.operations)}, got {operation!r}")
        if times is not None and times < 1:
            raise ValueError(f"times: expected at least 1, or None for all calls, got {times}")
        given = {
            "delay": delay,
            "drop": drop,
            "reset": reset,
            "status": status,
            "retry_after": retry_after,
            "redirect": redirect,
            "body": body,
            "field": field,
            "after_commit": after_commit,
        }
        rule = Rule(msgspec.convert(given, Fault), operation, times)
        self.app.faults.add(rule)
        return rule

    def heal(self) -> None:
        """Forget every fault that was asked for."""
        self.app.faults.clear()
