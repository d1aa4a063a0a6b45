"""The worked examples of the guide to contract changes: each edit, what the tools print, and the new generated code."""

from __future__ import annotations

import difflib
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from codegen import contract_diff
from codegen.emit import PACKAGE, write_package
from codegen.normal_form import NormalForm, load
from codegen.project import HERE

_GENERATED: Final = f"generated/{PACKAGE}"


@frozen
class Edit:
    """A change to the contract, as somebody would make it by hand."""

    before: str
    """The text in front of which it goes; it stands in the contract once."""
    added: str

    def applied(self) -> str:
        """Return the contract after the change."""
        text = HERE.contract.read_text(encoding="utf-8")
        if text.count(self.before) != 1:
            raise ValueError(f"the contract no longer has one place for the guide's edit: {self.before!r}")
        return text.replace(self.before, self.added + self.before)


EDITS: Final = {
    "optional-field": Edit(
        before="\n    APIKeyCreateResponse:\n",
        added="""\
        note:
          type: string
          maxLength: 1000
          description: What the key is for
""",
    ),
    "new-endpoint": Edit(
        before="  /compute/v1/admin/api-keys/{api_key_id}/revoke:\n",
        added="""\
  /compute/v1/admin/api-keys/{api_key_id}/rename:
    post:
      operationId: rename_api_key
      x-method: rename
      x-repeatable: true
      tags: [admin.api_keys]
      summary: Rename an API key
      description: Rename an API key
      parameters:
        - name: api_key_id
          in: path
          required: true
          description: The ID of the key to rename
          schema: {type: string, minLength: 1}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name:
                  type: string
                  minLength: 1
                  maxLength: 255
                  description: The new name
            examples:
              renamed: {value: {name: y}}
      responses:
        '200':
          description: The renamed key.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/APIKey'}
        default: {$ref: '#/components/responses/Unexpected'}

""",
    ),
}


@cache
def _form(name: str) -> NormalForm:
    with tempfile.TemporaryDirectory(prefix="boltz-guide-") as folder:
        contract = Path(folder, "openapi.yaml")
        contract.write_text(EDITS[name].applied(), encoding="utf-8")
        return load(contract)


def edit_diff(name: str) -> str:
    """Return the edit as a diff of the contract."""
    return _diff("openapi.yaml", HERE.contract.read_text(encoding="utf-8"), EDITS[name].applied())


def announcement(name: str) -> str:
    """Return what ``nox -s generate`` prints for the edit."""
    changes = contract_diff.diff(load(HERE.contract).document, _form(name).document)
    return "\n".join(["generated: written from openapi.yaml", *map(str, changes)])


def generated_diff(name: str, file: str) -> str:
    """Return the change of one file of the generated package."""
    before = (HERE.generated / PACKAGE / file).read_text(encoding="utf-8")
    return _diff(f"{_GENERATED}/{file}", before, _written(name)[file])


@cache
def _written(name: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="boltz-guide-") as folder:
        write_package(_form(name), Path(folder))
        return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in Path(folder).rglob("*.py")}


def _diff(path: str, before: str, after: str) -> str:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", n=2)).rstrip("\n")
