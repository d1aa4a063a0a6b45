"""Using the installed package against the sandbox, as a consumer would: in Python and on the command line."""

from __future__ import annotations

import ast
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from release.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from release.clean_environment import CleanEnvironment

SANDBOX = """\
import sys
from boltz_api.sandbox import Sandbox

with Sandbox() as sandbox:
    print(sandbox.url, sandbox.admin_key, flush=True)
    sys.stdin.read()
"""
"""A sandbox on a free port, until it is ended."""

CALLS = """\
from boltz_api import Boltz

client = Boltz()  # BOLTZ_API_KEY and BOLTZ_BASE_URL come from the environment

created = client.admin.api_keys.create(name="robot", expires_in_days=30)
print(f"created {created.key_details.name}, key {created.key_details.key_prefix}…, shown once")

for number in range(4):
    client.admin.api_keys.create(name=f"robot {number}")
pages = list(client.admin.api_keys.list(limit=2).iter_pages())
print(f"listed {sum(len(page.data) for page in pages)} keys on {len(pages)} pages of at most 2")

revoked = client.admin.api_keys.revoke(created.key_details.id)
print(f"revoked {revoked.name}, active: {revoked.is_active}")
"""
"""Create, list over several pages, revoke."""


@contextmanager
def sandbox(environment: CleanEnvironment) -> Generator[dict[str, str]]:
    """A sandbox run by the environment's own package; gives the variables that point a client at it."""
    with environment.running("python", "-c", SANDBOX) as line:
        url, key = line.split()
        yield {"BOLTZ_BASE_URL": url, "BOLTZ_API_KEY": key}


def calls(environment: CleanEnvironment, variables: Mapping[str, str]) -> list[str]:
    """Run ``CALLS``; the lines that it prints."""
    return environment.run("python", "-c", CALLS, env=variables).splitlines()


def as_typed(source: str) -> str:
    """``source`` with the prompts of Python's own shell."""
    lines = source.splitlines()
    typed: list[str] = []
    for statement in ast.parse(source).body:
        first, last = statement.lineno - 1, statement.end_lineno
        typed += [f"{'...' if number else '>>>'} {line}".rstrip() for number, line in enumerate(lines[first:last])]
        if hasattr(statement, "body"):
            typed.append("...")  # where a block ends, the shell wants to be told
    return "\n".join(typed)


def commands(environment: CleanEnvironment, variables: Mapping[str, str]) -> list[tuple[str, str]]:
    """Create, list and revoke by command; each command with what it printed, the key cut short."""
    done: list[tuple[str, str]] = []

    def boltz_api(*arguments: str) -> str:
        said = environment.run("boltz-api", "admin:api-keys", *arguments, env=variables)
        done.append((f"boltz-api admin:api-keys {' '.join(arguments)}", said))
        return said

    answer = json.loads(boltz_api("create", "--name", "shell"))
    created = answer["key_details"]
    done[-1] = (done[-1][0], done[-1][1].replace(answer["key"], f"{created['key_prefix']}…"))
    if created["id"] not in boltz_api("list", "--all", "--limit", "2", "--format", "table"):
        raise Refusal("`boltz-api admin:api-keys list` does not show the key that was just created")
    revoked = json.loads(boltz_api("revoke", created["id"]))
    if revoked["is_active"]:
        raise Refusal("`boltz-api admin:api-keys revoke` leaves the key active")
    return done
