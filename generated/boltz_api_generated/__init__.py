"""What the contract says, as Python: pure data, no I/O. Written by ``nox -s generate``; do not edit."""
