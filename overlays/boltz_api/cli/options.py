"""The options that every command takes, the client they ask for, and the layout of every help."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import click
from click.core import ParameterSource

from boltz_api.cli.streams import FORMATS, Format, paste, say

if TYPE_CHECKING:
    from click import Context, HelpFormatter, Parameter

    from boltz_api import Boltz
    from boltz_api.cli.output import Output

Example = tuple[str, str]
"""A command line, and its description."""

PROGRAM: Final = "boltz-api"
KEYS: Final = f"{PROGRAM} admin:api-keys"
COMPLETE: Final = "_BOLTZ_API_COMPLETE"
"""The environment variable in which a shell asks for completions."""

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
UNAUTHENTICATED: Final = 3
OUTCOME_UNKNOWN: Final = 4
FOUND: Final = 5
INTERRUPTED: Final = 130

EXIT_CODES: Final = (
    (OK, "done"),
    (FAILED, "the API refused or failed, or the answer could not be written"),
    (USAGE, "the command line is wrong; nothing was sent"),
    (UNAUTHENTICATED, "no API key, or one that is not valid"),
    (OUTCOME_UNKNOWN, "the answer was lost: the request may have taken effect"),
    (FOUND, "audit found what --fail-on names"),
    (INTERRUPTED, "interrupted with Ctrl-C, SIGTERM or SIGHUP"),
)

ErrorFormat: TypeAlias = Literal["text", "json", "yaml", "raw"]
ERROR_FORMATS: Final[tuple[ErrorFormat, ...]] = ("text", "json", "yaml", "raw")
_SETTINGS: Final = "boltz_api.cli.settings"


def guess(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that says which known word is close to ``word``."""
    from boltz_api.validation import did_you_mean

    return did_you_mean(word, known) or "."


def group_name(resource: str) -> str:
    """Return a resource as a group of commands: ``admin.api_keys`` → ``admin:api-keys``."""
    return ":".join(map(flag_name, resource.split(".")))


def flag_name(name: str) -> str:
    """Return a Python name as typed in a shell: ``workspace_id`` → ``workspace-id``, ``from_`` → ``from``."""
    return name.strip("_").replace("_", "-")


class Choice(click.Choice[str]):
    """A choice that suggests the closest value for a misspelt one."""

    def get_invalid_choice_message(self, value: object, ctx: Context | None) -> str:
        """Return the message of ``Choice``, and a guess."""
        return super().get_invalid_choice_message(value, ctx).rstrip(".") + guess(str(value), self.choices)


class Option(click.Option):
    """An option that refuses an empty value, which comes from an unset variable and is no way to omit the option."""

    def type_cast_value(self, ctx: Context, value: Any) -> Any:
        """Parse the value."""
        if value == "" or (isinstance(value, tuple | list) and "" in value):
            raise click.BadParameter("its value is empty; leave the option out instead.", ctx, self)
        return super().type_cast_value(ctx, value)


def option(names: str, text: str, metavar: str | None = None, **rest: Any) -> Option:
    """Return an option; ``names`` are its spellings, with spaces between them."""
    return Option(names.split(), metavar=metavar, help=text, **rest)


class SharedOption(Option):
    """An option that every command takes, before or after the command's name."""


