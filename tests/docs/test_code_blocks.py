"""Every code block of the README and of the guides does what the text around it says.

Blocks of Python and shell run against a sandbox, in the order of their page; a page's Python blocks share their names.
A block of text is what the block before it prints; ``…`` stands for anything. A comment before a block says more:

- ``<!-- run: with pytest -->``: the block is a file of tests.
- ``<!-- setup: sandbox.load(250) -->``: what a reader's service would have, and the sandbox has not.
- ``<!-- not run: ... -->``: why the block cannot run here.
"""

from __future__ import annotations

import configparser
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from attrs import define, field, frozen

from boltz_api import Boltz
from boltz_api.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>\w*)[^\n]*\n(?P<code>.*?)^(?P=indent)(?P=ticks)$",
    re.MULTILINE | re.DOTALL,
)
COMMENT = re.compile(r"<!-- (?P<kind>run|setup|not run|written): (?P<words>[^>]*?) -->\s*\Z")


@frozen
class Block:
    language: str
    code: str
    line: int
    """Where its code begins, from 1."""
    comments: dict[str, str]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for fence in FENCE.finditer(text):
        comments: dict[str, str] = {}
        before = text[: fence.start()]
        while comment := COMMENT.search(before):
            comments[comment["kind"]] = " ".join(comment["words"].split())
            before = before[: comment.start()]
        yield Block(fence["language"], fence["code"], text.count("\n", 0, fence.start("code")) + 1, comments)


@define
class Reader:
    """Someone who works through a page and pastes every block."""

    page: Path
    folder: Path
    sandbox: Sandbox
    names: dict[str, object] = field(factory=lambda: dict[str, object](__name__="__main__"))
    printed: str = ""

    def paste(self, block: Block) -> None:
        if setup := block.comments.get("setup"):
            exec(compile(setup, f"{self.page}, before line {block.line}", "exec"), {"sandbox": self.sandbox})
        if "not run" in block.comments:
            self.printed = ""
        elif block.comments.get("run") == "with pytest":
            self._run_tests(block)
        else:
            getattr(self, f"_{block.language}")(block)

    def leave(self) -> None:
        """Close what the page left open, as the end of a program does."""
        for value in self.names.values():
            if isinstance(value, Boltz):
                value.close()

    def _python(self, block: Block) -> None:
        # Lines as in the page, so that a failure points into it.
        code = compile("\n" * (block.line - 1) + block.code, str(self.page), "exec")
        with contextlib.redirect_stdout(io.StringIO()) as output:
            exec(code, self.names)
        self.printed = output.getvalue()

    def _sh(self, block: Block) -> None:
        finished = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.code],
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert finished.returncode == 0, f"{self.page}:{block.line}: {finished.stderr}"
        self.printed = finished.stdout

    def _run_tests(self, block: Block) -> None:
        file = self.folder / "test_pasted.py"
        file.write_text(block.code, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)]
        finished = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60)
        assert finished.returncode == 0, f"{self.page}:{block.line}: {finished.stdout}"

    def _text(self, block: Block) -> None:
        assert self.printed, f"{self.page}:{block.line}: shows the output of nothing"
        expected = re.escape(block.code.strip()).replace("…", ".*")
        assert re.fullmatch(expected, self.printed.strip(), re.DOTALL), f"{self.page}:{block.line}: {self.printed}"

    def _go(self, block: Block) -> None:
        """Go has its own toolchain: tests/go compiles these blocks."""

    def _toml(self, block: Block) -> None:
        assert tomllib.loads(block.code)

    def _ini(self, block: Block) -> None:
        parser = configparser.ConfigParser()
        parser.read_string(block.code)
        assert parser.sections()

    def _yaml(self, block: Block) -> None:
        assert yaml.safe_load(block.code)

    def _json(self, block: Block) -> None:
        assert json.loads(block.code)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_block_does_what_the_page_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as sandbox:
        monkeypatch.setenv("BOLTZ_API_KEY", sandbox.admin_key)
        monkeypatch.setenv("BOLTZ_BASE_URL", sandbox.url)
        monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        monkeypatch.chdir(tmp_path)
        reader = Reader(page, tmp_path, sandbox)
        for block in blocks(page):
            if "written" not in block.comments:
                reader.paste(block)
        reader.leave()


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_no_block_is_skipped_in_silence(page: Path) -> None:
    for block in blocks(page):
        place = f"{page.name}:{block.line}"
        assert block.language, f"{place}: says no language"
        if "not run" in block.comments:
            assert len(block.comments["not run"].split()) >= 4, f"{place}: gives no reason"
        if block.language == "diff":
            assert "written" in block.comments, f"{place}: a diff is written by the tools that it shows"
