"""New processes: what an import costs, how long until the first answer, and the command line."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence

import attrs

from benchmarks.certificate import Certificate
from benchmarks.contestants.jobs import API_KEY
from benchmarks.environments import COMMAND_LINE, ROOT, variables
from benchmarks.processes import FLOOR, OURS, PUBLIC_CLIENT, SCRIPT, Contestant
from benchmarks.results import Goal, Result
from benchmarks.samples import Series
from benchmarks.server import SECURED

BARE = "bare interpreter"
PROGRAMS = ROOT / "benchmarks" / "programs"
TIMED = "import time; start = time.perf_counter_ns(); {}; print(time.perf_counter_ns() - start)"


@attrs.frozen
class Startup:
    """Commands that are started in turn, one for each row."""

    name: str
    title: str
    commands: Mapping[str, Sequence[str]]
    rounds: int
    variables: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """Environment variables that the commands get."""
    whole: bool = False
    """Time the whole process from outside; otherwise the time that the program prints first."""
    reference: str | None = FLOOR.name
    goal: Goal | None = None


def scenarios(urls: Mapping[str, str], certificate: Certificate | None) -> list[Startup]:
    """Everything that starts, with the server's answers."""
    secured: list[Startup] = []
    if certificate is not None:
        bundle = str(certificate.bundle)
        title = "Import to first answer, over https://"
        secured.append(first_answer("first_answer_tls", title, urls[SECURED], SSL_CERT_FILE=bundle))
    return [
        Startup(
            "import",
            "Import",
            {
                OURS.name: isolated(OURS, TIMED.format("import boltz_api")),
                FLOOR.name: isolated(FLOOR, TIMED.format("import httpx, msgspec")),
                SCRIPT.name: isolated(SCRIPT, TIMED.format("import urllib3, json")),
                PUBLIC_CLIENT.name: isolated(PUBLIC_CLIENT, TIMED.format("import boltz_api")),
            },
            rounds=20,
            goal=Goal(limit=30),
        ),
        first_answer("first_answer", "Import to first answer, over http://", urls["100"]),
        *secured,
        Startup(
            "cli_help",
            "boltz-api --help",
            {
                OURS.name: [str(COMMAND_LINE.program("boltz-api")), "--help"],
                BARE: [str(COMMAND_LINE.python), "-I", "-c", "pass"],
            },
            rounds=20,
            whole=True,
            reference=BARE,
            goal=Goal(limit=150),
        ),
        Startup(
            "cli_list",
            "boltz-api admin:api-keys list",
            {
                OURS.name: [str(COMMAND_LINE.program("boltz-api")), "admin:api-keys", "list"],
                BARE: [str(COMMAND_LINE.python), "-I", "-c", "pass"],
            },
            rounds=20,
            variables={"BOLTZ_API_KEY": API_KEY, "BOLTZ_BASE_URL": urls["100"]},
            whole=True,
            reference=BARE,
        ),
    ]


def first_answer(name: str, title: str, url: str, **variables: str) -> Startup:
    """Programs that import a client, make one, and ask for the first page."""
    return Startup(
        name,
        title,
        {
            OURS.name: program(OURS, "boltz_first_answer", url),
            FLOOR.name: program(FLOOR, "httpx_msgspec_first_answer", url),
            SCRIPT.name: program(SCRIPT, "urllib3_json_first_answer", url),
            PUBLIC_CLIENT.name: program(PUBLIC_CLIENT, "boltz_first_answer", url),
        },
        rounds=20,
        variables=variables,
        goal=Goal(limit=1.2, against=FLOOR.name),
    )


def isolated(contestant: Contestant, code: str) -> list[str]:
    """A command that runs code with nothing on the path but what is installed."""
    return [str(contestant.environment.python), "-I", "-c", code]


def program(contestant: Contestant, name: str, url: str) -> list[str]:
    """A command that runs one of the programs."""
    return [str(contestant.environment.python), "-I", str(PROGRAMS / f"{name}.py"), url]


def measure(startup: Startup) -> Result:
    """Start the commands in turn, round by round, after a round that does not count (it compiles the modules)."""
    samples: dict[str, list[float]] = {name: [] for name in startup.commands}
    for command in startup.commands.values():
        started(command, startup.variables)
    for _ in range(startup.rounds):
        for name, command in startup.commands.items():
            taken, printed = started(command, startup.variables)
            milliseconds = taken if startup.whole else int(printed.split()[0]) / 1e6
            samples[name].append(round(milliseconds, 4))
    return Result(
        name=startup.name,
        title=startup.title,
        unit="ms",
        rows={name: Series(taken) for name, taken in samples.items()},
        reference=startup.reference,
        goal=startup.goal,
    )


def started(command: Sequence[str], added: Mapping[str, str]) -> tuple[float, str]:
    """How many milliseconds a command took from start to end, and what it printed."""
    start = time.perf_counter()
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=variables(**added), check=False)
    taken = (time.perf_counter() - start) * 1000
    if ran.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {ran.returncode}: {ran.stderr.strip()}")
    return taken, ran.stdout
