"""Completion in the shells themselves, colons included."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BEGIN = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(boltz-api completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -U compinit; compinit -D -u; eval "$(boltz-api completion zsh)"'),
}


@pytest.fixture
def shell(offline: Any) -> Callable[[str], Any]:
    """Starts an interactive shell that completes the command."""

    def start(name: str) -> Any:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
        command, begin = BEGIN[name]
        terminal = offline.program(command, TERM="dumb", PS1="> ")
        terminal.until("> ")
        terminal.type(f"{begin}; echo rea''dy\r")
        terminal.until("ready\n")
        terminal.until("> ")
        return terminal

    return start


@pytest.mark.parametrize("name", ["bash", "zsh"])
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("boltz-api adm\t", "boltz-api admin:api-keys "),
        ("boltz-api admin:api-keys lis\t", "boltz-api admin:api-keys list "),
        ("boltz-api admin:api-keys list --format ya\t", "boltz-api admin:api-keys list --format yaml "),
    ],
)
def test_a_tab_completes(shell: Callable[[str], Any], name: str, typed: str, completed: str) -> None:
    terminal = shell(name)
    terminal.type(typed)
    terminal.until(completed)
    terminal.killed()


def test_bash_completes_what_it_breaks_at(shell: Callable[[str], Any]) -> None:
    terminal = shell("bash")
    for typed, completed in [
        ("boltz-api admin:api-keys list --format=y\t", "--format=yaml "),
        ('boltz-api "admin:ap\t', '"admin:api-keys" '),
        ("boltz-api admin:api-keys create @key.y\t", "@key.yaml"),
    ]:
        terminal.text = ""
        Path(terminal.folder, "key.yaml").touch()
        terminal.type("\x15" + typed)
        terminal.until(completed)
    terminal.killed()


def test_fish_completes(offline: Any) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    line = 'boltz-api completion fish | source; complete -C "boltz-api adm"; complete -C "boltz-api admin:api-keys lis"'
    assert offline.shell(f"fish --no-config -c '{line}'").finished().split("\n")[:2] == [
        "admin:api-keys\tAPI Keys", "list\tList API keys"
    ]  # fmt: skip


def test_bash_without_compopt_completes_file_names(shell: Callable[[str], Any]) -> None:
    """As bash 3.2 does, which macOS has."""
    terminal = shell("bash")
    Path(terminal.folder, "a file").touch()
    terminal.type("enable -n compopt\r")
    terminal.until("compopt\n")
    terminal.type("boltz-api admin:api-keys list --api-key-file a\t")
    terminal.until("--api-key-file a file")
    terminal.killed()


@pytest.mark.parametrize("name", ["bash", "zsh", "fish", "tcsh"])
def test_completion_without_what_a_shell_sets_ends_quietly(offline: Any, name: str) -> None:
    done = offline(_BOLTZ_API_COMPLETE=f"{name}_complete", COMP_LINE="boltz-api ")
    assert (done.code, done.out, done.err) == (1, "", "")
