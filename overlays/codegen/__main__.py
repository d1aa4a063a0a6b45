"""``python -m codegen``: generate, verify, lint the contract."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from codegen import contract_diff, generation
from codegen.document import Faults
from codegen.lint import RedoclyError, lint
from codegen.normal_form import load
from codegen.project import HERE, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import FrameType

_COMMANDS = {
    "generate": "write everything under generated/, and say what changed in terms of the API",
    "verify": "fail unless generated/ is what the contract gives, byte for byte",
    "lint": "report every fault of the contract with line and column",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. The exit status is 0 if all is well, 1 if something is to be mended, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="codegen", description="From openapi.yaml to generated/, and back again.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, says in _COMMANDS.items():
        command = commands.add_parser(name, help=says, description=f"{says[0].upper()}{says[1:]}.")
        command.add_argument("--contract", type=Path, default=Path(shown(HERE.contract)), metavar="PATH")
        if name != "lint":
            command.add_argument("--output", type=Path, default=HERE.generated, metavar="PATH")
    options = parser.parse_args(arguments)
    try:
        match options.command:
            case "generate":
                return _generate(options.contract, options.output.resolve())
            case "verify":
                return _verify(options.contract, options.output.resolve())
            case _:
                return _report(lint(options.contract)) or _say(f"{options.contract}: no faults")
    except Faults as error:
        return _report(error.faults)
    except (generation.RefusedError, RedoclyError) as error:
        return _report([error])
    except OSError as error:
        return _report([f"{error.filename or 'the system'}: {error.strerror or error}"])
    except KeyboardInterrupt:
        _report(["stopped"])
        return 128 + signal.SIGINT


def _generate(contract: Path, output: Path) -> int:
    before = generation.earlier_document(output)
    form = generation.generate(contract, output, HERE)
    lines = ["There is no earlier state to compare the API with."]
    if before is not None:
        changes = contract_diff.diff(before, form.document)
        lines = [f"{change} (breaking)" if change.kind == "breaking" else str(change) for change in changes]
        lines = lines or ["The API is the same."]
    return _say(f"{shown(output)}: written from {contract}", *lines, *(f"note: {note}" for note in form.notes))


def _verify(contract: Path, output: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="codegen-") as folder:
        generation.write(load(contract), Path(folder), HERE)
        problems = generation.differences(output, Path(folder), contract)
    return _report(problems) or _say(f"{shown(output)}: what {contract} gives")


def _say(*lines: str) -> int:
    print(*lines, sep="\n")
    return 0


def _report(problems: Iterable[object]) -> int:
    lines = [*problems]
    if lines:
        print(*lines, sep="\n", file=sys.stderr)
    return 1 if lines else 0


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    # On SIGTERM, the run cleans up as after Ctrl-C.
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main())
