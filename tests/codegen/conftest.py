"""The family of contracts, generated once for all tests here."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import frozen

from boltz_api.errors import APIResponseValidationError, ArgumentError
from codegen.emit import write_package
from codegen.normal_form import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

CONTRACTS = Path(__file__).parent.parent / "contracts"


@frozen
class Generated:
    """A generated package, imported."""

    package: ModuleType
    models: Any
    params: Any
    client_class: Any

    def method(self, name: str, client: Any = None) -> Any:
        """The method that ``name`` leads to from a client: ``admin.api_keys.create``."""
        found = client or self.client_class(api_key="fake", base_url="https://api.example")
        for attribute in name.split("."):
            found = getattr(found, attribute)
        return found

    def exchange(
        self, name: str, answer: httpx.Response, /, *positional: Any, **named: Any
    ) -> tuple[httpx.Request, Any]:
        """What is sent, and what is made of ``answer``."""
        sent: list[httpx.Request] = []

        def respond(request: httpx.Request) -> httpx.Response:
            request.read()
            sent.append(request)
            return answer

        result: Any = None
        with httpx.Client(transport=httpx.MockTransport(respond)) as http_client:
            client = self.client_class(api_key="fake:fake", base_url="https://api.example", http_client=http_client)
            try:
                result = self.method(name, client)(*positional, **named)
            except APIResponseValidationError as error:
                result = error
        return sent[0], result

    def sent(self, name: str, /, *positional: Any, **named: Any) -> httpx.Request:
        """What is sent."""
        request, _ = self.exchange(name, httpx.Response(204), *positional, **named)
        return request

    def received(self, name: str, content: bytes, /, *positional: Any, **named: Any) -> Any:
        """What is made of an answer in JSON."""
        answer = httpx.Response(200, content=content, headers={"content-type": "application/json"})
        result = self.exchange(name, answer, *positional, **named)[1]
        if isinstance(result, APIResponseValidationError):
            raise result
        return result

    def refused(self, name: str, /, *positional: Any, **named: Any) -> str:
        """Why nothing is sent."""
        with pytest.raises(ArgumentError) as caught:
            self.sent(name, *positional, **named)
        return str(caught.value)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Generated]:
    """A way to generate a contract and to import what comes out."""
    top = tmp_path_factory.mktemp("family")
    sys.path.insert(0, str(top))
    done: dict[Path, Generated] = {}

    def generate(contract: Path) -> Generated:
        if contract not in done:
            name = f"family_{contract.stem}"
            (top / name).mkdir()
            write_package(load(contract), top / name, name)
            package, models, params, resources = (
                import_module(f"{name}{own}") for own in ("", ".models", ".params", ".resources")
            )
            done[contract] = Generated(package, models, params, resources.SyncClient)
        return done[contract]

    return generate


def _member(name: str) -> Any:
    @pytest.fixture(name=name, scope="session")
    def member(generated: Callable[[Path], Generated]) -> Generated:
        return generated(CONTRACTS / f"{name}.yaml")

    return member


evolved = _member("evolved")
formats = _member("formats")
media = _member("media")
methods = _member("methods")
names = _member("names")
shapes = _member("shapes")
tags = _member("tags")
unions = _member("unions")
