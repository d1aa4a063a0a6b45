"""The site: guides from docs/, examples, the reference from the contract; each page also as plain Markdown."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from reference.pages import Page, templates
from reference.search import add_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reference.pages import Writer

_TITLE: Final = re.compile(r"^# (.+)$", re.MULTILINE)
_CHARTS: Final = "benchmarks/charts"
_EXAMPLES: Final = "examples.md"
_REFERENCE: Final = "Reference"
_THEME: Final = Path(__file__).with_name("theme")
_FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n+", re.DOTALL)


class BrokenSiteError(Exception):
    """The site generator found fault with the pages: its words say which link, and where."""


@frozen
class Section:
    """A part of the site's navigation."""

    heading: str
    """Empty for the pages that stand at the top."""
    pages: tuple[Page, ...]


@frozen
class Site:
    """Builds the site of one project."""

    project: Path
    """The folder that holds pyproject.toml, docs/ and examples/."""
    writer: Writer

    def _about(self) -> dict[str, str]:
        metadata = tomllib.loads((self.project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return {"name": metadata["name"], "summary": metadata["description"]}

    def sections(self) -> tuple[Section, ...]:
        """Everything the site holds, in the order of its navigation."""
        contents = tomllib.loads((self.project / "docs" / "contents.toml").read_text(encoding="utf-8"))
        guides = [
            Section(listed["heading"], tuple(self._guide(name) for name in listed["pages"]))
            for listed in contents["section"]
        ]
        return (*guides, Section(_REFERENCE, tuple(self.writer.pages())))

    def build(self, target: Path) -> None:
        """Write the site to ``target``, in place of what stood there; a broken link leaves it as it was."""
        sections = self.sections()
        with tempfile.TemporaryDirectory(prefix="boltz-docs-") as name:
            stage = Path(name)
            self._lay_out(stage, sections)
            _run_zensical(stage)
            built = stage / "site"
            for section in sections:
                for page in section.pages:
                    (built / f"{page.path}.md").write_text(page.plain, encoding="utf-8")
            add_parameters(built / "search.json", _REFERENCE, self.writer.pages())
            (built / "llms.txt").write_text(self._render("llms.txt.jinja", sections), encoding="utf-8")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(built, target)

    def _lay_out(self, stage: Path, sections: tuple[Section, ...]) -> None:
        """Write what the generator reads."""
        shutil.copytree(self.project / "docs" / "assets", stage / "pages" / "assets")
        if (charts := self.project / _CHARTS).exists():
            shutil.copytree(charts, stage / "pages" / "assets" / "charts")
        shutil.copytree(_THEME, stage / "theme")
        for section in sections:
            for page in section.pages:
                place = stage / "pages" / f"{page.path}.md"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(page.source, encoding="utf-8")
        (stage / "zensical.toml").write_text(self._render("zensical.toml.jinja", sections), encoding="utf-8")

    def _render(self, template: str, sections: tuple[Section, ...]) -> str:
        return templates().get_template(template).render(self._about(), sections=sections)

    def _guide(self, name: str) -> Page:
        if name == _EXAMPLES:
            return self._examples()
        text = (self.project / "docs" / name).read_text(encoding="utf-8")
        body = _FRONT_MATTER.sub("", text)
        heading = _TITLE.search(body)
        if heading is None:
            raise BrokenSiteError(f"docs/{name}: no heading")
        paragraph = body[heading.end() :].strip().partition("\n\n")[0]
        return Page(
            path=name.removesuffix(".md"),
            title=heading[1],
            summary=" ".join(paragraph.split()).partition(". ")[0].rstrip("."),
            source=_with_charts_beside(text),
            plain=_with_charts_beside(body),
        )

    def _examples(self) -> Page:
        programs = [
            {"name": path.name, "about": ast.get_docstring(ast.parse(code)) or "", "code": code.strip()}
            for path, code in self._programs()
        ]
        text = templates().get_template("examples.md.jinja").render(programs=programs)
        return Page(
            path=_EXAMPLES.removesuffix(".md"),
            title="Examples",
            summary="Short programs, each run by the tests against the sandbox",
            source=text,
            plain=text,
        )

    def _programs(self) -> Iterator[tuple[Path, str]]:
        for path in sorted((self.project / "examples").glob("*.py")):
            yield path, path.read_text(encoding="utf-8")


def _with_charts_beside(text: str) -> str:
    """In the repository, the charts are with the benchmarks; the site holds a copy."""
    return text.replace(f"](../{_CHARTS}/", "](assets/charts/")


def _run_zensical(stage: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=stage,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    if finished.returncode:
        # What follows is the generator's own stack, which says nothing of the pages.
        raise BrokenSiteError(f"{finished.stdout}{finished.stderr.partition('Traceback')[0]}".strip())
