"""Storage of keys: one SQLite table, in memory or in a file.

Keys stand in the order of their creation and none is ever removed, so that a position is a cursor that stays valid.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from threading import RLock
from typing import Final, Literal, TypeAlias

import msgspec

KeyType: TypeAlias = Literal["admin", "workspace"]

# Written into the file's header, so that a database of another program or format is recognized and left alone.
_APPLICATION_ID: Final = 0x626F6C7A
_FORMAT: Final = 2

_SCHEMA: Final = """
CREATE TABLE keys (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL UNIQUE,
    livemode INTEGER NOT NULL,
    workspace_id TEXT,
    data TEXT NOT NULL -- the rest as JSON
) STRICT;
-- An index ends in the row's position, so each of these also holds its keys in the order of the list.
CREATE INDEX keys_of_workspace ON keys (workspace_id);
CREATE INDEX test_keys ON keys (livemode) WHERE livemode = 0;
CREATE INDEX test_keys_of_workspace ON keys (workspace_id) WHERE livemode = 0;
"""
_TEST_ONLY: Final = " AND livemode = 0"


class StoreError(Exception):
    """The keys cannot be read or written; the message is a sentence for people."""


class StoreFullError(StoreError):
    """There is no room for more."""


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is stored: all but the key itself. Times are text, as in the API's responses."""

    id: str
    name: str
    key_type: KeyType
    livemode: bool
    workspace_id: str | None
    key_prefix: str
    allowed_ips: list[str]
    created_at: str
    expires_at: str | None
    last_used_at: str | None = None
    revoked_at: str | None = None
    extra: dict[str, object] = {}
    """Fields of the request that the contract has and the sandbox has no use for."""

    def is_active(self, now: str) -> bool:
        """Return true unless the key is revoked or expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


_decode = msgspec.json.Decoder(StoredKey).decode


class Store:
    """The keys. Methods may be called from any thread, and each write is one transaction."""

    def __init__(self, path: str | PathLike[str] | None = None) -> None:
        """Open the database at ``path``, created where there is none; without a path, keep the keys in memory."""
        self._lock = RLock()
        self._name = "memory" if path is None else fspath(path)
        if path is not None and not Path(path).absolute().parent.is_dir():
            raise StoreError(f"{self._name}: its folder does not exist.")
        with self._explained():
            self._connection = sqlite3.connect(
                ":memory:" if path is None else Path(path), timeout=0, isolation_level=None, check_same_thread=False
            )
        try:
            with self._explained():
                self._claim()
        except BaseException:
            self._connection.close()
            raise

    def _claim(self) -> None:
        """Check that the database is a sandbox's, or empty, before anything in it is changed."""
        execute = self._connection.execute
        # Held for as long as the store is open: two sandboxes over one file would not see each other's keys.
        execute("PRAGMA locking_mode = EXCLUSIVE")
        owner = [execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        empty = execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if not empty and owner != [_APPLICATION_ID, _FORMAT]:
            raise StoreError(
                f"{self._name}: not a database of this version of the sandbox; delete it, or give another file."
            )
        # In WAL mode a commit that was acknowledged survives the end of the process, however it ends.
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")
        if empty:
            marks = f"PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {_FORMAT};"
            self._connection.executescript(f"BEGIN EXCLUSIVE; {marks} {_SCHEMA} COMMIT;")
        else:
            execute("BEGIN EXCLUSIVE")
            execute("COMMIT")

    @contextmanager
    def _explained(self) -> Generator[None]:
        """Raise SQLite's errors as sentences."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code == sqlite3.SQLITE_FULL:
                raise StoreFullError(f"{self._name}: no room left on the disk; nothing was written.") from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreError(f"{self._name}: in use by another process.") from error
            if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise StoreError(f"{self._name}: not a database, or a damaged one.") from error
            raise StoreError(f"{self._name}: {error}.") from error

    def _execute(self, statement: str, *values: object) -> list[StoredKey]:
        with self._lock, self._explained():
            rows = self._connection.execute(statement, values).fetchall()
        return [_decode(data) for (data,) in rows]

    def add(self, keys: Iterable[tuple[StoredKey, bytes]]) -> None:
        """Store new keys and their digests at the end of the list: all or none."""
        rows = (
            (key.id, digest, key.livemode, key.workspace_id, msgspec.json.encode(key).decode()) for key, digest in keys
        )
        with self._lock, self._explained():
            self._connection.execute("BEGIN")
            try:
                self._connection.executemany("INSERT INTO keys VALUES (NULL, ?, ?, ?, ?, ?)", rows)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite ends some failed transactions by itself
                    self._connection.execute("ROLLBACK")
                raise

    def find(self, key_id: str, *, test_only: bool = False) -> StoredKey | None:
        """Return the key with this ID; with ``test_only``, unless it is a live one."""
        where = "id = ?" + (_TEST_ONLY if test_only else "")
        return next(iter(self._execute(f"SELECT data FROM keys WHERE {where}", key_id)), None)

    def find_by_digest(self, digest: bytes) -> StoredKey | None:
        """Return the key with this digest."""
        return next(iter(self._execute("SELECT data FROM keys WHERE digest = ?", digest)), None)

    def page(
        self,
        *,
        limit: int,
        after_id: str | None = None,
        before_id: str | None = None,
        workspace_id: str | None = None,
        test_only: bool = False,
    ) -> tuple[list[StoredKey], bool]:
        """Return up to ``limit`` keys in list order, and true if there are more in the direction asked for.

        After a key these are the ones that follow it; before one, without ``after_id``, those directly preceding it.
        """
        # Named, because SQLite 3.53 would otherwise scan all of a workspace's keys for the few test keys among them.
        index = {
            (False, False): "NOT INDEXED",
            (True, False): "INDEXED BY keys_of_workspace",
            (False, True): "INDEXED BY test_keys",
            (True, True): "INDEXED BY test_keys_of_workspace",
        }[workspace_id is not None, test_only]
        place = "(SELECT position FROM keys WHERE id = ?)"
        bounds = {f"position > {place}": after_id, f"position < {place}": before_id, "workspace_id = ?": workspace_id}
        given = {condition: value for condition, value in bounds.items() if value is not None}
        # Positions begin at 1. Without a lower bound, SQLite would not look the others up in the index.
        where = " AND ".join(given if after_id is not None else ["position > 0", *given])
        where += _TEST_ONLY if test_only else ""
        backward = before_id is not None and after_id is None
        order = "DESC" if backward else "ASC"
        statement = f"SELECT data FROM keys {index} WHERE {where} ORDER BY position {order} LIMIT ?"
        keys = self._execute(statement, *given.values(), limit + 1)
        page = keys[:limit]
        return page[::-1] if backward else page, len(keys) > limit

    def revoke(self, key_id: str, at: str) -> StoredKey:
        """Revoke a key, unless it is revoked already, and return it."""
        revoked = "json_set(data, '$.revoked_at', coalesce(data ->> '$.revoked_at', ?))"
        return self._execute(f"UPDATE keys SET data = {revoked} WHERE id = ? RETURNING data", at, key_id)[0]

    def touch(self, key_id: str, at: str) -> None:
        """Record that a key was used."""
        try:
            self._execute("UPDATE keys SET data = json_set(data, '$.last_used_at', ?) WHERE id = ?", at, key_id)
        except StoreFullError:
            return  # reading must go on; the next use records its own time anyway

    def close(self) -> None:
        """Write everything back and close the file."""
        with self._lock, self._explained():
            self._connection.close()
