"""Names that the generated code needs for itself."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from codegen.naming import BUILTINS

SUPPORT: Final = Path(__file__).parent / "templates" / "support"
"""Files that become part of the generated package as they are."""


def _public_names(module: str, kind: str) -> frozenset[str]:
    """What the class ``kind`` in a support file declares: its methods and its annotated names."""
    tree = ast.parse((SUPPORT / module).read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind)
    methods = (node.name for node in body if isinstance(node, ast.FunctionDef))
    annotated = (
        node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    )
    return frozenset(name for name in (*methods, *annotated) if not name.startswith("_"))


OPTION_NAMES: Final = _public_names("request.py", "RequestOptions")

# `self` because operations become methods; the others because an operation's own code uses them.
FIELD_NAMES: Final = OPTION_NAMES | _public_names("model.py", "Model") | {"self", "options", "given", "segment"}

# What models.py imports or takes from the language.
CLASS_NAMES: Final = frozenset(
    {
        *("Annotated", "Any", "ClassVar", "Literal", "TypeAlias", "TYPE_CHECKING"),
        *("Meta", "Model", "UNSET", "UnsetType", "IPText", "IPv4Text", "IPv6Text", "SecretText"),
    }
)

# Operations share their module with its imports, and its annotations use the builtin types.
OPERATION_NAMES: Final = BUILTINS | {"annotations", "date", "datetime", "given", "models", "params", "segment"}