class Settings:
    """The values of the shared options; the last on the line wins."""

    api_key: str | None = None
    api_key_file: str | None = None
    base_url: str | None = None
    header: tuple[str, ...] = ()
    timeout: float | None = None
    max_retries: int | None = None
    format: Format = "auto"
    query: str | None = None
    columns: tuple[str, ...] = ()
    debug: bool = False

    @staticmethod
    def of(ctx: Context) -> Settings:
        """Return the settings of this run."""
        settings = ctx.meta.setdefault(_SETTINGS, Settings())
        assert isinstance(settings, Settings)
        return settings

    def output(self, fields: Collection[str] = ()) -> Output:
        """Make the output; ``fields`` are those of an item of the response, if they are known.

        Raises:
            click.UsageError: The format, the query or the columns are wrong, or what they need is not installed.

        """
        from boltz_api.cli.key_state import DERIVED
        from boltz_api.cli.output import Output

        known = (*fields, *DERIVED) if "is_active" in fields else fields
        for name in self.columns if known else ():
            if name not in known:
                raise click.UsageError(f"--columns: there is no {name!r}{guess(name, known)}")
        return Output(self.format, self.query, self.columns)

    def client(self) -> Boltz:
        """Make a client; what the options leave open is the environment's."""
        from boltz_api import NOT_GIVEN, Boltz

        headers = dict(map(_header, self.header))
        watch_log(debug=self.debug)
        given: dict[str, Any] = {} if self.max_retries is None else {"max_retries": self.max_retries}
        return Boltz(
            api_key=self._key(),
            base_url=self.base_url,
            timeout=NOT_GIVEN if self.timeout is None else self.timeout,
            default_headers=headers,
            **given,
        )

    def _key(self) -> str | None:
        """Return the key that an argument or a file gives; ``None`` leaves it to the environment."""
        if self.api_key is not None:
            return self.api_key
        from_environment = os.environ.get("BOLTZ_API_KEY_FILE") if not os.environ.get("BOLTZ_API_KEY") else None
        file = self.api_key_file or from_environment
        return _key_in(Path(file), careful=self.api_key_file is not None) if file else None


def _key_in(path: Path, *, careful: bool) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
        mode = path.stat().st_mode
    except OSError as error:
        raise click.UsageError(f"cannot read the API key from {path}: {error.strerror}.") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise click.UsageError(f"{path} is not a text file with an API key.") from error
    if len(text.split()) != 1:
        raise click.UsageError(f"{path} must hold an API key and nothing else.")
    # The file that the environment names is a container's, which chose its mode.
    if careful and os.name == "posix" and stat.S_ISREG(mode) and mode & 0o077:
        say(f"boltz-api: others on this machine can read {path}; mend that with: {paste('chmod', '600', str(path))}")
    return text


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise click.UsageError("--header: expected 'Name: value'.")
    return name.strip(), value.strip()


def _columns(ctx: Context, parameter: Parameter, value: object) -> object:
    names = tuple(name.strip() for name in str(value or "").split(","))
    if value is not None and "" in names:
        raise click.BadParameter("expected names with commas between them.", ctx, parameter)
    return _remember(ctx, parameter, names)


def _remember(ctx: Context, parameter: Parameter, value: object) -> object:
    assert parameter.name is not None
    if ctx.get_parameter_source(parameter.name) is not ParameterSource.DEFAULT:
        setattr(Settings.of(ctx), parameter.name, value)
    return value


def _no_transform(ctx: Context, parameter: Parameter, value: str | None) -> None:
    if value is not None:
        raise click.UsageError(
            "--transform and its GJSON are gone; --query takes JMESPath. --transform name on a list is now "
            "--query 'data[].name'; --transform key_details.id on one answer is --query key_details.id.",
            ctx,
        )


def _shared(name: str, metavar: str | None, text: str, **rest: Any) -> Callable[[], SharedOption]:
    rest = {"callback": _remember, **rest}
    return partial(SharedOption, [name], expose_value=False, metavar=metavar, help=text, **rest)


