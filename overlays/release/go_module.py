"""The Go module of a release: the files of a module proxy, their hashes, a server for them, and the exported API.

A proxy serves four things for a version (go.dev/ref/mod#goproxy-protocol): ``list``, ``.info``, ``.mod`` and ``.zip``.
They are plain files, so that any web server can be one.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from codegen.contract_diff import Change
from codegen.emit_go import RUNTIME_PATH
from release.project import GO_MODULE, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIEnvironment

    from packaging.version import Version

PREFIX: Final = "/go/"
"""Below this, the embedded index serves modules."""

_LISTING: Final = Path(__file__).with_name("go") / "api" / "main.go"
_CONSUMER: Final = Path(__file__).with_name("go") / "consumer" / "main.go"
# The generators' own record, of no use to importers of the module.
_LEFT_OUT: Final = frozenset({"manifest.json"})
# A zip has local times; this is the zero time, as in the zips of the go command.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_TYPES: Final = {".info": "application/json", ".mod": "text/plain; charset=utf-8", ".zip": "application/zip"}


@frozen
class GoModule:
    """One version of the module, as a proxy serves it."""

    path: str
    version: str
    """Such as ``v0.1.0``."""
    files: Mapping[str, bytes]
    """``.info``, ``.mod`` and ``.zip``, by ending."""

    @classmethod
    def read(cls, tree: Path, version: Version, time: datetime) -> GoModule:
        """Make the files for the module in the source tree ``tree``."""
        path = module_path(tree)
        tag = _tag(version)
        if (suffix := _major_suffix(version)) and not path.endswith(suffix):
            raise Refusal(f"from version {version.major} on, the Go module's path must end in {suffix}: it is {path}")
        contents = {name: (tree / GO_MODULE / name).read_bytes() for name in _names(tree / GO_MODULE)}
        info = {"Version": tag, "Time": time.strftime("%Y-%m-%dT%H:%M:%SZ")}
        return cls(
            path,
            tag,
            {
                ".info": json.dumps(info).encode() + b"\n",
                ".mod": contents["go.mod"],
                ".zip": _zip({f"{path}@{tag}/{name}": content for name, content in contents.items()}),
            },
        )

    def write(self, folder: Path, stem: str) -> list[Path]:
        """Write the files into ``folder``, with the lines for ``go.sum``; return their paths."""
        written = {**self.files, ".sum": self.sums.encode()}
        for ending, content in written.items():
            (folder / f"{stem}.go{ending}").write_bytes(content)
        return [folder / f"{stem}.go{ending}" for ending in written]

    @property
    def sums(self) -> str:
        """The lines that ``go.sum`` gets for it."""
        with zipfile.ZipFile(io.BytesIO(self.files[".zip"])) as content:
            whole = h1({name: content.read(name) for name in content.namelist()})
        own = h1({"go.mod": self.files[".mod"]})
        return f"{self.path} {self.version} {whole}\n{self.path} {self.version}/go.mod {own}\n"

    def store(self, folder: Path) -> None:
        """Add it to the modules in ``folder``; ``Refusal`` if other bytes stand there under this version."""
        target = folder / escaped(self.path) / "@v"
        for ending, content in self.files.items():
            file = target / f"{self.version}{ending}"
            if file.exists() and file.read_bytes() != content:
                raise Refusal(f"{file} holds other bytes; a published file is never replaced, so raise the version")
        target.mkdir(parents=True, exist_ok=True)
        for ending, content in self.files.items():
            partial = target / f"{self.version}{ending}.part"
            partial.write_bytes(content)
            partial.replace(target / f"{self.version}{ending}")
        # Last: what it names is there.
        versions = sorted((file.stem for file in target.glob("*.zip")), key=_order)
        (target / "list").write_text("".join(f"{version}\n" for version in versions), "utf-8", newline="\n")


def module_path(tree: Path) -> str:
    """The path that users import, which ``pyproject.toml`` sets."""
    settings = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["tool"]
    return str(settings["boltz-go"]["module"])


def h1(contents: Mapping[str, bytes]) -> str:
    """The hash of files as Go computes it (``golang.org/x/mod/sumdb/dirhash.Hash1``)."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(contents.items()))
    return "h1:" + base64.b64encode(hashlib.sha256("".join(lines).encode()).digest()).decode()


def escaped(path: str) -> str:
    """``path`` as proxies spell it: file systems may ignore the case of letters."""
    return re.sub("[A-Z]", lambda found: f"!{found[0].lower()}", path)


def _tag(version: Version) -> str:
    # Go knows semantic versions only: 1.0.0rc1 is v1.0.0-rc.1 there.
    release = ".".join(map(str, (version.major, version.minor, version.micro)))
    before = "".join(f"-{kind}.{number}" for kind, number in [version.pre] if version.pre) if version.pre else ""
    return f"v{release}{before}"


def _major_suffix(version: Version) -> str:
    return f"/v{version.major}" if version.major > 1 else ""


def _order(tag: str) -> tuple[list[int], bool, str]:
    release, _, before = tag.removeprefix("v").partition("-")
    return [int(part) for part in release.split(".")], not before, before


