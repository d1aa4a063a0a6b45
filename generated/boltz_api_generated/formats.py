"""Strings of a certain kind. Type checkers see ``str``; the kind is in the annotation, for whoever checks or prints."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

IPText: TypeAlias = Annotated[str, Meta(extra={"format": "ip"})]
"""An IPv4 or an IPv6 address."""

IPv4Text: TypeAlias = Annotated[str, Meta(extra={"format": "ipv4"})]
"""An IPv4 address."""

IPv6Text: TypeAlias = Annotated[str, Meta(extra={"format": "ipv6"})]
"""An IPv6 address."""

SecretText: TypeAlias = Annotated[str, Meta(extra={"format": "password"})]
"""A string that no log, message or representation may show."""
