"""What the columns of a table show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias, TypeGuard, cast

from attrs import frozen
from rich.text import Text

from boltz_api.cli import words

Row: TypeAlias = Mapping[str, object]
Cell: TypeAlias = Callable[[Row, datetime], Text]

STATES: Final[Mapping[words.State, str]] = {
    "active": "green",
    "expiring": "yellow",
    "expired": "red",
    "revoked": "bright_black",
}
QUIET: Final = "bright_black"


@frozen
class Column:
    """One column: its title, and what it shows of a row."""

    title: str
    cell: Cell
    least: int = 0
    """The fewest cells it needs; more, if ``whole``."""
    whole: bool = True
    """Whether it is never cut, because it is there to be copied or says nothing in part."""


def printable(text: str) -> str:
    """Text from elsewhere without anything that could steer the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def plain(name: str, style: str = "") -> Cell:
    """A cell that shows a field as it is."""

    def cell(row: Row, now: datetime) -> Text:
        value = row.get(name)
        return Text("-", QUIET) if value in (None, [], {}) else Text(printable(flat(value)), style)

    return cell


def flat(value: object) -> str:
    """A value on one line."""
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(flat, cast("list[object]", value)))
        case dict():
            return ", ".join(f"{key}: {flat(item)}" for key, item in cast("dict[str, object]", value).items())
        case None:
            return "-"
        case _:
            return str(value)


def _mode(row: Row, now: datetime) -> Text:
    return Text("live") if row.get("livemode") else Text("test", "cyan")


def _state(row: Row, now: datetime) -> Text:
    state = words.state(row, now)
    return Text(state, STATES[state])


def _expiry(row: Row, now: datetime) -> Text:
    state = words.state(row, now)
    return Text(printable(words.when(row.get("expires_at"), now)), STATES[state] if state.startswith("expir") else "")


def _last_use(row: Row, now: datetime) -> Text:
    return Text(printable(words.when(row.get("last_used_at"), now)), "" if row.get("last_used_at") else QUIET)


def _addresses(row: Row, now: datetime) -> Text:
    return plain("allowed_ips")(row, now) if row.get("allowed_ips") else Text("all")


def _created(row: Row, now: datetime) -> Text:
    return Text(printable(words.when(row.get("created_at"), now)))


ID: Final = Column("ID", plain("id"))
NAME: Final = Column("NAME", plain("name", "bold"), least=12, whole=False)
STATE: Final = Column("STATE", _state, least=8)
EXPIRES: Final = Column("EXPIRES", _expiry, least=12)
LAST_USED: Final = Column("LAST USED", _last_use, least=13)
PREFIX: Final = Column("PREFIX", plain("key_prefix"), least=12)
TYPE: Final = Column("TYPE", plain("key_type"), least=9)
MODE: Final = Column("MODE", _mode, least=4)
WORKSPACE: Final = Column("WORKSPACE", plain("workspace_id"), least=9, whole=False)
FINDINGS: Final = Column("FINDINGS", plain("findings", "yellow"), least=8)

KEY: Final = (ID, NAME, PREFIX, TYPE, MODE, WORKSPACE, STATE, EXPIRES, LAST_USED)
"""A key on one line."""
KEY_ABOVE: Final = (NAME, STATE, EXPIRES, LAST_USED)
KEY_BELOW: Final = (ID, PREFIX, TYPE, MODE, WORKSPACE)
"""A key on two lines, where one has no room."""
KEY_RECORD: Final = (
    *(ID, NAME, PREFIX, TYPE, MODE, WORKSPACE),
    Column("ADDRESSES", _addresses),
    Column("CREATED", _created),
    *(STATE, EXPIRES, LAST_USED),
)
"""A key by itself, a line a field."""


def is_key(value: object) -> TypeGuard[Row]:
    """Whether a value is an API key, so that its fields can be told in words."""
    return isinstance(value, Mapping) and {"id", "key_prefix", "is_active", "expires_at"} <= value.keys()


def of_fields(rows: Sequence[Row]) -> tuple[Column, ...]:
    """A column a field, for rows that nobody has designed columns for."""
    names = dict.fromkeys(name for row in rows for name in row)
    return tuple(Column(name.replace("_", " ").upper(), plain(name), least=4, whole=name == "id") for name in names)
