"""The contract's commands, run for real."""

from __future__ import annotations

import json
from typing import Any

import pytest
from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"


def test_list_prints_the_envelope_of_the_reference_in_a_pipe(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(KEYS, "list")
    page = json.loads(done.out)
    assert (0, "") == (done.code, done.err)
    assert ["data", "first_id", "has_more", "last_id"] == list(page)
    assert ["Sandbox admin", "Sandbox test admin"] == [key["name"] for key in page["data"]]
    assert done.out == json.dumps(page, indent=2, ensure_ascii=False) + "\n"
