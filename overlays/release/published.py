"""What an index holds of a project, read as any client reads it (PEP 503 or PEP 691)."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
from attrs import frozen
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pypi_simple import ProjectPage

from release.refusal import Refusal
from release.target import Target, host_of

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.version import Version

    from release.credentials import Credentials

_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.5, text/html;q=0.2"
_TIMEOUT = 30


@frozen
class PublishedFile:
    """A file that an index holds."""

    name: str
    version: Version
    url: str
    sha256: str | None
    """As the index states it; ``None`` where it states another kind of digest or none."""

    @property
    def is_sdist(self) -> bool:
        """Whether it is a source distribution."""
        return self.name.endswith(".tar.gz")


@frozen
class Shelf:
    """An index's files of one project."""

    target: Target
    credentials: Credentials | None
    files: tuple[PublishedFile, ...]

    @property
    def versions(self) -> list[Version]:
        """The versions there are, oldest first."""
        return sorted({file.version for file in self.files})

    def find(self, name: str) -> PublishedFile | None:
        """The file of that name."""
        return next((file for file in self.files if file.name == name), None)

    def sdist(self, version: Version) -> PublishedFile | None:
        """The source distribution of ``version``."""
        return next((file for file in self.files if file.version == version and file.is_sdist), None)

    def download(self, file: PublishedFile, into: Path) -> Path:
        """Download ``file`` into the folder ``into``; refuse it if it is not what the index announced."""
        content = self._fetch(file)
        if file.sha256 not in (None, hashlib.sha256(content).hexdigest()):
            raise Refusal(f"{file.name}: the index served other bytes than it announced")
        place = into / file.name
        place.write_bytes(content)
        return place

    def digest(self, file: PublishedFile) -> str:
        """The SHA-256 of what the index serves, for an index that does not state it."""
        return hashlib.sha256(self._fetch(file)).hexdigest()

    def _fetch(self, file: PublishedFile) -> bytes:
        return _get(file.url, self.target, self.credentials, follow_redirects=True).content


def look_up(target: Target, project: str, credentials: Credentials | None) -> Shelf:
    """Read the page of ``project`` in the index."""
    url = f"{target.simple}{canonicalize_name(project)}/"
    response = _get(url, target, credentials, follow_redirects=False)
    # A redirect says that the index does not hold the project and would have the client look elsewhere, where
    # anybody may have put something under our name. So it counts as "not here".
    absent = response.status_code == HTTPStatus.NOT_FOUND or response.is_redirect
    return Shelf(target=target, credentials=credentials, files=() if absent else _files(response, project))


def _get(url: str, target: Target, credentials: Credentials | None, *, follow_redirects: bool) -> httpx.Response:
    known = credentials is not None and host_of(url) == host_of(target.simple)
    auth = httpx.BasicAuth(credentials.username, credentials.password) if credentials and known else None
    try:
        response = httpx.get(
            url, auth=auth, headers={"Accept": _ACCEPT}, timeout=_TIMEOUT, follow_redirects=follow_redirects
        )
    except httpx.HTTPError as error:
        raise Refusal(f"the index {target.name} cannot be reached: {error}") from error
    if response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        problem = "refuses these credentials" if known else "wants credentials; set UV_PUBLISH_USERNAME and _PASSWORD"
        raise Refusal(f"the index {target.name} {problem}")
    if response.is_error and response.status_code != HTTPStatus.NOT_FOUND:
        raise Refusal(f"the index {target.name} answers {response.status_code} {response.reason_phrase}")
    return response


def _files(response: httpx.Response, project: str) -> tuple[PublishedFile, ...]:
    media_type = response.headers.get("content-type", "text/html").partition(";")[0].strip()
    url = str(response.url)
    if media_type == "application/vnd.pypi.simple.v1+json":
        page = ProjectPage.from_json_data(response.json(), url)
    else:
        page = ProjectPage.from_html(project, response.text, url)
    return tuple(
        PublishedFile(name=package.filename, version=version, url=package.url, sha256=package.digests.get("sha256"))
        for package in page.packages
        if (version := _version(package.filename, project)) is not None
    )


def _version(filename: str, project: str) -> Version | None:
    try:
        name, version = (
            parse_wheel_filename(filename)[:2] if filename.endswith(".whl") else parse_sdist_filename(filename)
        )
    except (InvalidSdistFilename, InvalidWheelFilename):
        return None  # an egg, an installer, a signature
    return version if name == canonicalize_name(project) else None
