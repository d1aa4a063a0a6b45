"""What the site's search finds besides its pages: every parameter under its own name."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reference.pages import Page

# Below a page's title, so that the page itself comes first where both fit.
_LEVEL: Final = 2


def add_parameters(index: Path, heading: str, pages: Iterable[Page]) -> None:
    """Add the parameters of ``pages``, which stand under ``heading``, to the generator's index."""
    found = json.loads(index.read_text(encoding="utf-8"))
    found["items"] += _items(heading, pages)
    index.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def _items(heading: str, pages: Iterable[Page]) -> Iterator[dict[str, object]]:
    for page in pages:
        for anchor, parameter in page.parameters:
            yield {
                "location": f"{page.path}.html#{anchor}",
                "level": _LEVEL,
                "title": parameter.name,
                "text": f"<p><code>{escape(parameter.type)}</code> {escape(parameter.description)}</p>",
                "path": [heading, page.title],
                "tags": [],
            }
