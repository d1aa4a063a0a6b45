"""Edits of the Python API, what each is called, and what it means."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release import python_api
from release.python_api import alternatives, is_compatible

BREAKING, ADDITION, NOTHING = "breaking", "addition", ""

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

# What the edit replaces, what it puts there, and the line that must come of it (none: no change for users).
EDITS: dict[str, tuple[str, str, str, str]] = {
    "class removed": ('"Key", ', "", "pkg.Key: removed", BREAKING),
    "function removed": (', "open_key"]', "]", "pkg.open_key: removed", BREAKING),
    "name added": (
        ', "open_key"]', ', "open_key", "not_listed"]', "pkg.not_listed: added", ADDITION,
    ),
    "kind changed": (
        'Kind = Literal["admin", "workspace"]', "class Kind: ...",
        "pkg.Kind: was attribute, is class", BREAKING,
    ),
    "attribute removed": ("    id: str\n", "", "pkg.Key.id: removed", BREAKING),
    "attribute added": (
        "    id: str\n", "    id: str\n    more: int = 0\n", "pkg.Key.more: added", ADDITION,
    ),
    "attribute type changed": (
        "    id: str\n", "    id: int\n", "pkg.Key.id: type changed from str to int", BREAKING,
    ),
    "attribute may be None": (
        "    id: str\n", "    id: str | None\n", "pkg.Key.id: type changed from str to str | None", BREAKING,
    ),
    "attribute is never None": (
        "label: str | None = None", "label: str",
        "pkg.Key.label: type changed from str | None to str", ADDITION,
    ),
    "attribute's literal grows": (
        'kind: Literal["admin", "workspace"]', 'kind: Literal["admin", "workspace", "robot"]',
        "pkg.Key.kind: type changed from Literal['admin', 'workspace'] to Literal['admin', 'workspace', 'robot']",
        ADDITION,
    ),
    "only the description of a type changed": ('description="A name"', 'description="The name"', "", NOTHING),
    "private attribute changed": ("_hidden: int = 0", "_hidden: str = ''", "", NOTHING),
    "union written in another way": ("label: str | None = None", "label: None | str = None", "", NOTHING),
    "method removed": (
        '    def reveal(self, length: int = 12, wide: bool = False) -> str:\n        """Show it."""\n', "",
        "pkg.Key.reveal: removed", BREAKING,
    ),
    "return type changed": (
        "-> str:", "-> bytes:", "pkg.Key.reveal's result: type changed from str to bytes", BREAKING,
    ),
    "parameter removed": (
        ", encoding: str | None = None", "", "pkg.open_key(encoding): removed", BREAKING,
    ),
    "optional parameter added": (
        "encoding: str | None = None", "encoding: str | None = None, more: int = 0",
        "pkg.open_key(more): added", ADDITION,
    ),
    "required parameter added": (
        "encoding: str | None = None", "encoding: str | None = None, more: int",
        "pkg.open_key(more): added, and required", BREAKING,
    ),
    "parameter becomes required": (
        "encoding: str | None = None", "encoding: str | None",
        "pkg.open_key(encoding): is now required", BREAKING,
    ),
    "parameter becomes optional": (
        "path: str, *, mode", "path: str = '', *, mode", "pkg.open_key(path): may be left out now", ADDITION,
    ),
    "parameter's default changed": (
        '= "r"', '= "w"', "pkg.open_key(mode): default changed from 'r' to 'w'", BREAKING,
    ),
    "parameter's literal shrinks": (
        'Literal["r", "w"]', 'Literal["r"]',
        "pkg.open_key(mode): type changed from Literal['r', 'w'] to Literal['r']", BREAKING,
    ),
    "parameter's type widens": (
        "path: str, *", "path: str | bytes, *",
        "pkg.open_key(path): type changed from str to str | bytes", ADDITION,
    ),
    "parameter only by keyword": (
        "path: str, *, mode", "*, path: str, mode",
        "pkg.open_key(path): was positional or keyword parameter, is keyword-only parameter", BREAKING,
    ),
    "parameter also by position": (
        '*, mode: Literal["r", "w"] = "r", encoding', 'mode: Literal["r", "w"] = "r", *, encoding',
        "pkg.open_key(mode): was keyword-only parameter, is positional or keyword parameter", ADDITION,
    ),
    "positions swapped": (
        "length: int = 12, wide: bool = False", "wide: bool = False, length: int = 12",
        "pkg.Key.reveal: positional parameters moved", BREAKING,
    ),
    "optional parameter put in between": (
        "self, length: int", "self, more: int = 0, length: int",
        "pkg.Key.reveal: positional parameters moved", BREAKING,
    ),
    "required key added": (
        "class KeyParams(TypedDict):", "class KeyParams(TypedDict):\n    more: str",
        "pkg.KeyParams.more: added, and required", BREAKING,
    ),
    "optional key added": (
        "class KeyParams(TypedDict):", "class KeyParams(TypedDict):\n    more: NotRequired[str]",
        "pkg.KeyParams.more: added", ADDITION,
    ),
    "key becomes required": (
        "note: NotRequired[str]", "note: str", "pkg.KeyParams.note: is now required", BREAKING,
    ),
    "key becomes optional": (
        "    name: str\n    note", "    name: NotRequired[str]\n    note",
        "pkg.KeyParams.name: may be left out now", ADDITION,
    ),
    "key's type widens": (
        "NotRequired[str]", "NotRequired[str | None]",
        "pkg.KeyParams.note: type changed from NotRequired[str] to NotRequired[str | None]", ADDITION,
    ),
    "what is not listed changed": ("def not_listed(path: str)", "def not_listed()", "", NOTHING),
    "docstring changed": ("Open it.", "Open the key.", "", NOTHING),
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


def changes(old: Path, new: Path) -> list[tuple[str, str]]:
    return [(change.text.replace("boltz_api.types", "pkg"), change.kind) for change in python_api.changes(old, new)]


@pytest.mark.parametrize(("before", "after", "text", "kind"), EDITS.values(), ids=EDITS.keys())
def test_each_edit_is_called_by_its_name_and_rated(
    before: str, after: str, text: str, kind: str, tmp_path: Path
) -> None:
    assert before in TYPES
    found = changes(tree(tmp_path / "old", TYPES), tree(tmp_path / "new", TYPES.replace(before, after)))
    # What a breaking edit adds beside is told as well.
    assert ([(text, kind)] if text else []) == [each for each in found if kind != BREAKING or each[1] == BREAKING]


def test_a_class_that_loses_its_base_breaks(tmp_path: Path) -> None:
    new = TYPES.replace("class KeyParams(TypedDict):", "class KeyParams(dict):")
    found = changes(tree(tmp_path / "old", TYPES), tree(tmp_path / "new", new))
    assert ("pkg.KeyParams's base TypedDict: removed", BREAKING) in found


def test_the_methods_of_generated_resources_are_part_of_the_api(tmp_path: Path) -> None:
    source = """\
