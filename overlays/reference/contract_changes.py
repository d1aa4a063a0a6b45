"""What the guide shows of a change to the contract: the edit, what the tools say, and what it does to generated/."""

from __future__ import annotations

import difflib
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from codegen import generation, verification
from codegen.contract import Contract
from codegen.normal_form import normalize
from codegen.project import HERE
from codegen.surface import Surface
from codegen.surface_diff import compare

if TYPE_CHECKING:
    from codegen.normal_form import NormalForm


_GENERATED: Final = f"generated/{HERE.generated.name}"


@frozen
class Edit:
    """A change to the contract, as somebody would make it by hand."""

    before: str
    """The text that it goes in front of; it stands in the contract once."""
    added: str

    def applied(self) -> str:
        """The contract after the change."""
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
    return normalize(Contract.parse(EDITS[name].applied().encode(), "openapi.yaml"))


def contract_diff(name: str) -> str:
    """The edit, as a diff of the contract."""
    return _diff("openapi.yaml", HERE.contract.read_text(encoding="utf-8"), EDITS[name].applied())


def announcement(name: str) -> str:
    """What ``nox -s generate`` prints for it."""
    before = Surface.of(normalize(Contract.read(HERE.contract)))
    changes = compare(before, Surface.of(_form(name)))
    unbound = verification.check_bindings(_form(name), HERE)
    return "\n".join([f"{_GENERATED}: written from openapi.yaml", *map(str, changes), *map(str, unbound)])


def generated_diff(name: str, file: str) -> str:
    """What it does to one file of ``generated/``."""
    before = (HERE.generated / file).read_text(encoding="utf-8")
    return _diff(f"{_GENERATED}/{file}", before, _written(name)[file])


@cache
def _written(name: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="boltz-guide-") as folder:
        contract = Path(folder, "openapi.yaml")
        contract.write_text(EDITS[name].applied(), encoding="utf-8")
        target = Path(folder, HERE.generated.name)
        target.mkdir()
        generation.write(Contract.read(contract), target, HERE)
        return {path.relative_to(target).as_posix(): path.read_text(encoding="utf-8") for path in target.rglob("*.py")}


def _diff(path: str, before: str, after: str) -> str:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", n=2)).rstrip("\n")
