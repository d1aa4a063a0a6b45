"""The pages contain everything that the public reference of this API shows: see ``reference_lines.txt``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reference.__main__ import main
from reference.pages import Writer

LINES = Path(__file__).with_name("reference_lines.txt")
FACTS = Path(__file__).parent.parent / "codegen" / "contract_facts.txt"
INDEX = "admin/api-keys/index.html"
PAGES_OF = {
    "create_api_key": ["admin/api-keys/create.html"],
    "list_api_keys": ["admin/api-keys/list.html"],
    "revoke_api_key": ["admin/api-keys/revoke.html"],
    "admin.api_keys": [INDEX],
    "service": [INDEX, "models.html", *(f"admin/api-keys/{action}.html" for action in ("create", "list", "revoke"))],
}
# Aspects that a page shows in the contract's own words or numbers; types are written as each language writes them.
IN_WORDS = {
    "description",
    "summary",
    "heading",
    "says",
    "path",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "format",
}


def squeezed(text: str) -> str:
    return re.sub(r"[\s`]+", "", text)


def sections() -> Iterator[tuple[str, list[str]]]:
    for section in re.split(r"(?m)^(?=\[)", LINES.read_text(encoding="utf-8"))[1:]:
        head, *lines = section.splitlines()
        yield head.strip("[]"), [line for line in lines if line.strip()]


@pytest.mark.parametrize(("place", "lines"), list(sections()), ids=[place for place, _ in sections()])
def test_every_line_of_the_public_reference_stands_on_our_page(
    text_of: Callable[..., str], place: str, lines: list[str]
) -> None:
    page, _, tab = place.partition(" ")
    text = squeezed(text_of(page, tab))
    at = 0
    for line in lines:
        found = text.find(squeezed(line), at)
        assert found >= 0, f"{place} lacks, after the line before it: {line}"
        at = found + len(squeezed(line))


def worded_facts() -> Iterator[tuple[str, list[str], str]]:
    for line in FACTS.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        _, _, place, expected = line.split(" | ")
        subject, *_, aspect = place.split(" ")
        value = json.loads(expected)
        if aspect in IN_WORDS and subject in PAGES_OF and value != "password":
            yield place, PAGES_OF[subject], str(value)


@pytest.mark.parametrize(
    ("place", "pages", "expected"), list(worded_facts()), ids=[place for place, *_ in worded_facts()]
)
def test_every_fact_of_the_contract_stands_on_the_page(
    text_of: Callable[..., str], place: str, pages: list[str], expected: str
) -> None:
    label = place.rsplit(" ", maxsplit=1)[-1] if expected.isdecimal() else ""
    assert squeezed(label + expected) in squeezed("".join(text_of(page) for page in pages))


def test_every_operation_has_a_page_with_every_tab(text_of: Callable[..., str], writer: Writer) -> None:
    for endpoint in writer.reference.resources[0].endpoints:
        (page,) = PAGES_OF[endpoint.operation]
        for language in writer.languages:
            text = text_of(page, language.label)
            assert text.index("Parameters") < text.index("Returns")
        assert f"await client.admin.api_keys.{endpoint.function}(" in text_of(page, "Async Python")
        assert f"curl https://api.boltz.bio{endpoint.path.partition('{')[0]}" in text_of(page, "HTTP")


def test_every_page_has_a_plain_copy_that_llms_txt_names(site: Path) -> None:
    pages = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")} - {"404"}
    listed = re.findall(
        r"^- \[[^\]]+\]\(([^)]+)\.md\): \S", (site / "llms.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(listed) == pages
    assert len(listed) == len(pages)
    for page in pages:
        plain = (site / f"{page}.md").read_text(encoding="utf-8")
        assert plain.startswith("# ")
        assert "<div" not in plain


def test_a_broken_link_stops_the_build_and_leaves_the_site(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    (project / "docs" / "assets").mkdir(parents=True)
    (project / "examples").mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "x"\ndescription = "y"\n', encoding="utf-8")
    (project / "docs" / "contents.toml").write_text(
        '[[section]]\nheading = ""\npages = ["index.md"]\n', encoding="utf-8"
    )
    (project / "docs" / "index.md").write_text("# Start\n\n[gone](nowhere.md)\n", encoding="utf-8")
    site = tmp_path / "site"
    site.mkdir()
    (site / "kept").touch()
    monkeypatch.chdir(root)
    assert main(["--project", str(project), "build", "--site", str(site)]) == 1
    complaint = capsys.readouterr().err
    assert "index.md:3" in complaint
    assert "Traceback" not in complaint
    assert (site / "kept").exists()
