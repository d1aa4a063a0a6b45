"""``audit``: the keys that need attention, for a person or for cron."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import click
import msgspec
from attrs import frozen

from boltz_api.cli import contract, exits, words
from boltz_api.cli.choices import Choice
from boltz_api.cli.help import Command
from boltz_api.cli.output import Answer, Object, Output
from boltz_api.cli.progress import watched
from boltz_api.cli.settings import Settings, shared_options

FINDINGS: Final = {
    "expired": "its time is over",
    "expiring": "it will expire soon",
    "unused": "nobody has used it for long",
    "open": "it may be used from every address",
}


@frozen
class Rules:
    """What counts as a finding."""

    findings: frozenset[str]
    expiring_within: timedelta
    unused_for: timedelta

    def of(self, key: Object, now: datetime) -> list[str]:
        """The findings on one key. A revoked key is past caring about."""
        state = words.state(key, now)
        if state == "revoked":
            return []
        expires = words.moment(key.get("expires_at"))
        used = words.moment(key.get("last_used_at")) or words.moment(key.get("created_at"))
        works = state != "expired"
        found = {
            "expired": not works,
            "expiring": works and expires is not None and expires - now <= self.expiring_within,
            "unused": works and used is not None and now - used >= self.unused_for,
            "open": works and not key.get("allowed_ips"),
        }
        return [name for name in FINDINGS if found[name] and name in self.findings]


def command() -> click.Command:
    """The command."""
    made = Command(
        "audit",
        callback=_audit,
        params=[
            click.Option(
                ["--check"],
                type=Choice(list(FINDINGS)),
                multiple=True,
                help="Look for this only; may be repeated. Left out: for everything.",
            ),
            click.Option(
                ["--expiring-within"],
                type=click.IntRange(min=0),
                metavar="DAYS",
                default=14,
                show_default=True,
                help="What counts as expiring.",
            ),
            click.Option(
                ["--unused-for"],
                type=click.IntRange(min=0),
                metavar="DAYS",
                default=90,
                show_default=True,
                help="What counts as unused: since it was made, if it never was used.",
            ),
            click.Option(["--workspace-id"], metavar="TEXT", help="Only the keys of this workspace."),
            click.Option(
                ["--fail-on"],
                type=Choice(["any", *FINDINGS]),
                multiple=True,
                help=f"Exit with {exits.FOUND} if this is found; may be repeated.",
            ),
            *shared_options(),
        ],
        help="List the keys that need attention: expired, about to expire, long unused, or open to every address.",
        short_help="List the keys that need attention.",
    )
    line = "boltz-api admin:api-keys audit"
    made.examples = (
        (line, "Everything that may need attention."),
        (f"{line} --check expiring --expiring-within 30", "What expires within 30 days."),
        (
            f"{line} --check expired --check expiring --fail-on any --format jsonl",
            f"For cron: exit code {exits.FOUND} calls for help.",
        ),
    )
    made.notes = {"Findings": list(FINDINGS.items())}
    return made


@click.pass_context
def _audit(
    ctx: click.Context,
    /,
    *,
    check: Sequence[str],
    expiring_within: int,
    unused_for: int,
    workspace_id: str | None,
    fail_on: Sequence[str],
) -> None:
    wanted = frozenset(check or FINDINGS) | (frozenset(fail_on) - {"any"})
    rules = Rules(wanted, timedelta(days=expiring_within), timedelta(days=unused_for))
    settings = Settings.of(ctx)
    output = Output(settings, findings=True)
    tally: Counter[str] = Counter()
    with settings.client() as client:
        from boltz_api.cli import calls

        listed = contract.entries()["admin:api-keys"]["list"]
        arguments = {} if workspace_id is None else {"workspace_id": workspace_id}
        output.pages(judged(watched(calls.pages(client, listed, arguments)), rules, datetime.now(UTC), tally))
    click.echo(_summary(tally), err=True)
    if any(tally[name] for name in (FINDINGS if "any" in fail_on else fail_on)):
        ctx.exit(exits.FOUND)


def judged(pages: Iterable[Answer], rules: Rules, now: datetime, tally: Counter[str]) -> Iterator[Answer]:
    """Of each page the keys with findings, and what was found so far; also counted in ``tally``."""
    for page in pages:
        found: list[Object] = []
        for key in page.items:
            findings = rules.of(key, now)
            tally.update(["checked", *findings])
            if findings:
                found.append({**key, "findings": findings})
        counts = {name: tally[name] for name in FINDINGS if name in rules.findings}
        value = {"data": found, "checked": tally["checked"], "found": counts}
        yield Answer(value, msgspec.json.encode(value))


def _summary(tally: Mapping[str, int]) -> str:
    found = [f"{tally[name]:,} {name}" for name in FINDINGS if tally.get(name)]
    checked = tally.get("checked", 0)
    keys = "1 key" if checked == 1 else f"{checked:,} keys"
    return f"Checked {keys}: {', '.join(found) or 'nothing found'}."
