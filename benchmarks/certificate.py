"""A certificate for the fixed-answer server, trusted beside all those that clients trust anyway.

So reading what to trust takes every client as long as it does on the way to the real service.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import attrs

from benchmarks.environments import CLIENT, variables


@attrs.frozen
class Certificate:
    """A certificate of this machine for itself, its key, and a bundle that holds it."""

    certificate: Path
    key: Path
    bundle: Path
    """For ``SSL_CERT_FILE``: the bundle that httpx uses, and this certificate."""


def missing() -> str | None:
    """Why there can be no certificate here, if there cannot."""
    return None if shutil.which("openssl") else "openssl is not installed"


def issue(folder: Path) -> Certificate:
    """A certificate for loopback, in a folder that goes when the run ends."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem", folder / "bundle.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"),
            *("-keyout", str(made.key), "-out", str(made.certificate)),
        ],
        check=True,
        capture_output=True,
    )
    where = [str(CLIENT.python), "-I", "-c", "import certifi; print(certifi.where())"]
    usual = subprocess.run(where, check=True, capture_output=True, text=True, env=variables()).stdout.strip()
    made.bundle.write_bytes(Path(usual).read_bytes() + made.certificate.read_bytes())
    return made
