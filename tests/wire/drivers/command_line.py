"""Driver of the command line, which runs for each case in a process of its own."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from contextlib import redirect_stderr, suppress
from importlib.metadata import entry_points, version
from tempfile import TemporaryFile
from typing import IO, Any

from tests.wire.drivers.kinds import KINDS

HELLO: dict[str, Any] = {
    "client": "boltz-api",
    "version": version("boltz-api-keys"),
    "capabilities": ["command_line", "environment", "list_all", "default_headers", "extra_headers", "full_stderr"],
}
(MAIN,) = entry_points(group="console_scripts", name="boltz-api")
main = MAIN.load()


def command(call: dict[str, Any], client: dict[str, Any]) -> list[str]:
    """Return the arguments of the command for a call."""
    operation = call["operation"]
    settings = {**client, **call["options"]}
    words = ["admin:api-keys", operation.partition("_")[0], "--format-error", "json"]
    words += ["--all", "--format", "jsonl"] if operation == "list_all" else ["--format", "json"]
    headers = {**settings.pop("default_headers", {}), **settings.pop("extra_headers", {})}
    words += [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]
    settings.pop("full_stderr", None)
    for name, value in {**settings, **call["arguments"]}.items():
        for each in value if isinstance(value, list) else [value]:
            words.append(f"--{name.replace('_', '-')}={each}")
    return words


def drive(line: dict[str, Any]) -> dict[str, Any]:
    """Play one case."""
    reply: dict[str, Any] = {"shown": []}
    for call in [*line["before"], line["call"]]:
        with TemporaryFile() as out, TemporaryFile() as err:
            full = line["client"].get("full_stderr")
            child = os.fork()
            if child == 0:
                with open("/dev/full", "wb") if full else err as stderr:  # noqa: PTH123  # a device
                    _run(command(call, line["client"]), line["environment"], out, stderr)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode())
            outcome = _outcome(call, code, *texts)
    return {**reply, **outcome}


def _run(words: list[str], environment: dict[str, str], out: IO[bytes], err: IO[bytes]) -> None:
    """Become the command."""
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(environment)
    sys.argv = ["boltz-api", *words]
    code: object = 1
    try:
        main()
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        os._exit(code if isinstance(code, int) else 1)


def _outcome(call: dict[str, Any], code: int, out: str, err: str) -> dict[str, Any]:
    told: dict[str, Any] = {"shown": [err], "exit_code": code}
    if call["operation"] == "list_all":
        told["items"] = [json.loads(text) for text in out.splitlines()]
    elif code == 0:
        told["value"] = json.loads(out)
    return told if code == 0 else {**told, "error": _error(err, out)}


def _error(err: str, out: str) -> dict[str, Any]:
    told = json.loads(err.splitlines()[-1])["error"] if err.strip() else {"type": "", "message": ""}
    kinds = {"usage": "argument", "unauthenticated": "missing_key", **KINDS}
    # An option that is there and empty is a mistake in the command; to the rules, it is no key.
    kind = "missing_key" if "'--api-key': its value is empty" in told["message"] else kinds.get(told["type"])
    argument = re.search(r"--([a-z-]+)(\[\d+\])?'?: ", told["message"])
    path = re.search(r" at (\$\S*?)\.?( |$)", told["message"])
    return {
        "outcome_unknown": False,
        "argument": argument and argument[1].replace("-", "_") + (argument[2] or ""),
        "path": path and path[1],
        "body": out,
        **told,
        "kind": kind or told["type"],
    }


def _import_all() -> None:
    """Run the command once in this process, so that its children find everything imported."""
    sys.argv = [
        "boltz-api",
        "admin:api-keys",
        "list",
        "--api-key=fake",
        "--base-url=http://127.0.0.1:9",
        "--max-retries=0",
    ]
    with redirect_stderr(io.StringIO()), suppress(SystemExit):
        main()


if __name__ == "__main__":
    _import_all()
    print(json.dumps(HELLO), flush=True)
    for given in sys.stdin:
        print(json.dumps(drive(json.loads(given))), flush=True)
