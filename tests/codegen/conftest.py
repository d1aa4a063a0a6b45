"""The family of contracts, generated once for all tests here."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen

from codegen.contract import Contract
from codegen.package import PACKAGE, write_package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

CONTRACTS = Path(__file__).parent.parent / "contracts"


@frozen
class Sent:
    """What a request is on the wire."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None


@frozen
class Generated:
    """A generated package, imported, with the client's own code for what happens around an operation."""

    operations: Any
    models: Any
    params: Any

    def sent(self, request: object) -> Sent:
        """``request``, checked and encoded by the client."""
        prepare = import_module("boltz_api.core.prepare").prepare
        settings = import_module("boltz_api.settings").Settings
        secret = import_module("boltz_api.core.secrets").Secret
        wire = prepare(
            request, settings(api_key=secret("not-a-key"), base_url="https://api.example/"), repeatable=False
        ).wire
        always = {"user-agent", "accept", "accept-encoding", "x-api-key"}
        own = {name: value for name, value in wire.headers if name not in always}
        return Sent(wire.method, wire.url.removeprefix("https://api.example"), own, wire.content)

    def received(self, request: Any, content: bytes) -> Any:
        """What the client makes of a successful answer to ``request``."""
        headers = import_module("boltz_api.core.headers").Headers()
        wire = import_module("boltz_api.core.wire")
        answer = wire.Response(200, headers, content, wire.WireRequest("GET", "https://api.example/", ()))
        return import_module("boltz_api.core.decoding").decoded(answer, request.operation.response)

    def refused(self, request: object) -> str:
        """Why the client does not send ``request``."""
        error = import_module("boltz_api.errors").ArgumentError
        with pytest.raises(error) as caught:
            self.sent(request)
        return str(caught.value)


@contextmanager
def _imported(folder: Path) -> Iterator[Generated]:
    """The generated package in ``folder`` instead of the project's own, and a client on top of it."""

    def ours() -> dict[str, ModuleType]:
        tops = {PACKAGE, "boltz_api"}
        return {name: module for name, module in sys.modules.items() if name.partition(".")[0] in tops}

    before = ours()
    for name in before:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    try:
        yield Generated(*(import_module(f"{PACKAGE}.{name}") for name in ("operations", "models", "params")))
    finally:
        sys.path.remove(str(folder))
        for name in ours():
            del sys.modules[name]
        sys.modules.update(before)


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder that holds the package generated from the contract of that name."""
    top = tmp_path_factory.mktemp("family")

    def folder(name: str) -> Path:
        package = top / name / PACKAGE
        if not package.exists():
            package.mkdir(parents=True)
            write_package(Contract.read(CONTRACTS / f"{name}.yaml"), package)
        return top / name

    return folder


@pytest.fixture(scope="session")
def imported() -> Callable[[Path], Any]:
    """A way to import the generated package that is in a folder."""
    return _imported


def _member(name: str) -> Any:
    @pytest.fixture(name=name)
    def member(family: Callable[[str], Path]) -> Iterator[Generated]:
        with _imported(family(name)) as generated:
            yield generated

    return member


evolved = _member("evolved")
formats = _member("formats")
methods = _member("methods")
names = _member("names")
shapes = _member("shapes")
tags = _member("tags")
unions = _member("unions")
