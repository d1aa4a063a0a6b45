"""A package index: its URLs, who may publish to it, and the files that it holds of a project (PEP 503, PEP 691)."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
import tomllib
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import httpx
from attrs import evolve, field, frozen
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pypi_simple import PYPI_SIMPLE_ENDPOINT, ProjectPage, UnsupportedRepoVersionError

from release.project import Refusal

if TYPE_CHECKING:
    from packaging.version import Version

_PUBLIC_HOST = urlsplit(PYPI_SIMPLE_ENDPOINT).hostname or ""
_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = ("application/vnd.pypi.simple.v1+html", "text/html")
_TIMEOUT = 30


@frozen
class Credentials:
    """A name and its password; a token is the password of ``__token__``."""

    username: str
    password: str = field(repr=False)


@frozen
class PublishedFile:
    """A file that an index holds."""

    name: str
    version: Version
    url: str
    sha256: str | None
    """As the index states it; ``None`` where it states another kind of digest or none."""


@frozen
class Index:
    """An index: the URL that clients read, and the one that takes uploads."""

    name: str
    simple: str
    upload: str
    credentials: Credentials | None = None

    @property
    def public(self) -> bool:
        """True if this is the public index, or another one under the same domain."""
        hosts = (_host(self.simple), _host(self.upload))
        return any(host == _PUBLIC_HOST or host.endswith(f".{_PUBLIC_HOST}") for host in hosts)

    def variables(self) -> dict[str, str]:
        """The variables that give ``uv publish`` the place to check and the publisher."""
        if self.credentials is None:
            return {"UV_PUBLISH_CHECK_URL": self.simple}
        username, password = self.credentials.username, self.credentials.password
        check = self.simple
        if _origin(self.simple) == _origin(self.upload):
            # uv asks the index without the credentials for uploads, and takes a refusal for an absent file: publishing
            # the same bytes again to an index that guards reading, too, would fail.
            check = check.replace("://", f"://{quote(username, '')}:{quote(password, '')}@", 1)
        return {"UV_PUBLISH_CHECK_URL": check, "UV_PUBLISH_USERNAME": username, "UV_PUBLISH_PASSWORD": password}

    def files(self, project: str) -> list[PublishedFile]:
        """The files of ``project`` in the index."""
        response = self._get(f"{self.simple}{canonicalize_name(project)}/", follow_redirects=False)
        # A redirect says that the index does not hold the project and would have the client look elsewhere, where
        # anybody may have put something under our name. So it counts as "not here".
        if response.status_code == HTTPStatus.NOT_FOUND or response.is_redirect:
            return []
        try:
            return _parse(response, project)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError, UnsupportedRepoVersionError):
            raise Refusal(f"the index {self.name} answers with no page of a package index; is its URL right?") from None

    def unpack(self, file: PublishedFile, folder: Path) -> Path:
        """Download an sdist and unpack it into ``folder``; refuse it if it is not what the index announced."""
        response = self._get(file.url, follow_redirects=True)
        if file.sha256 not in (None, hashlib.sha256(response.content).hexdigest()):
            raise Refusal(f"{file.name}: the index {self.name} serves other bytes than it announces")
        folder.mkdir(parents=True, exist_ok=True)
        archive = folder / file.name
        archive.write_bytes(response.content)
        try:
            with tarfile.open(archive) as content:
                content.extractall(folder, filter="data")
        except (tarfile.TarError, EOFError, ValueError):
            raise Refusal(f"{file.name}: what the index {self.name} serves is no sdist") from None
        return folder / file.name.removesuffix(".tar.gz")

    def _get(self, url: str, *, follow_redirects: bool) -> httpx.Response:
        credentials = self.credentials
        try:
            trusted = credentials is not None and _origin(url) == _origin(self.upload)
            auth = httpx.BasicAuth(credentials.username, credentials.password) if credentials and trusted else None
            headers = {"Accept": f"{_JSON}, {_HTML[0]};q=0.5, {_HTML[1]};q=0.2"}
            response = httpx.get(url, auth=auth, headers=headers, timeout=_TIMEOUT, follow_redirects=follow_redirects)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Refusal(f"the index {self.name} cannot be reached: {error}") from error
        if response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            problem = "refuses these credentials" if trusted else f"wants credentials; {HOW_TO_GIVE_CREDENTIALS}"
            raise Refusal(f"the index {self.name} {problem}")
        if response.is_error and (response.status_code != HTTPStatus.NOT_FOUND or follow_redirects):
            raise Refusal(f"the index {self.name} answers {response.status_code} {response.reason_phrase}")
        return response


HOW_TO_GIVE_CREDENTIALS = "set UV_PUBLISH_USERNAME and UV_PUBLISH_PASSWORD, or UV_PUBLISH_TOKEN, or use the keyring"


def resolve(index: str, root: Path, upload: str | None = None) -> Index:
    """Find the index that ``index`` names, and the credentials for it.

    Args:
        index: The URL of a PEP 503 index, or a name from uv's ``index`` tables in ``pyproject.toml`` or ``uv.toml``.
        root: The project whose ``pyproject.toml`` is read.
        upload: The URL for uploads; if left out, the folder that holds the index's last path segment, which is right
            for the usual servers: ``…/simple/`` and ``…/+simple/`` belong to ``…/``.

    """
    if "://" in index:
        url = index
    else:
        table = next((table for table in _uv_indexes(root) if table.get("name") == index), None)
        if table is None:
            raise Refusal(f"no index is named {index}: give its URL, or add it to [[tool.uv.index]] or to uv.toml")
        url, upload = table["url"], upload or table.get("publish-url")
    found = Index(name=index, simple=_folder(url), upload=upload or _folder(url.rstrip("/").rpartition("/")[0]))
    for each in (found.simple, found.upload):
        _refuse_unsafe(each)
    return evolve(found, credentials=_find_credentials(found.upload))


def _find_credentials(url: str) -> Credentials | None:
    """The credentials in the variables that uv reads, or else those that the keyring holds for ``url``."""
    if token := os.environ.get("UV_PUBLISH_TOKEN"):
        return Credentials("__token__", token)
    username, password = os.environ.get("UV_PUBLISH_USERNAME"), os.environ.get("UV_PUBLISH_PASSWORD")
    if username and not password:
        try:
            done = subprocess.run(["keyring", "get", url, username], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return None
        password = done.stdout.rstrip("\n") if done.returncode == 0 else None
    return Credentials(username, password) if username and password else None


def _refuse_unsafe(url: str) -> None:
    """Refuse a URL that carries credentials, or would carry them unencrypted."""
    try:
        parts, _ = urlsplit(url), _origin(url)
    except ValueError as error:
        raise Refusal(f"{url} is no URL: {error}") from error
    if parts.username is not None or parts.password is not None:
        raise Refusal(
            f"the index's URL holds credentials, which end up in process lists and logs; {HOW_TO_GIVE_CREDENTIALS}"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(_host(url))):
        raise Refusal(f"{url} is not https; without TLS only an index on this machine is published to")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".").lower()


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, _host(url), parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _folder(url: str) -> str:
    return url.rstrip("/") + "/"


def _uv_indexes(root: Path) -> list[dict[str, str]]:
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "uv" / "uv.toml"
    own = os.environ.get("UV_CONFIG_FILE")
    tables = [_toml(root / "pyproject.toml").get("tool", {}).get("uv", {})]
    tables += [_toml(file) for file in ([Path(own)] if own else [root / "uv.toml", user])]
    return [index for table in tables for index in table.get("index", [])]


def _toml(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def _parse(response: httpx.Response, project: str) -> list[PublishedFile]:
    media_type = response.headers.get("content-type", _HTML[1]).partition(";")[0].strip().lower()
    url = str(response.url)
    if media_type == _JSON:
        page = ProjectPage.from_json_data(response.json(), url)
    elif media_type in _HTML:
        page = ProjectPage.from_html(project, response.text, url)
    else:
        raise ValueError(media_type)
    return [
        PublishedFile(name=package.filename, version=version, url=package.url, sha256=package.digests.get("sha256"))
        for package in page.packages
        if (version := _version(package.filename, project)) is not None
    ]


def _version(filename: str, project: str) -> Version | None:
    parse = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
    try:
        name, version = parse(filename)[:2]
    except (InvalidSdistFilename, InvalidWheelFilename):
        return None  # an egg, an installer, a signature
    return version if name == canonicalize_name(project) else None
