"""A new file for a secret, that only its owner can read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click


class KeyFile:
    """A file that is made, empty, before the secret is: so that a wrong path is known in time."""

    def __init__(self, path: str) -> None:
        """Make the file.

        Raises:
            click.UsageError: It exists, or cannot be made.

        """
        self.path = Path(path)
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise click.UsageError(f"--key-file: {path} exists and is not overwritten; no key was made.") from error
        except OSError as error:
            raise click.UsageError(f"--key-file: cannot write {path}: {error.strerror}; no key was made.") from error
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._written = False

    def write(self, secret: str) -> None:
        """Put the secret in, on the disk and not only in a cache.

        Raises:
            OSError: It is not in there.

        """
        line = secret.encode() + b"\n"
        if self._file.write(line) != len(line):
            raise OSError(0, "only a part could be written")
        os.fsync(self._file.fileno())
        # A file whose folder was removed takes what is written, and is gone when it is closed.
        if not self._in_place():
            raise OSError(0, "the file was removed in the meantime")
        self._written = True

    def discard_unwritten(self) -> None:
        """Close the file; take it away if the secret is not in there."""
        abandoned = not self._written and self._in_place()
        # What has gone wrong is being told already.
        with suppress(OSError):
            self._file.close()
            if abandoned:
                self.path.unlink()

    def _in_place(self) -> bool:
        """Whether what stands under the path still is this file."""
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self.path.lstat())
        except OSError:
            return False
