"""Links on the site and in the repository lead somewhere; names and flags on the pages exist."""

from __future__ import annotations

import inspect
import re
from functools import reduce
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import click
import pytest

from boltz_api import Boltz, types
from reference.endpoints import Endpoint
from reference.languages.python import params_name, response_name
from reference.pages import Writer

ROOT = Path(__file__).parent.parent.parent
MARKDOWN = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "api.md")]
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Targets(HTMLParser):
    """The links of a page, and the places in it that links can lead to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.repeated: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name in {"href", "src"}:
                self.links.add(value)
            elif value and (name == "id" or (tag == "a" and name == "name")):
                if name == "id" and value in self.ids:
                    self.repeated.append(value)
                self.ids.add(value)


def broken(page: Path, link: str, targets: dict[Path, Targets], site: Path) -> bool:
    address, fragment = urldefrag(link)
    if urlsplit(address).scheme:
        return urlsplit(address).scheme not in ("https", "data", "mailto")
    start = site if address.startswith("/") else page.parent
    place = (start / unquote(address).lstrip("/")).resolve() if address else page
    if not place.is_file():
        return True
    return bool(fragment) and place in targets and unquote(fragment) not in targets[place].ids


def test_no_link_of_the_site_is_broken(site: Path) -> None:
    site = site.resolve()
    targets = {page: Targets(page) for page in site.rglob("*.html")}
    found = {
        f"{page.relative_to(site)} → {link}"
        for page, own in targets.items()
        for link in own.links
        if broken(page, link, targets, site)
    }
    assert found == set()
    assert {page.name: own.repeated for page, own in targets.items() if own.repeated} == {}


def test_no_link_of_a_plain_page_is_broken(site: Path) -> None:
    pages = [*site.rglob("*.md"), site / "llms.txt"]
    for page in pages:
        for link in linked(page):
            address = urldefrag(link).url
            assert urlsplit(link).scheme or not address or (page.parent / address).exists(), f"{page.name}: {link}"


def linked(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [first or second for first, second in LINK.findall(text)]


def anchors(page: Path) -> set[str]:
    """The places of a Markdown file, as forges name them."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", MARKDOWN, ids=[page.name for page in MARKDOWN])
def test_no_link_of_the_repository_is_broken(page: Path) -> None:
    for link in linked(page):
        address, fragment = urldefrag(link)
        if urlsplit(link).scheme:
            continue
        target = page if not address else page.parent / address
        assert target.exists(), f"{page.name}: {link}"
        assert not fragment or fragment in anchors(target), f"{page.name}: {link}"


def endpoints(writer: Writer) -> list[Endpoint]:
    return [endpoint for resource in writer.reference.resources for endpoint in resource.endpoints]


def test_the_python_names_on_the_pages_exist(writer: Writer) -> None:
    client = Boltz(api_key="fake")
    for endpoint in endpoints(writer):
        names = [response_name(endpoint)]
        if any(field.place != "path" for field in endpoint.parameters):
            names.append(params_name(endpoint))
        place, resource = (
            reduce(getattr, endpoint.resource[:end], root) for end, root in ((-1, types), (None, client))
        )
        assert [name for name in names if not hasattr(place, name)] == []
        shown = [entry.name for entry in writer.python.parameters(endpoint)]
        method = getattr(resource, endpoint.function)
        assert shown == [name for name in inspect.signature(method).parameters if name != "options"]


def test_the_commands_and_flags_on_the_pages_exist(writer: Writer) -> None:
    from boltz_api.cli.app import root

    command_line = next(language for language in writer.languages if language.label == "Command line")
    for endpoint in endpoints(writer):
        _, _, group_name, command_name = command_line.signature(endpoint).split(" ")
        group = root().get_command(root().make_context("boltz-api", []), group_name)
        assert isinstance(group, click.Group)
        command = group.get_command(click.Context(group), command_name)
        assert command is not None
        flags = {flag for parameter in command.params for flag in parameter.opts}
        assert {entry.name for entry in command_line.parameters(endpoint)} - flags == set()
