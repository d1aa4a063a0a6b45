"""What every command takes: whom to ask, with which key, and how to show the answer."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import click
from click.core import ParameterSource

from boltz_api.cli.choices import Choice
from boltz_api.cli.help import SharedOption

if TYPE_CHECKING:
    from boltz_api import Boltz

Format: TypeAlias = Literal["auto", "json", "jsonl", "yaml", "table", "raw"]
ErrorFormat: TypeAlias = Literal["text", "json", "yaml", "raw"]
FORMATS: Final[tuple[Format, ...]] = ("auto", "json", "jsonl", "yaml", "table", "raw")
ERROR_FORMATS: Final[tuple[ErrorFormat, ...]] = ("text", "json", "yaml", "raw")


class Settings:
    """The options that stand before or after a command; what stands nearer to the end of the line wins."""

    api_key: str | None = None
    api_key_file: str | None = None
    base_url: str | None = None
    header: tuple[str, ...] = ()
    timeout: float | None = None
    max_retries: int | None = None
    format: Format = "auto"
    format_error: ErrorFormat = "text"
    transform: str | None = None
    debug: bool = False

    @staticmethod
    def of(ctx: click.Context) -> Settings:
        """The settings of this run."""
        root = ctx.find_root()
        if root.obj is None:
            root.obj = Settings()
        assert isinstance(root.obj, Settings)
        return root.obj

    def client(self) -> Boltz:
        """A client as these settings want it; what they leave open is the environment's."""
        from boltz_api import Boltz
        from boltz_api.sentinels import NOT_GIVEN
        from boltz_api.settings import DEFAULT_MAX_RETRIES

        if self.debug:
            _log_to_stderr()
        return Boltz(
            api_key=self._key(),
            base_url=self.base_url,
            timeout=NOT_GIVEN if self.timeout is None else self.timeout,
            max_retries=DEFAULT_MAX_RETRIES if self.max_retries is None else self.max_retries,
            default_headers=dict(map(_header, self.header)),
        )

    def _key(self) -> str | None:
        """The key that was given as an argument or in a file; ``None`` leaves it to the environment."""
        if self.api_key is not None or self.api_key_file is None:
            return self.api_key
        path = Path(self.api_key_file)
        try:
            text = path.read_text(encoding="utf-8").strip()
            mode = path.stat().st_mode
        except OSError as error:
            raise click.UsageError(f"cannot read the API key from {path}: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise click.UsageError(f"{path} is not a text file with an API key.") from error
        if len(text.split()) != 1:
            raise click.UsageError(f"{path} must hold an API key and nothing else.")
        if os.name == "posix" and stat.S_ISREG(mode) and mode & 0o077:
            click.echo(f"boltz-api: others on this machine can read {path}; mend that with: chmod 600 {path}", err=True)
        return text


def shared_options(taken: frozenset[str] = frozenset()) -> Iterator[click.Option]:
    """New instances of the options that every command takes, but for those whose flag the command has itself."""
    for make in _OPTIONS:
        option = make(expose_value=False, callback=_remember)
        if not taken.intersection(option.opts):
            yield option


def _remember(ctx: click.Context, parameter: click.Parameter, value: object) -> object:
    assert parameter.name is not None
    if ctx.get_parameter_source(parameter.name) is not ParameterSource.DEFAULT:
        setattr(Settings.of(ctx), parameter.name, value)
    return value


_OPTIONS: Final[tuple[Callable[..., click.Option], ...]] = (
    partial(
        SharedOption,
        ["--format"],
        type=Choice(FORMATS),
        help="How to show the answer. auto: a table in a terminal, JSON in a pipe. raw: as the server sent it.",
    ),
    partial(
        SharedOption,
        ["--transform"],
        metavar="GJSON",
        help="Show only what this GJSON path finds; in a list, in each item.",
    ),
    partial(
        SharedOption, ["--format-error"], type=Choice(ERROR_FORMATS), help="How to show errors, on standard error."
    ),
    partial(
        SharedOption, ["--api-key-file"], metavar="PATH", type=click.Path(), help="Read the API key from this file."
    ),
    partial(
        SharedOption,
        ["--api-key"],
        metavar="KEY",
        help="The API key. Better in BOLTZ_API_KEY or --api-key-file: others can see a command's arguments.",
    ),
    partial(SharedOption, ["--base-url"], metavar="URL", help="Where the API is; also BOLTZ_BASE_URL."),
    partial(
        SharedOption,
        ["--header"],
        metavar="'NAME: VALUE'",
        multiple=True,
        help="Send this header too; may be repeated. Also BOLTZ_CUSTOM_HEADERS.",
    ),
    partial(
        SharedOption,
        ["--timeout"],
        metavar="SECONDS",
        type=click.FLOAT,
        help="How long to wait for each part of an answer.",
    ),
    partial(
        SharedOption, ["--max-retries"], metavar="N", type=click.INT, help="How often to try again where that is safe."
    ),
    partial(
        SharedOption,
        ["--debug"],
        is_flag=True,
        help="Show requests and answers on standard error, with secrets masked.",
    ),
)


def error_format(arguments: list[str]) -> ErrorFormat:
    """The form for errors, read from the bare command line: an error may be that the line cannot be parsed."""
    chosen = ""
    for number, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--format-error":
            chosen = value or "".join(arguments[number + 1 : number + 2])
    forms: dict[str, ErrorFormat] = {form: form for form in ERROR_FORMATS}
    return forms.get(chosen, "text")


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise click.UsageError("--header: expected 'Name: value'.")
    return name.strip(), value.strip()


def _log_to_stderr() -> None:
    import logging

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("boltz_api").setLevel(logging.DEBUG)
