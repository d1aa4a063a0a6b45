"""Completion in bash, zsh and fish, of names with colons too."""

from __future__ import annotations

import os
from typing import Final

import click
from click.shell_completion import CompletionItem, FishComplete, ShellComplete, ZshComplete, split_arg_string

from boltz_api.cli.options import COMPLETE, PROGRAM, Choice, Command

# Bash breaks words at colons and equals signs, and puts what it is given after the last break. So it sends the line as
# it stands and the part that it will replace, and gets only what goes there. File names it completes by itself, but for
# bash 3.2, which macOS has: it knows no compopt.
_BASH: Final = """\
_boltz_api_complete() {
    local reply word
    reply=$(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" COMP_PART="$2" \\
        _BOLTZ_API_COMPLETE=bash_complete "$1" 2> /dev/null)
    if [[ $reply == file || $reply == dir ]]; then
        if type compopt > /dev/null 2>&1; then
            [[ $reply == file ]] && compopt -o default || compopt -o dirnames
        else
            while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$2")
        fi
    else
        while IFS= read -r word; do COMPREPLY+=("$word"); done <<< "$reply"
    fi
}
complete -F _boltz_api_complete boltz-api
"""


class BashComplete(ShellComplete):
    """Bash, from 3.2 on."""

    name = "bash"
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor, and the one that it is in."""
        line = os.environ["COMP_LINE"].encode()[: int(os.environ["COMP_POINT"])].decode(errors="ignore")
        words = split_arg_string(line)[1:]
        if not line or line[-1].isspace():
            return words, ""
        return words[:-1], words[-1] if words else ""

    def format_completion(self, item: CompletionItem) -> str:
        """Return what bash is to put after its last break."""
        if item.type != "plain":
            return str(item.type)
        _, incomplete = self.get_completion_args()
        flag, equals, _ = incomplete.partition("=")
        whole = f"{flag}={item.value}" if equals and flag.startswith("-") else str(item.value)
        return whole.removeprefix(incomplete.removesuffix(os.environ.get("COMP_PART", "")))


SHELLS: Final[dict[str, type[ShellComplete]]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
INSTALL: Final = {
    "bash": 'eval "$(boltz-api completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$(boltz-api completion zsh)"    # in ~/.zshrc, after compinit',
    "fish": "boltz-api completion fish > ~/.config/fish/completions/boltz-api.fish",
}


def command() -> click.Command:
    """Return ``boltz-api completion``."""
    made = Command(
        "completion",
        callback=_print,
        params=[click.Argument(["shell"], type=Choice(list(SHELLS)))],
        help="Print the script that makes a shell complete this command.",
    )
    made.examples = [(line, f"For {shell}.") for shell, line in INSTALL.items()]
    return made


def _print(shell: str) -> None:
    click.echo(SHELLS[shell](click.Command(PROGRAM), {}, PROGRAM, COMPLETE).source(), nl=False)


def answer(command: click.Command, instruction: str) -> int:
    """Write the completions that a shell asks for: ``bash_complete``, ``zsh_complete`` or ``fish_complete``."""
    shell, _, act = instruction.partition("_")
    if shell not in SHELLS or act != "complete":
        return 1
    try:
        click.echo(SHELLS[shell](command, {}, PROGRAM, COMPLETE).complete())
    except (KeyError, ValueError):  # variables that a shell sets are missing or wrong
        return 1
    return 0
