"""Compares the public surface of this package with that of the public client, for the endpoints that both have."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct, convert

if TYPE_CHECKING:
    from collections.abc import Iterator

    import griffe

DIFFERENCES: Final = Path("docs/public-client.toml")
"""The differences that are documented, each with its reason."""

_MODULES: Final = ("pagination", "resources.admin", "resources.admin.api_keys", "types.admin")
"""Modules whose public names are compared besides those of the package itself."""

_OTHER_ENDPOINTS: Final = (
    *("*[Ww]orkspace*", "*Usage*", "*usage*", "*Prediction*", "*Protein*", "*Molecule*"),
    *("*Share*", "*AuthR*", "*CliR*", "*Experiment*"),
)
"""Names of endpoints that this contract does not have."""


class Difference(Struct, frozen=True, kw_only=True):
    """A documented difference: the names of the public client that it covers, and why they are missing here."""

    names: list[str]
    reason: str

    def covers(self, name: str) -> bool:
        """Return True where one of the patterns matches the name."""
        return any(fnmatchcase(name, pattern) for pattern in self.names)


def documented(path: Path = DIFFERENCES) -> list[Difference]:
    """Read the documented differences."""
    return convert(tomllib.loads(path.read_text(encoding="utf-8"))["difference"], list[Difference])


def table(differences: list[Difference]) -> str:
    """Render the documented differences as Markdown."""
    rows = (f"| {', '.join(f'`{name}`' for name in each.names)} | {each.reason} |" for each in differences)
    return "\n".join(["| Name in the public client | Here |", "|---|---|", *rows])


def missing(public: Path, ours: Path) -> list[str]:
    """List what the public client offers and this package does not.

    Args:
        public: The folder that holds the public client's package.
        ours: The folder that holds this package.

    """
    theirs, here = set(_surface(_load(public))), set(_surface(_load(ours)))
    gone = theirs - here
    # A missing class says enough; its members need no lines of their own.
    return sorted(name for name in gone if not any(name.startswith((f"{other}.", f"{other}(")) for other in gone))


def _load(folder: Path) -> griffe.Module:
    import griffe  # only the comparison itself needs it

    loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
    package = loader.load("boltz_api")
    if (folder / "boltz_api_generated").exists():
        loader.load("boltz_api_generated")
    loader.resolve_aliases(implicit=True, external=False)
    assert isinstance(package, griffe.Module)
    return package


def _surface(package: griffe.Module) -> Iterator[str]:
    """Yield every public name: of modules, of classes, and of the parameters of functions."""
    yield from _names("", package)
    for path in _MODULES:
        yield from _names(f"{path}.", package[path])


def _names(prefix: str, module: griffe.Object | griffe.Alias) -> Iterator[str]:
    for name, member in module.members.items():
        listed = name in (module.exports or ())
        if name.startswith("_") or any(fnmatchcase(name, other) for other in _OTHER_ENDPOINTS):
            continue
        target = _target(member)
        if target is None:  # imported from another package
            if listed:
                yield f"{prefix}{name}"
            continue
        if not (listed or target.is_class or target.is_module):
            continue
        # What a module imports for its own use is not part of its surface, unless it lists it.
        own = listed or member.is_wildcard_exposed or (module.is_init_module and name[:1].isupper())
        if not own and target.module.path != module.path:
            continue
        yield f"{prefix}{name}"
        if target.is_class:
            yield from _members(f"{prefix}{name}", target)


def _members(prefix: str, owner: griffe.Object | griffe.Alias) -> Iterator[str]:
    import griffe  # only the comparison itself needs it

    for name, member in owner.all_members.items():
        target = _target(member)
        if target is None or (name.startswith("_") and name != "__init__"):
            continue
        if name != "__init__":
            yield f"{prefix}.{name}"
        if isinstance(target, griffe.Function):
            yield from (f"{prefix}.{name}({each})" for each in _parameters(target))


def _parameters(function: griffe.Function) -> Iterator[str]:
    import griffe  # only the comparison itself needs it

    for parameter in function.parameters:
        if parameter.name == "self" or parameter.name.startswith("_"):
            continue
        if parameter.kind is not griffe.ParameterKind.var_keyword:
            yield parameter.name
        elif "CallOptions" in str(parameter.annotation):
            yield from function.modules_collection["boltz_api.request.CallOptions"].members


def _target(member: griffe.Object | griffe.Alias) -> griffe.Object | None:
    import griffe  # only the comparison itself needs it

    try:
        return member.final_target if isinstance(member, griffe.Alias) else member
    except griffe.AliasResolutionError:
        return None
