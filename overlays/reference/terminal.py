"""A picture of the command line's table: the real output of ``boltz-api`` in a terminal, as SVG."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from boltz_api import Boltz, PermissionDeniedError
from boltz_api.sandbox import Sandbox

_ID: Final = re.compile(r"key_[0-9a-f]{24}")
COMMAND: Final = ("admin:api-keys", "list")
COLUMNS: Final = 132
# Dark in light surroundings and in dark ones, as terminals are.
THEME: Final = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [
        *((72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34)),
        *((88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196)),
    ],
    [
        *((110, 118, 129), (255, 161, 152), (86, 211, 100), (227, 179, 65)),
        *((121, 192, 255), (210, 168, 255), (86, 212, 221), (240, 246, 252)),
    ],
)
# rich's own frame fetches fonts from another host; this one takes what the reader has.
FRAME: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
aria-label="The keys of a sandbox as a table: name, state, expiry and last use in words">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
font-size: {char_height}px; line-height: {line_height}px; white-space: pre; }}
{styles}
</style>
<defs>{lines}</defs>
<rect width="{width}" height="{height}" rx="8" fill="#161b22"/>
<g transform="translate(18, 24)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def same(one: str, other: str) -> bool:
    """Return true if two pictures differ in nothing but the keys' IDs, which are new in every sandbox."""
    return _ID.sub("", one) == _ID.sub("", other)


def picture() -> str:
    """Return a picture of the keys in a sandbox."""
    with Sandbox() as sandbox:
        fill(sandbox)
        shown = printed(sandbox)
    console = Console(width=COLUMNS, file=io.StringIO(), record=True, legacy_windows=False, force_terminal=True)
    console.print(Text.assemble(("$ ", "bright_black"), ("boltz-api " + " ".join(COMMAND), "bold")))
    console.print(Text.from_ansi(shown.rstrip()))
    return console.export_svg(theme=THEME, code_format=FRAME, unique_id="terminal")


def fill(sandbox: Sandbox) -> None:
    """Make keys that show every state: in use, unused, expiring, expired, revoked, live and test."""
    clock = sandbox.clock
    clock.advance(days=-100)
    with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
        create = client.admin.api_keys.create
        gateway = create(name="Gateway", workspace_id="ws_docking", expires_in_days=365)
        create(name="Old notebook", workspace_id="ws_design", expires_in_days=30)
        gone = create(name="Former colleague", workspace_id="ws_design")
        client.admin.api_keys.revoke(gone.key_details.id)
        create(name="Nightly tests", workspace_id="ws_docking", mode="test", expires_in_days=104)
        clock.advance(days=98)
        # Workspace keys may not list keys; the attempt still counts as a use of the key.
        with Boltz(api_key=gateway.key, base_url=sandbox.url) as user, suppress(PermissionDeniedError):
            user.admin.api_keys.list()
    clock.reset()


def printed(sandbox: Sandbox) -> str:
    """Return the output of the command in a terminal, colours included."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    environment = {
        "BOLTZ_API_KEY": sandbox.admin_key,
        "BOLTZ_BASE_URL": sandbox.url,
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
    command = [str(Path(sys.executable).with_name("boltz-api")), *COMMAND]
    # Standard error goes elsewhere: on a busy machine, the command would report its progress there.
    with subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        os.close(follower)
        output = b""
        with suppress(OSError):  # a terminal without a writer
            while chunk := os.read(leader, 65_536):
                output += chunk
        os.close(leader)
        _, errors = running.communicate()
    if running.returncode:
        raise RuntimeError(errors)
    return output.decode().replace("\r\n", "\n")
