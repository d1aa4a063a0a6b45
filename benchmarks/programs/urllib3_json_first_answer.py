# ruff: noqa: E402 - the clock starts before the imports that it times
import time

start = time.perf_counter_ns()

import json
import sys

import urllib3

http = urllib3.PoolManager(headers={"x-api-key": "sk_bc_admin_test_fake_benchmark_key"})
response = http.request("GET", f"{sys.argv[1]}/compute/v1/admin/api-keys")
first = json.loads(response.data)["data"][0]["id"]

print(time.perf_counter_ns() - start, first)
