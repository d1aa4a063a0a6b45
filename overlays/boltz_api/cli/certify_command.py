"""``boltz-api sandbox certify``: hold any client of this API against the rules that this one keeps."""

from __future__ import annotations

import click

from boltz_api.cli.options import Choice, Command, option


def command() -> click.Command:
    """Return the command."""
    made = Command(
        "certify",
        callback=_certify,
        params=[
            click.Argument(["program"], nargs=-1, required=True, metavar="-- PROGRAM..."),
            click.Option(
                ["--format", "form"], type=Choice(("text", "json")), default="text", help="How to show the scorecard."
            ),
            option("--rule", "Only this rule; may be repeated.", "NAME", multiple=True),
            option(
                "--jobs",
                "How many of the program to run at a time.",
                type=click.IntRange(min=1),
                default=4,
                show_default=True,
            ),
        ],
        help="Play the wire cases against the client that PROGRAM drives. Exits with 1 if a rule is broken.",
    )
    made.examples = (("boltz-api sandbox certify -- node driver.js", "A client in another language."),)
    return made


@click.pass_context
def _certify(ctx: click.Context, /, program: tuple[str, ...], form: str, rule: tuple[str, ...], jobs: int) -> None:
    import msgspec

    from boltz_api.sandbox.certify.cases import load, only
    from boltz_api.sandbox.certify.scorecard import DriverError, certify_program

    try:
        scorecard = certify_program(only(load(), rule) if rule else load(), program, jobs)
    except (DriverError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(msgspec.json.encode(scorecard).decode() if form == "json" else str(scorecard))
    ctx.exit(1 if scorecard.broken else 0)
