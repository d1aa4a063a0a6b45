"""Which operations the client's source binds."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.bindings import Bindings, Reference, compare, find

RESOURCES = """\
from boltz_api_generated import models, operations


class APIKeys(Resource):
    create = call(operations.create_api_key)
    list = pages(operations.list_api_keys, item=models.APIKey)


class AsyncAPIKeys(AsyncResource):
    create = call(operations.create_api_key)

    async def reset(self):
        return operations.revoke_api_key


TABLE = operations.OPERATIONS
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "api_keys.py").write_text(RESOURCES, encoding="utf-8")
    return tmp_path


def test_references_are_found_with_their_place_and_client(package: Path) -> None:
    file = package / "resources" / "api_keys.py"
    assert list(find(package)) == [
        Reference("create_api_key", file, 5, "sync"),
        Reference("list_api_keys", file, 6, "sync"),
        Reference("create_api_key", file, 10, "async"),
        Reference("revoke_api_key", file, 13, None),
    ]


@pytest.mark.parametrize(
    ("imports", "binding"),
    [
        ("from boltz_api_generated import operations", "operations.ping"),
        ("from boltz_api_generated import operations as api", "api.ping"),
        ("from boltz_api_generated.operations import ping", "ping"),
        ("from boltz_api_generated.operations import ping as ring", "ring"),
    ],
)
def test_operations_are_known_by_whatever_name_they_are_imported(tmp_path: Path, imports: str, binding: str) -> None:
    (tmp_path / "ping.py").write_text(f"{imports}\nclass Ping:\n    go = call({binding})\n", encoding="utf-8")
    assert list(find(tmp_path)) == [Reference("ping", tmp_path / "ping.py", 3, "sync")]


def test_a_resource_that_leaves_open_how_it_is_called_serves_both_clients(tmp_path: Path) -> None:
    source = "from boltz_api_generated import operations\nclass Ping(Resource[M]):\n    go = call(operations.ping)\n"
    file = tmp_path / "ping.py"
    file.write_text(source, encoding="utf-8")
    assert list(find(tmp_path)) == [Reference("ping", file, 3, "sync"), Reference("ping", file, 3, "async")]


def test_names_that_only_look_like_operations_are_not_taken_for_them(tmp_path: Path) -> None:
    source = (
        "from elsewhere import operations\nclass Ping:\n    go = call(operations.ping)\n    text = 'operations.ping'\n"
    )
    (tmp_path / "ping.py").write_text(source, encoding="utf-8")
    assert list(find(tmp_path)) == []


def test_each_client_must_bind_every_operation(package: Path) -> None:
    bindings = compare(["create_api_key", "list_api_keys", "revoke_api_key"], find(package))
    assert bindings == Bindings(
        unbound=(("list_api_keys", "async"), ("revoke_api_key", "sync"), ("revoke_api_key", "async")), gone=()
    )


def test_every_reference_to_an_operation_that_is_gone_is_reported(package: Path) -> None:
    file = package / "resources" / "api_keys.py"
    gone = (Reference("create_api_key", file, 5, "sync"), Reference("create_api_key", file, 10, "async"))
    assert compare(["list_api_keys", "revoke_api_key"], find(package)).gone == gone
