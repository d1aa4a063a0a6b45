"""The neutral names of errors, by the names that they have in Python clients."""

from __future__ import annotations

KINDS = {
    "APIConnectionError": "connection",
    "APIResponseValidationError": "response_validation",
    "APIStatusError": "status",
    "APITimeoutError": "timeout",
    "ArgumentError": "argument",
    "AuthenticationError": "authentication",
    "BadRequestError": "bad_request",
    "ConfigurationError": "argument",
    "ConflictError": "conflict",
    "DecodeError": "response_validation",
    "InternalServerError": "server_error",
    "MissingAPIKeyError": "missing_key",
    "NotFoundError": "not_found",
    "PaginationError": "pagination",
    "PermissionDeniedError": "permission_denied",
    "RateLimitError": "rate_limit",
    "RedirectError": "redirect",
    "UnprocessableEntityError": "unprocessable",
    "ValidationError": "argument",
}


def kind_of(error: Exception) -> str:
    """Return the neutral name of an error; any other error has its own name, which fits no case."""
    return next((KINDS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in KINDS), type(error).__name__)
