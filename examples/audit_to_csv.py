"""Write a line for every key to a CSV file: ``python audit_to_csv.py keys.csv``."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from boltz_api import Boltz

COLUMNS = [
    *("id", "name", "key_type", "workspace_id", "livemode", "is_active"),
    *("created_at", "expires_at", "last_used_at", "allowed_ips"),
]


def audit(client: Boltz, target: Path) -> int:
    """Write the file; return the number of keys. Only one page is held at a time."""
    count = 0
    with target.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        for key in client.admin.api_keys.list():
            row = key.to_dict(mode="json")
            row["allowed_ips"] = " ".join(key.allowed_ips) or "all addresses"
            table.writerow({column: row[column] for column in COLUMNS})
            count += 1
    return count


if __name__ == "__main__":
    with Boltz() as client:
        print(f"{audit(client, Path(sys.argv[1]))} keys")