def _names(folder: Path) -> list[str]:
    found = (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    return sorted(name for name in found if name not in _LEFT_OUT)


def _zip(contents: Mapping[str, bytes]) -> bytes:
    """A zip whose bytes depend on nothing but its contents."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            # Stored, not compressed: compressors differ from one version of zlib to another.
            archive.writestr(entry, content, zipfile.ZIP_STORED)
    return written.getvalue()


def serve(folder: Path, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Respond to a request below ``PREFIX`` with a file of ``folder``."""
    name = str(environ.get("PATH_INFO", "")).removeprefix(PREFIX)
    file = (folder / name).resolve()
    if name.endswith("/@latest"):
        versions = (folder / name.removesuffix("@latest") / "@v" / "list").resolve()
        newest = versions.read_text("utf-8").split()[-1:] if versions.is_file() else []
        file = versions.with_name(f"{newest[0]}.info") if newest else versions
    if not (file.is_relative_to(folder.resolve()) and file.is_file()):
        # As the protocol has it: the go command then asks the next proxy, if there is one.
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"not found\n"]
    content = file.read_bytes()
    kind = _TYPES.get(file.suffix, "text/plain; charset=utf-8")
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(content)))])
    return [content]


# The toolchain, for steps that need one.


def _toolchain() -> Path | None:
    """The folder of the Go toolchain that is installed beside this Python, by the dependency group ``go``."""
    package = find_spec("go")
    places = map(Path, (package and package.submodule_search_locations) or ())
    return next((place for place in places if (place / "bin").is_dir()), None)


def has_toolchain() -> bool:
    """True if steps that need Go can be done."""
    return _toolchain() is not None


def run_go(folder: Path, *arguments: str, **variables: str) -> str:
    """Run the go command in ``folder``; return what it printed."""
    root = _toolchain()
    if root is None:
        raise Refusal("this step needs Go: install the dependency group `go`")
    fixed = {"GOROOT": str(root), "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    path = f"{root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [str(root / "bin" / "go"), *arguments],
        cwd=folder,
        env={**os.environ, **fixed, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Refusal(f"go {' '.join(arguments[:2])} failed\n{(done.stderr or done.stdout).strip()}")
    return done.stdout


def changes(old: Path, new: Path) -> list[Change]:
    """Compare what the modules of two source trees export."""
    before, after = (_sources(tree / GO_MODULE) for tree in (old, new))
    if not before or before == after:
        return [Change("Go: the module was added", "addition")] if after and not before else []
    if not after:
        return [Change("Go: the module was removed", "breaking")]
    if not has_toolchain():
        return [Change("Go: the module changed; what it exports is compared where the group `go` is installed", "note")]
    return list(compare(exported(old), exported(new)))


def _sources(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in _names(folder)}


def exported(tree: Path) -> dict[str, str]:
    """The names that the module in ``tree`` exports, each with its declaration."""
    with tempfile.TemporaryDirectory(prefix="go-api-") as name:
        # Elsewhere: the go command may write go.sum.
        module = shutil.copytree(tree / GO_MODULE, Path(name, "module"))
        listing = run_go(module, "run", str(_LISTING))
    return dict(line.split(": ", 1) for line in listing.splitlines())


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    """Compare two listings. An added field or method breaks no code that names the fields of a struct."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        whole = name.rpartition(".")[0]
        if after is None and (whole not in old or whole in new):  # else the line of the whole says it
            yield Change(f"Go: {name}: removed", "breaking")
        elif before is None and (whole not in new or whole in old):
            yield Change(f"Go: {name}: added", "addition")
        elif before is not None and after is not None and before != after:
            yield Change(f"Go: {name}: was {before}, is {after}", "breaking")


def consume(module: GoModule, index: str, folder: Path, variables: Mapping[str, str]) -> list[str]:
    """Get ``module`` from the embedded index at ``index``, and run a program with it; return what it prints."""
    folder.mkdir()
    program = _CONSUMER.read_text("utf-8").replace(f'"{RUNTIME_PATH}"', f'"{module.path}"')
    (folder / "main.go").write_text(program, "utf-8")
    settings = {
        "GOPROXY": index.rstrip("/") + PREFIX,
        # No checksum database has it: its checksums are in go.sum, and compared with those of the release below.
        "GONOSUMDB": module.path,
        "GOPATH": str(folder / "path"),
        "GOMODCACHE": str(folder / "cache"),
        # The cache would be without write permission, so that the demo could not remove it.
        "GOFLAGS": "-mod=mod -modcacherw",
        "NO_PROXY": "127.0.0.1",
    }
    run_go(folder, "mod", "init", "example.com/consumer", **settings)
    run_go(folder, "get", f"{module.path}@{module.version}", **settings)
    if (folder / "go.sum").read_text("utf-8") != module.sums:
        raise Refusal("what go get got is not what was published: go.sum has other checksums")
    lines = [f"GOPROXY={settings['GOPROXY']} GONOSUMDB={module.path} go get {module.path}@{module.version}"]
    return lines + run_go(folder, "run", ".", **settings, **variables).splitlines()
