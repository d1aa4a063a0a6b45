"""The built site, and the text that a reader finds on it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from codegen.normal_form import load
from reference.endpoints import Reference
from reference.pages import Writer
from reference.site import Site

# Elements that have no end.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class PageText(HTMLParser):
    """The text of a page's article, piece by piece, each with the number of the tab it stands in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[tuple[int | None, str]] = []
        self.tabs: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._blocks = 0
        self.feed(page)

    def text(self, tab: str = "") -> str:
        """The whole text, or what a reader sees with the tab open."""
        shown = self.tabs.index(tab) if tab else None
        return "".join(data for block, data in self.pieces if not tab or block in (None, shown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            kind = dict(attrs).get("class") or ""
            self._open.append((tag, kind))
            self._blocks += kind == "tabbed-block"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        kinds = [kind for _, kind in self._open]
        if "article" not in tags or "headerlink" in kinds:
            return
        if tags[-1] == "label":
            self.tabs.append(data)
        else:
            self.pieces.append((self._blocks - 1 if "tabbed-block" in kinds else None, data))


# The comparison is written from the benchmarks, which are in no package.
sys.path.append(str(Path(__file__).parent.parent.parent))

ReadPage = Callable[..., str]


@pytest.fixture(scope="session")
def writer(root: Path) -> Writer:
    return Writer(Reference(load(root / "openapi.yaml").document))


@pytest.fixture(scope="session")
def site(root: Path, writer: Writer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    target = tmp_path_factory.mktemp("site") / "site"
    Site(root, writer).build(target)
    return target


@pytest.fixture(scope="session")
def text_of(root: Path, site: Path) -> ReadPage:
    """The text of a page, or of one tab of it."""

    def text_of(page: str, tab: str = "") -> str:
        if page == "api.md":
            return (root / page).read_text(encoding="utf-8")
        return PageText((site / page).read_text(encoding="utf-8")).text(tab)

    return text_of
