"""``boltz-api sandbox``: the API on this machine, for tests and trials."""

from __future__ import annotations

from collections.abc import Sequence

import click

from boltz_api.cli.options import Group, option


def command() -> click.Command:
    """Return the command."""
    port = click.IntRange(0, 65535)
    kept = "Keep everything in this file, across restarts; else it is gone at the end."
    address = "The address to listen on. Any but a loopback address lets other machines in."
    names = "Answer requests to this name, too; may be repeated. Others than its own are refused."
    made = Group(
        "sandbox",
        callback=_serve,
        invoke_without_command=True,
        params=[
            option("--port", "The port; 0 for any that is free.", type=port, default=8765, show_default=True),
            option("--db", kept, "FILE", type=click.Path(dir_okay=False)),
            option("--host", address, default="127.0.0.1", show_default=True),
            option("--allow-host", names, "NAME", multiple=True),
        ],
        help="Run a sandbox of the API on this machine: the same endpoints, for tests and trials. Ctrl-C ends it.",
    )
    from boltz_api.cli import certify_command

    made.add_command(certify_command.command())
    made.examples = (
        ("boltz-api sandbox", "A sandbox in memory; it prints the admin key and what to paste."),
        ("boltz-api sandbox --port 9000 --db keys.db", "One that remembers its keys."),
    )
    return made


@click.pass_context
def _serve(ctx: click.Context, /, port: int, db: str | None, host: str, allow_host: Sequence[str]) -> None:
    if ctx.invoked_subcommand is not None:
        return
    try:
        from boltz_api.sandbox.terminal import serve
    except ImportError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        raise click.UsageError(
            "the sandbox needs more; install it with: pip install 'boltz-api-keys[cli,sandbox]'"
        ) from error
    try:
        host.encode("idna")
    except UnicodeError as error:
        raise click.UsageError(f"--host: {host!r} is no host name.") from error
    ctx.exit(serve(port=port, db=db, host=host, allowed_hosts=allow_host))
