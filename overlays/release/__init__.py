"""Releases: the changes since the last one, a reproducible build, publishing, and a demonstration of it all.

``python -m release`` with ``overlays`` on the path; the nox sessions of the same names call it. None of this is in the
wheel.
"""
