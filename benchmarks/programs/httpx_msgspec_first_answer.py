# ruff: noqa: E402 - the clock starts before the imports that it times
import time

start = time.perf_counter_ns()

import sys
from datetime import datetime

import httpx
import msgspec


class Key(msgspec.Struct):
    id: str
    allowed_ips: list[str]
    created_at: datetime
    expires_at: datetime | None
    is_active: bool
    key_prefix: str
    key_type: str
    last_used_at: datetime | None
    livemode: bool
    name: str
    workspace_id: str | None


class Page(msgspec.Struct):
    data: list[Key]
    first_id: str | None
    has_more: bool
    last_id: str | None


client = httpx.Client(base_url=sys.argv[1], headers={"x-api-key": "sk_bc_admin_test_fake_benchmark_key"})
response = client.get("/compute/v1/admin/api-keys")
response.raise_for_status()
first = msgspec.json.decode(response.content, type=Page).data[0].id

print(time.perf_counter_ns() - start, first)
