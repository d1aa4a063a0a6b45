"""Where keys are kept: SQLite, in memory or in a file.

Keys stand in the order of their creation and none is ever removed, so a position is a cursor that stays valid.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from boltz_api.sandbox.keys import KeyType, same_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

Row: TypeAlias = tuple[object, ...]

_APPLICATION_ID: Final = 0x626F6C7A
"""Written into the file's header, so that a database of another program is recognised and left alone."""
_FORMAT: Final = 1

_SCHEMA: Final = """
CREATE TABLE keys (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL UNIQUE,
    key_type TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    workspace_id TEXT,
    name TEXT NOT NULL,
    key_prefix TEXT NOT NULL,
    allowed_ips TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT,
    last_used_at TEXT,
    extra TEXT NOT NULL
) STRICT;
-- An index ends in the row's position, so each of these also holds its keys in the order of the list.
CREATE INDEX keys_of_workspace ON keys (workspace_id);
CREATE INDEX test_keys ON keys (livemode) WHERE livemode = 0;
CREATE INDEX test_keys_of_workspace ON keys (workspace_id) WHERE livemode = 0;
"""

_COLUMNS: Final = (
    "position, id, key_type, livemode, workspace_id, name, key_prefix, allowed_ips, "
    "created_at, expires_at, revoked_at, last_used_at, extra"
)
_INSERT: Final = (
    "INSERT INTO keys (id, digest, key_type, livemode, workspace_id, name, key_prefix, allowed_ips, "
    "created_at, expires_at, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_TEST_ONLY: Final = " AND livemode = 0"


class StoreError(Exception):
    """The keys cannot be read or written; the message is a sentence for people."""


class StoreFullError(StoreError):
    """There is no room for more."""


class KeyRecord(msgspec.Struct, frozen=True):
    """What is kept of a key. Times are as the wire writes them (see ``clock.timestamp``)."""

    position: int
    id: str
    key_type: KeyType
    livemode: bool
    workspace_id: str | None
    name: str
    key_prefix: str
    allowed_ips: list[str]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    extra: dict[str, object]
    """What the caller gave in fields that the contract has and the sandbox has no use for."""

    def is_active(self, now: str) -> bool:
        """Whether the key opens anything: neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class NewRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A key to be kept."""

    id: str
    digest: bytes
    key_type: KeyType
    livemode: bool
    workspace_id: str | None
    name: str
    key_prefix: str
    allowed_ips: list[str]
    created_at: str
    expires_at: str | None
    extra: dict[str, object]

    def row(self) -> Row:
        """In the order of ``_INSERT``."""
        return (
            self.id,
            self.digest,
            self.key_type,
            self.livemode,
            self.workspace_id,
            self.name,
            self.key_prefix,
            msgspec.json.encode(self.allowed_ips).decode(),
            self.created_at,
            self.expires_at,
            msgspec.json.encode(self.extra).decode(),
        )


_decode_ips: Callable[[str], list[str]] = msgspec.json.Decoder(list[str]).decode
_decode_extra: Callable[[str], dict[str, object]] = msgspec.json.Decoder(dict[str, object]).decode


class Store:
    """The keys. Every method may be called from any thread, and each write is one transaction."""

    def __init__(self, path: str | PathLike[str] | None = None) -> None:
        """Open the database at ``path``, making it where there is none; without a path, keep the keys in memory."""
        self._lock = RLock()
        self._name = "memory" if path is None else fspath(path)
        self._connection = self._open(path)

    def _open(self, path: str | PathLike[str] | None) -> sqlite3.Connection:
        if path is not None and not Path(path).absolute().parent.is_dir():
            raise StoreError(f"{self._name}: its folder does not exist.")
        with self._explained():
            connection = sqlite3.connect(
                ":memory:" if path is None else Path(path), timeout=0, isolation_level=None, check_same_thread=False
            )
        try:
            with self._explained():
                # Held for as long as the store is open: two sandboxes over one file would not see each other's keys.
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._claim(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _claim(self, connection: sqlite3.Connection) -> None:
        """See that the database is ours, or empty and so to be ours, before anything in it is changed."""
        owner = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if not empty and owner != _APPLICATION_ID:
            raise StoreError(f"{self._name}: this is a database of another program, not of a sandbox.")
        if not empty and version != _FORMAT:
            raise StoreError(f"{self._name}: written by another version of the sandbox (format {version}).")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if empty:
            connection.executescript(
                f"BEGIN EXCLUSIVE; PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {_FORMAT};"
                f"{_SCHEMA} COMMIT;"
            )
        else:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Generator[None]:
        """Turn SQLite's errors into sentences."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code == sqlite3.SQLITE_FULL:
                raise StoreFullError(f"{self._name}: no room left on the disk; nothing was written.") from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreError(f"{self._name}: in use by another process.") from error
            if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise StoreError(f"{self._name}: this is no database, or a damaged one.") from error
            raise StoreError(f"{self._name}: {error}.") from error

    @contextmanager
    def _durable(self) -> Generator[sqlite3.Connection]:
        """For writes that the caller is told about: on the disk itself before the answer goes out."""
        with self._lock, self._explained():
            self._connection.execute("PRAGMA synchronous = FULL")
            try:
                yield self._connection
            finally:
                self._connection.execute("PRAGMA synchronous = NORMAL")

    def add(self, new: NewRecord) -> KeyRecord:
        """Keep a new key, at the end of the list."""
        with self._durable() as connection:
            rows = connection.execute(f"{_INSERT} RETURNING {_COLUMNS}", new.row()).fetchall()
        return _record(rows[0])

    def add_many(self, new: Iterable[NewRecord]) -> None:
        """Keep many keys in one transaction: all or none."""
        with self._durable() as connection:
            connection.execute("BEGIN")
            try:
                connection.executemany(_INSERT, (record.row() for record in new))
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def find(self, key_id: str, *, test_only: bool = False) -> KeyRecord | None:
        """The key with this ID; with ``test_only``, unless it is a live one."""
        return self._one(f"SELECT {_COLUMNS} FROM keys WHERE id = ?" + (_TEST_ONLY if test_only else ""), key_id)

    def find_by_digest(self, digest: bytes) -> KeyRecord | None:
        """The key with this digest."""
        with self._lock, self._explained():
            row = self._connection.execute(
                f"SELECT digest, {_COLUMNS} FROM keys WHERE digest = ?", (digest,)
            ).fetchone()
        return _record(row[1:]) if row is not None and same_digest(row[0], digest) else None

    def page(
        self,
        *,
        limit: int,
        after: int | None = None,
        before: int | None = None,
        workspace_id: str | None = None,
        test_only: bool = False,
    ) -> tuple[list[KeyRecord], bool]:
        """Up to ``limit`` keys in list order, and whether there are more in the direction asked for.

        After a position these are the keys that follow it. Before one, and after none, they are those that directly
        precede it.
        """
        backward = before is not None and after is None
        # Positions begin at 1. To say so where nothing else bounds them leads SQLite to the right index.
        where, values = "position > ?", [after or 0, before, workspace_id]
        where += " AND position < ?" if before is not None else ""
        where += " AND workspace_id = ?" if workspace_id is not None else ""
        where += _TEST_ONLY if test_only else ""
        with self._lock, self._explained():
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM keys WHERE {where} ORDER BY position {'DESC' if backward else 'ASC'} LIMIT ?",
                [*(value for value in values if value is not None), limit + 1],
            ).fetchall()
        records = [_record(row) for row in rows[:limit]]
        if backward:
            records.reverse()
        return records, len(rows) > limit

    def revoke(self, position: int, at: str) -> KeyRecord:
        """Revoke a key, if it is not revoked already."""
        with self._durable() as connection:
            rows = connection.execute(
                f"UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE position = ? RETURNING {_COLUMNS}",
                (at, position),
            ).fetchall()
        return _record(rows[0])

    def touch(self, position: int, at: str) -> None:
        """Note that a key was used."""
        with self._lock:
            try:
                self._connection.execute("UPDATE keys SET last_used_at = ? WHERE position = ?", (at, position))
            except sqlite3.OperationalError:
                # On a full disk reading must go on; the next use notes its own time anyway.
                return

    def close(self) -> None:
        """Write everything back and let the file go."""
        with self._lock, self._explained():
            self._connection.close()

    def _one(self, query: str, value: object) -> KeyRecord | None:
        with self._lock, self._explained():
            row = self._connection.execute(query, (value,)).fetchone()
        return None if row is None else _record(row)


def _record(row: tuple[Any, ...]) -> KeyRecord:
    # The table is STRICT, so each column holds the type that it was declared with.
    record: list[Any] = list(row)
    record[3] = bool(record[3])
    record[7] = _decode_ips(record[7])
    record[12] = _decode_extra(record[12])
    return KeyRecord(*record)
