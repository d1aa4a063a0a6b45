"""What the sandbox refuses, as the contract's error body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from boltz_api_generated.models import Error, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES: dict[int, ErrorCode] = {401: "unauthorized", 403: "forbidden", 404: "not_found", 409: "conflict"}


class RefusedError(Exception):
    """The request ends here, with this status and error body."""

    def __init__(
        self,
        status: int,
        message: str,
        details: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.details = details
        self.headers = dict(headers or {})

    def body(self) -> Error:
        """The error body."""
        return error_body(self.status, str(self), self.details)


def error_body(status: int, message: str, details: Mapping[str, object] | None = None) -> Error:
    """An error body with the code that belongs to ``status``."""
    code = _CODES.get(status, "internal_error" if status >= 500 else "bad_request")
    return Error(code=code, message=message, details=UNSET if details is None else dict(details))
