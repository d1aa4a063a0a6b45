"""Where a release goes: which index, over which URLs, and whether it may go there at all."""

from __future__ import annotations

import os
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from attrs import frozen
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from release.refusal import Refusal

_PUBLIC_HOST = urlsplit(PYPI_SIMPLE_ENDPOINT).hostname or ""


@frozen
class Target:
    """An index: where clients read it (PEP 503), and where files are uploaded to."""

    name: str
    simple: str
    upload: str

    @property
    def public(self) -> bool:
        """Whether this is the public index, or one of its like under the same domain."""
        return any(_within(_PUBLIC_HOST, host_of(url)) for url in (self.simple, self.upload))


def resolve(index: str, root: Path, upload: str | None = None) -> Target:
    """The index that ``index`` names.

    Args:
        index: The URL of a PEP 503 index, or a name from uv's ``index`` tables in ``pyproject.toml`` or ``uv.toml``.
        root: The project whose ``pyproject.toml`` is read.
        upload: Where files are uploaded to; if left out, the folder that holds the index's last path segment, which
            is right for the usual servers: ``…/simple/`` and ``…/+simple/`` belong to ``…/``.

    """
    if "://" in index:
        target = Target(
            name=index, simple=_folder(index), upload=upload or _folder(index.rstrip("/").rpartition("/")[0])
        )
    else:
        target = _named(index, root, upload)
    for url in (target.simple, target.upload):
        refuse_unsafe(url)
    return target


def refuse_unsafe(url: str) -> None:
    """Refuse a URL that carries credentials, or would carry them unencrypted."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise Refusal(
            "the index's URL holds credentials, which end up in process lists and logs; set UV_PUBLISH_USERNAME and "
            "UV_PUBLISH_PASSWORD, or UV_PUBLISH_TOKEN, or store them in the keyring"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host_of(url))):
        raise Refusal(f"{url} is not https; without TLS only an index on this machine is published to")


def host_of(url: str) -> str:
    """The host in ``url``."""
    return (urlsplit(url).hostname or "").rstrip(".").lower()


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _named(name: str, root: Path, upload: str | None) -> Target:
    for index in _uv_indexes(root):
        if index.get("name") == name:
            url = index["url"]
            where = upload or index.get("publish-url") or _folder(url.rstrip("/").rpartition("/")[0])
            return Target(name=name, simple=_folder(url), upload=where)
    raise Refusal(f"no index is named {name}: give its URL, or add it to [[tool.uv.index]] or to uv.toml")


def _uv_indexes(root: Path) -> list[dict[str, str]]:
    tables = [_table(root / "pyproject.toml", "tool", "uv")]
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "uv" / "uv.toml"
    own = os.environ.get("UV_CONFIG_FILE")
    tables += [_table(file) for file in ([Path(own)] if own else [root / "uv.toml", user])]
    return [index for table in tables for index in cast("list[dict[str, str]]", table.get("index", []))]


def _table(file: Path, *path: str) -> dict[str, object]:
    table: dict[str, object] = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    for name in path:
        table = cast("dict[str, object]", table.get(name, {}))
    return table


def _folder(url: str) -> str:
    return url.rstrip("/") + "/"


def _within(domain: str, host: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
