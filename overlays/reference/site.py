"""The site: guides from docs/, examples, the reference from the contract; each page also as plain Markdown."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from reference.pages import Page, templates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reference.pages import Writer

_TITLE: Final = re.compile(r"^# (.+)$", re.MULTILINE)
_CHARTS: Final = "benchmarks/charts"
_EXAMPLES: Final = "examples.md"
_REFERENCE: Final = "Reference"
_THEME: Final = Path(__file__).with_name("theme")
_FRONT_MATTER: Final = re.compile(r"\A---\n.*?\n---\n+", re.DOTALL)
# Below a page's title in the search, so that the page itself comes first where both fit.
_LEVEL: Final = 2


class BrokenSiteError(Exception):
    """The site generator refused the pages; the message names the link and its place."""


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
        """Return everything that the site holds, in the order of its navigation."""
        contents = tomllib.loads((self.project / "docs" / "contents.toml").read_text(encoding="utf-8"))
        guides = [
            Section(listed["heading"], tuple(self._guide(name) for name in listed["pages"]))
            for listed in contents["section"]
        ]
        return (*guides, Section(_REFERENCE, tuple(self.writer.pages())))

    def build(self, target: Path) -> None:
        """Write the site to ``target``; a broken link leaves the existing site unchanged."""
        sections = self.sections()
        with tempfile.TemporaryDirectory(prefix="boltz-docs-") as name:
            stage = Path(name)
            self._lay_out(stage, sections)
            _run_zensical(stage)
            built = stage / "site"
            for section in sections:
                for page in section.pages:
                    (built / f"{page.path}.md").write_text(page.plain, encoding="utf-8")
            self._add_parameters(built / "search.json")
            (built / "llms.txt").write_text(self._render("llms.txt.jinja", sections), encoding="utf-8")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(built, target)

    def _lay_out(self, stage: Path, sections: tuple[Section, ...]) -> None:
        """Write the input of the generator."""
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

    def _add_parameters(self, index: Path) -> None:
        """Let the search find every parameter by its own name."""
        found = json.loads(index.read_text(encoding="utf-8"))
        found["items"] += [
            {
                "location": f"{page.path}.html#{anchor}",
                "level": _LEVEL,
                "title": parameter.name,
                "text": f"<p><code>{escape(parameter.type)}</code> {escape(parameter.description)}</p>",
                "path": [_REFERENCE, page.title],
                "tags": [],
            }
            for page in self.writer.pages()
            for anchor, parameter in page.parameters
        ]
        index.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")

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
            source=_for_the_site(text),
            plain=_for_the_site(body),
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


def _for_the_site(text: str) -> str:
    # In the repository, the charts are with the benchmarks; the site holds a copy. And forges draw Mermaid, but the
    # site would have to fetch the program for it from another host: it shows the arrows as text.
    text = text.replace(f"](../{_CHARTS}/", "](assets/charts/")
    return re.sub(r"^```mermaid\n.*?\n(.*?)^```$", _arrows_as_text, text, flags=re.MULTILINE | re.DOTALL)


def _arrows_as_text(diagram: re.Match[str]) -> str:
    lines: dict[str, list[str]] = {}
    for importer, imported in re.findall(r"^ +(\w+) -\.?->? ?(\w+)$", diagram[1].replace("-->", "->"), re.MULTILINE):
        lines.setdefault(importer, []).append(imported)
    text = "\n".join(f"{importer:10} → {', '.join(imported)}" for importer, imported in lines.items())
    return f"```text\n{text}\n```"


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
        # The rest is the generator's own stack, without information about the pages.
        raise BrokenSiteError(f"{finished.stdout}{finished.stderr.partition('Traceback')[0]}".strip())
