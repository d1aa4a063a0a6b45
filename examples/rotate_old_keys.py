"""Replace every workspace key that is older than 90 days.

``python rotate_old_keys.py FOLDER`` writes each new key to a file of its own in FOLDER
that only you can read. An old key is revoked once its successor is safely on disk.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from boltz_api import Boltz
from boltz_api.types.admin import APIKeyCreateResponse

OLDEST = timedelta(days=90)


def rotate(client: Boltz, folder: Path, now: datetime) -> int:
    """Rotate what is too old and return how many keys that were."""

    def keep(successor: APIKeyCreateResponse) -> None:
        path = folder / f"{successor.key_details.id}.key"
        path.touch(mode=0o600, exist_ok=False)
        with path.open("w", encoding="utf-8") as file:
            file.write(successor.key)
            file.flush()
            os.fsync(file.fileno())

    found = client.admin.api_keys.find(
        active=True, key_type="workspace", created_before=now - OLDEST
    )
    # All of them first: the keys made below must not turn up in this listing.
    old = list(found)
    for key in old:
        client.admin.api_keys.rotate(key, check=keep)
    return len(old)


if __name__ == "__main__":
    with Boltz() as client:
        print(f"{rotate(client, Path(sys.argv[1]), datetime.now(UTC))} keys rotated")
