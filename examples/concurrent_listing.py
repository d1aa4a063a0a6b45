"""Count the keys of several workspaces at once.

``python concurrent_listing.py ws_docking ws_design``
"""

from __future__ import annotations

import sys

import anyio

from boltz_api import AsyncBoltz


async def count_by_workspace(
    client: AsyncBoltz, workspaces: list[str]
) -> dict[str, int]:
    """How many active keys each workspace has. One client serves all tasks."""
    counts: dict[str, int] = {}

    async def count(workspace: str) -> None:
        keys = client.admin.api_keys.list(workspace_id=workspace)
        counts[workspace] = len([key async for key in keys if key.is_active])

    async with anyio.create_task_group() as tasks:
        for workspace in workspaces:
            tasks.start_soon(count, workspace)
    return {workspace: counts[workspace] for workspace in workspaces}


async def main() -> None:
    """Print a line for each workspace."""
    async with AsyncBoltz() as client:
        counts = await count_by_workspace(client, sys.argv[1:])
        for workspace, number in counts.items():
            print(f"{workspace}: {number} active keys")


if __name__ == "__main__":
    anyio.run(main)
