"""Driver of the client that datamodel-code-generator writes by itself (``--generate-client``); for comparison only."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import models
import pydantic
from rival import Client
from rival.errors import SDKError
from rival.options import Clock, RequestOptions, RetryOptions

from tests.wire.drivers.kinds import kind_of

HELLO: dict[str, Any] = {
    "client": "datamodel-code-generator",
    "version": sys.argv[1],
    "capabilities": [
        *("clock", "several_calls", "untyped"),
        *("default_headers", "default_query", "extra_headers", "extra_query", "total_timeout"),
    ],
}


def drive(line: dict[str, Any]) -> dict[str, Any]:
    """Play one case."""
    sleeps: list[float] = []
    reply: dict[str, Any] = {"sleeps": sleeps, "shown": []}
    handler = logging.Handler()
    handler.emit = lambda record: reply["shown"].append(record.getMessage())  # type: ignore[method-assign]
    logging.basicConfig(level=logging.DEBUG, handlers=[handler], force=True)

    def now() -> float:
        return 1_800_000_000.0 + sum(sleeps)

    settings = dict(line["client"])
    if line["clock"] == "fake":
        settings["clock"] = Clock(monotonic=now, time=now, random=lambda: 0.0, sleep=sleeps.append)
    try:
        with Client(**settings, retry=RetryOptions(jitter="none")) as client:
            for call in line["before"]:
                _call(client, call)
            value = _call(client, line["call"])
        reply["value"] = value.model_dump(mode="json")
        if "key" in reply["value"]:
            reply["value"]["key"] = value.key.get_secret_value()
        reply["shown"] += [repr(value), str(value)]
    except pydantic.ValidationError as error:
        reply["error"] = {"kind": "argument", "argument": str(error.errors()[0]["loc"][0])}
        reply["shown"] += [str(error), repr(error)]
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the outcome
        reply["error"] = _reported(error)
        reply["shown"] += [str(error), repr(error), repr(vars(error))]
    return reply


def _call(client: Any, call: dict[str, Any]) -> Any:
    keys, arguments = client.admin_api_keys, dict(call["arguments"])
    options = RequestOptions(**call["options"])
    if call["operation"] == "create":
        return keys.create_api_key(body=models.APIKeyCreateRequest(**arguments), options=options)
    return getattr(keys, f"{call['operation']}_api_key{'s' * (call['operation'] == 'list')}")(
        **arguments, options=options
    )


def _reported(error: Exception) -> dict[str, Any]:
    kind = kind_of(error)
    if getattr(error, "reason", None) == "missing_credentials":
        kind = "missing_key"
    status = getattr(error, "status_code", None)
    if isinstance(error, SDKError) and status and 300 <= status <= 399:
        kind = "redirect"
    place = getattr(error, "field_path", None)
    body = getattr(error, "body", None)
    return {
        "kind": kind,
        "status": status,
        "code": getattr(body, "code", None),
        "request_id": getattr(error, "request_id", None),
        "argument": place[-1] if place else None,
    }


if __name__ == "__main__":
    print(json.dumps(HELLO), flush=True)
    for given in sys.stdin:
        print(json.dumps(drive(json.loads(given))), flush=True)
