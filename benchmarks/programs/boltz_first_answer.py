# ruff: noqa: E402 - the clock starts before the imports that it times
import time

start = time.perf_counter_ns()

import sys

from boltz_api import Boltz

client = Boltz(api_key="sk_bc_admin_test_fake_benchmark_key", base_url=sys.argv[1])
page = client.admin.api_keys.list()
first = page.data[0].id

print(time.perf_counter_ns() - start, first)
