"""What the generated models say of a type beyond what msgspec itself checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from msgspec.inspect import Metadata


def is_ip_address(type_: Metadata) -> bool:
    """Whether a text is to be an IPv4 or IPv6 address."""
    # msgspec leaves the keys and values of both dicts without a type.
    extra = cast("dict[str, object]", type_.extra or {})  # pyright: ignore[reportUnknownMemberType]
    return extra.get("format") == "ip"


def examples_in(type_: Metadata) -> list[object]:
    """The contract's own examples."""
    schema = cast("dict[str, object]", type_.extra_json_schema or {})  # pyright: ignore[reportUnknownMemberType]
    return cast("list[object]", schema.get("examples", []))
