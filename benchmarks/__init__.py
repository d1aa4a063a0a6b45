"""Measures this client beside the public one, beside bare httpx + msgspec, and beside a short script."""
