"""``boltz-api sandbox``: the API on this machine, for tests and trials."""

from __future__ import annotations

import click

from boltz_api.cli.help import Group


def command() -> click.Command:
    """The command, and what belongs to it."""
    made = Group(
        "sandbox",
        callback=_serve,
        invoke_without_command=True,
        params=[
            click.Option(
                ["--port"],
                type=click.IntRange(0, 65535),
                default=8765,
                show_default=True,
                help="The port; 0 for any that is free.",
            ),
            click.Option(
                ["--db"],
                metavar="FILE",
                type=click.Path(dir_okay=False),
                help="Keep everything in this file, across restarts; else it is gone at the end.",
            ),
            click.Option(
                ["--host"],
                default="127.0.0.1",
                show_default=True,
                help="The address to listen on. Any but a loopback address lets other machines in.",
            ),
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
def _serve(ctx: click.Context, /, port: int, db: str | None, host: str) -> None:
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
    ctx.exit(serve(port=port, db=db, host=host))
