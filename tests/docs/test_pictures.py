"""The pictures show what is: the imports of the code, and what the command prints."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from reference import architecture, terminal
from reference.__main__ import TABLE
from reference.imports import Import, imports

ASSETS = sorted((Path(__file__).parent.parent.parent / "docs" / "assets").glob("*.svg"))


def test_every_module_has_its_box() -> None:
    for module in {name for one in imports(architecture.PACKAGES) for name in (one.importer, one.imported)}:
        assert module == architecture.DOOR or architecture.box_of(module) is not None


def test_a_module_without_a_box_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"boltz_api\.novelty belongs to 0 boxes"):
        architecture.box_of("boltz_api.novelty")


def test_what_is_loaded_at_once_goes_one_way() -> None:
    arrows = architecture.arrows(at_once=True)
    around = {(a, b) for a, b in architecture.closure(arrows) if a == b}
    assert around == set()
    assert {imported for importer, imported in arrows if importer == "generated"} == set()
    assert {imported for importer, imported in arrows if importer == "core"} == {"generated"}


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    assert architecture.reduced({("a", "b"), ("b", "c"), ("a", "c")}) == {("a", "b"), ("b", "c")}
    assert architecture.reduced({("a", "c")}, beyond={("a", "b"), ("b", "c")}) == set()


def test_imports_are_told_from_the_source(tmp_path: Path) -> None:
    package = tmp_path / "p"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "low.py").write_text("X = 1\n")
    (package / "typed.py").write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.low import X\n")
    (package / "lazy.py").write_text("def f():\n    from p.low import X\n    return X\n")
    (package / "high.py").write_text("import json\nfrom p import low\nfrom p.lazy import f\n")
    assert imports([package]) == {
        Import("p.lazy", "p.low", at_once=False),
        Import("p.high", "p.low", at_once=True),
        Import("p.high", "p.lazy", at_once=True),
    }


def test_the_table_is_what_the_command_prints(root: Path) -> None:
    assert terminal.same((root / TABLE).read_text(encoding="utf-8"), terminal.picture())


@pytest.mark.parametrize("picture", ASSETS, ids=[path.name for path in ASSETS])
def test_a_picture_asks_for_nothing_and_says_what_it_shows(picture: Path) -> None:
    text = picture.read_text(encoding="utf-8")
    drawing = ET.fromstring(text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") or drawing.get("aria-labelledby")
