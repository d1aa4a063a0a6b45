"""How requests are authenticated: the schemes that a client can follow, and which of them each operation gets."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codegen.document import described

if TYPE_CHECKING:
    from codegen.document import JSON, Node, Report, Schema


class Security:
    """The security schemes of a contract."""

    def __init__(self, root: Node, report: Report) -> None:
        """Read the schemes and what the contract asks for everywhere."""
        self._report = report
        self._default = root.get("security")
        self._asked: list[tuple[Schema, list[str]]] = []
        self.schemes: Schema = {}
        """Those that can be expressed, in the normal form."""
        self._refused: dict[str, str] = {}
        self.common: list[Schema] = []
        """The requirement that most operations have."""
        components = root.get("components")
        schemes = components.get("securitySchemes") if components else None
        for name, scheme in (schemes.members if schemes else {}).items():
            self._read(name, scheme)

    def _read(self, name: str, scheme: Node) -> None:
        kind, inside = (part.text() if (part := scheme.get(key)) else "" for key in ("type", "in"))
        http = part.text().lower() if (part := scheme.get("scheme")) else ""
        written: Schema
        if kind == "apiKey" and inside == "header":
            header = scheme.get("name")
            written = {"type": "apiKey", "in": "header", "name": header.text() if header else ""}
        elif kind in ("oauth2", "openIdConnect") or (kind == "http" and http == "bearer"):
            written = {"type": "http", "scheme": "bearer"}
        elif kind == "http" and http == "basic":
            written = {"type": "http", "scheme": "basic"}
        else:
            self._refused[name] = f"a key in a {inside}" if kind == "apiKey" else f"{kind} {http}".strip()
            return
        if words := (part.text() if (part := scheme.get("description")) else ""):
            written["description"] = words
        self.schemes[name] = written
        self._report.origins[id(written)] = scheme

    def ask(self, operation: Node, written: Schema) -> None:
        """Note what ``operation`` asks for; ``settle`` writes the choice into ``written``."""
        place = operation.get("security") or self._default
        written["security"] = []
        if place is None:
            return
        if not isinstance(place.value, list):
            self._report.fault(place, f"security is a list, not {described(place)}")
            return
        names: list[str] = []
        refused: list[str] = []
        for entry in place.entries:
            schemes = list(entry.members)
            for name in schemes:
                if name not in self.schemes and name not in self._refused:
                    hint = "add it under components/securitySchemes"
                    self._report.fault(entry.members[name], f"no security scheme is called {name!r}", hint)
            if len(schemes) == 1 and schemes[0] in self.schemes:
                names.append(schemes[0])
            elif schemes:
                refused.append(" and ".join(self._refused.get(name, name) for name in schemes))
        if names:
            self._asked.append((written, names))
        elif refused and not any(not entry.members for entry in place.entries):
            hint = "offer an API key in a header, a bearer token or basic credentials"
            self._report.fault(place, f"a client cannot authenticate with {' or '.join(refused)}", hint)

    def settle(self) -> None:
        """Choose: the scheme that most operations accept wherever it is accepted, else the first that is named."""
        kinds = {name: _kind(scheme) for name, scheme in self.schemes.items()}
        votes = Counter(kind for _, names in self._asked for kind in dict.fromkeys(kinds[name] for name in names))
        ranked = sorted(votes, key=lambda kind: (-votes[kind], list(kinds.values()).index(kind)))
        chosen: list[Schema] = []
        for written, names in self._asked:
            name = next((name for kind in ranked[:1] for name in names if kinds[name] == kind), names[0])
            chosen.append({name: []})
            written["security"] = [{name: []}]
        if ranked:
            self.common = [{next(name for name, kind in kinds.items() if kind == ranked[0]): []}]
            used = {name for requirement in (*chosen, *self.common) for name in requirement}
            self.schemes = {name: scheme for name, scheme in self.schemes.items() if name in used}


def _kind(scheme: JSON) -> str:
    assert isinstance(scheme, dict), "written here"
    return f"{scheme.get('scheme', '')} {scheme.get('name', '')}"
