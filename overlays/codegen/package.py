"""The whole generated package, from a contract."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from codegen.data_modules import models_source, params_source
from codegen.normal_form import NormalForm, normalize
from codegen.operation_modules import operations_sources
from codegen.reserved import SUPPORT

if TYPE_CHECKING:
    from pathlib import Path

    from codegen.contract import Contract

PACKAGE: Final = "boltz_api_generated"

_INIT: Final = (
    '"""What the contract says, as Python: pure data, no I/O. Written by ``nox -s generate``; do not edit."""\n'
)

# What is tidied: imports that are unused or unsorted, `__all__`, and where `None` stands in a union. No more.
_TIDIED: Final = ("F401", "I", "RUF022", "RUF036")


def write_package(contract: Contract, target: Path, package: str = PACKAGE) -> NormalForm:
    """Write everything but the manifest into ``target``, an empty folder; ``ContractError`` if it cannot be done.

    ``package`` is the name under which the files import one another.
    """
    form = normalize(contract)
    params = params_source(form)
    sources = {
        "__init__.py": _INIT,
        "py.typed": "",
        "models.py": models_source(form, package),
        "params.py": params,
        "tags.py": _tags_source(form),
        **{f"operations/{name}": source for name, source in operations_sources(form, params, package).items()},
    }
    (target / "operations").mkdir()
    for name, source in sources.items():
        (target / name).write_text(source, encoding="utf-8", newline="\n")
    for support in sorted(SUPPORT.glob("*.py")):
        shutil.copyfile(support, target / support.name)
    _format(target, package)
    return form


def _tags_source(form: NormalForm) -> str:
    """The tags by themselves: a command line lists them in a few milliseconds, without the operations under them."""
    titles = {module.tag: module.title for module in form.modules}
    return (
        '"""The tags of the contract and their titles. This imports nothing, so that listing them costs nothing."""\n\n'
        f"TAGS: dict[str, str] = {titles!r}\n"
    )


def _format(target: Path, package: str) -> None:
    """Tidy and format every file, by settings that no folder above ``target`` can change."""
    settings = ["--isolated", "--no-cache", "--quiet", "--config=line-length=120", "--config=target-version='py311'"]
    # By default ruff leaves out whatever lies below a folder called build, dist, .nox, ...: the checkout may.
    settings.append("--config=exclude=[]")
    imports = f"--config=lint.isort.known-first-party=['{package}']"
    for command in (["check", "--fix", f"--select={','.join(_TIDIED)}", imports], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *settings, str(target)], check=True)
