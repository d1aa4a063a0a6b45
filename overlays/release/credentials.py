"""Who publishes. Names and passwords come from the environment or the keyring: never from arguments, never to a log."""

from __future__ import annotations

import os
import subprocess

from attrs import field, frozen


@frozen
class Credentials:
    """A name and its password; a token is the password of ``__token__``."""

    username: str
    password: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """The variables that hand them to uv."""
        return {"UV_PUBLISH_USERNAME": self.username, "UV_PUBLISH_PASSWORD": self.password}


def find(url: str) -> Credentials | None:
    """The credentials for the index at ``url``: the variables that uv reads, or else what the keyring holds for it."""
    token = os.environ.get("UV_PUBLISH_TOKEN")
    if token:
        return Credentials(username="__token__", password=token)
    username = os.environ.get("UV_PUBLISH_USERNAME")
    password = os.environ.get("UV_PUBLISH_PASSWORD")
    if username and password:
        return Credentials(username=username, password=password)
    return _from_keyring(url, username) if username else None


def _from_keyring(url: str, username: str) -> Credentials | None:
    try:
        done = subprocess.run(["keyring", "get", url, username], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    password = done.stdout.rstrip("\n")
    return Credentials(username=username, password=password) if done.returncode == 0 and password else None