from boltz_api.resource import SyncResource
class KeysResource(SyncResource):
    def create(self, *, name: str, note: str | None = None, **options: Unpack[CallOptions]) -> Key: ...
"""
    trees = [tree(tmp_path / "old", TYPES), tree(tmp_path / "new", TYPES)]
    texts = source, source.replace("name: str", "name: int").replace("note: str | None = None, ", "")
    for folder, text in zip(trees, texts, strict=True):
        (folder / "overlays" / "boltz_api" / "resource.py").write_text("class SyncResource: ...\n")
        resources = folder / "generated" / "boltz_api_generated" / "resources"
        resources.mkdir()
        (resources / "__init__.py").write_text("")
        (resources / "keys.py").write_text(text)
    create = "boltz_api_generated.resources.keys.KeysResource.create"
    assert [
        (f"{create}(name): type changed from str to int", BREAKING),
        (f"{create}(note): removed", BREAKING),
    ] == changes(*trees)


def test_one_object_under_several_names_is_told_once_by_the_shortest(tmp_path: Path) -> None:
    trees = [tree(tmp_path / "old", TYPES), tree(tmp_path / "new", TYPES.replace("    id: str\n", ""))]
    for folder in trees:
        package = folder / "overlays" / "boltz_api" / "__init__.py"
        package.write_text('from boltz_api.types import Key\n__all__ = ["Key"]\n')
    assert [("boltz_api.Key.id: removed", BREAKING)] == changes(*trees)


def test_this_project_is_read_and_equals_itself(root: Path, tmp_path: Path) -> None:
    assert changes(root, root) == []
    removed = [text for text, _ in changes(root, tree(tmp_path / "other", TYPES))]
    assert {"boltz_api.Boltz: removed", "pkg.admin.APIKey: removed"} <= set(removed)


MEMBERS = st.sets(st.sampled_from(["int", "str", "None", "list[str]", 'Literal["a"]', 'Literal["b"]']), min_size=1)


@given(MEMBERS, MEMBERS)
def test_what_callers_may_hand_in_and_what_they_are_given_mirror_each_other(old: set[str], new: set[str]) -> None:
    one, two = alternatives(" | ".join(old)), alternatives(" | ".join(new))
    if is_compatible(one, two, taken=True):
        assert is_compatible(two, one, taken=False)
        assert not is_compatible(two, one, taken=True)


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
