"""Help, versions, and what starting up costs."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import version
from typing import Any

from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"
COMMANDS = ("create", "list", "revoke", "get", "find", "audit", "rotate")


def test_help_has_examples_at_each_level(offline: Any) -> None:
    for arguments in ([], [KEYS], *([KEYS, command] for command in COMMANDS), ["sandbox"], ["completion"]):
        done = offline(*arguments, "--help")
        assert (done.code, done.err) == (0, "")
        assert "\nExamples:\n  # " in done.out


def test_help_tells_the_exit_codes(offline: Any) -> None:
    shown = offline("--help").out
    codes = re.findall(r"^  (\d+)  ", shown[shown.index("Exit codes:") :], re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "5", "130"]


def test_help_all_is_every_help_in_one(offline: Any) -> None:
    shown = offline("--help-all").out
    usages = re.findall(r"^Usage: (boltz-api(?: [a-z:-]+)*)", shown, re.MULTILINE)
    commands = {f"boltz-api {KEYS} {name}" for name in COMMANDS}
    around = {"boltz-api sandbox", "boltz-api sandbox certify", "boltz-api completion"}
    assert set(usages) == {"boltz-api", f"boltz-api {KEYS}", *commands, *around}


def test_version_and_a_group_by_itself(offline: Any) -> None:
    assert offline("--version").out == f"boltz-api {version('boltz-api-keys')}\n"
    assert offline(KEYS).out == offline(KEYS, "--help").out


def test_the_top_level_help_imports_neither_http_nor_models(offline: Any) -> None:
    with offline.started("--help", PYTHONPROFILEIMPORTTIME="1") as process:
        assert process.stdout.read().startswith("Usage: boltz-api")
        imported = {line.rpartition("|")[2].strip() for line in process.stderr.read().splitlines()}
    assert "click" in imported
    assert imported.isdisjoint({"httpx", "rich", "yaml", "jmespath", "attrs", "csv", "boltz_api_generated.models"})


def test_the_examples_of_every_help_work(boltz: Any, sandbox: Sandbox) -> None:
    (boltz.folder / "key.json").write_text('{"name": "From a file"}')
    (boltz.folder / "roll-out.sh").write_text('#!/bin/sh\ntest -n "$BOLTZ_NEW_API_KEY"\n')
    (boltz.folder / "roll-out.sh").chmod(0o755)
    examples = dict.fromkeys(re.findall(rf"^  boltz-api ({KEYS} .*)$", boltz("--help-all").out, re.MULTILINE))
    assert len(examples) >= 25
    for example in examples:
        for made in boltz.folder.glob("*.key"):
            made.unlink()
        line = example
        for name in ("key_123", "key_456"):
            line = line.replace(name, sandbox.new_key(expires_in_days=9).id)
        done = boltz(*shlex.split(line))
        assert (example, done.code) == (example, 5 if "--fail-on" in example else 0)
