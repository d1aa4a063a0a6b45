"""The contract in its normal form: an OpenAPI 3.1 document in which every choice is made, and the place of every part.

``load(path)`` reads OpenAPI 3.0, 3.1 and 3.2, in one file or several, and raises ``Faults`` with all that is wrong.
Everything downstream reads ``NormalForm.document``, and nothing else reads the contract. In it

*References* lead to ``#/components/schemas/...`` only, and every one of them resolves; parameters, bodies, responses
and path items are written out where they are used.

*Operations* stand in ``paths``, by path and method, in the order of the contract. Each has
  ``operationId``   in snake_case, unique; made from method and path where the contract has none
  ``tags``          exactly one, the path of attributes to the resource (``admin.api_keys``); ``default`` without one
  ``x-method``      the method's name on the resource (default: the ``operationId``), unique under its tag
  ``x-repeatable``  whether sending twice does no more than once (default: by HTTP method)
  ``x-pagination``  if it lists by cursors: ``{items, more, forward: {parameter, cursor}, backward: {…} or absent}``
  ``security``      ``[]``, or one requirement of one scheme: ``[{apiKey: []}]``
  ``parameters``    those of the path included; each has ``name, in, required, schema``, and if it takes a list
                    ``explode: true`` (repeated) or ``false`` (with commas); ``in`` is path, query or header
  ``requestBody``   ``required`` and ``content`` with exactly one media type, which is sent as it is written; a form's
                    ``encoding`` names the lists that go with commas: ``{ids: {explode: false}}``
  ``responses``     each with one media type or none; 2xx (or, without any, ``default``) are successes
  ``x-response``    the schema of a success if one carries content: what they have in common if there are several
  ``x-optional``    true (of the operation) where a success may have no content, beside one that has

Of media types, JSON comes first (``+json`` types too), then forms, then text (its schema is a plain string), then
anything else as bytes (``{type: string, format: binary}``).

*Security*: ``components.securitySchemes`` holds ``{type: apiKey, in: header, name}`` and ``{type: http, scheme: bearer
| basic}``; OAuth 2 and OpenID Connect are bearer tokens. ``security`` at the top is what most operations ask for.

*Servers*: one, without variables; ``/`` where the contract names none.

*Webhooks* are listed with method, summary and body. Callbacks are named in ``x-callbacks`` of their operation.

*Schemas*. ``type`` is one name, or ``[name, 'null']``; several types are an ``anyOf``. Null is the last alternative of
``anyOf``/``oneOf``: ``{anyOf: [{$ref: …}, {type: 'null'}]}``; shared schemas never allow it themselves. ``allOf``,
``not``, ``title``, ``xml`` and unknown keywords are gone (what was not merged is a note). ``$ref`` has nothing beside
it but ``description``, ``default``, ``deprecated``, ``examples`` (a list), which always are of this place.
  Objects with properties are components, always; so are enums in responses, and unions that JSON types do not tell
  apart. Component names are identifiers in PascalCase. ``{type: object, additionalProperties: …}`` is a map.
  ``x-direction``   of a component: ``request`` (checked strictly), ``response`` (open to newer servers), or ``both``
                    where that makes no difference. A schema that travels both ways and differs is there twice, as
                    ``Order`` and ``OrderInput``; ``readOnly`` and ``writeOnly`` properties stand on their side only.
  ``x-union``       of a union with several alternatives of one JSON type, which msgspec cannot hold as it is:
                    ``tagged``: objects only, each with a ``const`` property of its own, always there;
                    ``discriminator`` has the complete ``mapping``, tag to ``$ref``, one to one.
                    ``structural``: anything else; the first alternative that fits. If there is a ``discriminator``,
                    its mapping (which may be incomplete) says which to try first.
                    A union without it is one that JSON types tell apart.
  ``x-secret``      true on a string that must not be shown (``format: password`` or ``x-secret`` in the contract).
  ``format``        is kept: ``date, date-time, uuid, byte, decimal, ipv4, ipv6, ip`` (either of them) … mean something.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from codegen.document import JSON, Contract, Faults, NoContract, keys_of
from codegen.operations import Operations
from codegen.schemas import Schemas

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from codegen.document import Node, Place, Schema

__all__ = ["Faults", "NormalForm", "load"]

_VERSION: Final = re.compile(r"3\.[012]\.\d+(-.*)?")


@frozen
class NormalForm:
    """A contract that can be generated from."""

    document: Schema
    notes: tuple[str, ...] = field(repr=False)
    """The parts without effect on what is generated, and why."""
    hashes: Mapping[str, str] = field(repr=False)
    """SHA-256 of each file of the contract, by path; the main file comes first."""
    _origins: Mapping[int, Node] = field(repr=False)

    def place(self, pointer: str) -> Place:
        """The place in the contract that ``pointer`` (``#/paths/~1keys/get``) of the document came from.

        For a part that the contract does not have, the place of the nearest one around it.
        """
        part: JSON = self.document
        origin = self._origins.get(id(part))
        assert origin is not None, "the document itself has an origin"
        place = origin.place
        for key in keys_of(pointer):
            step: JSON = None
            if isinstance(part, dict):
                step = part.get(key)
            elif isinstance(part, list) and key.isdecimal() and int(key) < len(part):
                step = part[int(key)]
            part = step
            origin = self._origins.get(id(part)) or (origin.step(key) if origin is not None else None)
            place = origin.place if origin is not None else place
        return place

    def place_of(self, name: str) -> Place:
        """The place of the operation or the schema that is called ``name``; else that of the contract."""
        items: list[dict[str, Schema]] = list(self.document["paths"].values())
        own = {operation["operationId"]: operation for item in items for operation in item.values()}
        found = own.get(name) or self.document["components"]["schemas"].get(name, self.document)
        return self._origins[id(found)].place

    def render(self) -> bytes:
        """The document as JSON: the same bytes for the same contract."""
        return json.dumps(self.document, indent=2, ensure_ascii=False).encode() + b"\n"


def load(path: Path) -> NormalForm:
    """Read the contract at ``path``; ``Faults`` with everything that cannot be expressed."""
    contract = Contract(path)
    root = contract.root
    _check_version(contract)
    for key in ("title", "version"):
        if not root["info"][key].text:
            contract.fault(root["info"], f"info.{key} is missing", "every contract has a title and a version")
    document: Schema = {"openapi": "3.1.0", "info": root["info"].data()}
    contract.trace(document, root)
    schemas = Schemas(contract)
    operations = Operations(contract, schemas)
    document |= operations.read()
    components = schemas.finish()
    operations.check()
    document["components"] = {"schemas": components, "securitySchemes": operations.schemes}
    if contract.faults:
        raise Faults(contract.faults)
    return NormalForm(document, contract.notes, contract.hashes, contract.origins)


def _check_version(contract: Contract) -> None:
    root, version = contract.root, contract.root["openapi"]
    hint = "write it as OpenAPI 3.0, 3.1 or 3.2"
    if not isinstance(root.value, dict):
        raise NoContract(root.place, f"expected an OpenAPI contract (a mapping), found {root}")
    if old := root.get("swagger"):
        raise NoContract(old.place, "this is Swagger 2.0", hint)
    if "openapi" not in root.members:
        raise NoContract(root.place, "expected an OpenAPI contract, found no field openapi", hint)
    if not _VERSION.fullmatch(version.text):
        raise NoContract(version.place, f"this is OpenAPI {version.value}", hint)