_FORMAT = "How to show the answer. auto: a table in a terminal, JSON in a pipe. raw: as the server sent it."
_QUERY = "Show only what this JMESPath expression finds in the answer, such as 'data[].name'. With raw, without quotes."
_KEY = "The API key. Better in BOLTZ_API_KEY or --api-key-file: others can see a command's arguments."
_HEADER = "Send this header too; may be repeated. Also BOLTZ_CUSTOM_HEADERS."
_OPTIONS: Final = (
    _shared("--format", None, _FORMAT, type=Choice(FORMATS)),
    _shared("--query", "JMESPATH", _QUERY),
    _shared("--columns", "NAMES", "The columns of a table or of CSV, such as id,name,state.", callback=_columns),
    _shared("--format-error", None, "How to show errors, on standard error.", type=Choice(ERROR_FORMATS)),
    _shared("--api-key-file", "PATH", "Read the API key from this file; also BOLTZ_API_KEY_FILE.", type=click.Path()),
    _shared("--api-key", "KEY", _KEY),
    _shared("--base-url", "URL", "Where the API is; also BOLTZ_BASE_URL."),
    _shared("--header", "'NAME: VALUE'", _HEADER, multiple=True),
    _shared("--timeout", "SECONDS", "How long to wait for each part of an answer.", type=click.FLOAT),
    _shared("--max-retries", "N", "How often to try again where that is safe.", type=click.INT),
    _shared("--debug", None, "Show requests and answers on standard error, with secrets masked.", is_flag=True),
    _shared("--transform", "GJSON", "", callback=_no_transform, hidden=True),
)


def shared_options(taken: frozenset[str] = frozenset()) -> Iterator[click.Option]:
    """Return new instances of the shared options, but for those whose flag the command has itself."""
    return (option for make in _OPTIONS if taken.isdisjoint((option := make()).opts))


def error_format(arguments: Sequence[str]) -> ErrorFormat:
    """Return the format for errors, from the bare command line: an error may be that the line cannot be parsed."""
    chosen = ""
    for number, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--format-error":
            chosen = value or "".join(arguments[number + 1 : number + 2])
    forms: dict[str, ErrorFormat] = {form: form for form in ERROR_FORMATS}
    return forms.get(chosen, "text")


def watch_log(*, debug: bool) -> None:
    """Show the client's log on standard error: all of it, or in a terminal the delays before retries."""
    import logging

    logger = logging.getLogger("boltz_api")
    if debug:
        logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
        logger.setLevel(logging.DEBUG)
        return

    class Waits(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.msg.startswith("Retrying") and isinstance(record.args, tuple):
                _, _, delay, reason = record.args
                if isinstance(delay, float) and delay >= 1:
                    say(f"{reason}; trying again in {delay:.0f} s")

    if sys.stderr is not None and sys.stderr.isatty() and not logger.isEnabledFor(logging.INFO):
        logger.addHandler(Waits())
        logger.setLevel(logging.INFO)


class Command(click.Command):
    """A command whose help has its parts in one order, and examples at its end."""

    examples: Sequence[Example] = ()
    notes: Mapping[str, Sequence[tuple[str, str]]] = {}
    """Further sections of names and their meanings, by heading."""
    operands: Sequence[tuple[str, str]] = ()
    """The arguments that stand without a flag, and their meanings."""

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the command's own options, then those that every command takes."""
        own: list[tuple[str, str]] = []
        shared: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                (shared if isinstance(parameter, SharedOption) else own).append(record)
        _section(formatter, "Arguments", self.operands)
        _section(formatter, "Options", own)
        if isinstance(self, Group):
            _section(formatter, "Commands", self.summaries(ctx))
        _section(formatter, "Global options", shared)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the notes and the examples."""
        for title, lines in self.notes.items():
            _section(formatter, title, lines)
        if self.examples:
            with formatter.section("Examples"):
                for line, purpose in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}# {purpose}\n")
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class Group(Command, click.Group):
    """Commands under a common name, made only when one is asked for."""

    def summaries(self, ctx: Context) -> list[tuple[str, str]]:
        """Return every command and what it does."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, command.get_short_help_str(limit=200)) for name, command in commands if command is not None]

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the next argument names."""
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            raise click.UsageError(f"there is no command {args[0]!r}{guess(args[0], self.list_commands(ctx))}", ctx)
        return (args[0] if command else None), command, args[1:]


def _section(formatter: HelpFormatter, title: str, records: Sequence[tuple[str, str]]) -> None:
    if records:
        with formatter.section(title):
            formatter.write_dl(records)
