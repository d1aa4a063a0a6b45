"""Edits of the Python API, what each is called, and what it means."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.change import Change
from release.python_changes import python_changes
from release.python_types import alternatives, relation
from release.versioning import Impact

BREAKING, ADDITIVE = Impact.BREAKING, Impact.ADDITIVE

TYPES = '''\
from __future__ import annotations
from typing import Annotated, Literal, NotRequired, TypedDict
from msgspec import Meta

__all__ = ["Key", "KeyParams", "Kind", "open_key"]

Kind = Literal["admin", "workspace"]

class Key:
    """A key."""
    id: str
    kind: Literal["admin", "workspace"]
    label: str | None = None
    name: Annotated[str, Meta(description="A name")]
    _hidden: int = 0

    def reveal(self, length: int = 12, wide: bool = False) -> str:
        """Show it."""

class KeyParams(TypedDict):
    name: str
    note: NotRequired[str]

def open_key(path: str, *, mode: Literal["r", "w"] = "r", encoding: str | None = None) -> Key:
    """Open it."""

def not_listed(path: str) -> None: ...
'''

# What the edit replaces, what it puts there, and the one line that must come of it (none: no change for users).
EDITS: dict[str, tuple[str, str, Change | None]] = {
    "class removed": ('"Key", ', "", Change("pkg.Key", "removed", BREAKING)),
    "function removed": (', "open_key"]', "]", Change("pkg.open_key", "removed", BREAKING)),
    "name added": (
        ', "open_key"]', ', "open_key", "not_listed"]', Change("pkg.not_listed", "added", ADDITIVE),
    ),
    "kind changed": (
        'Kind = Literal["admin", "workspace"]', "class Kind: ...",
        Change("pkg.Kind", "was attribute, is class", BREAKING),
    ),
    "attribute removed": ("    id: str\n", "", Change("pkg.Key.id", "removed", BREAKING)),
    "attribute added": (
        "    id: str\n", "    id: str\n    more: int = 0\n", Change("pkg.Key.more", "added", ADDITIVE),
    ),
    "attribute type changed": (
        "    id: str\n", "    id: int\n", Change("pkg.Key.id", "type changed from str to int", BREAKING),
    ),
    "attribute may be None": (
        "    id: str\n", "    id: str | None\n", Change("pkg.Key.id", "type changed from str to str | None", BREAKING),
    ),
    "attribute is never None": (
        "label: str | None = None", "label: str",
        Change("pkg.Key.label", "type changed from str | None to str", ADDITIVE),
    ),
    "attribute's literal grows": (
        'kind: Literal["admin", "workspace"]', 'kind: Literal["admin", "workspace", "robot"]',
        Change(
            "pkg.Key.kind",
            "type changed from Literal['admin', 'workspace'] to Literal['admin', 'workspace', 'robot']",
            ADDITIVE,
        ),
    ),
    "only the description of a type changed": ('description="A name"', 'description="The name"', None),
    "private attribute changed": ("_hidden: int = 0", "_hidden: str = ''", None),
    "union written in another way": ("label: str | None = None", "label: None | str = None", None),
    "method removed": (
        '    def reveal(self, length: int = 12, wide: bool = False) -> str:\n        """Show it."""\n', "",
        Change("pkg.Key.reveal", "removed", BREAKING),
    ),
    "return type changed": (
        "-> str:", "-> bytes:", Change("pkg.Key.reveal -> ", "type changed from str to bytes", BREAKING),
    ),
    "parameter removed": (
        ", encoding: str | None = None", "", Change("pkg.open_key(encoding)", "parameter removed", BREAKING),
    ),
    "optional parameter added": (
        "encoding: str | None = None", "encoding: str | None = None, more: int = 0",
        Change("pkg.open_key(more)", "optional parameter added", ADDITIVE),
    ),
    "required parameter added": (
        "encoding: str | None = None", "encoding: str | None = None, more: int",
        Change("pkg.open_key(more)", "required parameter added", BREAKING),
    ),
    "parameter becomes required": (
        "encoding: str | None = None", "encoding: str | None",
        Change("pkg.open_key(encoding)", "is now required", BREAKING),
    ),
    "parameter becomes optional": (
        "path: str, *, mode", "path: str = '', *, mode", Change("pkg.open_key(path)", "may be left out now", ADDITIVE),
    ),
    "parameter's default changed": (
        '= "r"', '= "w"', Change("pkg.open_key(mode)", "default changed from 'r' to 'w'", BREAKING),
    ),
    "parameter's literal shrinks": (
        'Literal["r", "w"]', 'Literal["r"]',
        Change("pkg.open_key(mode)", "type changed from Literal['r', 'w'] to Literal['r']", BREAKING),
    ),
    "parameter's type widens": (
        "path: str, *", "path: str | bytes, *",
        Change("pkg.open_key(path)", "type changed from str to str | bytes", ADDITIVE),
    ),
    "parameter only by keyword": (
        "path: str, *, mode", "*, path: str, mode",
        Change("pkg.open_key(path)", "is keyword-only, was positional or keyword", BREAKING),
    ),
    "parameter also by position": (
        '*, mode: Literal["r", "w"] = "r", encoding', 'mode: Literal["r", "w"] = "r", *, encoding',
        Change("pkg.open_key(mode)", "is positional or keyword, was keyword-only", ADDITIVE),
    ),
    "positions swapped": (
        "length: int = 12, wide: bool = False", "wide: bool = False, length: int = 12",
        Change("pkg.Key.reveal", "positional parameters moved", BREAKING),
    ),
    "optional parameter put in between": (
        "self, length: int", "self, more: int = 0, length: int",
        Change("pkg.Key.reveal", "positional parameters moved", BREAKING),
    ),
    "required key added": (
        "class KeyParams(TypedDict):", "class KeyParams(TypedDict):\n    more: str",
        Change("pkg.KeyParams.more", "added as a required key", BREAKING),
    ),
    "optional key added": (
        "class KeyParams(TypedDict):", "class KeyParams(TypedDict):\n    more: NotRequired[str]",
        Change("pkg.KeyParams.more", "added", ADDITIVE),
    ),
    "key becomes required": (
        "note: NotRequired[str]", "note: str", Change("pkg.KeyParams.note", "the key is now required", BREAKING),
    ),
    "key becomes optional": (
        "    name: str\n    note", "    name: NotRequired[str]\n    note",
        Change("pkg.KeyParams.name", "the key may be left out now", ADDITIVE),
    ),
    "key's type widens": (
        "NotRequired[str]", "NotRequired[str | None]",
        Change("pkg.KeyParams.note", "type changed from NotRequired[str] to NotRequired[str | None]", ADDITIVE),
    ),
    "what is not listed changed": ("def not_listed(path: str)", "def not_listed()", None),
    "docstring changed": ("Open it.", "Open the key.", None),
}  # fmt: skip


def tree(folder: Path, types: str) -> Path:
    """A source tree whose public package re-exports `types`, as ours does."""
    package, generated = folder / "overlays" / "boltz_api", folder / "generated" / "boltz_api_generated"
    for place in (package, generated):
        place.mkdir(parents=True)
    (package / "__init__.py").write_text("from boltz_api.types import *\n")
    (package / "types.py").write_text(types)
    (generated / "__init__.py").write_text("")
    return folder


@pytest.mark.parametrize(("before", "after", "line"), EDITS.values(), ids=EDITS.keys())
def test_each_edit_is_called_by_its_name_and_rated(
    before: str, after: str, line: Change | None, tmp_path: Path
) -> None:
    assert before in TYPES
    found = python_changes(tree(tmp_path / "old", TYPES), tree(tmp_path / "new", TYPES.replace(before, after)))
    named = [Change(each.subject.replace("boltz_api.types", "pkg"), each.what, each.impact) for each in found]
    assert ([line] if line else []) == [each for each in named if line is None or each.impact >= line.impact]


def test_a_class_that_loses_its_base_breaks(tmp_path: Path) -> None:
    new = TYPES.replace("class KeyParams(TypedDict):", "class KeyParams(dict):")
    found = python_changes(tree(tmp_path / "old", TYPES), tree(tmp_path / "new", new))
    assert Change("boltz_api.types.KeyParams", "no longer a TypedDict", BREAKING) in found


def test_the_signature_of_a_generated_operation_is_part_of_the_api(tmp_path: Path) -> None:
    source = "def create(*, name: str, note: str | None = None) -> None: ...\n"
    trees = [tree(tmp_path / "old", TYPES), tree(tmp_path / "new", TYPES)]
    for folder, text in zip(trees, (source, source.replace("name: str", "name: int")), strict=True):
        operations = folder / "generated" / "boltz_api_generated" / "operations"
        operations.mkdir()
        (operations / "__init__.py").write_text(
            'from boltz_api_generated.operations.keys import create\n__all__ = ["create"]\n'
        )
        (operations / "keys.py").write_text(text)
    expected = Change("boltz_api_generated.operations.create(name)", "type changed from str to int", BREAKING)
    assert [expected] == python_changes(*trees)


def test_one_object_under_several_names_is_told_once_by_the_shortest(tmp_path: Path) -> None:
    trees = [tree(tmp_path / "old", TYPES), tree(tmp_path / "new", TYPES.replace("    id: str\n", ""))]
    for folder in trees:
        package = folder / "overlays" / "boltz_api"
        (package / "__init__.py").write_text(
            dedent("""\
            from boltz_api.types import Key
            __all__ = ["Key"]
            """)
        )
    assert [Change("boltz_api.Key.id", "removed", BREAKING)] == python_changes(*trees)


def test_this_project_reads_and_equals_itself(root: Path) -> None:
    assert python_changes(root, root) == []


MEMBERS = st.sets(st.sampled_from(["int", "str", "None", "list[str]", 'Literal["a"]', 'Literal["b"]']), min_size=1)


@given(MEMBERS, MEMBERS)
def test_relations_mirror_each_other(old: set[str], new: set[str]) -> None:
    there, back = relation(" | ".join(old), " | ".join(new)), relation(" | ".join(new), " | ".join(old))
    mirrored = {"same": "same", "wider": "narrower", "open": "narrower", "other": "other"}
    assert mirrored.get(there, back) == back if there != "narrower" else back in ("wider", "open")


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("Optional[str]", {"str", "None"}),
        ("Union[int, None]", {"int", "None"}),
        ("typing.Optional['models.APIKey']", {"APIKey", "None"}),
        ("Annotated[list[str | int], Meta(ge=1)]", {"list[int | str]"}),
        ("Literal['a', 1]", {"Literal 'a'", "Literal 1"}),
        ("NotRequired[Sequence[str] | None]", {"Sequence[str]", "None"}),
    ],
)
def test_the_alternatives_of_a_type(annotation: str, expected: set[str]) -> None:
    assert expected == alternatives(annotation)
